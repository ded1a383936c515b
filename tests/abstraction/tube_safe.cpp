#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/tube.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <tests/abstraction/support.hpp>
#include <tests/abstraction/walking.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

using test::line;
using test::walking;

const each_cell onward{[](const box<1>&) { return 1.0; }};

// Another control in each cell.
double control(const box<2>& b) {
    const double x = b[0].middle() + b[1].middle();
    return -x - 0.4 * std::sin(70 * x);
}

} // namespace

TEST_CASE("a tube stays in a safe set for as many steps as it shows") {
    const std::vector<box<1>> start{box_of<1>({0.25}, {0.5})};
    const auto run = [&](const tube_options<1>& options, const std::vector<box<1>>& parts) {
        return follow(line, enclosure<walking>{}, onward, parts, options);
    };
    const auto safe = box_of<1>({0.0}, {3.75});
    // At [0.25, 0.5], then one further in each step: after three steps at [3.25, 3.5].
    const auto kept = run({.steps = 3, .safe = safe}, start);
    CHECK(kept.outcome == tube_outcome::not_reached);
    CHECK(steps_inside(kept) == 3);
    const auto left = run({.steps = 9, .safe = safe}, start);
    CHECK(left.outcome == tube_outcome::left_safe);
    CHECK(steps_inside(left) == 3);
    CHECK(left.layers.size() == 5); // the one that is not inside is the last one
    // The part that leaves first counts, and one that begins outside leaves nothing to say.
    CHECK(steps_inside(run({.steps = 9, .safe = safe}, {start[0], box_of<1>({1.5}, {2.0})})) == 1);
    CHECK(steps_inside(run({.steps = 9, .safe = safe}, {box_of<1>({3.5}, {4.0}), start[0]})) == std::nullopt);
    // Where the domain ends before the set does, the last state in it is still known.
    const auto out = run({.steps = 20, .safe = box_of<1>({-100.0}, {100.0})}, start);
    CHECK(out.outcome == tube_outcome::left_domain);
    CHECK(steps_inside(out) == 10); // at [10.25, 10.5], outside of [0, 10]
    CHECK(out.layers.size() == 11); // not even the part that is inside goes on
    // With a target, it is enough to stay until then.
    const tube_options<1> until{.steps = 9, .target = box_of<1>({3.0}, {4.0}), .safe = box_of<1>({0.0}, {3.0})};
    CHECK(run(until, start).outcome == tube_outcome::reached);
    CHECK(steps_inside(run(until, start)) == 3);
    CHECK(steps_inside(run(until, {start[0], box_of<1>({0.0})})) == 3);
    const tube_options<1> not_until{.steps = 9, .target = box_of<1>({3.0}, {4.0}), .safe = box_of<1>({0.0}, {2.0})};
    CHECK(run(not_until, start).outcome == tube_outcome::left_safe);
    CHECK(steps_inside(run(not_until, start)) == 1);
    tube_options<1> few{.steps = 9, .safe = safe};
    few.most_boxes = 0;
    CHECK(steps_inside(run(few, start)) == 0);
}

TEST_CASE("runs stay in the safe set for as many steps as a tube says") {
    const auto plane = uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.1, 0.07});
    const enclosure<systems::b1> dynamics;
    random_source random{5};
    std::size_t bounded = 0;
    for (std::size_t trial = 0; trial < 40; ++trial) {
        const double edge = 0.55 + 0.4 * random.unit();
        const auto safe = box_of<2>({-edge, -edge}, {edge, edge});
        const std::vector<box<2>> parts = split(box_of<2>({0.4, 0.3}, {0.5, 0.4}), {0.05, 0.05});
        const auto tube =
            follow(plane, dynamics, each_cell{control}, parts, {.steps = 60, .safe = safe, .nearness = {1e-2, 1e-2}});
        const auto steps = steps_inside(tube);
        REQUIRE(steps);
        bounded += *steps < 60 ? 1U : 0U;
        for (std::size_t run = 0; run < 20; ++run) {
            point<2> x = test::point_of(parts[random.below(parts.size())], random);
            for (std::size_t k = 0; k < *steps; ++k) {
                x = systems::b1{}(x, control(plane.cell_box(plane.locate(x))));
                REQUIRE(safe.contains(x));
            }
        }
    }
    CHECK(bounded > 0);
}
