/// @file
/// What an agent can do: one of finitely many actions, or controls within bounds.
#pragma once

#include <opara/core/config.hpp>

#include <cstddef>
#include <vector>

namespace opara::inline OPARA_ABI::learning {

/// One of `count` actions, numbered from 0. An action is one number, its number.
struct discrete_actions {
    std::size_t count = 0; ///< how many there are

    friend bool operator==(const discrete_actions&, const discrete_actions&) = default;
};

/// Controls, each between two bounds. An action is one number a control.
struct continuous_actions {
    std::vector<double> lower; ///< of each control
    std::vector<double> upper; ///< of each control

    friend bool operator==(const continuous_actions&, const continuous_actions&) = default;
};

} // namespace opara::inline OPARA_ABI::learning
