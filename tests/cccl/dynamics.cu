// Intervals and steps of systems on the device, bit by bit beside the host's.

#include <opara/abstraction/systems.hpp>
#include <opara/cccl/buffer.cuh>
#include <opara/cccl/device.cuh>
#include <opara/testing/random.hpp>
#include <tests/abstraction/support.hpp>
#include <tests/cccl/support.cuh>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

using namespace opara::abstraction;
namespace cccl = opara::cccl;
using opara::testing::random_source;

namespace {

template <class D>
struct post_of_each {
    D dynamics;
    const box<D::dimension>* boxes;
    const double* actions;
    box<D::dimension>* posts;
    __device__ void operator()(std::uint64_t k) const { posts[k] = dynamics.post(boxes[k], actions[k]); }
};

// How many of the boxes have another image on the device, which must never lack a point of the system's step.
template <class System>
std::size_t differences(const System& step, const box<System::dimension>& where, double largest_action) {
    constexpr std::size_t n = System::dimension;
    const enclosure<System> system{step};
    random_source random{71};
    std::vector<box<n>> boxes(100'000);
    std::vector<double> actions(boxes.size());
    for (std::size_t k = 0; k < boxes.size(); ++k) {
        const point<n> center = test::point_of(where, random);
        for (std::size_t i = 0; i < n; ++i) {
            const double width =
                std::ldexp(where[i].upper() - where[i].lower(), -static_cast<int>(random.below(14)) - 3);
            boxes[k][i] = random.chance(0.1) ? interval{center[i]} : interval{center[i], center[i] + width};
        }
        actions[k] = random.chance(0.2) ? std::floor(3 * random.unit()) : (2 * random.unit() - 1) * largest_action;
    }
    const cccl::buffer<box<n>> in{std::span<const box<n>>{boxes}};
    const cccl::buffer<double> u{std::span<const double>{actions}};
    cccl::buffer<box<n>> out{boxes.size()};
    cccl::detail::for_each_index(boxes.size(),
                                 post_of_each<enclosure<System>>{system, in.data(), u.data(), out.data()});
    const std::vector<box<n>> posts = out.download();
    std::size_t different = 0;
    for (std::size_t k = 0; k < boxes.size(); ++k) {
        different += posts[k] == system.post(boxes[k], actions[k]) ? 0 : 1;
        for (int j = 0; j < 3; ++j) {
            REQUIRE(posts[k].contains(system.step(test::point_of(boxes[k], random), actions[k])));
        }
    }
    return different;
}

} // namespace

TEST_CASE("nvcc was told not to fuse products with sums") {
    if (!test::device_or_skip()) {
        return;
    }
    CHECK_NOTHROW(cccl::detail::require_no_contraction());
}

TEST_CASE("every system's image of a box is the host's, bit by bit") {
    if (!test::device_or_skip()) {
        return;
    }
    const box<2> square = box_of<2>({-2.5, -2.5}, {2.5, 2.5});
    CHECK(differences(systems::b1{}, square, 12) == 0);
    CHECK(differences(systems::b2{}, square, 12) == 0);
    CHECK(differences(systems::b3{}, square, 12) == 0);
    CHECK(differences(systems::b4{}, box_of<3>({-2.5, -2.5, -2.5}, {2.5, 2.5, 2.5}), 12) == 0);
    CHECK(differences(systems::b5{}, box_of<3>({-2.5, -2.5, -5.5}, {2.5, 2.5, 5.5}), 12) == 0);
    CHECK(differences(systems::tora{}, box_of<4>({-2.5, -2.5, -2, -10}, {2.5, 2.5, 2, 10}), 12) == 0);
    CHECK(differences(systems::acc6{}, box_of<6>({-300, -100, -100, -300, -100, -100}, {300, 100, 100, 300, 100, 100}),
                      12) == 0);
    CHECK(differences(systems::mountain_car{}, box_of<2>({-1.4, -0.09}, {0.8, 0.09}), 2) == 0);
    CHECK(differences(systems::pendulum{}, box_of<3>({-1.5, -1.5, -10}, {1.5, 1.5, 10}), 3) == 0);
    CHECK(differences(systems::cart_pole{}, box_of<4>({-4.8, -10, -0.42, -10}, {4.8, 10, 0.42, 10}), 1) == 0);
}
