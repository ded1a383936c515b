#include <opara/abstraction/build.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/abstraction/verify.hpp>
#include <opara/cccl/build.cuh>
#include <opara/cccl/check.cuh>
#include <tests/cccl/support.cuh>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

using namespace opara::abstraction;
namespace cccl = opara::cccl;

namespace {

// Cells on the device are those of the host: states, numbers, transitions, labels; with a table and by hashing, in
// large batches and in small ones, to the end and for some steps.
template <class System, class F>
void check_equal(const System& step, const F& decide, const uniform_grid<System::dimension>& grid,
                 const box<System::dimension>& initial, std::size_t steps, std::size_t at_least) {
    constexpr std::size_t n = System::dimension;
    const enclosure<System> system{step};
    const each_cell<F> pilot{decide};
    box<n> part = initial;
    part[0] = grid.domain()[0]; // cut through cells in the first dimension only
    part[n - 1] = interval{part[n - 1].lower(), grid.domain()[n - 1].upper()};
    const std::vector<region<n>> labels{{"start", initial}, {"part", part}};
    const bounded_cell_system host =
        build_bounded(grid, system, pilot, initial, steps, build_options<n>{.labels = labels, .absorbing = {}});
    CHECK(host.part.graph.size() >= at_least);
    MESSAGE(host.part.graph.size() << " states, " << host.part.graph.transitions() << " transitions");
    for (const cccl::cell_lookup lookup : {cccl::cell_lookup::table, cccl::cell_lookup::hashing}) {
        CAPTURE(static_cast<int>(lookup));
        std::size_t available = 0;
        std::size_t total = 0;
        REQUIRE(cudaMemGetInfo(&available, &total) == cudaSuccess);
        if (lookup == cccl::cell_lookup::table && grid.size() > available / 8) {
            continue; // no device has room for the six-dimensional one, and small ones not for CartPole's
        }
        cccl::build_options<n> options{.labels = labels, .lookup = lookup};
        CHECK(cccl::build_bounded(grid, system, pilot, initial, steps, options).download() == host);
        options.states_at_once = 100;
        options.transitions_at_once = 333;
        CHECK(cccl::build_bounded(grid, system, pilot, initial, steps, options).download() == host);
    }
    CHECK(test::is_clean());
}

constexpr std::size_t to_the_end = std::numeric_limits<std::size_t>::max();

// x' = x + u, one dimension.
struct walking {
    static constexpr std::size_t dimension = 1;
    using action = double;
    template <class T>
    constexpr std::array<T, 1> operator()(const std::array<T, 1>& x, double u) const {
        return {x[0] + static_cast<T>(u)};
    }
};
const uniform_grid<1> line{box_of<1>({0.0}, {10.0}), {10}};
each_cell<test::linear<1>> still() { return each_cell{test::linear<1>{{0.0}}}; }

// Moves by this much.
struct by {
    double u;
    constexpr double operator()(const box<1>&) const { return u; }
};

} // namespace

TEST_CASE("the planar systems have the host's cells") {
    if (!test::device_or_skip()) {
        return;
    }
    const box<2> square = box_of<2>({-2.5, -2.5}, {2.5, 2.5});
    for (const double width : {0.1, 0.02, 0.01}) {
        CAPTURE(width);
        const auto grid = uniform_grid<2>::by_width(square, {width, width});
        check_equal(systems::b1{}, test::linear<2>{{-0.3, -2}}, grid, box_of<2>({0.8, 0.5}, {0.9, 0.6}), to_the_end,
                    100);
        check_equal(systems::b2{}, test::linear<2>{{-1, -1}}, grid, box_of<2>({0.7, 0.7}, {0.9, 0.9}), to_the_end, 100);
        check_equal(systems::b3{}, test::linear<2>{{-0.5, -1}}, grid, box_of<2>({0.8, 0.4}, {0.9, 0.5}), to_the_end,
                    20);
    }
    // A domain that the system leaves.
    check_equal(systems::b2{}, test::linear<2>{{0, 1}}, uniform_grid<2>{box_of<2>({-1, -1}, {1, 1}), {40, 40}},
                box_of<2>({0, 0}, {0.1, 0.1}), to_the_end, 100);
}

