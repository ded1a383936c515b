// The published controllers on the device.

#include <opara/abstraction/build.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/abstraction/verify.hpp>
#include <opara/cccl/build.cuh>
#include <opara/cccl/check.cuh>
#include <tests/cccl/support.cuh>
#include <tests/cccl/trained.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

using namespace opara::abstraction;
namespace cccl = opara::cccl;

namespace {

template <std::size_t N>
uniform_grid<N> grid_of(const test::trained& c, double part) {
    point<N> lower;
    point<N> upper;
    point<N> widths;
    for (std::size_t i = 0; i < N; ++i) {
        lower[i] = c.lower[i];
        upper[i] = c.upper[i];
        widths[i] = c.widths[i] * part;
    }
    return uniform_grid<N>::by_width(box_of<N>(lower, upper), widths);
}

// The system of the host and the verdicts on it, on the grid of the training with cells of this part of the width.
template <class System>
void check_controller(const std::string& name, double part, const box<System::dimension>& initial,
                      const box<System::dimension>& goal, const box<System::dimension>& safe, std::size_t steps) {
    constexpr std::size_t n = System::dimension;
    CAPTURE(name);
    CAPTURE(part);
    const auto c = test::trained_or_skip(name);
    if (!c) {
        return;
    }
    const auto grid = grid_of<n>(*c, part);
    const enclosure<System> system;
    const box_network<n> pilot{c->net, {c->scale}};
    const std::vector<region<n>> labels{{"goal", goal}, {"safe", safe}};
    const bounded_cell_system host = build_bounded(grid, system, pilot, initial, steps, {.labels = labels});
    const cccl::bounded_cell_system device =
        cccl::build_bounded(grid, system, pilot, initial, steps, {.labels = labels});
    CHECK(device.download() == host);
    for (const char* const text : {"AG safe", "AF goal", "A[safe U goal] | AG safe", "AG (safe -> AF !safe)"}) {
        CAPTURE(text);
        CHECK(cccl::check(device, parse_formula(text)) == check(host, parse_formula(text)));
    }
}

template <std::size_t N>
box<N> around_zero(double radius) {
    box<N> b;
    for (std::size_t i = 0; i < N; ++i) {
        b[i] = interval{-radius, radius};
    }
    return b;
}

constexpr std::size_t to_the_end = std::numeric_limits<std::size_t>::max();

} // namespace

TEST_CASE("published controllers of planar systems: the host's systems and verdicts") {
    if (!test::device_or_skip()) {
        return;
    }
    const box<2> b1_start = box_of<2>({0.8, 0.5}, {0.9, 0.6});
    const box<2> b1_goal = box_of<2>({0, 0.05}, {0.2, 0.3});
    for (const char* const name : {"b1_tanh_2x20_d0.02", "b1_relu_2x20_d0.02", "b1_tanh_3x100_d0.02_assumed"}) {
        check_controller<systems::b1>(name, 1, b1_start, b1_goal, around_zero<2>(1.5), to_the_end);
        check_controller<systems::b1>(name, 0.2, b1_start, b1_goal, around_zero<2>(1.5), to_the_end);
    }
    const box<2> b2_start = box_of<2>({0.7, 0.7}, {0.9, 0.9});
    const box<2> b2_goal = box_of<2>({-0.3, -0.35}, {0.1, 0.5});
    for (const char* const name : {"b2_tanh_2x20_d0.1", "b2_relu_2x20_d0.1"}) {
        check_controller<systems::b2>(name, 1, b2_start, b2_goal, around_zero<2>(1.5), to_the_end);
        check_controller<systems::b2>(name, 0.1, b2_start, b2_goal, around_zero<2>(1.5), to_the_end);
    }
    for (const char* const name : {"b3_tanh_2x20_d0.2", "b3_relu_2x20_d0.3"}) {
        check_controller<systems::b3>(name, 1, box_of<2>({0.8, 0.4}, {0.9, 0.5}), box_of<2>({0.2, -0.3}, {0.3, -0.05}),
                                      around_zero<2>(1.5), to_the_end);
    }
}

TEST_CASE("published controllers of larger systems: the host's systems and verdicts") {
    if (!test::device_or_skip()) {
        return;
    }
    for (const char* const name : {"b4_tanh_2x20_d0.2", "b4_relu_2x20_d0.1"}) {
        check_controller<systems::b4>(name, 0.5, box_of<3>({0.25, 0.08, 0.25}, {0.27, 0.1, 0.27}),
                                      box_of<3>({-0.05, -0.05, -2}, {0.05, 0, 2}), around_zero<3>(1.5), 20);
    }
    for (const char* const name : {"b5_tanh_3x100_d0.1", "b5_relu_3x100_d0.1"}) {
        check_controller<systems::b5>(name, 1, box_of<3>({0.38, 0.45, 0.25}, {0.4, 0.47, 0.27}),
                                      box_of<3>({-0.4, 0.05, -5}, {-0.28, 0.22, 5}), around_zero<3>(1.5), 20);
    }
    for (const char* const name : {"tora_tanh_3x20_d0.2", "tora_tanh_3x20_d0.4"}) {
        check_controller<systems::tora>(name, 1, box_of<4>({-0.77, -0.45, 0.51, -0.3}, {-0.75, -0.43, 0.54, -0.28}),
                                        box_of<4>({-0.1, -0.9, -2, -2}, {0.2, -0.6, 2, 2}), around_zero<4>(1.5), 12);
    }
    for (const char* const name : {"acc6_tanh_3x20_d1", "acc6_tanh_3x20_d1_negative"}) {
        check_controller<systems::acc6>(
            name, 1, box_of<6>({90, 32, 0, 10, 30, 0}, {91, 32.05, 0, 11, 30.05, 0}),
            box_of<6>({-300, 22.81, -100, -300, 29.88, -100}, {300, 22.87, 100, 300, 30.02, 100}), around_zero<6>(300),
            2);
    }
}
