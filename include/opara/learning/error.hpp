/// @file
/// What can be wrong with an environment or an agent.
#pragma once

#include <opara/core/error.hpp>

#include <cstdio>
#include <string>

namespace opara::inline OPARA_ABI::learning {

/// An environment that gives what no environment should: a state or a reward that is no number, a state where the
/// partition has no cell.
class environment_error : public error {
public:
    using error::error;
};

/// An agent that gives what its environment does not take: too many or too few controls, an action that is no number or
/// that does not exist.
class agent_error : public error {
public:
    using error::error;
};

namespace detail {
// A number for a message, exactly enough to tell it from its neighbours.
[[nodiscard]] inline std::string shown(double x) {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", x);
    double same = 0;
    char shorter[32];
    std::snprintf(shorter, sizeof shorter, "%.6g", x); // 0.1 rather than 0.10000000000000001
    return std::sscanf(shorter, "%lf", &same) == 1 && same == x ? shorter : text;
}
} // namespace detail

} // namespace opara::inline OPARA_ABI::learning
