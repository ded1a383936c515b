#include <opara/abstraction/build.hpp>
#include <opara/abstraction/controller.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/piecewise_linear.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/tube.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/abstraction/verify.hpp>
#include <tests/abstraction/step_samples.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;

namespace {

// Random affine laws.
template <std::size_t N, std::size_t M>
struct some_law {
    double size;
    affine_law<N, M> operator()(random_source& random) const {
        affine_law<N, M> law;
        for (std::size_t i = 0; i < M; ++i) {
            law.constant[i] = size * (2 * random.unit() - 1);
            for (double& k : law.gain[i]) {
                k = random.chance(0.2) ? 0.0 : size * (2 * random.unit() - 1);
            }
        }
        return law;
    }
};

// The mutation: the law's control in the middle of the box is taken for the control in all of it.
template <class System>
struct held_at_the_middle {
    enclosure<System> held;
    box<System::dimension> operator()(const box<System::dimension>& b,
                                      const typename piecewise_linear<System>::action& law) const {
        return held.post(b, law(b.middle())[0]);
    }
};

} // namespace

static_assert(step_function<piecewise_linear<systems::b1>>);
static_assert(step_function<piecewise_linear<systems::attitude>>);
static_assert(state_controlled<systems::acc6> && !state_controlled<systems::cart_pole>);
static_assert(!state_controlled<systems::mountain_car>); // it has three actions, and a law gives any number
static_assert(!state_controlled<systems::vertical_cas>); // its action is no number
static_assert(std::is_same_v<piecewise_linear<systems::unicycle>::action, affine_law<4, 2>>);
static_assert(controller<box_network<2, head::affine<2>>, 2, affine_law<2>>);

TEST_CASE("steps under affine laws land in the post") {
    check_system(piecewise_linear<systems::b1>{}, cube<2>(2.5), some_law<2, 1>{4});
    check_system(piecewise_linear<systems::b3>{}, cube<2>(2.5), some_law<2, 1>{1});
    check_system(piecewise_linear<systems::b5>{}, cube<3>(2.5), some_law<3, 1>{1});
    check_system(piecewise_linear<systems::tora>{}, cube<4>(2.5), some_law<4, 1>{5}); // saturated at 10
    check_system(piecewise_linear<systems::unicycle>{}, cube<4>(3), some_law<4, 2>{1});
}

