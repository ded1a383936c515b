// What all agents have in common: they learn a task that they must learn, repeatably, and go on from a checkpoint.

#include <examples/drl/agents/ddpg.hpp>
#include <examples/drl/agents/dqn.hpp>
#include <examples/drl/agents/ppo.hpp>
#include <opara/learning/evaluate.hpp>
#include <opara/learning/train.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

using namespace opara::examples::drl;
using namespace opara::learning;

namespace {

// A place in [-1, 1] that one moves by up to 0.2; a step costs the square of the distance from 0.3. 20 steps.
template <class Actions>
struct slope {
    double place = 0;
    int steps = 0;

    std::array<double, 1> reset(std::uint64_t seed) {
        opara::random_source random{seed};
        place = 2 * random.unit() - 1;
        steps = 0;
        return {place};
    }
    step_result<std::array<double, 1>> step(std::span<const double> action) {
        const double move = std::same_as<Actions, discrete_actions> ? 0.2 * (action[0] - 1) : action[0] / 10;
        place = std::clamp(place + move, -1.0, 1.0);
        return {{place}, -(place - 0.3) * (place - 0.3), false, ++steps == 20};
    }
    [[nodiscard]] std::size_t observations() const { return 1; }
    [[nodiscard]] Actions actions() const {
        if constexpr (std::same_as<Actions, discrete_actions>) {
            return {3};
        } else {
            return {{-2}, {2}};
        }
    }
};

struct make_dqn {
    using actions = discrete_actions;
    static dqn with(std::uint64_t seed, std::size_t width = 16) {
        return {1,
                actions{3},
                {.hidden = {width}, .batch = 32, .every = 2, .warm_up = 64, .chance_steps = 2000, .seed = seed}};
    }
};
struct make_ddpg {
    using actions = continuous_actions;
    static ddpg with(std::uint64_t seed, std::size_t width = 16) {
        return {1,
                actions{{-2}, {2}},
                {.hidden = {width}, .spread = 0, .actor_rate = 1e-3, .every = 2, .noise = 0.2, .seed = seed}};
    }
};
struct make_td3 {
    using actions = continuous_actions;
    static ddpg with(std::uint64_t seed, std::size_t width = 16) {
        return {1, actions{{-2}, {2}},
                td3_options({.hidden = {width}, .spread = 0, .actor_rate = 1e-3, .every = 2, .seed = seed})};
    }
};
struct make_ppo {
    using actions = discrete_actions;
    static ppo with(std::uint64_t seed, std::size_t width = 16) {
        return {1, actions{3}, {.hidden = {width}, .rate = 2e-3, .rollout = 200, .seed = seed}};
    }
};
struct make_ppo_with_controls {
    using actions = continuous_actions;
    static ppo with(std::uint64_t seed, std::size_t width = 16) {
        return {1, actions{{-2}, {2}}, {.hidden = {width}, .rate = 2e-3, .rollout = 200, .seed = seed}};
    }
};

template <class Make>
vector_environment<slope<typename Make::actions>> slopes(std::size_t count, std::uint64_t seed,
                                                         std::vector<std::size_t> episodes = {}) {
    return vector_environment{std::vector<slope<typename Make::actions>>(count), seed, std::move(episodes)};
}

} // namespace

TEST_CASE_TEMPLATE("it learns what it must, and its policy is what it does", Make, make_dqn, make_ddpg, make_td3,
                   make_ppo, make_ppo_with_controls) {
    auto agent = Make::with(1);
    const slope<typename Make::actions> judge;
    const double before = evaluate(judge, agent, {.episodes = 50}).mean;
    auto envs = slopes<Make>(2, 1);
    train(envs, agent, {.steps = 6000});
    const double after = evaluate(judge, agent, {.episodes = 50}).mean;
    CHECK(after > before);
    CHECK(after > -1.2); // from the far end it costs 2.6, at the best: -0.6 in the mean

    // The network in double arithmetic decides as the agent does.
    const opara::abstraction::network net = agent.policy();
    for (const double x : {-0.9, -0.2, 0.1, 0.8}) {
        std::array<double, 1> action{};
        agent.act(std::array{x}, action);
        std::vector<double> out(net.outputs());
        net.evaluate(std::array{x}, out);
        const auto largest = static_cast<double>(std::max_element(out.begin(), out.end()) - out.begin());
        const double expected = std::same_as<typename Make::actions, discrete_actions> ? largest : 2 * out[0];
        CHECK(action[0] == doctest::Approx(expected).epsilon(1e-5));
    }
}

TEST_CASE_TEMPLATE("equal seeds learn equally", Make, make_dqn, make_ddpg, make_td3, make_ppo, make_ppo_with_controls) {
    const auto policy = [](std::uint64_t seed) {
        auto agent = Make::with(seed);
        auto envs = slopes<Make>(1, seed);
        train(envs, agent, {.steps = 400});
        return agent.policy();
    };
    CHECK(policy(1) == policy(1));
    CHECK(policy(1) != policy(2));
}

TEST_CASE_TEMPLATE("it goes on from its state as if nothing had happened", Make, make_dqn, make_ddpg, make_td3,
                   make_ppo, make_ppo_with_controls) {
    auto whole = Make::with(1);
    auto envs = slopes<Make>(1, 1);
    train(envs, whole, {.episodes = 40});

    auto first = Make::with(1);
    auto some = slopes<Make>(1, 1);
    train(some, first, {.episodes = 25});
    const std::string state = first.state();
    auto second = Make::with(99); // whose own beginning does not matter
    second.restore(state);
    CHECK(second.policy() == first.policy());
    CHECK(second.state() == state);
    auto others = slopes<Make>(1, 1, some.episodes());
    train(others, second, {.episodes = 15});
    CHECK(second.policy() == whole.policy());
    CHECK(second.state() == whole.state());
}

TEST_CASE_TEMPLATE("a state of another network is refused", Make, make_dqn, make_ddpg, make_td3, make_ppo,
                   make_ppo_with_controls) {
    auto agent = Make::with(1);
    const std::string state = agent.state();
    auto wider = Make::with(1, 17);
    CHECK_THROWS_WITH_AS(wider.restore(state),
                         "the checkpoint has a list of 16 numbers where this agent has 17: it is of another network",
                         opara::error);
    CHECK_THROWS_WITH_AS(agent.restore(state.substr(0, state.size() - 3)), "the checkpoint is cut off", opara::error);
    CHECK_THROWS_WITH_AS(agent.restore(state + "xy"), "the checkpoint has 2 bytes too many", opara::error);
}

TEST_CASE("actions that are none are refused") {
    CHECK_THROWS_AS((dqn{1, discrete_actions{0}}), environment_error);
    CHECK_THROWS_AS((ddpg{1, continuous_actions{}}), environment_error);
    CHECK_THROWS_AS((ppo{1, continuous_actions{{1}, {-1}}}), environment_error);
}
