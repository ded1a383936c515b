/// @file
/// Text as JSON and XML can hold it.
#pragma once

#include <opara/core/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace opara::inline OPARA_ABI::detail {

/// The length of the UTF-8 sequence that begins the text, 0 if it begins with none.
inline std::size_t utf8_length(std::string_view text) noexcept {
    const auto byte = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const unsigned first = byte(0);
    if (first < 0x80U) {
        return 1;
    }
    const std::size_t length = first >= 0xF0U && first < 0xF5U ? 4 : first >= 0xE0U ? 3 : first >= 0xC2U ? 2 : 0;
    if (length == 0 || first >= 0xF5U) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) {
            return 0;
        }
    }
    const unsigned second = byte(1);
    const bool overlong = (first == 0xE0U && second < 0xA0U) || (first == 0xF0U && second < 0x90U);
    const bool outside = (first == 0xEDU && second >= 0xA0U) || (first == 0xF4U && second >= 0x90U);
    return overlong || outside ? 0 : length;
}

/// The text between a JSON string's quotation marks. Bytes that are no UTF-8 become U+FFFD.
inline std::string json_escaped(std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    std::string escaped;
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const char c = text.front();
        if (length == 0) {
            escaped += "\\ufffd";
        } else if (c == '"' || c == '\\') {
            escaped += '\\';
            escaped += c;
        } else if (static_cast<unsigned char>(c) < 0x20U) {
            escaped += "\\u00";
            escaped += digits[static_cast<unsigned char>(c) >> 4U];
            escaped += digits[static_cast<unsigned char>(c) & 0xFU];
        } else {
            escaped += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return escaped;
}

/// The text as XML character data or attribute value. What XML cannot hold becomes U+FFFD.
inline std::string xml_escaped(std::string_view text) {
    std::string escaped;
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const char c = text.front();
        if (length == 0 || (static_cast<unsigned char>(c) < 0x20U && c != '\t' && c != '\n')) {
            escaped += "\xEF\xBF\xBD";
        } else if (c == '&') {
            escaped += "&amp;";
        } else if (c == '<') {
            escaped += "&lt;";
        } else if (c == '>') {
            escaped += "&gt;";
        } else if (c == '"') {
            escaped += "&quot;";
        } else {
            escaped += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return escaped;
}

} // namespace opara::inline OPARA_ABI::detail
