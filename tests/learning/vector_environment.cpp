#include <opara/learning/train.hpp>
#include <opara/learning/vector_environment.hpp>
#include <tests/learning/minimal.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

using namespace opara::learning;
using namespace opara::test;

namespace {

std::vector<double> list(std::span<const double> numbers) { return {numbers.begin(), numbers.end()}; }

} // namespace

TEST_CASE("each environment and each episode has a seed of its own") {
    std::set<std::uint64_t> seeds;
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
        for (std::size_t k = 0; k < 10; ++k) {
            for (std::size_t episode = 0; episode < 100; ++episode) {
                seeds.insert(episode_seed(seed, k, episode));
            }
        }
    }
    CHECK(seeds.size() == 4 * 10 * 100);
}

TEST_CASE("rows belong to environments, and an ended one begins again") {
    constexpr std::size_t count = 5;
    vector_environment<line> envs{std::vector<line>(count), 3};
    CHECK(envs.size() == count);
    CHECK(envs.observations() == 1);
    std::vector<line> alone(count); // the same by hand
    std::vector<std::size_t> episodes(count, 0);
    for (std::size_t k = 0; k < count; ++k) {
        CHECK(envs.now()[k] == alone[k].reset(episode_seed(3, k, 0))[0]);
    }
    opara::random_source random{1};
    for (int step = 0; step < 200; ++step) {
        const std::vector<double> before = list(envs.now());
        std::vector<double> actions;
        for (std::size_t k = 0; k < count; ++k) {
            actions.push_back(static_cast<double>(random.below(3)));
        }
        const transitions t = envs.step(actions);
        REQUIRE(t.size() == count);
        CHECK(list(t.before) == before);
        CHECK(list(t.actions) == actions);
        for (std::size_t k = 0; k < count; ++k) {
            const auto r = alone[k].step(std::span<const double>{actions}.subspan(k, 1));
            REQUIRE(t.after[k] == r.observation[0]); // that before the reset
            REQUIRE(t.rewards[k] == r.reward);
            REQUIRE((t.terminated[k] != 0) == r.terminated);
            REQUIRE((t.truncated[k] != 0) == r.truncated);
            const double now =
                r.terminated || r.truncated ? alone[k].reset(episode_seed(3, k, ++episodes[k]))[0] : r.observation[0];
            REQUIRE(envs.now()[k] == now);
        }
        REQUIRE(envs.episodes() == episodes);
    }
    CHECK(episodes[0] > 10);
}

TEST_CASE("one can go on where others stopped") {
    vector_environment<line> first{std::vector<line>(1), 9};
    while (first.episodes()[0] < 7) {
        first.step(std::vector<double>{2});
    }
    vector_environment<line> second{std::vector<line>(1), 9, first.episodes()};
    CHECK(list(first.now()) == list(second.now()));
    CHECK(list(first.step(std::vector<double>{0}).after) == list(second.step(std::vector<double>{0}).after));
}

TEST_CASE("what is wrong is said with the number of the environment") {
    CHECK(says(complaint<environment_error>([] { vector_environment<line>{{}}; }), "there is no environment"));
    CHECK(says(complaint<environment_error>([] { vector_environment<line>{std::vector<line>(2), 0, {1, 2, 3}}; }),
               "there are episodes of 3 environments, and 2 environments"));
    const auto after_a_step = [](line wrong, std::vector<double> actions) {
        std::vector<line> two(2);
        two[1] = wrong;
        vector_environment<line> envs{std::move(two)};
        return complaint<opara::error>([&] { envs.step(actions); });
    };
    CHECK(after_a_step({}, {1, 1}).empty());
    CHECK(after_a_step({.wrong_place = not_a_number}, {1, 1}) == "number 0 of an observation is nan");
    CHECK(after_a_step({.wrong_reward = -infinity}, {1, 1}) == "the reward of a step is -inf");
    CHECK(after_a_step({}, {1, 3}) == "environment 1 is given an action that is none: there is no action 3: they are "
                                      "numbered from 0 to 2");
    CHECK(after_a_step({}, {0.5, 1}) == "environment 0 is given an action that is none: there is no action 0.5: they "
                                        "are numbered from 0 to 2");
    CHECK(after_a_step({}, {1}) == "there are 1 numbers for the actions of 2 environments, which take 2");
}

TEST_CASE("an action that is none leaves all environments where they were") {
    vector_environment<line> envs{std::vector<line>(3), 4};
    vector_environment<line> same = envs;
    CHECK_THROWS_AS(envs.step(std::vector<double>{0, 2, 7}), agent_error);
    CHECK_THROWS_AS(envs.step(std::vector<double>{0}), agent_error);
    for (int step = 0; step < 20; ++step) {
        const std::vector<double> actions{2, static_cast<double>(step % 3), 0};
        REQUIRE(list(envs.step(actions).after) == list(same.step(actions).after));
        REQUIRE(list(envs.now()) == list(same.now()));
    }
}

TEST_CASE("after a step that failed nothing goes on before a reset") {
    struct fragile : line { // of three, the second one breaks with its fourth step
        int* left = nullptr;
        result step(std::span<const double> action) {
            if (left != nullptr && (*left)-- == 0) {
                throw std::runtime_error{"the sensor is gone"};
            }
            return line::step(action);
        }
    };
    int left = 3;
    std::vector<fragile> three(3);
    three[1].left = &left;
    vector_environment<fragile> envs{three, 11};
    const std::vector<double> stay{1, 1, 1};
    std::string why;
    while (why.empty()) {
        why = complaint<std::runtime_error>([&] { envs.step(stay); });
    }
    CHECK(why == "the sensor is gone");
    left = 1000; // it is mended, but the first environment is a step ahead
    for (int again = 0; again < 2; ++again) {
        CHECK(says(complaint<environment_error>([&] { envs.step(stay); }), "reset begins again"));
    }
    stubborn agent;
    CHECK_THROWS_AS(train(envs, agent, {.episodes = 1}), environment_error);
    const std::vector<std::size_t> episodes = envs.episodes();
    envs.reset();
    CHECK(envs.episodes() == episodes);
    vector_environment<fragile> other{three, 11, episodes}; // as one that goes on from there
    for (int step = 0; step < 30; ++step) {
        REQUIRE(list(envs.now()) == list(other.now()));
        const transitions t = envs.step(stay);
        const transitions o = other.step(stay);
        REQUIRE(list(t.after) == list(o.after));
        REQUIRE(list(t.rewards) == list(o.rewards));
    }
}

TEST_CASE("a reset that fails leaves it as it was: broken") {
    struct absent : line {
        const bool* is_there = nullptr;
        std::array<double, 1> reset(std::uint64_t seed) { return {*is_there ? line::reset(seed)[0] : not_a_number}; }
    };
    bool is_there = true;
    std::vector<absent> two(2);
    two[0].is_there = two[1].is_there = &is_there;
    vector_environment<absent> envs{two, 1};
    is_there = false;
    CHECK_THROWS_AS(envs.reset(), environment_error);
    CHECK(says(complaint<environment_error>([&] { envs.step(std::vector<double>{1, 1}); }), "reset begins again"));
    is_there = true;
    envs.reset();
    CHECK_NOTHROW(envs.step(std::vector<double>{1, 1}));
}
