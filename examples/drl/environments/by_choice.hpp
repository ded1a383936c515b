/// @file
/// A task in which the agent chooses one of a few controls.
#pragma once

#include <examples/drl/environments/by_laws.hpp>
#include <examples/drl/environments/problem.hpp>
#include <opara/learning/action.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace opara::examples::drl {

/// A system with one control, of which there are only a few: the action is the number of one.
template <class System>
struct by_number {
    static constexpr std::size_t dimension = System::dimension; ///< of the state space
    using action = double;                                      ///< the number of a control

    System system;                ///< what is controlled
    std::vector<double> controls; ///< those that there are

    /// The next state. @pre number < controls.size()
    template <class T>
    [[nodiscard]] std::array<T, dimension> operator()(const std::array<T, dimension>& x, double number) const {
        return system(x, controls[static_cast<std::size_t>(number)]);
    }
};

/// So many controls from one bound to the other, evenly. @pre count > 1
inline std::vector<double> evenly(double lower, double upper, std::size_t count) {
    std::vector<double> all;
    for (std::size_t k = 0; k < count; ++k) {
        const double part = static_cast<double>(k) / static_cast<double>(count - 1);
        all.push_back(lower * (1 - part) + upper * part);
    }
    return all;
}

/// The controls among which an agent chooses that may choose so many. @pre count > 1
template <class Environment>
    requires can_take_laws<Environment>
std::vector<double> choices_of(const problem<Environment>& p, std::size_t count) {
    const learning::continuous_actions one = p.environment.actions();
    return evenly(one.lower[0], one.upper[0], count);
}

/// The same problem, where the agent chooses one of these controls, by its number.
template <class Environment>
    requires can_take_laws<Environment>
auto by_choice(const problem<Environment>& p, const std::vector<double>& controls) {
    const auto& env = p.environment;
    using system = by_number<std::remove_cvref_t<decltype(env.system())>>;
    constexpr std::size_t n = Environment::dimension;
    const auto task = [inner = env.task(), controls](const abstraction::point<n>& before, double number,
                                                     const abstraction::point<n>& after) {
        return inner(before, controls[static_cast<std::size_t>(number)], after);
    };
    return make_problem(p.name, "ppo",
                        learning::system_environment{system{env.system(), controls},
                                                     learning::discrete_actions{controls.size()}, env.start(), task,
                                                     env.step_limit()},
                        p.space, p.widths, p.target);
}

} // namespace opara::examples::drl
