/// @file
/// What an agent does in given states, for its memory.
#pragma once

#include <examples/drl/training/learner.hpp>
#include <opara/abstraction/box.hpp>
#include <opara/abstraction/partition.hpp>
#include <opara/core/random.hpp>
#include <opara/learning/abstract_environment.hpp>
#include <opara/learning/action.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace opara::examples::drl {

/// Puts into the replay memory what the policy does in these states, one step from each.
/// @param env  on concrete states
/// @param cells  on which the agent sees it
template <class Environment, abstraction::partition Cells>
void rehearse(learner& agent, const Environment& env, const Cells& cells,
              std::span<const abstraction::point<Cells::dimension>> states, learning::bounds_scale scale) {
    std::vector<double> action(learning::numbers_per_action(env.actions()));
    for (const abstraction::point<Cells::dimension>& x : states) {
        learning::abstract_environment seen{env.starting([&x](random_source&) { return x; }), cells, scale};
        const auto before = seen.reset(0);
        agent.act(before, action);
        const auto step = seen.step(action);
        const auto terminated = static_cast<unsigned char>(step.terminated ? 1 : 0);
        const auto truncated = static_cast<unsigned char>(step.truncated ? 1 : 0);
        agent.rehearse({before, action, {&step.reward, 1}, step.observation, {&terminated, 1}, {&truncated, 1}});
    }
}

} // namespace opara::examples::drl
