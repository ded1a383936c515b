/// @file
/// A task in which the agent gives affine laws instead of controls.
#pragma once

#include <examples/drl/environments/problem.hpp>
#include <opara/abstraction/dynamics.hpp>
#include <opara/learning/action.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace opara::examples::drl {

/// A system with one control, which follows the state: the action is c0, c1, .., cn, and the control is
/// c0 + c1 x1 + .. + cn xn. What `abstraction::piecewise_linear` encloses.
template <class System>
struct by_coefficients {
    static constexpr std::size_t dimension = System::dimension; ///< of the state space
    using action = std::array<double, dimension + 1>;           ///< the coefficients

    System system; ///< what is controlled

    /// The control in a state.
    [[nodiscard]] static double control(const std::array<double, dimension>& x, const action& c) {
        double u = c[0];
        for (std::size_t i = 0; i < dimension; ++i) {
            u = u + c[i + 1] * x[i];
        }
        return u;
    }
    /// The next state. Templates, as a step function is one.
    template <class T>
    [[nodiscard]] std::array<T, dimension> operator()(const std::array<T, dimension>& x, const action& c) const {
        T u = static_cast<T>(c[0]);
        for (std::size_t i = 0; i < dimension; ++i) {
            u = u + static_cast<T>(c[i + 1]) * x[i];
        }
        return system(x, u);
    }
};

/// Whether there are laws for an environment: its system takes one control.
template <class Environment>
inline constexpr bool can_take_laws =
    std::same_as<learning::actions_of<Environment>, learning::continuous_actions> &&
    std::same_as<typename std::remove_cvref_t<decltype(std::declval<const Environment&>().system())>::action, double>;

/// The same problem, where the agent gives a law for each cell (Jin et al., NeurIPS 2023): the state moves the control
/// within the cell, so cells can be coarse. Coefficients have the bounds of the control, which itself has none.
template <class Environment>
    requires can_take_laws<Environment>
auto by_laws(const problem<Environment>& p) {
    const auto& env = p.environment;
    using system = by_coefficients<std::remove_cvref_t<decltype(env.system())>>;
    constexpr std::size_t n = Environment::dimension;
    const auto task = [inner = env.task()](const abstraction::point<n>& before, const typename system::action& c,
                                           const abstraction::point<n>& after) {
        return inner(before, system::control(before, c), after);
    };
    const learning::continuous_actions one = env.actions();
    const learning::continuous_actions coefficients{std::vector<double>(n + 1, one.lower[0]),
                                                    std::vector<double>(n + 1, one.upper[0])};
    return make_problem(
        p.name, p.agent,
        learning::system_environment{system{env.system()}, coefficients, env.start(), task, env.step_limit()}, p.space,
        p.widths, p.target);
}

} // namespace opara::examples::drl
