#include <opara/abstraction/build.hpp>
#include <opara/abstraction/build_process.hpp>
#include <opara/abstraction/check.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/abstraction/until_probability.hpp>
#include <tests/abstraction/support.hpp>
#include <tests/abstraction/walking.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

// Forward at a steady pace, sideways by the action, drawn back a little to the middle.
struct drifting {
    static constexpr std::size_t dimension = 2;
    using action = double;
    template <class T>
    std::array<T, 2> operator()(const std::array<T, 2>& x, double u) const {
        return {x[0] + static_cast<T>(0.25), static_cast<T>(0.9) * x[1] + static_cast<T>(u)};
    }
};

std::vector<std::pair<std::uint32_t, interval>> outcomes(const interval_process& p, std::size_t choice) {
    std::vector<std::pair<std::uint32_t, interval>> list;
    for (const branch& b : p.outcomes(choice)) {
        list.emplace_back(b.target.value, b.probability);
    }
    return list;
}

interval around(double x) { return {outward::below(x), outward::above(x)}; }

// The probability that the run from x is in the goal within so many steps, and that it has left `safe` by then without
// having been there: all words of actions, with the policy's probabilities as they are. Both are enclosed.
struct fate {
    interval reached{0.0};
    interval failed{0.0};
};
template <class System, class Grid, class Pilot>
void follow(const System& system, const Grid& grid, const Pilot& pilot, const box<System::dimension>& goal,
            const box<System::dimension>& safe, const point<System::dimension>& x, interval weight, int steps,
            fate& f) {
    constexpr std::size_t n = System::dimension;
    const auto cell = grid.locate(x);
    if (goal.contains(x)) {
        f.reached += weight;
        return;
    }
    if (cell == grid.outside() || !safe.contains(x)) {
        f.failed += weight;
        return;
    }
    if (steps == 0) {
        return;
    }
    const std::vector<box<n>> here{grid.cell_box(cell)};
    std::vector<lottery<double>> lots(1);
    pilot.weigh(std::span<const box<n>>{here}, std::span<lottery<double>>{lots});
    for (const auto& w : lots[0]) {
        follow(system, grid, pilot, goal, safe, system(x, w.action), weight * w.probability, steps - 1, f);
    }
}

} // namespace

TEST_CASE("cells, then actions whose post meets several cells") {
    // From [k, k + 1]: 0.5 further with probability a quarter, which lies in two cells, else nothing happens.
    const each_cell_by_lot pilot{[](const box<1>&) {
        return lottery<double>{{0.5, interval{0.25}}, {0.0, interval{0.75}}, {100.0, interval{0.0}}};
    }};
    const cell_process built = build_process(line, enclosure<walking>{}, pilot, box_of<1>({8.5}, {8.5}),
                                             {.labels = {{"end", box_of<1>({9.0}, {10.0})}}, .threads = 1});
    // Cells 8, 9 and the outside; [8, 9] + 0 touches cell 9, too.
    REQUIRE(built.cells == std::vector<std::uint64_t>{8, 9, 10});
    const interval_process& p = built.process;
    REQUIRE(p.size() == 6);
    CHECK(p.initial().size() == 1);
    CHECK(outcomes(p, 0) == std::vector<std::pair<std::uint32_t, interval>>{{3, interval{0.25}}, {4, interval{0.75}}});
    CHECK(outcomes(p, 1) == std::vector<std::pair<std::uint32_t, interval>>{{1, interval{0.75}}, {5, interval{0.25}}});
    CHECK(outcomes(p, 2) == std::vector<std::pair<std::uint32_t, interval>>{{2, interval{1.0}}}); // outside stays
    for (const std::uint32_t s : {3U, 4U}) { // from cell 8: cells 8 and 9, nobody knows which
        const std::size_t first = p.first_choice(state_id{s});
        REQUIRE(p.end_of_choices(state_id{s}) == first + 2);
        CHECK(outcomes(p, first) == std::vector<std::pair<std::uint32_t, interval>>{{0, interval{1.0}}});
        CHECK(outcomes(p, first + 1) == std::vector<std::pair<std::uint32_t, interval>>{{1, interval{1.0}}});
    }
    const labelling& end = *p.find_label("end");
    CHECK(end.holds ==
          std::vector<truth>{truth::maybe, truth::yes, truth::maybe, truth::maybe, truth::maybe, truth::yes});
    CHECK(until_probability(p, "end").least.lower() == 0);
    CHECK(until_probability(p, "end").most.upper() == 1);
}

