#include <opara/abstraction/adaptive_tree.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/learning/abstract_environment.hpp>
#include <opara/learning/system_environment.hpp>
#include <tests/learning/minimal.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

using namespace opara::learning;
using namespace opara::test;
namespace abstraction = opara::abstraction;
using abstraction::box_of;
using abstraction::uniform_grid;

namespace {

// The plane, walked by two controls; everything that it does can be set from outside.
struct plane {
    std::array<double, 2> next{};
    double reward = 0;

    std::array<double, 2> reset(std::uint64_t) { return next; }
    step_result<std::array<double, 2>> step(std::span<const double>) { return {next, reward, false, false}; }
    [[nodiscard]] std::size_t observations() const { return 2; }
    [[nodiscard]] continuous_actions actions() const { return {{-1, -1}, {1, 1}}; }
};

auto walking_b2() {
    const auto no_task = [](const abstraction::point<2>&, double, const abstraction::point<2>&) { return outcome{-2}; };
    return system_environment{abstraction::systems::b2{}, continuous_actions{{-2}, {2}},
                              anywhere_in<2>{box_of<2>({-2, -2}, {2, 2})}, no_task, 50};
}

// The observation is the box of the cell that contains the concrete state, always.
template <class Partition>
void check_observations(const Partition& cells) {
    opara::random_source random{11};
    abstract_environment seen{walking_b2(), cells};
    static_assert(environment<decltype(seen)>);
    auto inside = walking_b2(); // the same without a partition
    for (std::size_t episode = 0; episode < 20; ++episode) {
        const std::uint64_t seed = random.next();
        std::array<double, 4> observation = seen.reset(seed);
        abstraction::point<2> state = inside.reset(seed);
        for (bool over = false; !over;) {
            REQUIRE(seen.state() == state);
            REQUIRE(seen.cell() == cells.locate(state));
            const abstraction::box<2> cell = cells.cell_box(seen.cell());
            REQUIRE(cell.contains(state));
            REQUIRE(observation ==
                    std::array<double, 4>{cell[0].lower(), cell[1].lower(), cell[0].upper(), cell[1].upper()});
            const std::array<double, 1> action{4 * random.unit() - 2};
            const auto result = seen.step(action);
            const auto plain = inside.step(action);
            observation = result.observation;
            state = plain.observation;
            REQUIRE(result.reward == plain.reward);
            REQUIRE(result.terminated == plain.terminated);
            REQUIRE(result.truncated == plain.truncated);
            over = result.truncated;
        }
    }
}

} // namespace

TEST_CASE("the agent sees the cell, and the system stays concrete") {
    const auto domain = box_of<2>({-2.5, -2.5}, {2.5, 2.5});
    check_observations(uniform_grid<2>::by_width(domain, {0.3, 0.01}));
    abstraction::adaptive_tree<2> tree{uniform_grid<2>{domain, {3, 5}}};
    check_observations(tree);
}

TEST_CASE("normalised bounds go from -1 to 1 over the domain") {
    const uniform_grid<2> cells{box_of<2>({-4, 0}, {4, 1}), {4, 2}};
    abstract_environment seen{plane{{1, 0.7}}, cells, bounds_scale::normalised};
    CHECK(seen.reset(0) == std::array<double, 4>{0, 0, 0.5, 1});
    CHECK(seen.observations() == 4);
    CHECK(seen.actions() == continuous_actions{{-1, -1}, {1, 1}});
    CHECK(seen.inner().next == std::array<double, 2>{1, 0.7});
    CHECK(seen.partition() == cells);
}

TEST_CASE("a state outside of the domain is said with coordinate, value and domain") {
    const uniform_grid<2> cells{box_of<2>({-4, 0}, {4, 1}), {4, 2}};
    const auto complaint_at = [&](std::array<double, 2> state) {
        return complaint<environment_error>([&] { abstract_environment{plane{state}, cells}.reset(0); });
    };
    CHECK(complaint_at({4, 1}).empty());
    CHECK(complaint_at({4.5, 1}) == "the state leaves the partition: coordinate 0 is 4.5, its domain [-4, 4]");
    CHECK(complaint_at({0, -0.1}) == "the state leaves the partition: coordinate 1 is -0.1, its domain [0, 1]");
    CHECK(complaint_at({0, not_a_number}) == "number 1 of the state is nan");
    CHECK(complaint_at({infinity, 0}) == "number 0 of the state is inf");
    abstract_environment seen{plane{{0, 0}, infinity}, cells};
    CHECK_NOTHROW(seen.reset(0));
    CHECK(complaint<environment_error>([&] { seen.step(std::array{0.0, 0.0}); }) == "the reward of a step is inf");
}

TEST_CASE("partition and environment must fit") {
    const uniform_grid<2> plane_cells{box_of<2>({-4, 0}, {4, 1}), {4, 2}};
    CHECK(says(complaint<environment_error>([&] { abstract_environment{line{}, plane_cells}; }),
               "a partition of 2 dimensions cannot stand before an environment whose observations have 1 numbers"));
}

TEST_CASE("a model that is no more than the concept asks will do") {
    const uniform_grid<1> cells{box_of<1>({-10}, {10}), {20}};
    abstract_environment seen{line{}, cells};
    static_assert(environment<decltype(seen)>);
    const auto first = seen.reset(5); // place 2
    CHECK(first == std::array<double, 2>{2, 3});
    const auto r = seen.step(std::array{0.0});
    CHECK(r.observation == std::array<double, 2>{1, 2});
    CHECK(r.reward == -1);
    CHECK(seen.step(std::array{0.0}).terminated);
}
