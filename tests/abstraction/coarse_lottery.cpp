#include <opara/abstraction/build_process.hpp>
#include <opara/abstraction/coarse_lottery.hpp>
#include <opara/abstraction/dynamics.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/abstraction/until_probability.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

interval around(double x) { return {outward::below(x), outward::above(x)}; }

// Pushes up or down, with probabilities that differ from cell to cell.
const each_cell_by_lot pushing{[](const box<2>& b) {
    const double p = 0.5 + 0.2 * std::sin(9 * b[0].middle() - 4 * b[1].middle());
    return lottery<double>{{1.0, around(p)}, {-1.0, around(1 - p)}};
}};
const box<2> square = box_of<2>({-2.0, -2.0}, {2.0, 2.0});
uniform_grid<2> cells_of(double width) { return uniform_grid<2>::by_width(square, {width, width}); }

} // namespace

static_assert(stochastic_controller<coarse_lottery<uniform_grid<2>, softmax_network<2>>, 2, double>);

TEST_CASE("every finer cell has the lottery of the decision cell around it") {
    const auto coarse = cells_of(0.5);
    const auto fine = cells_of(0.125);
    const coarse_lottery pilot{coarse, pushing};
    CHECK(pilot.decisions() == coarse);
    random_source random{3};
    for (int k = 0; k < 500; ++k) {
        const box<2> small = fine.cell_box(random.below(static_cast<std::size_t>(fine.size())));
        const box<2> large = coarse.cell_box(coarse.locate({small[0].middle(), small[1].middle()}));
        std::vector<lottery<double>> lots(2);
        pilot.weigh(std::span<const box<2>>{&small, 1}, std::span<lottery<double>>{lots}.first(1));
        pushing.weigh(std::span<const box<2>>{&large, 1}, std::span<lottery<double>>{lots}.last(1));
        REQUIRE(lots[0] == lots[1]);
    }
    const box<2> straddles = box_of<2>({0.4, 0.0}, {0.6, 0.1});
    lottery<double> none;
    CHECK_THROWS_AS(pilot.weigh(std::span<const box<2>>{&straddles, 1}, std::span<lottery<double>>{&none, 1}),
                    domain_error);
}

TEST_CASE("the same policy on finer cells has narrower bounds") {
    const enclosure<systems::b2> system{{.dt = 0.2}};
    const box<2> initial = box_of<2>({0.7, 0.7}, {0.9, 0.9});
    const build_options<2> options{.labels = {{"goal", box_of<2>({0.0, -2.0}, {0.4, 2.0})}}};
    const auto decisions = cells_of(0.5);
    interval last{0.0, 1.0};
    for (const double width : {0.5, 0.25, 0.125, 0.0625}) {
        const cell_process built =
            build_process(cells_of(width), system, coarse_lottery{decisions, pushing}, initial, options);
        const probability_range p = until_probability(built.process, "goal");
        constexpr double slack = 1e-5; // of the iteration
        CHECK(p.least.lower() >= last.lower() - slack);
        CHECK(p.most.upper() <= last.upper() + slack);
        last = {p.least.lower(), p.most.upper()};
    }
    CHECK(last.upper() - last.lower() < 0.9); // finer cells are worth something
}
