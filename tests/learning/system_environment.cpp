#include <opara/abstraction/systems.hpp>
#include <opara/learning/system_environment.hpp>
#include <tests/learning/minimal.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace opara::learning;
using namespace opara::test;
using opara::abstraction::box_of;
using opara::abstraction::point;
namespace systems = opara::abstraction::systems;

TEST_CASE("states are those of the step function, rewards those of the task") {
    const auto start = box_of<2>({0.7, 0.7}, {0.9, 0.9});
    const auto task = [](const point<2>& before, double u, const point<2>& after) {
        return outcome{before[0] + 10 * u + 100 * after[1], after[1] > 1.9};
    };
    system_environment env{systems::b2{.dt = 0.2}, continuous_actions{{-1}, {1}}, anywhere_in<2>{start}, task, 4};
    static_assert(environment<decltype(env)>);
    const systems::b2 system{.dt = 0.2};
    opara::random_source random{3};
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        point<2> x = env.reset(seed);
        REQUIRE(start.contains(x));
        for (std::size_t step = 1; step <= 4; ++step) {
            const double u = 2 * random.unit() - 1;
            const auto r = env.step(std::array{u});
            const point<2> y = system(x, u);
            REQUIRE(r.observation == y);
            REQUIRE(r.reward == x[0] + 10 * u + 100 * y[1]);
            REQUIRE(r.terminated == (y[1] > 1.9));
            REQUIRE(r.truncated == (!r.terminated && step == 4));
            x = y;
        }
    }
    auto shorter = env.limited_to(1);
    CHECK(shorter.step_limit() == 1);
    shorter.reset(1);
    CHECK(shorter.step(std::array{0.0}).truncated);
    CHECK(env.reset(1) == point<2>{env.reset(1)});
    CHECK(env.reset(1) != point<2>{env.reset(2)});
}

TEST_CASE("several controls become an array") {
    const auto task = [](const point<4>&, const std::array<double, 2>& u, const point<4>&) {
        return outcome{u[0] - u[1]};
    };
    const auto start = box_of<4>({0, 0, 0, 0}, {1, 1, 1, 1});
    system_environment env{systems::unicycle{}, continuous_actions{{-1, -1}, {1, 1}}, anywhere_in<4>{start}, task, 10};
    env.reset(0);
    CHECK(env.step(std::array{0.5, -0.25}).reward == 0.75);
    CHECK(says(complaint<environment_error>([&] {
                   system_environment{systems::unicycle{}, continuous_actions{{-1}, {1}}, anywhere_in<4>{start}, task,
                                      10};
               }),
               "the system takes 2 numbers, its actions are 1"));
}

TEST_CASE("episodes that start elsewhere, and in certain states half of the time") {
    const auto task = [](const point<2>&, double, const point<2>&) { return outcome{-1, false}; };
    const auto usual = box_of<2>({0.7, 0.7}, {0.9, 0.9});
    system_environment env{systems::b2{}, continuous_actions{{-1}, {1}}, anywhere_in<2>{usual}, task, 4};
    const std::vector<point<2>> states{{0.1, 0.2}, {-1.5, 0.3}};
    auto other = env.starting(also_from<2, anywhere_in<2>>{states, env.start()});
    static_assert(environment<decltype(other)>);
    std::array<std::size_t, 3> counts{};
    constexpr std::size_t episodes = 4000;
    for (std::uint64_t seed = 0; seed < episodes; ++seed) {
        const point<2> x = other.reset(seed);
        REQUIRE(x == point<2>{other.reset(seed)});
        const std::size_t which = x == states[0] ? 0 : x == states[1] ? 1 : 2;
        REQUIRE((which != 2 || usual.contains(x)));
        ++counts[which];
    }
    // Five standard deviations of a binomial distribution.
    CHECK(counts[2] > 2000 - 160);
    CHECK(counts[2] < 2000 + 160);
    CHECK(counts[0] > 1000 - 140);
    CHECK(counts[1] > 1000 - 140);
    auto none = env.starting(also_from<2, anywhere_in<2>>{{}, env.start()});
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        CHECK(usual.contains(none.reset(seed)));
    }
}

TEST_CASE("the same system with another task") {
    const auto task = [](const point<2>&, double, const point<2>&) { return outcome{-1, false}; };
    system_environment env{systems::b2{}, continuous_actions{{-1}, {1}},
                           anywhere_in<2>{box_of<2>({0.7, 0.7}, {0.9, 0.9})}, task, 4};
    auto other = env.judging([inner = env.task()](const point<2>& before, double u, const point<2>& after) {
        return outcome{inner(before, u, after).reward - 10 * u, true};
    });
    const point<2> start = other.reset(5);
    CHECK(start == point<2>{env.reset(5)});
    const auto r = other.step(std::array{0.5});
    CHECK(r.observation == point<2>{env.step(std::array{0.5}).observation});
    CHECK(r.reward == -6);
    CHECK(r.terminated);
}
