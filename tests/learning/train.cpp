#include <opara/abstraction/uniform_grid.hpp>
#include <opara/learning/abstract_environment.hpp>
#include <opara/learning/evaluate.hpp>
#include <opara/learning/train.hpp>
#include <tests/learning/minimal.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

using namespace opara::learning;
using namespace opara::test;

namespace {

vector_environment<line> lines(std::size_t count, std::uint64_t seed = 0) {
    return vector_environment<line>{std::vector<line>(count), seed};
}
training_log timeless(training_log log) {
    log.seconds = 0;
    return log;
}
// Acts by lot, and so shows whether all is repeatable.
struct gambler {
    opara::random_source random;
    void explore(std::span<const double>, std::span<double> actions) {
        for (double& a : actions) {
            a = static_cast<double>(random.below(3));
        }
    }
    void act(std::span<const double> o, std::span<double> actions) { explore(o, actions); }
    void learn(const transitions&) {}
};

} // namespace

TEST_CASE("the log has each episode with its reward, its length and when it ended") {
    auto envs = lines(1);
    stubborn agent; // stays: an episode is 5 steps at one place, or 1 step at 0
    const training_log log = train(envs, agent, {.episodes = 50});
    CHECK(log.end == training_end::episodes);
    REQUIRE(log.episodes.size() == 50);
    CHECK(agent.told == log.steps);
    CHECK(agent.seen.size() == log.steps);
    std::size_t step = 0;
    std::size_t sixth = 0;
    for (const episode& e : log.episodes) {
        CHECK((e.length == 5 || (e.length == 1 && e.reward == 0)));
        double reward = 0;
        for (std::size_t k = step; k < step + e.length; ++k) {
            reward += agent.rewards[k];
        }
        CHECK(e.reward == reward);
        step += e.length;
        sixth += e.length == 1 ? 1 : 0;
        CHECK(e.step == step);
    }
    CHECK(step == log.steps);
    CHECK(sixth > 0);
    CHECK(log.seconds >= 0);
}

TEST_CASE("limits and criteria end it") {
    stubborn agent;
    auto envs = lines(3);
    training_log log = train(envs, agent, {.steps = 100});
    CHECK(log.end == training_end::steps);
    CHECK(log.steps == 102); // whole rows
    log = train(envs, agent, {.seconds = 0.01});
    CHECK(log.end == training_end::seconds);
    CHECK(log.seconds < 5);
    std::size_t told = 0;
    log = train(
        envs, agent, {.episodes = 1000}, [](const training_log& l) { return l.episodes.size() >= 7; },
        [&](const training_log& l) { told = l.episodes.size(); });
    CHECK(log.end == training_end::stopped);
    CHECK(log.episodes.size() >= 7);
    CHECK(log.episodes.size() < 10);
    CHECK(told == log.episodes.size());
    CHECK(train(envs, agent, {.steps = 0}).steps == 0);
}

TEST_CASE("equal seeds give equal runs, others do not") {
    const auto run = [](std::uint64_t seed) {
        auto envs = lines(4, seed);
        gambler agent{opara::random_source{seed}};
        return timeless(train(envs, agent, {.episodes = 60}));
    };
    CHECK(run(1) == run(1));
    CHECK(run(1) != run(2));
}

TEST_CASE("a training goes on where another stopped") {
    gambler all{opara::random_source{5}};
    auto whole_envs = lines(1, 5);
    const training_log whole = timeless(train(whole_envs, all, {.episodes = 40}));

    gambler halves{opara::random_source{5}};
    auto envs = lines(1, 5);
    const training_log first = train(envs, halves, {.episodes = 15});
    vector_environment<line> others{std::vector<line>(1), 5, envs.episodes()};
    gambler again{opara::random_source{halves.random.state()}};
    CHECK(timeless(train(others, again, {.episodes = 40, .so_far = first})) == whole);
}

TEST_CASE("interrupted at any episode, a training ends where it would have") {
    const auto until = [](const training_log& l) { return l.episodes.size() == 9; };
    gambler all{opara::random_source{5}};
    auto whole_envs = lines(1, 5);
    const training_log whole = timeless(train(whole_envs, all, {.episodes = 40}, until));
    REQUIRE(whole.end == training_end::stopped);
    for (std::size_t last = 1; last <= 9; ++last) { // with the ninth the criterion is met, and was not asked yet
        gambler agent{opara::random_source{5}};
        auto envs = lines(1, 5);
        training_log saved;
        const auto interrupt = [&](const training_log& l) {
            if (l.episodes.size() == last) {
                saved = l;
                throw std::runtime_error{"interrupted"};
            }
        };
        REQUIRE_THROWS_AS(train(envs, agent, {.episodes = 40}, until, interrupt), std::runtime_error);
        vector_environment<line> others{std::vector<line>(1), 5, envs.episodes()};
        CHECK(timeless(train(others, agent, {.episodes = 40, .so_far = saved}, until)) == whole);
    }
    // What has ended is not trained on.
    auto envs = lines(1, 5);
    CHECK(timeless(train(envs, all, {.episodes = 40, .so_far = whole}, until)) == whole);
}

TEST_CASE("what an agent does wrong is said") {
    const auto refused = [](double action) {
        auto envs = lines(2);
        stubborn agent{action};
        return complaint<agent_error>([&] { train(envs, agent, {.steps = 10}); });
    };
    CHECK(refused(1).empty());
    CHECK(says(refused(not_a_number), "environment 0 is given an action that is none: there is no action nan"));
    CHECK(says(refused(0.25), "there is no action 0.25"));
    CHECK(says(refused(-1), "there is no action -1"));
    CHECK(says(refused(7), "there is no action 7"));
}

TEST_CASE("an action that is not written is none, and not that of the step before") {
    struct forgetful { // writes all actions at first, then those of the first environment only
        int calls = 0;
        void explore(std::span<const double>, std::span<double> actions) {
            std::fill(actions.begin(), calls++ == 0 ? actions.end() : actions.begin() + 1, 1.0);
        }
        void act(std::span<const double> observations, std::span<double> actions) { explore(observations, actions); }
        void learn(const transitions&) {}
    };
    auto envs = lines(2);
    forgetful agent;
    CHECK(says(complaint<agent_error>([&] { train(envs, agent, {.steps = 10}); }),
               "environment 1 is given an action that is none: there is no action nan"));
    CHECK(agent.calls == 2);
    struct silent {
        void explore(std::span<const double>, std::span<double>) {}
        void act(std::span<const double>, std::span<double>) {}
        void learn(const transitions&) {}
    } nobody;
    CHECK(says(complaint<agent_error>([&] { evaluate(line{}, nobody); }), "there is no action nan"));
}

TEST_CASE("what a progress callback throws comes through") {
    auto envs = lines(1);
    stubborn agent;
    CHECK_THROWS_AS(train(envs, agent, {.episodes = 3}, until_limit{},
                          [](const training_log&) { throw std::runtime_error{"enough"}; }),
                    std::runtime_error);
}

TEST_CASE("the mean is that of the last episodes") {
    training_log log;
    log.episodes = {{1, 1, 1}, {2, 1, 2}, {6, 1, 3}};
    CHECK(mean_reward(log, 1) == 6);
    CHECK(mean_reward(log, 2) == 4);
    CHECK(mean_reward(log, 99) == 3);
}
