/// @file
/// Deep deterministic policy gradient, and its twin with the three repairs.
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

/// The hyper-parameters of DDPG; the defaults are those with which Trainify trains B1 and B2.
struct ddpg_options {
    std::vector<std::size_t> hidden{20, 20};                          ///< the actor's layers
    std::vector<std::size_t> critic_hidden{64, 64};                   ///< the critic's layers
    abstraction::activation function = abstraction::activation::tanh; ///< of the actor's hidden layers
    double spread = 0.1;           ///< the standard deviation of the actor's first weights; 0: libtorch's usual ones
    double discount = 0.99;        ///< of a reward for each step that it comes later
    double actor_rate = 1e-4;      ///< the actor's learning rate
    double critic_rate = 1e-3;     ///< the critic's learning rate
    double approach = 0.02;        ///< how far the target networks follow with each update
    std::size_t capacity = 10'000; ///< of the replay memory, in steps
    std::size_t batch = 32;        ///< steps an update
    std::size_t every = 4;         ///< steps between updates
    std::size_t warm_up = 32;      ///< steps before the first update
    double noise = 0;        ///< added when exploring: its standard deviation, where a control's range is 2; Trainify
                             ///< had none
    double reward_scale = 1; ///< what rewards are multiplied by when learning
    std::uint64_t seed = 0;  ///< equal seeds learn equally
    // What makes it TD3 (below).
    std::size_t critics = 1;  ///< 2: the smaller of two values is believed
    std::size_t delay = 1;    ///< critics' updates an actor's update
    double target_noise = 0;  ///< the standard deviation of what is added to the target actor's controls
    double target_clip = 0.5; ///< the most that is added there
};

/// TD3's additions to DDPG with their published values, and its exploration noise (Fujimoto, van Hoof, Meger,
/// "Addressing function approximation error in actor-critic methods", ICML 2018).
[[nodiscard]] inline ddpg_options td3_options(ddpg_options options = {}) {
    options.critics = 2;
    options.delay = 2;
    options.target_noise = 0.2;
    options.noise = 0.1;
    return options;
}

/// DDPG (Lillicrap et al., "Continuous control with deep reinforcement learning", ICLR 2016), and TD3 with
/// `td3_options`. Model of `learning::agent`. Replays steps; the actor ends in tanh, so controls keep their bounds.
class ddpg {
public:
    /// @param observations  numbers in an observation
    /// @throws learning::environment_error  there is no control, or one is unbounded
    ddpg(std::size_t observations, learning::continuous_actions actions, const ddpg_options& options = {});
    ddpg(ddpg&&) noexcept;
    ddpg& operator=(ddpg&&) noexcept;
    ~ddpg();

    void explore(std::span<const double> observations, std::span<double> actions); ///< with noise, if there is any
    void act(std::span<const double> observations, std::span<double> actions);     ///< without
    void learn(const learning::transitions& t); ///< remembers, and updates; @throws diverged

    /// The actor: its outputs in [-1, 1] are the controls' places between their bounds.
    [[nodiscard]] abstraction::network policy() const;
    [[nodiscard]] std::string state() const; ///< all that it knows, as bytes
    void restore(std::string_view bytes);    ///< @throws error  they are no state of such an agent

private:
    struct implementation;
    std::unique_ptr<implementation> my_;
};

} // namespace opara::examples::drl
