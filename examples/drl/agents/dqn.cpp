#include <examples/drl/agents/diverged.hpp>
#include <examples/drl/agents/dqn.hpp>
#include <examples/drl/agents/mlp.hpp>
#include <examples/drl/agents/replay_buffer.hpp>
#include <examples/drl/agents/state.hpp>

#include <algorithm>
#include <utility>

namespace opara::examples::drl {

struct dqn::implementation {
    implementation(std::size_t observations, std::size_t actions, const dqn_options& given)
        : options{given},
          width{observations},
          count{actions},
          random{given.seed},
          values{shape(), random},
          slow_values{shape(), random},
          optimizer{values.parameters(), options.rate},
          memory{options.capacity, width, 1} {
        slow_values.approach(values, 1);
    }
    [[nodiscard]] perceptron_shape shape() const {
        return {width, options.hidden, count, options.function, abstraction::activation::identity, options.spread};
    }

    void act(std::span<const double> observations, std::span<double> actions) {
        const torch::NoGradGuard nothing_to_derive;
        const torch::Tensor all = values(rows_of(observations, width));
        const std::span<float> q = numbers_of(all);
        require_finite(q, "the value of an action");
        for (std::size_t k = 0; k < actions.size(); ++k) {
            const auto row = q.subspan(k * count, count);
            actions[k] = static_cast<double>(std::max_element(row.begin(), row.end()) - row.begin());
        }
    }
    void explore(std::span<const double> observations, std::span<double> actions) {
        act(observations, actions);
        const double gone = options.chance_steps == 0
                                ? 1.0
                                : std::min(static_cast<double>(steps) / static_cast<double>(options.chance_steps), 1.0);
        const double chance = options.first_chance + gone * (options.last_chance - options.first_chance);
        for (double& a : actions) {
            if (random.chance(chance)) {
                a = static_cast<double>(random.below(count));
            }
        }
    }

    void remember(const learning::transitions& t) {
        for (std::size_t k = 0; k < t.size(); ++k) {
            const auto action = static_cast<float>(t.actions[k]);
            memory.add(t.before.subspan(k * width, width), std::span<const float>{&action, 1},
                       learned_reward(t.rewards[k], options.reward_scale), t.after.subspan(k * width, width),
                       t.terminated[k] != 0);
            ++steps;
            if (steps >= options.warm_up && steps % std::max<std::uint64_t>(options.every, 1) == 0) {
                update();
            }
        }
    }
    void update() {
        memory.sample(random, options.batch, drawn);
        torch::Tensor target;
        {
            const torch::NoGradGuard nothing_to_derive;
            const torch::Tensor best = std::get<0>(slow_values(rows_of(drawn.after, width)).max(1, true));
            target = rows_of(drawn.rewards, 1) + options.discount * rows_of(drawn.goes_on, 1) * best;
        }
        const torch::Tensor chosen = rows_of(drawn.actions, 1).to(torch::kLong);
        const torch::Tensor value = values(rows_of(drawn.before, width)).gather(1, chosen);
        optimizer.descend(torch::mse_loss(value, target));
        if (++updates % std::max<std::uint64_t>(options.sync, 1) == 0) {
            slow_values.approach(values, 1);
        }
    }

    template <class Archive>
    void transfer(Archive& a) {
        a.source(random);
        a.value(steps);
        a.value(updates);
        values.transfer(a);
        slow_values.transfer(a);
        optimizer.transfer(a);
        memory.transfer(a);
    }

    dqn_options options;
    std::size_t width;
    std::size_t count;
    random_source random;
    mlp values;
    mlp slow_values; // the "target network"
    adam optimizer;
    replay_buffer memory;
    batch drawn;
    std::uint64_t steps = 0;
    std::uint64_t updates = 0;
};

dqn::dqn(std::size_t observations, learning::discrete_actions actions, const dqn_options& options) {
    learning::require_actions(actions);
    my_ = std::make_unique<implementation>(observations, actions.count, options);
}
dqn::dqn(dqn&&) noexcept = default;
dqn& dqn::operator=(dqn&&) noexcept = default;
dqn::~dqn() = default;

void dqn::explore(std::span<const double> observations, std::span<double> actions) {
    my_->explore(observations, actions);
}
void dqn::act(std::span<const double> observations, std::span<double> actions) { my_->act(observations, actions); }
void dqn::learn(const learning::transitions& t) { my_->remember(t); }

abstraction::network dqn::policy() const { return my_->values.network(); }
std::string dqn::state() const {
    state_writer a;
    my_->transfer(a);
    return a.bytes();
}
void dqn::restore(std::string_view bytes) {
    state_reader a{bytes};
    my_->transfer(a);
    a.end();
}

static_assert(learning::agent<dqn>);

} // namespace opara::examples::drl