TEST_CASE("a control that is held at the cell's middle is not sound, and this test sees it") {
    const held_at_the_middle<systems::b1> mutant{enclosure<systems::b1>{}};
    CHECK(escapes(mutant, piecewise_linear<systems::b1>{}, cube<2>(2.5), some_law<2, 1>{4}, 4'000) > 200);
}

TEST_CASE("a law without gains is a constant control, and one with gains is a system of its own") {
    random_source random{3};
    const auto domain = cube<2>(2);
    for (int k = 0; k < 2'000; ++k) {
        const box<2> b = random_box(domain, random);
        const double u = 4 * random.unit() - 2;
        const auto held = enclosure<systems::b1>{}.post(b, u);
        CHECK(enclosure<piecewise_linear<systems::b1>>{}.post(b, {.constant = {u}}).contains(held));
        // x2' = x2 + 0.05 u with u = k1 x1 + k2 x2 is linear, so its post is exact but for rounding.
        const affine_law<2> law{{0.25}, {{{-2 * random.unit(), 2 * random.unit()}}}};
        const auto image = enclosure<piecewise_linear<systems::b2>>{}.post(b, law)[1];
        const auto at = [&](double x1, double x2) {
            return x2 + 0.05 * (0.25 + law.gain[0][0] * x1 + law.gain[0][1] * x2);
        };
        CHECK(image.lower() == doctest::Approx(std::clamp(at(b[0].upper(), b[1].lower()), -2.0, 2.0)).epsilon(1e-12));
        CHECK(image.upper() == doctest::Approx(std::clamp(at(b[0].lower(), b[1].upper()), -2.0, 2.0)).epsilon(1e-12));
    }
}

TEST_CASE("the outputs of a network become the law: constant first, then a gain a coordinate, control after control") {
    const std::vector<double> out{1, 2, 3, -1, -2, -3};
    CHECK(head::affine<2>{10, 1}(std::span{out}.first(3)) == affine_law<2>{{11}, {{{20, 30}}}});
    CHECK(head::affine<2, 2>{2, 0}(std::span{out}) == affine_law<2, 2>{{2, -2}, {{{4, 6}, {-4, -6}}}});
    CHECK(affine_law<2, 2>{{2, -2}, {{{4, 6}, {-4, -6}}}}(point<2>{1, 10}) == std::array<double, 2>{66, -66});
    const network gives_three{{layer{.inputs = 4, .weight = std::vector<double>(12, 0.0), .bias = {1, 2, 3}}}};
    const box_network<2, head::affine<2>> pilot{gives_three};
    std::vector<affine_law<2>> laws(1);
    const std::vector<box<2>> cell{cube<2>(1)};
    pilot.act(std::span<const box<2>>{cell}, std::span<affine_law<2>>{laws});
    CHECK(laws[0] == affine_law<2>{{1}, {{{2, 3}}}});
    CHECK_THROWS_AS((box_network<2, head::affine<2, 2>>{gives_three}), controller_error);
}

TEST_CASE("a law proves a loop safe, of which every run is in the graph") {
    // The double integrator of B2's second coordinate and a stabilising law: x' = x - x^3..., u = -x1 - x2 keeps |x|
    // <= 1.
    const auto grid = uniform_grid<2>::by_width(cube<2>(2.5), {0.05, 0.05});
    const auto initial = box_of<2>({0.2, -0.1}, {0.3, 0.1});
    const build_options<2> options{.labels = {{"safe", cube<2>(1)}}};
    const each_cell follows{[](const box<2>&) { return affine_law<2>{{0}, {{{-1, -1}}}}; }};
    const auto loop = build(grid, enclosure<piecewise_linear<systems::b2>>{}, follows, initial, options);
    CHECK(check(loop, parse_formula("AG safe")).what == conclusion::proved);
    // Every run of the closed loop is one of the graph.
    random_source random{4};
    for (int run = 0; run < 200; ++run) {
        point<2> x = point_of(initial, random);
        for (int step = 0; step < 100; ++step) {
            const auto from = std::find(loop.cells.begin(), loop.cells.end(), grid.locate(x)) - loop.cells.begin();
            REQUIRE(static_cast<std::size_t>(from) < loop.cells.size());
            x = systems::b2{}(x, -x[0] - x[1]);
            bool found = false;
            for (const state_id s : loop.graph.successors(state_id::from_index(static_cast<std::size_t>(from)))) {
                found = found || loop.cells[s.index()] == grid.locate(x);
            }
            REQUIRE(found);
        }
    }
}

TEST_CASE("a tube under an affine law contains the runs") {
    const auto grid =
        uniform_grid<2>::by_width(cube<2>(2.5), {2.5, 2.5}); // four cells, as coarse as the published ones
    const each_cell pilot{
        [](const box<2>& b) { return affine_law<2>{{b[0].lower() < 0 ? 0.1 : 0.0}, {{{-1, -1.5}}}}; }};
    const std::vector<box<2>> parts{box_of<2>({0.7, 0.7}, {0.75, 0.75})};
    tube_options<2> options;
    options.steps = 40;
    options.target = box_of<2>({-9, -9}, {-8, -8}); // never
    options.nearness = {1e-3, 1e-3};
    const auto tube = follow(grid, enclosure<piecewise_linear<systems::b2>>{}, pilot, parts, options);
    REQUIRE(tube.layers.size() > 40);
    random_source random{6};
    for (int run = 0; run < 500; ++run) {
        point<2> x = point_of(parts[0], random);
        for (std::size_t step = 0; step <= 40; ++step) {
            REQUIRE(tube.layers[step].hull.contains(x));
            x = systems::b2{}(x, (x[0] < 0 ? 0.1 : 0.0) - x[0] - 1.5 * x[1]);
        }
    }
    CHECK(tube.layers[40].hull[0].upper() - tube.layers[40].hull[0].lower() < 0.2);
}

namespace {
// An action of somebody's own, which can say what it is.
struct gear {
    int number = 0;
    friend bool operator==(const gear&, const gear&) = default;
    friend std::string to_string(const gear& g) { return "gear " + std::to_string(g.number); }
};
struct gearbox {
    static constexpr std::size_t dimension = 1;
    using action = gear;
    static constexpr bool accepts(const gear& g) noexcept { return g.number < 6; }
    template <class T>
    std::array<T, 1> operator()(const std::array<T, 1>& x, const gear& g) const {
        return {x[0] + static_cast<T>(static_cast<double>(g.number))};
    }
};
} // namespace

TEST_CASE("an action that the system does not know is said in its own words") {
    const uniform_grid<1> line{box_of<1>({0}, {9}), {9}};
    const each_cell pilot{[](const box<1>& b) { return gear{b[0].lower() < 5 ? 5 : 7}; }};
    CHECK_THROWS_WITH_AS((void)build(line, enclosure<gearbox>{}, pilot, box_of<1>({0.25}, {0.5})),
                         "the controller gives gear 7 for the cell [5, 6], which is no action of the system",
                         controller_error);
}

TEST_CASE("a law that is none is refused with its cell") {
    const auto grid = uniform_grid<2>::by_width(cube<2>(2), {0.5, 0.5});
    const auto start = box_of<2>({0.6, 0.6}, {0.9, 0.9});
    const auto explore = [&](const affine_law<2>& law) {
        const each_cell pilot{[&](const box<2>&) { return law; }};
        (void)build(grid, enclosure<piecewise_linear<systems::b1>>{}, pilot, start);
    };
    CHECK_NOTHROW(explore({{0.5}, {{{1, 0}}}}));
    CHECK_THROWS_WITH_AS(
        explore({{std::numeric_limits<double>::quiet_NaN()}, {{{1, 0}}}}),
        "the controller gives the law (nan) + ((1, 0)) x for the cell [0.5, 1] x [0.5, 1], which is no "
        "action of the system",
        controller_error);
    CHECK_THROWS_WITH_AS(explore({{0}, {{{1, -std::numeric_limits<double>::infinity()}}}}),
                         doctest::Contains("the law (0) + ((1, -inf)) x for the cell [0.5, 1]"), controller_error);
    // Where the network gives numbers, and the scale makes others of them.
    const network net{{layer{.inputs = 4, .weight = std::vector<double>(12, 0.0), .bias = {1e300, 0, 0}}}};
    CHECK_THROWS_WITH_AS((void)build(grid, enclosure<piecewise_linear<systems::b1>>{},
                                     box_network<2, head::affine<2>>{net, {1e300}}, start),
                         doctest::Contains("gives the law (inf) + ((0, 0)) x for the cell"), controller_error);
}
