/// @file
/// What an environment is, for generic code.
#pragma once

#include <opara/learning/action.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace opara::inline OPARA_ABI::learning {

/// What one step of an environment brought. Any type with these four members will do.
template <class Observation>
struct step_result {
    Observation observation{}; ///< of the state after the step
    double reward = 0;         ///< of the step
    bool terminated = false;   ///< the task is over: nothing comes after this state, and its value is 0
    bool truncated = false;    ///< the episode ends here for want of time: what would come after it is unknown

    friend bool operator==(const step_result&, const step_result&) = default;
};

/// Something that an agent acts upon, in episodes, with the meaning that Gymnasium gives to the words (Towers et al.,
/// "Gymnasium: A Standard Interface for Reinforcement Learning Environments", arXiv 2407.17032).
///
/// `reset(seed)` begins an episode, drawn with the seed, and gives its first observation: a list of numbers, always as
/// many. `step(action)` takes one step; an action is a list of numbers, as `actions()` (`discrete_actions` or
/// `continuous_actions`) says. After a step that `terminated` or `truncated`, `reset` comes next. Equal seeds and equal
/// actions give equal episodes.
template <class E>
concept environment = requires(E& e, const E& constant, std::uint64_t seed, std::span<const double> action) {
    { e.reset(seed) } -> std::convertible_to<std::span<const double>>;
    { e.step(action).observation } -> std::convertible_to<std::span<const double>>;
    { e.step(action).reward } -> std::convertible_to<double>;
    { e.step(action).terminated } -> std::convertible_to<bool>;
    { e.step(action).truncated } -> std::convertible_to<bool>;
    { constant.observations() } -> std::convertible_to<std::size_t>; // how many numbers an observation has
    requires action_space<std::remove_cvref_t<decltype(constant.actions())>>;
};

/// The kind of actions that an environment takes.
template <environment E>
using actions_of = std::remove_cvref_t<decltype(std::declval<const E&>().actions())>;

namespace detail {
// @throws not_finite_error  a number is NaN or infinite
inline void require_numbers(std::span<const double> observation, const char* of_what) {
    for (std::size_t i = 0; i < observation.size(); ++i) {
        if (!std::isfinite(observation[i])) {
            throw not_finite_error{std::string{"number "} + std::to_string(i) + " of " + of_what + " is " +
                                   number_text(observation[i])};
        }
    }
}
// @throws not_finite_error  the reward is NaN or infinite
inline void require_reward(double reward) {
    if (!std::isfinite(reward)) {
        throw not_finite_error{"the reward of a step is " + number_text(reward)};
    }
}
} // namespace detail

} // namespace opara::inline OPARA_ABI::learning
