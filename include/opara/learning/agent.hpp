/// @file
/// What an agent is, for generic code.
#pragma once

#include <opara/core/config.hpp>

#include <concepts>
#include <cstddef>
#include <limits>
#include <span>

namespace opara::inline OPARA_ABI::learning {

/// Steps of several environments side by side, each list one row an environment: what an agent learns from.
struct transitions {
    std::span<const double> before;            ///< the observations before the step, one row after another
    std::span<const double> actions;           ///< what was done, one row after another
    std::span<const double> rewards;           ///< one an environment
    std::span<const double> after;             ///< the observations after the step, before any reset
    std::span<const unsigned char> terminated; ///< 1 where nothing comes after the step
    std::span<const unsigned char> truncated;  ///< 1 where the episode was cut short

    [[nodiscard]] std::size_t size() const noexcept { return rewards.size(); } ///< the number of environments
};

/// Something that acts and learns. Nothing here knows an algorithm: what learns from stored steps (DQN, DDPG, TD3, SAC)
/// stores them, and what learns from whole rollouts (PPO) collects them by row.
///
/// For rows of observations `explore(observations, actions)` writes the actions to be tried while learning, and
/// `act(observations, actions)` those that it takes for the best. `learn(transitions)` tells what the last `explore`
/// led to; rows are the same environments in the same order from call to call. All numbers of `actions` have to be
/// written; before each call they are NaN, so that one that is left out is an error and no action of the step before.
template <class A>
concept agent = requires(A& a, std::span<const double> observations, std::span<double> actions, const transitions& t) {
    a.explore(observations, actions);
    a.act(observations, actions);
    a.learn(t);
};

/// What stands in the place of an action before an agent writes it.
inline constexpr double unwritten_action = std::numeric_limits<double>::quiet_NaN();

} // namespace opara::inline OPARA_ABI::learning
