/// @file
/// What an agent can do: one of finitely many actions, or controls within bounds.
#pragma once

#include <opara/learning/error.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
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

/// One of the two kinds of actions.
template <class S>
concept action_space = std::same_as<S, discrete_actions> || std::same_as<S, continuous_actions>;

/// How many numbers an action is.
[[nodiscard]] inline std::size_t numbers_per_action(const discrete_actions&) noexcept { return 1; }
/// How many numbers an action is.
[[nodiscard]] inline std::size_t numbers_per_action(const continuous_actions& space) noexcept {
    return space.lower.size();
}

/// Makes sure that there is something to choose from. @throws environment_error  there is not
inline void require_actions(const discrete_actions& space) {
    if (space.count == 0) {
        throw environment_error{"the environment has no action"};
    }
}
/// Makes sure that there are controls with bounds. @throws environment_error  there are none; names the control
inline void require_actions(const continuous_actions& space) {
    if (space.lower.empty() || space.lower.size() != space.upper.size()) {
        throw environment_error{"the environment has " + std::to_string(space.lower.size()) + " lower and " +
                                std::to_string(space.upper.size()) + " upper bounds of controls"};
    }
    for (std::size_t i = 0; i < space.lower.size(); ++i) {
        const bool finite = std::isfinite(space.lower[i]) && std::isfinite(space.upper[i]);
        if (!finite || !(space.lower[i] <= space.upper[i])) {
            throw environment_error{"control " + std::to_string(i) + " of the environment is bounded by [" +
                                    detail::number_text(space.lower[i]) + ", " + detail::number_text(space.upper[i]) +
                                    "]"};
        }
    }
}

/// Makes sure that an action is one of these. @throws agent_error  it is not; says why
inline void require_action(const discrete_actions& space, std::span<const double> action) {
    if (action.size() != 1) {
        throw agent_error{"an action must be 1 number here, not " + std::to_string(action.size())};
    }
    const double a = action[0];
    if (!(a >= 0 && a < static_cast<double>(space.count)) || a != std::floor(a)) {
        throw agent_error{"there is no action " + detail::number_text(a) + ": they are numbered from 0 to " +
                          std::to_string(space.count - std::min<std::size_t>(space.count, 1))};
    }
}
/// Makes sure that each control is within its bounds. @throws agent_error  one is not; says which and why
inline void require_action(const continuous_actions& space, std::span<const double> action) {
    if (action.size() != space.lower.size()) {
        throw agent_error{"an action must be " + std::to_string(space.lower.size()) + " numbers here, not " +
                          std::to_string(action.size())};
    }
    for (std::size_t i = 0; i < action.size(); ++i) {
        if (!(action[i] >= space.lower[i] && action[i] <= space.upper[i])) {
            throw agent_error{"control " + std::to_string(i) + " is " + detail::number_text(action[i]) +
                              ", outside of [" + detail::number_text(space.lower[i]) + ", " +
                              detail::number_text(space.upper[i]) + "]"};
        }
    }
}

} // namespace opara::inline OPARA_ABI::learning
