#include <opara/abstraction/build.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/tube.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/abstraction/verify.hpp>
#include <tests/abstraction/support.hpp>
#include <tests/abstraction/walking.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

// x' = x / 2 + u: everything runs to 2u.
struct halving {
    static constexpr std::size_t dimension = 1;
    using action = double;
    template <class T>
    std::array<T, 1> operator()(const std::array<T, 1>& x, double u) const {
        return {static_cast<T>(0.5) * x[0] + static_cast<T>(u)};
    }
};

// A damping controller for B1 with a value of its own for each cell.
const each_cell damping{[](const box<2>& b) { return -2 * b[1].middle() - 0.3 * b[0].middle(); }};

truth label_of(const cell_system& s, const char* name, std::size_t state) {
    return s.graph.find_label(name)->holds.at(state);
}

template <class System, class Pilot>
void check_runs(const System& system, const Pilot& pilot, const uniform_grid<System::dimension>& grid,
                const box<System::dimension>& initial) {
    constexpr std::size_t n = System::dimension;
    const cell_system built = build(grid, enclosure<System>{system}, pilot, initial);
    std::vector<std::uint32_t> state_of(grid.size() + 1, ~0U);
    for (std::size_t s = 0; s < built.cells.size(); ++s) {
        state_of[built.cells[s]] = static_cast<std::uint32_t>(s);
    }
    random_source random{31};
    std::size_t steps = 0;
    while (steps < test::samples()) {
        point<n> x = test::point_of(initial, random);
        std::uint32_t s = state_of[grid.locate(x)];
        const auto start = built.graph.initial();
        REQUIRE(std::find(start.begin(), start.end(), state_id{s}) != start.end());
        for (int k = 0; k < 200 && built.cells[s] != grid.outside(); ++k, ++steps) {
            const std::vector<box<n>> cell{grid.cell_box(built.cells[s])};
            std::vector<double> action(1);
            pilot.act(std::span<const box<n>>{cell}, std::span<double>{action});
            x = system(x, action[0]);
            const std::uint32_t next = state_of[grid.locate(x)];
            const auto reachable = built.graph.successors(state_id{s});
            REQUIRE(std::find(reachable.begin(), reachable.end(), state_id{next}) != reachable.end());
            s = next;
        }
        ++steps;
    }
}

} // namespace

TEST_CASE("who asks is told how far the exploration has come, and can end it") {
    std::vector<build_progress> told;
    const auto built = build(line, enclosure<walking>{}, always(1.5), box_of<1>({0.25}, {0.5}), {},
                             [&](const build_progress& p) { told.push_back(p); });
    REQUIRE(told.size() == 6); // cell 0; 1 and 2; 3 and 4; ...; 9 and the outside
    for (std::size_t k = 0; k < told.size(); ++k) {
        CHECK(told[k].step == k);
        CHECK(told[k].explored <= told[k].reached);
        CHECK((k == 0 || told[k].explored > told[k - 1].explored));
    }
    CHECK(told.back().explored == built.graph.size());
    const auto stop = [](const build_progress&) { throw std::runtime_error{"enough"}; };
    CHECK_THROWS_WITH((void)build(line, enclosure<walking>{}, always(1.5), box_of<1>({0.25}, {0.5}), {}, stop),
                      "enough");
}