TEST_CASE("a pendulum under a network with sigmoids has the host's cells") {
    if (!test::device_or_skip()) {
        return;
    }
    layer hidden{4, {}, {}, activation::sigmoid};
    layer last{8, {}, {0.3}, activation::sigmoid};
    for (int o = 0; o < 8; ++o) {
        for (int i = 0; i < 4; ++i) {
            hidden.weight.push_back(((7 * o + 5 * i) % 11 - 5) * 0.9);
        }
        hidden.bias.push_back((o % 5 - 2) * 40.0); // some are saturated
        last.weight.push_back((o % 3 - 1) * 1.5);
    }
    const box_network<2> pilot{network{{hidden, last}}};
    const enclosure<systems::single_pendulum> system;
    const auto grid = uniform_grid<2>::by_width(box_of<2>({-2, -2}, {2, 2}), {0.02, 0.02});
    const box<2> initial = box_of<2>({1.0, 0.0}, {1.2, 0.2});
    const bounded_cell_system host = build_bounded(grid, system, pilot, initial, 20);
    CHECK(host.part.graph.size() > 500);
    CHECK(cccl::build_bounded(grid, system, pilot, initial, 20).download() == host);
    CHECK(test::is_clean());
}

TEST_CASE("mountain car, with cosines and a wall, has the host's cells") {
    if (!test::device_or_skip()) {
        return;
    }
    for (const double width : {0.04, 0.02, 0.005}) {
        CAPTURE(width);
        check_equal(systems::mountain_car{}, test::switching<2>{{{0, 1}}, 0, 2},
                    uniform_grid<2>::by_width(box_of<2>({-1.2, -0.07}, {0.6, 0.07}), {width, width / 10}),
                    box_of<2>({-0.6, 0.0}, {-0.4, 0.0}), to_the_end, 500);
    }
}