TEST_CASE("actions that lead to the same cell are one outcome") {
    const each_cell_by_lot pilot{[](const box<1>& b) {
        const double out = 20 - b[0].middle();
        return lottery<double>{{out, around(0.3)}, {out + 1, around(0.2)}, {2 * out, around(0.5)}};
    }};
    const cell_process built = build_process(line, enclosure<walking>{}, pilot, box_of<1>({0.5}, {0.5}));
    REQUIRE(built.process.size() == 2);
    CHECK(outcomes(built.process, 0) == std::vector<std::pair<std::uint32_t, interval>>{{1, interval{1.0}}});
}

TEST_CASE("the process encloses the true probability of every run") {
    // A policy with a probability of its own for each cell, that steers to one side.
    const each_cell_by_lot pilot{[](const box<2>& b) {
        const double p = 0.5 + 0.2 * std::sin(7 * b[0].middle() + 3 * b[1].middle());
        return lottery<double>{{0.3, around(p)}, {-0.3, around(1 - p)}};
    }};
    const drifting system;
    const uniform_grid<2> grid{box_of<2>({0.0, -3.0}, {4.0, 3.0}), {80, 600}};
    const box<2> initial = box_of<2>({0.0, -0.05}, {0.04, 0.05});
    const box<2> goal = box_of<2>({2.5, 0.2}, {4.0, 3.0});
    const box<2> safe = box_of<2>({-1.0, -0.85}, {5.0, 3.0});
    const cell_process built =
        build_process(grid, enclosure<drifting>{}, pilot, initial, {.labels = {{"goal", goal}, {"safe", safe}}});
    const probability_range p = until_probability(built.process, "goal", "safe");
    CHECK(p.is_precise);
    CHECK(p.least.lower() > 0.2); // it says something
    CHECK(p.most.upper() < 0.9);
    random_source random{41};
    for (int k = 0; k < 10; ++k) {
        fate f;
        follow(system, grid, pilot, goal, safe, point_of(initial, random), interval{1.0}, 17, f);
        CHECK(f.reached.lower() <= p.most.upper());
        CHECK(1 - f.failed.upper() >= p.least.lower());         // what has not failed may still come
        CHECK(f.reached.lower() + f.failed.lower() > 1 - 1e-9); // all words end
    }
}

TEST_CASE("a policy without chance: probability 1 is certainty") {
    // Against the check of the transition system: the least probability is 1 where AF holds and 0 where it does not,
    // the largest is 1 where EF holds.
    const uniform_grid<2> grid{box_of<2>({0.0, -3.0}, {4.0, 3.0}), {40, 60}};
    const enclosure<drifting> system;
    const box<2> initial = box_of<2>({0.0, -0.05}, {0.04, 0.05});
    std::size_t sure = 0;
    std::size_t impossible = 0;
    for (const double gain : {-0.5, 0.0, 0.5, 1.0}) {
        const auto action = [gain](const box<2>& b) { return 0.02 + gain * b[1].middle(); };
        const each_cell pilot{action};
        const each_cell_by_lot by_lot{
            [action](const box<2>& b) { return lottery<double>{{action(b), interval{1.0}}}; }};
        for (const box<2>& goal : {box_of<2>({2.0, -3.0}, {3.0, 3.0}), box_of<2>({2.0, 0.0}, {3.0, 1.0}),
                                   box_of<2>({1.0, 2.5}, {3.0, 3.0}), box_of<2>({0.0, -3.0}, {0.1, -2.0})}) {
            // It stops before it leaves the domain, where anything might happen.
            const build_options<2> options{.labels = {{"goal", goal}},
                                           .absorbing = {box_of<2>({3.4, -3.0}, {4.0, 3.0})}};
            const cell_system ts = build(grid, system, pilot, initial, options);
            const cell_process mdp = build_process(grid, system, by_lot, initial, options);
            REQUIRE(mdp.cells == ts.cells);
            const probability_range p = until_probability(mdp.process, "goal");
            CHECK(p.is_precise);
            const bool always = check(ts.graph, parse_formula("AF goal")).holds;
            CHECK(p.least == interval{always ? 1.0 : 0.0});
            // The largest probability counts `maybe`, and the best initial state: the contrary of "AG not" for sure.
            bool possible = false;
            const evaluation never{ts.graph, parse_formula("AG !goal")};
            for (const state_id s : ts.graph.initial()) {
                possible = possible || never.result()[s.index()] == 0;
            }
            CHECK(p.most == interval{possible ? 1.0 : 0.0});
            sure += always ? 1U : 0U;
            impossible += possible ? 0U : 1U;
        }
    }
    CHECK(sure >= 2);
    CHECK(sure <= 13);
    CHECK(impossible >= 3);
}

