/// @file
/// Proximal policy optimisation.
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

/// The hyper-parameters of PPO; the defaults are those of its paper for small tasks.
struct ppo_options {
    std::vector<std::size_t> hidden{64, 64};                          ///< the policy's layers
    std::vector<std::size_t> critic_hidden{64, 64};                   ///< the critic's layers
    abstraction::activation function = abstraction::activation::tanh; ///< of the policy's hidden layers
    double spread = 0;          ///< the standard deviation of the policy's first weights; 0: libtorch's usual ones
    double discount = 0.99;     ///< of a reward for each step that it comes later
    double trace = 0.95;        ///< of an advantage likewise (lambda)
    double rate = 3e-4;         ///< the learning rate of both networks
    std::size_t rollout = 1024; ///< steps of all environments together between two updates
    std::size_t epochs = 10;    ///< how often an update goes through them
    std::size_t batch = 64;     ///< steps a batch
    double clip = 0.2;          ///< how far the ratio of probabilities may be from 1
    double entropy = 0;         ///< the worth of being undecided
    double longest = 0.5;       ///< gradients are shortened to this length
    double first_spread = 0.6;  ///< of controls, whose range is 2, at first
    double reward_scale = 1;    ///< what rewards are multiplied by when learning
    std::uint64_t seed = 0;     ///< equal seeds learn equally
    bool by_lot = false;        ///< what is taken for the best among actions is to draw one, as when exploring
};

/// PPO with clipping and generalised advantages (Schulman et al., "Proximal policy optimization algorithms", arXiv
/// 1707.06347), for actions that are chosen and for controls. Model of `learning::agent`. The policy is a network of
/// its own: of several actions it gives the logarithms of their chances but for a constant; of controls the middle of a
/// normal distribution, through tanh.
class ppo {
public:
    /// @param observations  numbers in an observation
    /// @throws learning::environment_error  there is no action
    ppo(std::size_t observations, learning::discrete_actions actions, const ppo_options& options = {});
    /// The same for controls. @throws learning::environment_error  there is none, or one is unbounded
    ppo(std::size_t observations, learning::continuous_actions actions, const ppo_options& options = {});
    ppo(ppo&&) noexcept;
    ppo& operator=(ppo&&) noexcept;
    ~ppo();

    void explore(std::span<const double> observations, std::span<double> actions); ///< by lot
    void act(std::span<const double> observations, std::span<double> actions);     ///< the likeliest, or `by_lot`
    /// Collects, and updates when there is a rollout. @pre `explore` chose the actions @throws diverged
    void learn(const learning::transitions& t);

    [[nodiscard]] abstraction::network policy() const; ///< as above
    [[nodiscard]] std::string state() const;           ///< all that it knows, as bytes
    void restore(std::string_view bytes);              ///< @throws error  they are no state of such an agent

private:
    struct implementation;
    std::unique_ptr<implementation> my_;
};

} // namespace opara::examples::drl