TEST_CASE("a small loop, cell by cell") {
    const auto built = build(line, enclosure<walking>{}, always(1.5), box_of<1>({0.25}, {0.5}),
                             {.labels = {{"far", box_of<1>({4.5}, {10.0})}}});
    // [0,1] -> [1.5,2.5] -> cells 1 and 2, and so on until everything is outside.
    CHECK(built.cells == std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    CHECK(built.graph.successors(state_id{0}).size() == 2);
    CHECK(built.graph.successors(state_id{8}).size() == 2); // [9.5, 10.5]: cell 9 and the outside
    CHECK(built.graph.successors(state_id{10}).front() == state_id{10});
    CHECK(label_of(built, "far", 3) == truth::no);
    CHECK(label_of(built, "far", 4) == truth::maybe);
    CHECK(label_of(built, "far", 5) == truth::yes);
    CHECK(label_of(built, "far", 10) == truth::maybe); // nothing is known of the outside
    CHECK(label_of(built, "outside", 10) == truth::yes);
    CHECK(check(built, parse_formula("AF far")).what == conclusion::proved);
    CHECK(check(built, parse_formula("AF AG far")).what == conclusion::not_proved);
}

TEST_CASE("a contraction is proved to arrive and to stay") {
    const auto built = build(line, enclosure<halving>{}, always(0.1), line.domain(),
                             {.labels = {{"low", box_of<1>({0.0}, {2.0})}, {"in", line.domain()}}});
    CHECK(built.graph.size() == 10); // never outside
    CHECK(check(built, parse_formula("AF AG low & AG in")).what == conclusion::proved);
    CHECK(check(built, parse_formula("AG !outside")).what == conclusion::proved);
    const auto wrong = check(built, parse_formula("AG low"));
    CHECK(wrong.what == conclusion::not_proved);
    CHECK(wrong.abstraction.counterexample->states.size() == 1);
    // Not universal: true of the abstraction, and yet no proof.
    const auto existential = check(built, parse_formula("EF low"));
    CHECK(existential.abstraction.holds);
    CHECK(existential.what == conclusion::not_proved);
}

TEST_CASE("nothing is proved of the outside, whichever way a label is used") {
    const auto built = build(line, enclosure<walking>{}, always(20.0), box_of<1>({0.0}, {1.0}),
                             {.labels = {{"low", box_of<1>({0.0}, {2.0})}}});
    CHECK(check(built, parse_formula("AF outside")).what == conclusion::proved);
    CHECK(check(built, parse_formula("AG low")).what == conclusion::not_proved);
    CHECK(check(built, parse_formula("AF !low")).what == conclusion::not_proved);
}

TEST_CASE("absorbing cells stay where they are") {
    const auto built = build(line, enclosure<walking>{}, always(1.0), box_of<1>({0.0}, {0.5}),
                             {.labels = {{"goal", box_of<1>({3.0}, {5.0})}}, .absorbing = {box_of<1>({3.0}, {5.0})}});
    CHECK(built.cells == std::vector<std::uint64_t>{0, 1, 2, 3, 4});
    CHECK(check(built, parse_formula("AF AG goal")).what == conclusion::proved);
}

TEST_CASE("numbers do not depend on the threads") {
    const auto grid = uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.02, 0.02});
    const auto initial = box_of<2>({0.8, 0.5}, {0.9, 0.6});
    const enclosure<systems::b1> system;
    const auto one = build(grid, system, damping, initial, {.threads = 1});
    CHECK(one.graph.size() > 4'000);
    for (const std::size_t threads : {2U, 3U, 8U}) {
        CHECK(build(grid, system, damping, initial, {.threads = threads}) == one);
    }
}

TEST_CASE("states and transitions are those of a plain breadth-first search") {
    random_source random{37};
    for (int k = 0; k < 40; ++k) {
        const auto grid = uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}),
                                                    {0.03 + 0.2 * random.unit(), 0.03 + 0.2 * random.unit()});
        const double gain = 4 * random.unit() - 3;
        const each_cell pilot{[&](const box<2>& b) { return gain * b[1].middle() + 0.3 * b[0].middle(); }};
        const enclosure<systems::b1> system;
        const double p = 3 * random.unit() - 1.5;
        const double v = 3 * random.unit() - 1.5;
        const box<2> initial = box_of<2>({p, v}, {p + 0.2, v + 0.1});

        std::map<std::uint64_t, std::uint32_t> numbers;
        std::vector<std::uint64_t> cells;
        const auto number = [&](std::uint64_t cell) {
            const auto [at, is_new] = numbers.emplace(cell, static_cast<std::uint32_t>(cells.size()));
            if (is_new) {
                cells.push_back(cell);
            }
            return at->second;
        };
        grid.for_each_overlap(initial, [&](std::uint64_t cell) { number(cell); });
        std::vector<std::vector<std::uint32_t>> successors;
        while (successors.size() < cells.size()) {
            const std::uint64_t cell = cells[successors.size()];
            auto& row = successors.emplace_back();
            if (cell == grid.outside()) {
                row.push_back(number(cell));
                continue;
            }
            const std::vector<box<2>> here{grid.cell_box(cell)};
            std::vector<double> action(1);
            pilot.act(std::span<const box<2>>{here}, std::span<double>{action});
            grid.for_each_overlap(system.post(here[0], action[0]),
                                  [&](std::uint64_t next) { row.push_back(number(next)); });
        }

        const cell_system built = build(grid, system, pilot, initial, {.threads = 1 + random.below(3)});
        REQUIRE(built.cells == cells);
        for (std::size_t s = 0; s < cells.size(); ++s) {
            const auto row = built.graph.successors(state_id::from_index(s));
            REQUIRE(std::equal(row.begin(), row.end(), successors[s].begin(), successors[s].end(),
                               [](state_id a, std::uint32_t b) { return a.value == b; }));
        }
    }
}

