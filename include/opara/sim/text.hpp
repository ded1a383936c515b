/// @file
/// Numbers and names for traces and pictures, the same on every machine and in every locale.
#pragma once

#include <opara/core/config.hpp>
#include <opara/core/escape.hpp>

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

namespace opara::inline OPARA_ABI::sim::detail {

using opara::detail::json_escaped;
using opara::detail::utf8_length;
using opara::detail::xml_escaped;

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
