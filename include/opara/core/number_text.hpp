/// @file
/// Numbers as text.
#pragma once

#include <opara/core/config.hpp>

#include <charconv>
#include <concepts>
#include <string>

namespace opara::inline OPARA_ABI::detail {

/// The shortest text that gives the number back when it is read as the same type, but a whole number below 10^7 in all
/// its digits: 0.1, 1e-09, 100000, 0.30000000000000004, inf, nan. The same in every locale.
template <std::floating_point Number>
[[nodiscard]] std::string number_text(Number x) {
    char text[64]; // a long double has 36 digits at most
    if (x > static_cast<Number>(-1e7) && x < static_cast<Number>(1e7) &&
        static_cast<Number>(static_cast<int>(x)) == x) { // 1e+05 is shorter than 100000
        return {text, std::to_chars(text, text + sizeof text, x, std::chars_format::fixed).ptr};
    }
    return {text, std::to_chars(text, text + sizeof text, x).ptr};
}
/// Several of them: (0.5, -1).
template <class Numbers>
[[nodiscard]] std::string tuple_text(const Numbers& numbers) {
    std::string text;
    for (const auto x : numbers) {
        text += (text.empty() ? "(" : ", ") + number_text(x);
    }
    return text.empty() ? "()" : text + ")";
}

} // namespace opara::inline OPARA_ABI::detail