TEST_CASE("every run of the closed loop is a run of the graph") {
    check_runs(systems::b1{}, damping, uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.02, 0.02}),
               box_of<2>({0.8, 0.5}, {0.9, 0.6}));
    const each_cell swings{[](const box<2>& b) { return b[1].middle() < 0 ? 0.0 : 2.0; }};
    check_runs(systems::mountain_car{}, swings,
               uniform_grid<2>::by_width(box_of<2>({-1.2, -0.07}, {0.6, 0.07}), {0.02, 0.002}),
               box_of<2>({-0.6, 0.0}, {-0.4, 0.0}));
    // A domain that the system leaves: the outside must be where the runs go.
    const each_cell pushes{[](const box<2>&) { return 1.0; }};
    check_runs(systems::b2{}, pushes, uniform_grid<2>{box_of<2>({-1.0, -1.0}, {1.0, 1.0}), {40, 40}},
               box_of<2>({0.0, 0.0}, {0.1, 0.1}));
}

TEST_CASE("a bounded exploration says so, and is never taken for a full one") {
    const auto start = box_of<1>({0.0}, {0.5});
    const build_options<1> labels{.labels = {{"low", box_of<1>({0.0}, {6.0})}, {"mid", box_of<1>({2.0}, {4.0})}}};
    const auto bounded = build_bounded(line, enclosure<walking>{}, always(1.0), start, 2, labels);
    REQUIRE(bounded.unexplored);
    CHECK(bounded.steps == 2);
    CHECK(bounded.part.graph.find_deadlock() == bounded.part.graph.size()); // total all the same
    CHECK(label_of(bounded.part, "low", bounded.unexplored->index()) == truth::maybe);

    // Published tools would call this verified: within two steps x stays below 6, later it does not.
    const auto safe = check(bounded, parse_formula("AG low"));
    CHECK(safe.what == bounded_conclusion::holds_within_bound);
    CHECK(safe.steps == 2);
    CHECK(check(build(line, enclosure<walking>{}, always(1.0), start, labels), parse_formula("AG low")).what ==
          conclusion::not_proved);
    // What is decided within the bound is proved for good, one way or the other.
    CHECK(check(bounded, parse_formula("AF mid")).what == bounded_conclusion::proved);
    CHECK(check(bounded, parse_formula("AX AX !mid")).what == bounded_conclusion::not_proved);
    CHECK(check(bounded, parse_formula("AG !mid")).what == bounded_conclusion::not_proved);
    CHECK(check(bounded, parse_formula("AF AG low")).what == bounded_conclusion::holds_within_bound);
    CHECK(check(bounded, parse_formula("AF AG !low")).what == bounded_conclusion::holds_within_bound);
    CHECK(check(bounded, parse_formula("EF low")).what == bounded_conclusion::not_proved);
    // A bound that is not reached bounds nothing.
    const auto whole = build_bounded(line, enclosure<halving>{}, always(0.1), start, 1000, labels);
    CHECK_FALSE(whole.unexplored);
    CHECK(check(whole, parse_formula("AG low")).what == bounded_conclusion::proved);
}

