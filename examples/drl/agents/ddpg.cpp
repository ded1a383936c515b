#include <examples/drl/agents/ddpg.hpp>
#include <examples/drl/agents/diverged.hpp>
#include <examples/drl/agents/mlp.hpp>
#include <examples/drl/agents/normal.hpp>
#include <examples/drl/agents/replay_buffer.hpp>
#include <examples/drl/agents/state.hpp>

#include <algorithm>
#include <utility>

namespace opara::examples::drl {

struct ddpg::implementation {
    implementation(std::size_t observations, learning::continuous_actions actions, const ddpg_options& given)
        : options{given},
          space{std::move(actions)},
          width{observations},
          controls{space.lower.size()},
          random{given.seed},
          actor{shape_of_actor(), random},
          slow_actor{actor_copy()},
          actor_optimizer{actor.parameters(), options.actor_rate, "the actor"},
          memory{options.capacity, width, controls} {
        const perceptron_shape shape{width + controls, options.critic_hidden, 1, abstraction::activation::relu};
        for (std::size_t k = 0; k < std::max<std::size_t>(options.critics, 1); ++k) {
            critics.emplace_back(shape, random);
            slow_critics.emplace_back(shape, random);
            slow_critics.back().approach(critics.back(), 1);
            critic_optimizers.emplace_back(critics.back().parameters(), options.critic_rate, "a critic");
        }
    }
    [[nodiscard]] perceptron_shape shape_of_actor() const {
        return {width, options.hidden, controls, options.function, abstraction::activation::tanh, options.spread};
    }
    [[nodiscard]] mlp actor_copy() {
        mlp copy{shape_of_actor(), random};
        copy.approach(actor, 1);
        return copy;
    }

    // Controls from their places in [-1, 1], and back.
    [[nodiscard]] double control(double place, std::size_t i) const {
        const double half = 0.5 * (space.upper[i] - space.lower[i]);
        return std::clamp(space.lower[i] + half + half * place, space.lower[i], space.upper[i]);
    }
    [[nodiscard]] float place(double control, std::size_t i) const {
        const double half = 0.5 * (space.upper[i] - space.lower[i]);
        return half > 0 ? static_cast<float>((control - space.lower[i]) / half - 1) : 0.0F;
    }

    void act(std::span<const double> observations, std::span<double> actions, double noise) {
        const torch::NoGradGuard nothing_to_derive;
        const torch::Tensor places = actor(rows_of(observations, width));
        const std::span<float> y = numbers_of(places);
        require_finite(y, "a control of the actor");
        for (std::size_t k = 0; k < actions.size(); ++k) {
            const double shaken = static_cast<double>(y[k]) + (noise > 0 ? noise * normal(random) : 0);
            actions[k] = control(std::clamp(shaken, -1.0, 1.0), k % controls);
        }
    }

    void remember(const learning::transitions& t) {
        std::vector<float> action(controls);
        for (std::size_t k = 0; k < t.size(); ++k) {
            for (std::size_t i = 0; i < controls; ++i) {
                action[i] = place(t.actions[k * controls + i], i);
            }
            memory.add(t.before.subspan(k * width, width), action, learned_reward(t.rewards[k], options.reward_scale),
                       t.after.subspan(k * width, width), t.terminated[k] != 0);
            ++steps;
            if (steps >= options.warm_up && steps % std::max<std::uint64_t>(options.every, 1) == 0) {
                update();
            }
        }
    }

    // Target controls, shaken where TD3 asks for it.
    [[nodiscard]] torch::Tensor next_controls(const torch::Tensor& after) {
        torch::Tensor next = slow_actor(after);
        if (options.target_noise > 0) {
            for (float& u : numbers_of(next)) {
                const double shake =
                    std::clamp(options.target_noise * normal(random), -options.target_clip, options.target_clip);
                u = static_cast<float>(std::clamp(static_cast<double>(u) + shake, -1.0, 1.0));
            }
        }
        return next;
    }

    void update() {
        memory.sample(random, options.batch, drawn);
        const torch::Tensor before = rows_of(drawn.before, width);
        const torch::Tensor seen_and_done = torch::cat({before, rows_of(drawn.actions, controls)}, 1);
        torch::Tensor target;
        {
            const torch::NoGradGuard nothing_to_derive;
            const torch::Tensor after = rows_of(drawn.after, width);
            const torch::Tensor next = torch::cat({after, next_controls(after)}, 1);
            torch::Tensor value = slow_critics.front()(next);
            for (std::size_t k = 1; k < slow_critics.size(); ++k) {
                value = torch::minimum(value, slow_critics[k](next));
            }
            target = rows_of(drawn.rewards, 1) + options.discount * rows_of(drawn.goes_on, 1) * value;
        }
        for (std::size_t k = 0; k < critics.size(); ++k) {
            critic_optimizers[k].descend(torch::mse_loss(critics[k](seen_and_done), target));
        }
        if (++updates % std::max<std::uint64_t>(options.delay, 1) != 0) {
            return;
        }
        actor_optimizer.descend(-critics.front()(torch::cat({before, actor(before)}, 1)).mean());
        slow_actor.approach(actor, options.approach);
        for (std::size_t k = 0; k < critics.size(); ++k) {
            slow_critics[k].approach(critics[k], options.approach);
        }
    }

    template <class Archive>
    void transfer(Archive& a) {
        a.source(random);
        a.value(steps);
        a.value(updates);
        actor.transfer(a);
        slow_actor.transfer(a);
        actor_optimizer.transfer(a);
        for (std::size_t k = 0; k < critics.size(); ++k) {
            critics[k].transfer(a);
            slow_critics[k].transfer(a);
            critic_optimizers[k].transfer(a);
        }
        memory.transfer(a);
    }

    ddpg_options options;
    learning::continuous_actions space;
    std::size_t width;
    std::size_t controls;
    random_source random;
    mlp actor;
    mlp slow_actor; // the "target network"
    adam actor_optimizer;
    std::vector<mlp> critics;
    std::vector<mlp> slow_critics;
    std::vector<adam> critic_optimizers;
    replay_buffer memory;
    batch drawn;
    std::uint64_t steps = 0;
    std::uint64_t updates = 0;
};

ddpg::ddpg(std::size_t observations, learning::continuous_actions actions, const ddpg_options& options) {
    learning::require_actions(actions);
    my_ = std::make_unique<implementation>(observations, std::move(actions), options);
}
ddpg::ddpg(ddpg&&) noexcept = default;
ddpg& ddpg::operator=(ddpg&&) noexcept = default;
ddpg::~ddpg() = default;

void ddpg::explore(std::span<const double> observations, std::span<double> actions) {
    my_->act(observations, actions, my_->options.noise);
}
void ddpg::act(std::span<const double> observations, std::span<double> actions) { my_->act(observations, actions, 0); }
void ddpg::learn(const learning::transitions& t) { my_->remember(t); }

abstraction::network ddpg::policy() const { return my_->actor.network(); }
std::string ddpg::state() const {
    state_writer a;
    my_->transfer(a);
    return a.bytes();
}
void ddpg::restore(std::string_view bytes) {
    state_reader a{bytes};
    my_->transfer(a);
    a.end();
}

static_assert(learning::agent<ddpg>);

} // namespace opara::examples::drl
