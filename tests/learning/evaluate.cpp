#include <opara/learning/evaluate.hpp>
#include <tests/learning/minimal.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

using namespace opara::learning;
using namespace opara::test;

TEST_CASE("mean, spread, worst and best are those of the episodes") {
    homing agent;
    const evaluation_result r = evaluate(line{}, agent, {.episodes = 200, .seed = 4});
    REQUIRE(r.episodes.size() == 200);
    double sum = 0;
    std::size_t steps = 0;
    for (const episode& e : r.episodes) {
        CHECK(e.length <= 3); // from -3 .. 3 it is home so soon
        sum += e.reward;
        steps += e.length;
        CHECK(e.step == steps);
    }
    CHECK(r.mean == doctest::Approx(sum / 200));
    CHECK(r.worst == -3); // 3 -> 2 -> 1 -> 0
    CHECK(r.best == 0);
    double squares = 0;
    for (const episode& e : r.episodes) {
        squares += (e.reward - r.mean) * (e.reward - r.mean);
    }
    CHECK(r.spread == doctest::Approx(std::sqrt(squares / 199)));
}

TEST_CASE("equal seeds give equal episodes, and nothing is learned") {
    stubborn agent{2};
    const evaluation_result r = evaluate(line{}, agent, {.episodes = 20, .seed = 8});
    CHECK(r == evaluate(line{}, agent, {.episodes = 20, .seed = 8}));
    CHECK(r != evaluate(line{}, agent, {.episodes = 20, .seed = 9}));
    CHECK(agent.told == 0);
    CHECK(evaluate(line{}, agent, {.episodes = 1}).spread == 0);
}

TEST_CASE("an action that is none is refused") {
    stubborn agent{3};
    CHECK(says(complaint<agent_error>([&] { evaluate(line{}, agent); }), "there is no action 3"));
}
