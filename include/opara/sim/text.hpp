/// @file
/// Numbers and names for JSON and SVG, the same on every machine and in every locale.
#pragma once

#include <opara/core/config.hpp>

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

namespace opara::inline OPARA_ABI::sim::detail {

/// A number with at most so many digits after the point, without trailing zeros. "0" for what rounds to it.
inline std::string number(double value, int digits = 3) {
    char text[64];
    const auto [end, failed] = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits);
    if (failed != std::errc{}) {
        return "0";
    }
    std::string_view written{text, static_cast<std::size_t>(end - text)};
    if (written.find('.') != std::string_view::npos) {
        written = written.substr(0, written.find_last_not_of('0') + 1);
        if (written.back() == '.') {
            written.remove_suffix(1);
        }
    }
    return written == "-0" ? std::string{"0"} : std::string{written};
}

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

/// At most so many characters; the last is an ellipsis where something is missing.
inline std::string shortened(std::string_view text, std::size_t most) {
    std::size_t characters = 0;
    std::size_t cut = 0; // where all but the last character that may be there end
    for (std::size_t at = 0; at < text.size();
         at += utf8_length(text.substr(at)) == 0 ? 1 : utf8_length(text.substr(at))) {
        cut = characters < most ? at : cut;
        if (++characters > most) {
            return std::string{text.substr(0, most == 0 ? 0 : cut)} + "\xE2\x80\xA6";
        }
    }
    return std::string{text};
}

} // namespace opara::inline OPARA_ABI::sim::detail
