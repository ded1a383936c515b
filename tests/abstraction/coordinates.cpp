#include <examples/drl/environments/cascade.hpp>
#include <examples/opara_verify/benchmarks.hpp>
#include <opara/abstraction/build.hpp>
#include <opara/abstraction/check.hpp>
#include <opara/abstraction/coordinates.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <tests/abstraction/step_samples.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::examples::drl::cart_pole_cascade;
using opara::examples::drl::cascaded_cart_pole;
namespace verify = opara::examples::verify;

namespace {

struct as_they_are {
    static constexpr std::size_t dimension = 2;
    template <class T>
    std::array<T, 2> to(const std::array<T, 2>& x) const {
        return x;
    }
    template <class T>
    std::array<T, 2> from(const std::array<T, 2>& z) const {
        return z;
    }
};
struct bent {
    static constexpr std::size_t dimension = 2;
    template <class T>
    std::array<T, 2> to(const std::array<T, 2>& x) const {
        return {x[0], x[1] + sqr(x[0])};
    }
    template <class T>
    std::array<T, 2> from(const std::array<T, 2>& z) const {
        return {z[0], z[1] - sqr(z[0])};
    }
};

// gym's CartPole, coded once more, with the precision of long double.
using state = std::array<long double, 4>;
state step_of_gym(const state& x, bool right) {
    const long double force = right ? 10 : -10;
    const long double temp = (force + 0.05L * x[3] * x[3] * std::sin(x[2])) / 1.1L;
    const long double turned = (9.8L * std::sin(x[2]) - std::cos(x[2]) * temp) /
                               (0.5L * (4.0L / 3 - 0.1L * std::cos(x[2]) * std::cos(x[2]) / 1.1L));
    const long double moved = temp - 0.05L * turned * std::cos(x[2]) / 1.1L;
    return {x[0] + 0.02L * x[1], x[1] + 0.02L * moved, x[2] + 0.02L * x[3], x[3] + 0.02L * turned};
}
// The cascade's coordinates from their meaning: each is the derivative, near the upright, of the one before it and as
// many times that one as it lags behind.
state cascade_of(const state& x, long double a, long double b, long double c) {
    const long double y = x[0] + 2 * x[2] / 3;
    const long double dy = x[1] + 2 * x[3] / 3;
    const long double ddy = 9.8L * x[2];
    const long double dddy = 9.8L * x[3];
    const long double w = dy + a * y;
    const long double dw = ddy + a * dy;
    const long double ddw = dddy + a * ddy;
    const long double p = (dw + b * w) / 9.8L;
    const long double dp = (ddw + b * dw) / 9.8L;
    return {y, w, p, dp + c * p};
}

// Pushes where the cell is, by its last coordinate.
struct by_last {
    double where = 0;
    void act(std::span<const box<4>> cells, std::span<double> actions) const {
        for (std::size_t k = 0; k < cells.size(); ++k) {
            actions[k] = cells[k][3].lower() > where - 1e-9 ? 1 : 0;
        }
    }
};

const box<4> start_of_gym = box_of<4>({-0.05, -0.05, -0.05, -0.05}, {0.05, 0.05, 0.05, 0.05});

uniform_grid<4> fine_grid() {
    const auto problem = verify::cart_pole_cascade();
    return uniform_grid<4>::by_width(problem.training.space, problem.training.widths);
}
cell_system explored(const uniform_grid<4>& grid, const by_last& pilot) {
    const auto problem = verify::cart_pole_cascade();
    return build(grid, enclosure<cascaded_cart_pole>{problem.system}, pilot, problem.initial,
                 {.labels = problem.labels});
}

} // namespace

static_assert(coordinates<cart_pole_cascade>);
static_assert(step_function<cascaded_cart_pole>);
static_assert(enclosure<cascaded_cart_pole>::accepts(1) && !enclosure<cascaded_cart_pole>::accepts(2));

