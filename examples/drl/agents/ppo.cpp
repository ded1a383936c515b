#include <examples/drl/agents/diverged.hpp>
#include <examples/drl/agents/mlp.hpp>
#include <examples/drl/agents/normal.hpp>
#include <examples/drl/agents/ppo.hpp>
#include <examples/drl/agents/state.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace opara::examples::drl {

struct ppo::implementation {
    // count: actions to choose from, or 0; space: controls, or none.
    implementation(std::size_t observations, std::size_t choices, learning::continuous_actions bounds,
                   const ppo_options& given)
        : options{given},
          space{std::move(bounds)},
          width{observations},
          count{choices},
          numbers{choices > 0 ? 1 : space.lower.size()},
          random{given.seed},
          actor{{width, options.hidden, choices > 0 ? choices : numbers, options.function,
                 choices > 0 ? abstraction::activation::identity : abstraction::activation::tanh, options.spread},
                random},
          critic{{width, options.critic_hidden, 1, abstraction::activation::tanh}, random},
          log_spread{torch::full({1, static_cast<std::int64_t>(numbers)}, std::log(options.first_spread))
                         .set_requires_grad(true)},
          actor_optimizer{actor_parameters(), options.rate, "the policy"},
          critic_optimizer{critic.parameters(), options.rate, "the critic"} {}

    [[nodiscard]] std::vector<torch::Tensor> actor_parameters() const {
        std::vector<torch::Tensor> all = actor.parameters();
        if (count == 0) {
            all.push_back(log_spread);
        }
        return all;
    }

    [[nodiscard]] double control(float place, std::size_t i) const {
        const double half = 0.5 * (space.upper[i] - space.lower[i]);
        const double bounded = std::clamp(static_cast<double>(place), -1.0, 1.0);
        return std::clamp(space.lower[i] + half + half * bounded, space.lower[i], space.upper[i]);
    }
    // One of the actions, as likely as the network says.
    [[nodiscard]] std::size_t drawn_from(std::span<const float> logits) {
        const float most = *std::max_element(logits.begin(), logits.end());
        double sum = 0;
        for (const float x : logits) {
            sum += std::exp(static_cast<double>(x - most));
        }
        double left = random.unit() * sum;
        for (std::size_t a = 0; a + 1 < logits.size(); ++a) {
            left -= std::exp(static_cast<double>(logits[a] - most));
            if (left < 0) {
                return a;
            }
        }
        return logits.size() - 1;
    }

    void act(std::span<const double> observations, std::span<double> actions) {
        const torch::NoGradGuard nothing_to_derive;
        const torch::Tensor out = actor(rows_of(observations, width));
        const std::span<float> y = numbers_of(out);
        require_finite(y, "an output of the policy");
        for (std::size_t k = 0; k < actions.size(); ++k) {
            if (count > 0) {
                const auto row = y.subspan(k * count, count);
                actions[k] = options.by_lot
                                 ? static_cast<double>(drawn_from(row))
                                 : static_cast<double>(std::max_element(row.begin(), row.end()) - row.begin());
            } else {
                actions[k] = control(y[k], k % numbers);
            }
        }
    }
    void explore(std::span<const double> observations, std::span<double> actions) {
        const torch::NoGradGuard nothing_to_derive;
        const torch::Tensor out = actor(rows_of(observations, width));
        const std::span<float> y = numbers_of(out);
        require_finite(y, "an output of the policy");
        const std::span<float> spread = numbers_of(log_spread);
        tried.resize(actions.size());
        for (std::size_t k = 0; k < actions.size(); ++k) {
            if (count > 0) {
                tried[k] = static_cast<float>(drawn_from(y.subspan(k * count, count)));
                actions[k] = static_cast<double>(tried[k]);
            } else {
                tried[k] = y[k] + std::exp(spread[k % numbers]) * static_cast<float>(normal(random));
                actions[k] = control(tried[k], k % numbers);
            }
        }
    }

    void collect(const learning::transitions& t) {
        if (rows != t.size()) { // other environments: what was collected does not go together with them
            rows = t.size();
            before.clear();
            after.clear();
            chosen.clear();
            rewards.clear();
            ends.clear();
        }
        before.insert(before.end(), t.before.begin(), t.before.end());
        after.insert(after.end(), t.after.begin(), t.after.end());
        chosen.insert(chosen.end(), tried.begin(), tried.end());
        for (std::size_t k = 0; k < rows; ++k) {
            rewards.push_back(learned_reward(t.rewards[k], options.reward_scale));
            ends.push_back(t.terminated[k] != 0 ? 2 : t.truncated[k] != 0 ? 1 : 0);
        }
        if (rewards.size() >= options.rollout) {
            update();
            before.clear();
            after.clear();
            chosen.clear();
            rewards.clear();
            ends.clear();
        }
    }

    // The logarithms of the actions' chances, and how undecided the policy is.
    [[nodiscard]] std::pair<torch::Tensor, torch::Tensor> chances(const torch::Tensor& seen,
                                                                  const torch::Tensor& done) const {
        const torch::Tensor out = actor(seen);
        if (count > 0) {
            const torch::Tensor logs = torch::log_softmax(out, 1);
            return {logs.gather(1, done.to(torch::kLong)), -(logs.exp() * logs).sum(1).mean()};
        }
        const torch::Tensor far = (done - out) / log_spread.exp();
        return {(-0.5 * far * far - log_spread).sum(1, true), log_spread.sum()}; // but for constants
    }

