/// @file
/// How exports reach their stream.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/number_text.hpp>

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace opara::inline OPARA_ABI::abstraction::detail {

// Collects text and bytes in blocks. Numbers come out the same whatever locale the stream has, and fast. Ends with
// `finish()`, because a destructor cannot say that a disk is full.
class writer {
public:
    explicit writer(std::ostream& out) : out_{out} { block_.reserve(block_size + 64); }
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;
    ~writer() = default;

    writer& operator<<(std::string_view text) {
        block_ += text;
        return flush_if_full();
    }
    writer& operator<<(const char* text) { return *this << std::string_view{text}; }
    writer& operator<<(char c) {
        block_ += c;
        return flush_if_full();
    }
    template <std::integral Number>
    writer& operator<<(Number number) {
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
        block_.append(digits, end);
        return flush_if_full();
    }
    // Decimals that give back the number.
    template <std::floating_point Number>
    writer& operator<<(Number number) {
        return *this << opara::detail::number_text(number);
    }
    // Little-endian, as the formats want it, on every machine.
    void little_endian(std::uint64_t number) {
        for (int k = 0; k < 8; ++k) {
            block_ += static_cast<char>(static_cast<unsigned char>(number >> (8 * k)));
        }
        flush_if_full();
    }
    void finish() {
        flush();
        out_.flush();
        if (!out_) {
            throw error{"cannot write the export: its stream has failed"};
        }
    }

private:
    static constexpr std::size_t block_size = std::size_t{1} << 16U;

    writer& flush_if_full() {
        if (block_.size() >= block_size) {
            flush();
        }
        return *this;
    }
    void flush() {
        out_.write(block_.data(), static_cast<std::streamsize>(block_.size()));
        block_.clear();
        if (!out_) { // no use in going on for gigabytes
            throw error{"cannot write the export: its stream has failed"};
        }
    }

    std::ostream& out_;
    std::string block_;
};

// Between quotes, quotes and backslashes escaped: what HOA, DOT and JSON have in common.
inline std::string quoted(std::string_view text) {
    std::string q = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            q += '\\';
        }
        q += c;
    }
    return q + '"';
}

} // namespace opara::inline OPARA_ABI::abstraction::detail
