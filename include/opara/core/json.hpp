/// @file
/// Reading JSON with complaints that say where: line and column for bad JSON, a JSON path for bad contents. Needs
/// nlohmann/json (component `json`), which only this header includes.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/json_keys.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace opara::inline OPARA_ABI {

namespace detail {

/// A value inside a JSON document that knows where it is, so that a complaint can say so. Views a document that must
/// outlive it; its parents must, too.
class json_place {
public:
    explicit json_place(const nlohmann::json& document) : value_{&document} {}

    /// The member of an object. @throws parse_error  there is none
    [[nodiscard]] json_place at(const char* key) const {
        const auto found = value_->find(key);
        if (found == value_->end()) {
            fail(std::string{"has no \""} + key + "\"");
        }
        return {*found, *this, key, 0};
    }
    [[nodiscard]] bool has(const char* key) const { return value_->contains(key); }
    /// The element of an array.
    [[nodiscard]] json_place at(std::size_t index) const { return {(*value_)[index], *this, nullptr, index}; }
    [[nodiscard]] std::size_t size() const { return value_->size(); }
    [[nodiscard]] bool equals(const nlohmann::json& other) const { return *value_ == other; }

    /// @throws parse_error  it is no object, or has other keys than these
    void require_object(std::initializer_list<std::string_view> keys) const {
        if (!value_->is_object()) {
            fail(std::string{"must be an object, is "} + kind());
        }
        for (const auto& item : value_->items()) {
            if (std::find(keys.begin(), keys.end(), item.key()) == keys.end()) {
                fail("has an unknown key " + nlohmann::json(item.key()).dump());
            }
        }
    }
    /// @throws parse_error  it is no array
    void require_array() const {
        if (!value_->is_array()) {
            fail(std::string{"must be an array, is "} + kind());
        }
    }
    /// @throws parse_error  it is no whole number from 0 to `most`
    [[nodiscard]] std::uint64_t number(std::uint64_t most) const {
        if (!value_->is_number_unsigned() || value_->get<std::uint64_t>() > most) {
            fail("must be a whole number from 0 to " + std::to_string(most) + ", is " + shown());
        }
        return value_->get<std::uint64_t>();
    }
    /// A number below a count that the document states elsewhere. @throws parse_error  it is not
    [[nodiscard]] std::uint32_t index(std::size_t count, const char* of_what) const {
        if (!value_->is_number_unsigned() || value_->get<std::uint64_t>() >= count) {
            fail(std::string{"must be the number of one of "} + std::to_string(count) + " " + of_what + ", is " +
                 shown());
        }
        return value_->get<std::uint32_t>();
    }
    /// @throws parse_error  it is no whole number that fits 32 bits with a sign
    [[nodiscard]] std::int32_t signed_number() const {
        constexpr auto most = std::numeric_limits<std::int32_t>::max();
        constexpr auto least = std::numeric_limits<std::int32_t>::min();
        const bool fits = value_->is_number_unsigned()
                              ? value_->get<std::uint64_t>() <= most
                              : value_->is_number_integer() && value_->get<std::int64_t>() >= least;
        if (!fits) {
            fail("must be a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ", is " +
                 shown());
        }
        return value_->get<std::int32_t>();
    }
    /// @throws parse_error  it is no number
    [[nodiscard]] double real() const {
        if (!value_->is_number()) {
            fail("must be a number, is " + shown());
        }
        return value_->get<double>();
    }
    /// @throws parse_error  it is no text
    [[nodiscard]] const std::string& text() const {
        if (!value_->is_string()) {
            fail("must be a text, is " + shown());
        }
        return value_->get_ref<const std::string&>();
    }

    [[noreturn]] void fail(const std::string& what) const { throw parse_error{what, path()}; }

private:
    json_place(const nlohmann::json& value, const json_place& parent, const char* key, std::size_t index)
        : value_{&value}, parent_{&parent}, key_{key}, index_{index} {}

    [[nodiscard]] std::string path() const {
        if (parent_ == nullptr) {
            return "$";
        }
        return parent_->path() + (key_ != nullptr ? "." + std::string{key_} : "[" + std::to_string(index_) + "]");
    }
    [[nodiscard]] const char* kind() const { return value_->type_name(); }
    // The value, if it is short; nested ones are never written out.
    [[nodiscard]] std::string shown() const {
        if (value_->is_structured()) {
            return kind();
        }
        constexpr std::size_t most = 40;
        std::string written = value_->dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
        return written.size() <= most ? written : written.substr(0, most) + "...";
    }

    const nlohmann::json* value_;
    const json_place* parent_ = nullptr;
    const char* key_ = nullptr;
    std::size_t index_ = 0;
};

/// Reads text as JSON. @throws parse_error  with line and column; also of a key that an object has twice
[[nodiscard]] inline nlohmann::json parse_json(std::string_view text) {
    const auto fail_at = [&](const std::string& what, std::size_t offset) {
        const std::string_view before = text.substr(0, std::min(offset, text.size()));
        const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
        const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
        throw parse_error{what, "JSON", lines + 1, before.size() - line_start + 1};
    };
    // Their messages begin with a tag and a place of their own, up to the first colon or bracket.
    const auto reason = [](const std::string& message) {
        const std::size_t place = message.find(": ");
        return place == std::string::npos ? message : message.substr(place + 2);
    };
    try {
        nlohmann::json document = nlohmann::json::parse(text);
        const auto meaning = [](std::string_view key) {
            return nlohmann::json::parse("\"" + std::string{key} + "\"").get<std::string>();
        };
        if (const std::optional<repeated_key> twice = find_repeated_key(text, meaning)) {
            constexpr std::size_t most = 40;
            fail_at("the key \"" + std::string{twice->key.substr(0, most)} + (twice->key.size() > most ? "..." : "") +
                        "\" is there twice",
                    twice->offset);
        }
        return document;
    } catch (const nlohmann::json::parse_error& e) {
        fail_at(reason(e.what()), e.byte == 0 ? 0 : e.byte - 1);
    } catch (const nlohmann::json::out_of_range& e) { // a number like 1e999; the message quotes it, but tells no place
        const std::string message = e.what();
        const std::size_t open = message.find('\'');
        const std::size_t close = message.rfind('\'');
        const std::string_view number =
            open < close ? std::string_view{message}.substr(open + 1, close - open - 1) : std::string_view{};
        const std::size_t offset = text.find(number);
        fail_at("the number " + std::string{number.substr(0, 40)} + " is too large",
                offset == std::string_view::npos ? 0 : offset);
    }
    return {}; // not reached
}

/// Makes sure that a document says what it is. @throws parse_error  it is another format, or another version of it
inline void require_format(const json_place& root, const char* format, std::uint32_t version = 1) {
    if (root.at("format").text() != format) {
        root.at("format").fail(std::string{"must be \""} + format + "\"");
    }
    if (root.at("version").number(std::numeric_limits<std::uint32_t>::max()) != version) {
        root.at("version").fail("this library reads version " + std::to_string(version));
    }
}

} // namespace detail

} // namespace opara::inline OPARA_ABI
