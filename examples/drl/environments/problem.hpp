/// @file
/// A task to be learned, with all that its publication says about training.
#pragma once

#include <examples/drl/environments/aim.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/learning/abstract_environment.hpp>
#include <opara/learning/system_environment.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace opara::examples::drl {

/// A system, its task, the partition on which it is learned, and when it has been.
template <class Environment>
struct problem {
    static constexpr std::size_t dimension = Environment::dimension; ///< of the state space

    std::string name;                     ///< as `opara_verify` calls it, where it does
    std::string agent;                    ///< what usually learns it: dqn, ddpg, td3 or ppo
    Environment environment;              ///< on concrete states
    abstraction::box<dimension> space;    ///< the gridded region
    abstraction::point<dimension> widths; ///< of its cells
    aim target;                           ///< when training may end

    /// The grid with other widths.
    /// @throws abstraction::domain_error  they cut no such grid
    [[nodiscard]] abstraction::uniform_grid<dimension> grid(const abstraction::point<dimension>& cells) const {
        return abstraction::uniform_grid<dimension>::by_width(space, cells);
    }
    /// The grid on which the publication trains.
    [[nodiscard]] abstraction::uniform_grid<dimension> grid() const { return grid(widths); }
};

/// A problem of its parts, in the order of the members.
template <class Environment, std::size_t N>
problem<Environment> make_problem(std::string name, std::string agent, Environment environment,
                                  const abstraction::box<N>& space, const abstraction::point<N>& widths,
                                  const aim& target) {
    return {std::move(name), std::move(agent), std::move(environment), space, widths, target};
}

} // namespace opara::examples::drl
