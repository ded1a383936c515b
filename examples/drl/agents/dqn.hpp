/// @file
/// Deep Q-networks.
#pragma once

#include <opara/abstraction/network.hpp>
#include <opara/learning/action.hpp>
#include <opara/learning/agent.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace opara::examples::drl {

/// The hyper-parameters of DQN; the defaults are those with which Trainify trains Mountain Car.
struct dqn_options {
    std::vector<std::size_t> hidden{32, 32};                          ///< the layers
    abstraction::activation function = abstraction::activation::relu; ///< of the hidden layers
    double spread = 0;                 ///< the standard deviation of the first weights; 0: libtorch's usual ones
    double discount = 0.99;            ///< of a reward for each step that it comes later
    double rate = 1e-3;                ///< the learning rate
    std::size_t capacity = 10'000;     ///< of the replay memory, in steps
    std::size_t batch = 128;           ///< steps an update
    std::size_t every = 8;             ///< steps between updates
    std::size_t warm_up = 256;         ///< steps before the first update
    std::size_t sync = 20;             ///< updates between two copies into the target network
    double first_chance = 0.1;         ///< of an action by lot, at first,
    double last_chance = 0.01;         ///< and at last,
    std::size_t chance_steps = 20'000; ///< after so many steps
    double reward_scale = 1;           ///< what rewards are multiplied by when learning
    std::uint64_t seed = 0;            ///< equal seeds learn equally
};

/// DQN (Mnih et al., "Human-level control through deep reinforcement learning", Nature 518, 2015), plain: one network
/// values each action, another one that follows it values what comes next. Model of `learning::agent`.
class dqn {
public:
    /// @param observations  numbers in an observation
    /// @throws learning::environment_error  there is no action
    dqn(std::size_t observations, learning::discrete_actions actions, const dqn_options& options = {});
    dqn(dqn&&) noexcept;
    dqn& operator=(dqn&&) noexcept;
    ~dqn();

    void explore(std::span<const double> observations, std::span<double> actions); ///< at times by lot
    void act(std::span<const double> observations, std::span<double> actions);     ///< the first of the best ones
    void learn(const learning::transitions& t); ///< remembers, and updates; @throws diverged

    [[nodiscard]] abstraction::network policy() const; ///< the largest of its outputs has the action's number
    [[nodiscard]] std::string state() const;           ///< all that it knows, as bytes
    void restore(std::string_view bytes);              ///< @throws error  they are no state of such an agent

private:
    struct implementation;
    std::unique_ptr<implementation> my_;
};

} // namespace opara::examples::drl