TEST_CASE("steps in other coordinates land in the post") {
    check_system(cascaded_cart_pole{}, box_of<4>({-4, -8, -2.4, -24}, {4, 8, 2.4, 24}), some_choice{2});
    check_system(in_coordinates<systems::b1, bent>{}, cube<2>(2.5), some_control{interval{-4.0, 4.0}});
}

TEST_CASE("the cascade is what it says, and its steps are gym's") {
    random_source random{3};
    const cascaded_cart_pole system;
    const cart_pole_cascade& c = system.change;
    const box<4> space = box_of<4>({-3, -3, -0.3, -3}, {3, 3, 0.3, 3});
    for (std::size_t k = 0; k < samples() / 10; ++k) {
        const point<4> x = point_of(space, random);
        const state precise{x[0], x[1], x[2], x[3]};
        const state z = cascade_of(precise, c.a, c.b, c.c);
        const point<4> computed = c.to(x);
        const bool right = random.chance(0.5);
        const state next = cascade_of(step_of_gym(precise, right), c.a, c.b, c.c);
        const point<4> stepped = system(computed, right ? 1 : 0);
        const point<4> back = c.from(computed);
        const auto surely = c.from(c.to(box_of<4>(x).sides)); // in real numbers, x again
        for (std::size_t i = 0; i < 4; ++i) {
            REQUIRE(computed[i] == doctest::Approx(static_cast<double>(z[i])).epsilon(1e-12));
            REQUIRE(stepped[i] == doctest::Approx(static_cast<double>(next[i])).epsilon(1e-12));
            REQUIRE(back[i] == doctest::Approx(x[i]).epsilon(1e-12));
            REQUIRE(surely[i].contains(x[i]));
            REQUIRE(surely[i].upper() - surely[i].lower() < 1e-12);
        }
    }
}

TEST_CASE("a system in its own coordinates has the same cells") {
    const auto grid = uniform_grid<2>::by_width(cube<2>(2.5), {0.1, 0.1});
    const each_cell pilot{[](const box<2>& b) { return std::sin(7 * b[0].middle() + b[1].middle()); }};
    const box<2> start = box_of<2>({0.8, 0.5}, {0.9, 0.6});
    const build_options<2> options{.labels = {{"goal", box_of<2>({0, 0.05}, {0.2, 0.3})}}};
    for (const std::size_t steps : {std::size_t{5}, std::size_t{20}}) {
        const auto plain = build_bounded(grid, enclosure<systems::b1>{}, pilot, start, steps, options);
        const auto moved = build_bounded(grid, enclosure<in_coordinates<systems::b1, as_they_are>, form::monotone>{},
                                         pilot, start, steps, options);
        CHECK(plain.part.graph.size() > 10);
        CHECK(plain == moved);
    }
}

TEST_CASE("a proposition on the old coordinates is known where all corners of a cell agree") {
    const cart_pole_cascade c;
    const auto label = verify::cart_pole_cascade().labels.front();
    random_source random{5};
    std::array<std::size_t, 3> met{};
    for (std::size_t k = 0; k < samples() / 10; ++k) {
        const box<4> b = random_box(box_of<4>({-4, -1, -0.3, -2}, {4, 1, 0.3, 2}), random);
        double most = 0; // how far the farthest corner is out, in parts of the bounds
        double x_low = 9;
        double x_high = -9;
        double angle_low = 9;
        double angle_high = -9;
        for (unsigned corner = 0; corner < 16; ++corner) {
            point<4> z;
            for (std::size_t i = 0; i < 4; ++i) {
                z[i] = (corner >> i & 1) != 0 ? b[i].upper() : b[i].lower();
            }
            const point<4> x = c.from(z);
            most = std::max({most, std::abs(x[0]) / 2.4, std::abs(x[2]) / 0.21});
            x_low = std::min(x_low, x[0]);
            x_high = std::max(x_high, x[0]);
            angle_low = std::min(angle_low, x[2]);
            angle_high = std::max(angle_high, x[2]);
        }
        const point<4> inner = c.from(b.middle());
        const double out = std::max(std::abs(inner[0]) / 2.4, std::abs(inner[2]) / 0.21);
        REQUIRE((std::abs(out - 1) < 1e-9 || (label.holds_at(b.middle()) == truth::yes) == (out < 1)));
        const double nearest = std::max({x_low / 2.4, -x_high / 2.4, angle_low / 0.21, -angle_high / 0.21});
        const truth t = label.holds_in(b);
        ++met[t == truth::yes ? 0 : t == truth::no ? 1 : 2];
        if (std::abs(most - 1) > 1e-9 && std::abs(nearest - 1) > 1e-9) {
            REQUIRE((t == truth::yes) == (most < 1));
            REQUIRE((t == truth::no) == (nearest > 1));
        }
    }
    CHECK(*std::min_element(met.begin(), met.end()) > 100);
}

