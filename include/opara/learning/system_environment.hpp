/// @file
/// A system with a task as an environment: what is trained is then exactly what is verified.
#pragma once

#include <opara/abstraction/box.hpp>
#include <opara/abstraction/dynamics.hpp>
#include <opara/core/random.hpp>
#include <opara/learning/environment.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::learning {

/// What a step means for a task.
struct outcome {
    double reward = 0;       ///< of the step
    bool terminated = false; ///< the task is over

    friend bool operator==(const outcome&, const outcome&) = default;
};

/// Starts anywhere in a box, each point equally likely.
template <std::size_t N>
struct anywhere_in {
    abstraction::box<N> initial; ///< the initial set

    /// A state to start from.
    [[nodiscard]] abstraction::point<N> operator()(random_source& random) const {
        abstraction::point<N> x;
        for (std::size_t i = 0; i < N; ++i) {
            const double part = random.unit();
            const double low = initial[i].lower();
            x[i] = std::clamp(low + part * (initial[i].upper() - low), low, initial[i].upper());
        }
        return x;
    }
};

/// Starts in one of these states half of the time, and else where it otherwise would: so that an agent meets again what
/// went wrong, as a counterexample, and forgets nothing.
template <std::size_t N, class Otherwise>
struct also_from {
    std::vector<abstraction::point<N>> states; ///< none: always as it otherwise would
    Otherwise otherwise;                       ///< as the other ones start

    /// A state to start from.
    [[nodiscard]] abstraction::point<N> operator()(random_source& random) const {
        return !states.empty() && random.chance(0.5) ? states[random.below(states.size())] : otherwise(random);
    }
};

/// An environment whose states go through a step function, the one that `abstraction` encloses and explores.
/// Observations are the states. Model of `environment`.
///
/// @code
/// // x1' = x2 - x1^3, x2' = u: every step costs 2 until the goal is reached, and after 150 it is over
/// system_environment env{systems::b2{0.2}, continuous_actions{{-1}, {1}}, anywhere_in<2>{start},
///                        [&](const point<2>&, double, const point<2>& after) {
///                            return outcome{-2, goal.contains(after)};
///                        }, 150};
/// @endcode
/// @tparam System  a `step_function` whose action is a number or an array of numbers
/// @tparam Start  `start(random)` is the state in which an episode begins
/// @tparam Task  `task(before, action, after)` is the `outcome` of a step
template <class System, action_space Actions, class Start, class Task>
    requires abstraction::step_function<System> &&
             std::is_invocable_r_v<abstraction::point<System::dimension>, const Start&, random_source&> &&
             std::is_invocable_r_v<outcome, const Task&, const abstraction::point<System::dimension>&,
                                   const typename System::action&, const abstraction::point<System::dimension>&>
class system_environment {
public:
    static constexpr std::size_t dimension = System::dimension; ///< of the state space
    using state_type = abstraction::point<dimension>;           ///< a state

    /// @param system  one step
    /// @param actions  what can be done in it; for discrete ones the action is the number
    /// @param start,task  as above
    /// @param step_limit  after so many steps an episode is cut short
    /// @throws environment_error  the actions are none, or are not as many numbers as the system takes
    system_environment(System system, Actions actions, Start start, Task task, std::size_t step_limit)
        : system_{std::move(system)},
          actions_{std::move(actions)},
          start_{std::move(start)},
          task_{std::move(task)},
          step_limit_{step_limit} {
        require_actions(actions_);
        if (numbers_per_action(actions_) != controls) {
            throw environment_error{"the system takes " + std::to_string(controls) + " numbers, its actions are " +
                                    std::to_string(numbers_per_action(actions_))};
        }
    }

    /// Begins an episode.
    const state_type& reset(std::uint64_t seed) {
        random_source random{seed};
        state_ = start_(random);
        steps_ = 0;
        return state_;
    }
    /// Takes one step. @pre there was a `reset`, and `action` is one of `actions()`
    step_result<state_type> step(std::span<const double> action) {
        OPARA_ASSERT(action.size() == controls);
        typename System::action u{};
        if constexpr (std::is_arithmetic_v<typename System::action>) {
            u = static_cast<typename System::action>(action[0]);
        } else {
            std::copy(action.begin(), action.end(), u.begin());
        }
        const state_type before = state_;
        state_ = system_(before, u);
        ++steps_;
        const outcome result = task_(before, u, std::as_const(state_));
        return {state_, result.reward, result.terminated, !result.terminated && steps_ >= step_limit_};
    }

    /// The same with episodes of another length, at most.
    [[nodiscard]] system_environment limited_to(std::size_t step_limit) const {
        system_environment other = *this;
        other.step_limit_ = step_limit;
        return other;
    }

    /// The same with episodes that start elsewhere.
    template <class Other>
    [[nodiscard]] system_environment<System, Actions, Other, Task> starting(Other start) const {
        return {system_, actions_, std::move(start), task_, step_limit_};
    }

    /// The same with another task.
    template <class Other>
    [[nodiscard]] system_environment<System, Actions, Start, Other> judging(Other task) const {
        return {system_, actions_, start_, std::move(task), step_limit_};
    }

    [[nodiscard]] std::size_t observations() const noexcept { return dimension; } ///< numbers in a state
    [[nodiscard]] const Actions& actions() const noexcept { return actions_; }    ///< what can be done
    [[nodiscard]] const state_type& state() const noexcept { return state_; }     ///< where the system is
    [[nodiscard]] const System& system() const noexcept { return system_; }       ///< the step function
    [[nodiscard]] const Start& start() const noexcept { return start_; }          ///< where episodes begin
    [[nodiscard]] const Task& task() const noexcept { return task_; }             ///< what steps mean
    [[nodiscard]] std::size_t step_limit() const noexcept { return step_limit_; } ///< steps of an episode, at most

private:
    [[nodiscard]] static constexpr std::size_t count() noexcept {
        if constexpr (std::is_arithmetic_v<typename System::action>) {
            return 1;
        } else {
            return std::tuple_size_v<typename System::action>;
        }
    }
    static constexpr std::size_t controls = count();

    System system_;
    Actions actions_;
    Start start_;
    Task task_;
    std::size_t step_limit_;
    state_type state_{};
    std::size_t steps_ = 0;
};

} // namespace opara::inline OPARA_ABI::learning
