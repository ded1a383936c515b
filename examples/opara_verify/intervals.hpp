/// @file
/// Intervals on a command line.
#pragma once

#include <examples/command_line.hpp>
#include <opara/abstraction/interval.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace opara::examples::verify {

/// LOWER:UPPER, or one number. @throws usage_error  it is neither
[[nodiscard]] inline abstraction::interval interval_between(const std::string& option, std::string_view text) {
    const std::size_t colon = text.find(':');
    const double lower = real(option, text.substr(0, colon));
    const double upper = colon == std::string_view::npos ? lower : real(option, text.substr(colon + 1));
    if (!(lower <= upper)) {
        throw usage_error{option + " takes intervals LOWER:UPPER, not '" + std::string{text} + "'"};
    }
    return {lower, upper};
}

} // namespace opara::examples::verify