TEST_CASE("coordinates that bend have no linear image") {
    CHECK_THROWS_WITH_AS(static_cast<void>(old_coordinates(bent{})), "the coordinates are not linear in each other",
                         const domain_error&);
    const linear_image<2> same = new_coordinates(as_they_are{});
    const box<2> line{{interval::whole(), interval{0.0, 1.0}}};
    CHECK(same.of(line)[0] == line[0]);
    CHECK(same.of(line)[1].contains(line[1]));
    CHECK(same.of(line)[1].upper() < 1 + 1e-15);
}

TEST_CASE("CartPole is balanced for ever from gym's whole initial set, and its runs stay in the cells") {
    const uniform_grid<4> grid = fine_grid();
    const by_last pilot;
    const cell_system built = explored(grid, pilot);
    CHECK(check(built, parse_formula("AG balanced")).what == conclusion::proved);
    const std::set<std::uint64_t> cells{built.cells.begin(), built.cells.end()};
    CHECK(!cells.contains(grid.outside()));

    // Runs of gym's equations, coded once more, from anywhere, its corners as often as not.
    const cart_pole_cascade c;
    random_source random{11};
    std::size_t outside = 0;
    std::size_t fallen = 0;
    for (std::size_t run = 0; run < samples() / 250; ++run) {
        const point<4> x0 = point_of(start_of_gym, random);
        state x{x0[0], x0[1], x0[2], x0[3]};
        for (std::size_t step = 0; step < 250; ++step) {
            const state z = cascade_of(x, c.a, c.b, c.c);
            const auto cell = grid.locate({static_cast<double>(z[0]), static_cast<double>(z[1]),
                                           static_cast<double>(z[2]), static_cast<double>(z[3])});
            outside += cells.contains(cell) ? 0U : 1U;
            fallen += std::abs(x[0]) > 2.4L || std::abs(x[2]) > 0.21L ? 1U : 0U;
            x = step_of_gym(x, grid.cell_box(cell)[3].lower() > -1e-9);
        }
    }
    CHECK(outside == 0);
    CHECK(fallen == 0);

    // The mutation: what was proved of one controller does not cover another one.
    std::size_t strays = 0;
    state x{0.05L, 0.05L, 0.05L, 0.05L};
    for (std::size_t step = 0; step < 250; ++step) {
        const state z = cascade_of(x, c.a, c.b, c.c);
        const auto cell = grid.locate({static_cast<double>(z[0]), static_cast<double>(z[1]), static_cast<double>(z[2]),
                                       static_cast<double>(z[3])});
        strays += cells.contains(cell) ? 0U : 1U;
        x = step_of_gym(x, z[3] > 0.5L);
    }
    CHECK(strays > 0);
}

TEST_CASE("a controller that switches far from where it should is not proved") {
    CHECK(check(explored(fine_grid(), {0.5}), parse_formula("AG balanced")).what != conclusion::proved);
}
