/// @file
/// A hash that is the same on every machine and in every run: the key of stored plans and profiles.
#pragma once

#include <opara/core/config.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace opara::inline OPARA_ABI {

/// FNV-1a over 64 bits, fed piece by piece. Not for untrusted keys.
class stable_hash {
public:
    /// Adds a text and its length (so that "ab","c" differs from "a","bc").
    constexpr stable_hash& add(std::string_view text) noexcept {
        for (const char c : text) {
            byte(static_cast<unsigned char>(c));
        }
        return add(static_cast<std::uint64_t>(text.size()));
    }
    /// Adds an integer or an enumerator as its 64-bit value.
    template <class T>
        requires std::integral<T> || std::is_enum_v<T>
    constexpr stable_hash& add(T number) noexcept {
        const auto bits = static_cast<std::uint64_t>(number);
        for (unsigned shift = 0; shift < 64; shift += 8) {
            byte(static_cast<unsigned char>(bits >> shift & 0xFFU));
        }
        return *this;
    }
    /// Adds a floating-point number by its bits; the two zeros count as one.
    constexpr stable_hash& add(double number) noexcept {
        return add(std::bit_cast<std::uint64_t>(number == 0.0 ? 0.0 : number));
    }
    /// The hash of all that was added.
    [[nodiscard]] constexpr std::uint64_t value() const noexcept { return state_; }

private:
    constexpr void byte(unsigned char b) noexcept { state_ = (state_ ^ b) * 0x100000001B3U; }

    std::uint64_t state_ = 0xCBF29CE484222325U;
};

} // namespace opara::inline OPARA_ABI