TEST_CASE("the process does not depend on the number of threads") {
    const each_cell_by_lot pilot{[](const box<2>& b) {
        const double p = 0.5 + 0.4 * std::sin(50 * b[0].middle());
        return lottery<double>{{-1.0, around(p)}, {0.5, around(1 - p)}};
    }};
    const auto grid = uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.05, 0.05});
    const box<2> initial = box_of<2>({0.8, 0.5}, {0.9, 0.6});
    const enclosure<systems::b1> system;
    const cell_process one = build_process(grid, system, pilot, initial, {.threads = 1});
    CHECK(one.cells.size() > 1000);
    CHECK(build_process(grid, system, pilot, initial, {.threads = 4}) == one);
    CHECK(build_process(grid, system, pilot, initial, {.absorbing = {grid.domain()}}).process.size() ==
          one.process.initial().size());
}

TEST_CASE("what is no lottery is refused") {
    const auto built = [](lottery<double> lots) {
        return build_process(line, enclosure<walking>{}, each_cell_by_lot{[&](const box<1>&) { return lots; }},
                             box_of<1>({0.5}, {0.5}));
    };
    CHECK_NOTHROW((void)built({{0.0, interval{1.0}}}));
    CHECK_THROWS_AS((void)built({}), controller_error);
    CHECK_THROWS_AS((void)built({{0.0, interval{0.5}}}), controller_error);
    CHECK_THROWS_AS((void)built({{0.0, interval{0.5}}, {1.0, interval{0.6}}}), controller_error);
    CHECK_THROWS_AS((void)built({{0.0, interval{-0.1, 1.0}}}), controller_error);
    CHECK_THROWS_AS((void)built({{0.0, interval{0.5, 1.1}}}), controller_error);
    CHECK_THROWS_AS((void)built({{0.0, interval{0.3}}, {1.0, interval{0.7}}}), controller_error); // nearly 1, not 1
    CHECK_NOTHROW((void)built({{0.0, around(0.3)}, {1.0, around(0.7)}}));
    CHECK_THROWS_AS((void)build_process(line, enclosure<walking>{},
                                        each_cell_by_lot{[](const box<1>&) { return lottery<double>{{0.0, 1.0}}; }},
                                        box_of<1>({0.5}, {20.0})),
                    domain_error);
}

TEST_CASE("an action that is none of the system is refused, unless it is never taken") {
    const auto complaint = [](lottery<double> lots) -> std::string {
        try {
            (void)build_process(line, enclosure<walking>{}, each_cell_by_lot{[&](const box<1>&) { return lots; }},
                                box_of<1>({0.5}, {0.5}));
        } catch (const controller_error& e) {
            return e.what();
        }
        return "";
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(complaint({{nan, interval{1.0}}}) ==
          "the controller gives nan for the cell [0, 1], which is no action of the system");
    CHECK(complaint({{0.0, around(0.3)}, {infinity, around(0.7)}}).find("gives inf") != std::string::npos);
    CHECK(complaint({{0.0, interval{1.0}}, {nan, interval{0.0}}}).empty());
    const auto two = uniform_grid<4>{box_of<4>({-1.0, -1.0, -0.1, -1.0}, {1.0, 1.0, 0.1, 1.0}), {1, 1, 1, 1}};
    const each_cell_by_lot third{[](const box<4>&) { return lottery<double>{{2.0, interval{1.0}}}; }}; // of two forces
    CHECK_THROWS_AS((void)build_process(two, enclosure<systems::cart_pole>{}, third, box_of<4>({0, 0, 0, 0})),
                    controller_error);
}