    void update() {
        const std::size_t n = rewards.size();
        const torch::Tensor seen = rows_of(std::span<const float>{before}, width);
        const torch::Tensor done = rows_of(std::span<const float>{chosen}, numbers);
        std::vector<float> advantage(n);
        std::vector<float> goal(n);
        torch::Tensor old;
        {
            const torch::NoGradGuard nothing_to_derive;
            old = chances(seen, done).first;
            const torch::Tensor values = critic(seen);
            const torch::Tensor next_values = critic(rows_of(std::span<const float>{after}, width));
            const std::span<float> v = numbers_of(values);
            const std::span<float> next = numbers_of(next_values);
            for (std::size_t k = n; k-- > 0;) { // the step before of the same environment is `rows` places before
                const float worth = ends[k] == 2 ? 0 : static_cast<float>(options.discount) * next[k];
                const float surprise = rewards[k] + worth - v[k];
                const float later = ends[k] != 0 || k + rows >= n ? 0 : advantage[k + rows];
                advantage[k] = surprise + static_cast<float>(options.discount * options.trace) * later;
                goal[k] = advantage[k] + v[k];
            }
        }
        double mean = 0;
        double square = 0;
        for (const float a : advantage) {
            mean += static_cast<double>(a) / static_cast<double>(n);
        }
        for (const float a : advantage) {
            square += (static_cast<double>(a) - mean) * (static_cast<double>(a) - mean) / static_cast<double>(n);
        }
        for (float& a : advantage) {
            a = static_cast<float>((static_cast<double>(a) - mean) / (std::sqrt(square) + 1e-8));
        }
        const torch::Tensor advantages = rows_of(std::span<const float>{advantage}, 1);
        const torch::Tensor goals = rows_of(std::span<const float>{goal}, 1);
        std::vector<std::int64_t> order(n);
        std::iota(order.begin(), order.end(), 0);
        for (std::size_t epoch = 0; epoch < options.epochs; ++epoch) {
            random.shuffle(std::span<std::int64_t>{order});
            for (std::size_t first = 0; first < n; first += options.batch) {
                const std::size_t size = std::min(options.batch, n - first);
                const torch::Tensor some =
                    torch::from_blob(order.data() + first, {static_cast<std::int64_t>(size)}, torch::kLong);
                const torch::Tensor here = seen.index_select(0, some);
                const auto [now, undecided] = chances(here, done.index_select(0, some));
                const torch::Tensor ratio = (now - old.index_select(0, some)).exp();
                const torch::Tensor gain = advantages.index_select(0, some);
                const torch::Tensor clipped = ratio.clamp(1 - options.clip, 1 + options.clip) * gain;
                const torch::Tensor loss = -torch::minimum(ratio * gain, clipped).mean();
                actor_optimizer.descend(loss - options.entropy * undecided, options.longest);
                critic_optimizer.descend(torch::mse_loss(critic(here), goals.index_select(0, some)), options.longest);
            }
        }
    }

    template <class Archive>
    void transfer(Archive& a) {
        a.source(random);
        actor.transfer(a);
        critic.transfer(a);
        a.numbers(numbers_of(log_spread));
        actor_optimizer.transfer(a);
        critic_optimizer.transfer(a);
        a.value(rows);
        a.list(before);
        a.list(after);
        a.list(chosen);
        a.list(rewards);
        a.list(ends);
    }

    ppo_options options;
    learning::continuous_actions space;
    std::size_t width;
    std::size_t count;
    std::size_t numbers; // in an action
    random_source random;
    mlp actor;
    mlp critic;
    torch::Tensor log_spread; // of each control
    adam actor_optimizer;
    adam critic_optimizer;
    std::vector<float> tried; // what the last `explore` chose, before it was bounded
    std::size_t rows = 0;
    std::vector<float> before;
    std::vector<float> after;
    std::vector<float> chosen;
    std::vector<float> rewards;
    std::vector<unsigned char> ends; // 2: nothing comes after; 1: cut short; 0: it goes on
};

ppo::ppo(std::size_t observations, learning::discrete_actions actions, const ppo_options& options) {
    learning::require_actions(actions);
    my_ = std::make_unique<implementation>(observations, actions.count, learning::continuous_actions{}, options);
}
ppo::ppo(std::size_t observations, learning::continuous_actions actions, const ppo_options& options) {
    learning::require_actions(actions);
    my_ = std::make_unique<implementation>(observations, 0, std::move(actions), options);
}
ppo::ppo(ppo&&) noexcept = default;
ppo& ppo::operator=(ppo&&) noexcept = default;
ppo::~ppo() = default;

void ppo::explore(std::span<const double> observations, std::span<double> actions) {
    my_->explore(observations, actions);
}
void ppo::act(std::span<const double> observations, std::span<double> actions) { my_->act(observations, actions); }
void ppo::learn(const learning::transitions& t) { my_->collect(t); }

abstraction::network ppo::policy() const { return my_->actor.network(); }
std::string ppo::state() const {
    state_writer a;
    my_->transfer(a);
    return a.bytes();
}
void ppo::restore(std::string_view bytes) {
    state_reader a{bytes};
    my_->transfer(a);
    a.end();
}

static_assert(learning::agent<ppo>);

} // namespace opara::examples::drl