TEST_CASE("a bounded verdict is never contradicted by a deeper one") {
    const auto grid = uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.1, 0.1});
    const auto initial = box_of<2>({0.8, 0.5}, {0.9, 0.6});
    const enclosure<systems::b1> system;
    const build_options<2> labels{
        .labels = {{"p", box_of<2>({-0.6, -1.0}, {1.2, 2.0})}, {"q", box_of<2>({-0.5, -2.0}, {0.5, 0.3})}}};
    const auto full = build(grid, system, damping, initial, labels);
    for (const char* const text : {"AG p", "AF q", "A[p U q]", "AG (q -> AF !q)", "AF AG p", "AG !q", "AF !p",
                                   "A[!q U !p] | AG !q", "AX AX AX p", "AG (p | q)"}) {
        CAPTURE(text);
        const formula f = parse_formula(text);
        const auto truth_of_it = check(full, f).what;
        for (const std::size_t steps : {0U, 1U, 2U, 5U, 10U, 20U, 40U, 1000U}) {
            const auto bounded = check(build_bounded(grid, system, damping, initial, steps, labels), f).what;
            if (bounded == bounded_conclusion::proved) {
                CHECK(truth_of_it == conclusion::proved);
            } else if (bounded == bounded_conclusion::not_proved) {
                CHECK(truth_of_it == conclusion::not_proved);
            } else {
                CHECK(steps != 1000U);
            }
        }
    }
}

TEST_CASE("what cannot be built is refused") {
    const enclosure<walking> system;
    CHECK_THROWS_WITH_AS((void)build(line, system, always(1.0), box_of<1>({-1e-9}, {0.5})),
                         "the initial set does not lie inside the domain: dimension 0 goes from -1e-09 to 0.5, and the "
                         "domain's from 0 to 10",
                         domain_error);
    CHECK_THROWS_AS((void)build(line, system, always(1.0), box_of<1>({11.0}, {12.0})), domain_error);
    const auto with_labels = [&](const std::vector<region<1>>& labels) {
        (void)build(line, system, always(1.0), box_of<1>({0.0}, {0.5}), {.labels = labels});
    };
    CHECK_THROWS_WITH_AS(with_labels({{"outside", line.domain()}}),
                         "the label \"outside\" is reserved: every abstraction has one of its own", domain_error);
    CHECK_THROWS_WITH_AS(with_labels({{"unexplored", line.domain()}}), doctest::Contains("is reserved"), domain_error);
    CHECK_THROWS_WITH_AS(with_labels({{"a", line.domain()}, {"a", line.domain()}}), "the label \"a\" is given twice",
                         domain_error);
    CHECK_THROWS_WITH_AS(with_labels({{"a", line.domain()}, {"", line.domain()}}), "a label has no name", domain_error);
    const each_cell breaks{
        [](const box<1>& b) { return b.contains(point<1>{5.5}) ? throw std::runtime_error{"broken"} : 1.0; }};
    for (const std::size_t threads : {1U, 4U}) {
        CHECK_THROWS_WITH((void)build(line, system, breaks, line.domain(), {.threads = threads}), "broken");
    }
}

TEST_CASE("actions that the system does not know are refused, and named") {
    const auto car = uniform_grid<2>::by_width(box_of<2>({-1.4, -0.09}, {0.8, 0.09}), {0.1, 0.01});
    const auto start = box_of<2>({-0.55, 0.001}, {-0.55, 0.001});
    const auto explore = [&](double action) {
        const each_cell pilot{[=](const box<2>&) { return action; }};
        (void)build(car, enclosure<systems::mountain_car>{}, pilot, start);
    };
    CHECK_NOTHROW(explore(2));
    CHECK_THROWS_WITH_AS(explore(7), doctest::Contains("the controller gives 7 for the cell [-0.6"), controller_error);
    CHECK_THROWS_AS(explore(0.5), controller_error);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_WITH_AS(explore(nan), doctest::Contains("the controller gives nan"), controller_error);
    const auto pole =
        uniform_grid<4>::by_width(box_of<4>({-4.8, -10, -0.42, -10}, {4.8, 10, 0.42, 10}), {1, 1, 0.1, 1});
    const each_cell broken{[=](const box<4>&) { return nan; }};
    CHECK_THROWS_AS((void)build(pole, enclosure<systems::cart_pole>{}, broken, box_of<4>({0, 0, 0, 0}, {0, 0, 0, 0})),
                    controller_error);
    const auto plane = uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.1, 0.1});
    const each_cell endless{[](const box<2>&) { return std::numeric_limits<double>::infinity(); }};
    CHECK_THROWS_AS((void)build(plane, enclosure<systems::b1>{}, endless, box_of<2>({0, 0}, {0.1, 0.1})),
                    controller_error);
    CHECK_THROWS_AS(
        (void)follow(plane, enclosure<systems::b1>{}, endless, {box_of<2>({0, 0}, {0.1, 0.1})}, {.steps = 3}),
        controller_error);
}
