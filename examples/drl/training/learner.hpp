/// @file
/// Any of the agents as one type, so that the training of a system is compiled once and not once an agent.
#pragma once

#include <examples/drl/training/recipe.hpp>
#include <opara/abstraction/json.hpp>
#include <opara/learning/action.hpp>
#include <opara/learning/agent.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace opara::examples::drl {

/// An agent of a recipe. Model of `learning::agent`.
class learner {
public:
    /// @throws usage_error  the agent chooses among actions and the system takes controls, or the other way round
    learner(std::size_t observations, const learning::discrete_actions& actions, const recipe& options,
            std::uint64_t seed);
    /// The same for controls.
    learner(std::size_t observations, const learning::continuous_actions& actions, const recipe& options,
            std::uint64_t seed);

    void explore(std::span<const double> observations, std::span<double> actions); ///< what to try
    void act(std::span<const double> observations, std::span<double> actions);     ///< what is best
    void learn(const learning::transitions& t);                                    ///< from what it led to
    /// Learns from steps that somebody else took, if it replays steps; DQN, DDPG and TD3 do, PPO does not.
    void rehearse(const learning::transitions& t);

    /// The policy, with the head that makes actions of its outputs; without name, system and grid.
    /// @throws error  the controls have different bounds, which the format cannot say
    [[nodiscard]] abstraction::trained_controller policy() const;
    [[nodiscard]] std::string state() const; ///< all that it knows
    void restore(std::string_view bytes);    ///< @throws error  they are no state of such an agent

private:
    std::variant<ddpg, dqn, ppo> agent_;
    learning::continuous_actions controls_; // none where it chooses
    bool by_lot_ = false;                   // how it then does
};

} // namespace opara::examples::drl