TEST_CASE("systems of three and four dimensions have the host's cells") {
    if (!test::device_or_skip()) {
        return;
    }
    check_equal(systems::b4{}, test::linear<3>{{-1, -1, -1}},
                uniform_grid<3>::by_width(box_of<3>({-2.5, -2.5, -2.5}, {2.5, 2.5, 2.5}), {0.02, 0.02, 0.02}),
                box_of<3>({0.25, 0.08, 0.25}, {0.27, 0.1, 0.27}), 40, 500);
    check_equal(systems::b5{}, test::linear<3>{{-1, -1, -2}},
                uniform_grid<3>::by_width(box_of<3>({-2.5, -2.5, -5.5}, {2.5, 2.5, 5.5}), {0.02, 0.02, 0.02}),
                box_of<3>({0.38, 0.45, 0.25}, {0.4, 0.47, 0.27}), 25, 500);
    check_equal(systems::pendulum{}, test::linear<3>{{0, -2, -0.5}},
                uniform_grid<3>::by_width(box_of<3>({-1.5, -1.5, -10}, {1.5, 1.5, 10}), {0.08, 0.08, 0.05}),
                box_of<3>({0.99, -0.01, -0.1}, {1, 0.01, 0.1}), 20, 500);
    check_equal(systems::tora{}, test::linear<4>{{0.5, 0.5, -1, -1}},
                uniform_grid<4>::by_width(box_of<4>({-2.5, -2.5, -2, -10}, {2.5, 2.5, 2, 10}), {0.05, 0.05, 0.05, 0.1}),
                box_of<4>({-0.77, -0.45, 0.51, -0.3}, {-0.75, -0.43, 0.54, -0.28}), 12, 500);
    check_equal(
        systems::cart_pole{}, test::switching<4>{{{0.1, 0.2, 2, 0.6}}, 0, 1},
        uniform_grid<4>::by_width(box_of<4>({-4.8, -10, -0.42, -10}, {4.8, 10, 0.42, 10}), {0.16, 0.02, 0.016, 0.02}),
        box_of<4>({0.001, 0.001, 0, 0.001}, {0.001, 0.001, 0, 0.001}), 16, 5'000);
}

TEST_CASE("adaptive cruise control, of six dimensions and ten sub-steps, has the host's cells") {
    if (!test::device_or_skip()) {
        return;
    }
    check_equal(
        systems::acc6{}, test::linear<6>{{0.01, 0.05, 0, -0.01, -0.05, 0}},
        uniform_grid<6>::by_width(box_of<6>({-300, -100, -100, -300, -100, -100}, {300, 100, 100, 300, 100, 100}),
                                  {1, 0.1, 0.1, 1, 0.1, 0.1}),
        box_of<6>({90, 32, 0, 10, 30, 0}, {91, 32.05, 0, 11, 30.05, 0}), 2, 500);
}

TEST_CASE("absorbing cells, the outside and the unexplored are the host's, and so is what is proved of them") {
    if (!test::device_or_skip()) {
        return;
    }
    const enclosure<walking> system;
    const each_cell<by> pilot{by{1.5}};
    const std::vector<region<1>> labels{{"far", box_of<1>({4.5}, {10.0})}, {"low", box_of<1>({0.0}, {6.0})}};
    const box<1> start = box_of<1>({0.25}, {0.5});
    for (const std::vector<box<1>>& absorbing : {std::vector<box<1>>{}, {box_of<1>({3.0}, {5.0})}}) {
        const cell_system host = build(line, system, pilot, start, {.labels = labels, .absorbing = absorbing});
        const cccl::cell_system device =
            cccl::build(line, system, pilot, start, {.labels = labels, .absorbing = absorbing});
        CHECK(device.download() == host);
        for (const char* const text : {"AF far", "AF AG far", "AG low", "AF outside", "AG !outside", "EF low"}) {
            CAPTURE(text);
            CHECK(cccl::check(device, parse_formula(text)) == check(host, parse_formula(text)));
        }
    }
    for (const std::size_t steps : {0U, 1U, 2U, 5U, 1000U}) {
        CAPTURE(steps);
        const bounded_cell_system host = build_bounded(line, system, pilot, start, steps, {.labels = labels});
        const cccl::bounded_cell_system device =
            cccl::build_bounded(line, system, pilot, start, steps, {.labels = labels});
        CHECK(device.download() == host);
        for (const char* const text : {"AG low", "AF far", "AF AG low", "AX AX !far", "EF low", "AG !unexplored"}) {
            CAPTURE(text);
            CHECK(cccl::check(device, parse_formula(text)) == check(host, parse_formula(text)));
        }
    }
}

TEST_CASE("what cannot be built is refused, and leaves no error behind") {
    if (!test::device_or_skip()) {
        return;
    }
    const enclosure<walking> system;
    CHECK_THROWS_AS((void)cccl::build(line, system, still(), box_of<1>({-1.0}, {0.5})), domain_error);
    const linear_image<1> doubled{{{{interval{2.0}}}}};
    CHECK_THROWS_WITH_AS(
        (void)cccl::build(line, system, still(), line.domain(), {.labels = {{"safe", line.domain(), doubled}}}),
        "the label \"safe\" is a box in other coordinates than the cells', which a device cannot tell of them",
        domain_error);
    CHECK_THROWS_AS((void)cccl::build(line, system, still(), line.domain(), {.labels = {{"outside", line.domain()}}}),
                    domain_error);
    const network large{{layer{2, {1e300, 1e300}, {0}}, layer{1, {1e300}, {0}}}};
    CHECK_THROWS_WITH_AS((void)cccl::build(line, system, box_network<1>{large}, box_of<1>({5}, {6})),
                         "the controller's network overflows on a cell", controller_error);
    // On the outside there is no controller that could overflow: this one would, of all cells, only on one around 0.
    const network overflows_at_zero{
        {layer{2, {-1e300, -1e300}, {0.5e300}, activation::relu}, layer{1, {1e300}, {0.2}}}};
    CHECK_NOTHROW((void)cccl::build(line, system, box_network<1>{overflows_at_zero}, line.domain()));
    // A table of 2^54 cells.
    const uniform_grid<3> huge{box_of<3>({0, 0, 0}, {1e6, 1e6, 1e6}), {1U << 18U, 1U << 18U, 1U << 18U}};
    const box<3> corner = box_of<3>({0, 0, 0}, {1e-6, 1e-6, 1e-6});
    const enclosure<systems::b4> b4;
    const each_cell nothing{test::linear<3>{{0, 0, 0}}};
    try {
        (void)cccl::build(huge, b4, nothing, corner, {.lookup = cccl::cell_lookup::table});
        FAIL("there cannot be so much memory");
    } catch (const cccl::memory_error& e) {
        CHECK(e.needed() == ((std::uint64_t{1} << 54U) + 1) * 4);
        CHECK(e.available() > 0);
        CHECK(e.available() < e.needed());
        CHECK(std::string{e.what()}.find(std::to_string(e.needed())) != std::string::npos);
    }
    CHECK(test::is_clean());
    // By hashing the same grid is as good as any.
    CHECK(cccl::build(huge, b4, nothing, corner).download() == build(huge, b4, nothing, corner));
    // More initial cells than there are numbers.
    CHECK_THROWS_AS((void)cccl::build(huge, b4, nothing, huge.domain()), system_error);
    CHECK(test::is_clean());
}
