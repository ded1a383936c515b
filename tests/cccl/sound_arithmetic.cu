#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/cccl/build.cuh>
#include <tests/cccl/support.cuh>

#include <doctest/doctest.h>

#include <cfenv>
#include <string>
#ifdef __SSE2__
#    include <xmmintrin.h>
#endif

using namespace opara::abstraction;
namespace cccl = opara::cccl;

namespace {

const auto grid = uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.5, 0.5});

template <class F>
std::string error_of(F work) {
    try {
        work();
    } catch (const opara::error& e) {
        return e.what();
    }
    return "none";
}

// What each way to explore on the device says; whether there is a device does not matter to the host's arithmetic.
template <class F>
void each_says(F expected) {
    const enclosure<systems::b2> system;
    const each_cell pilot{test::linear<2>{{0.5, -0.5}}};
    const auto initial = box_of<2>({0.7, 0.7}, {0.9, 0.9});
    CHECK(expected(error_of([&] { static_cast<void>(cccl::build(grid, system, pilot, initial)); })));
    CHECK(expected(error_of([&] { static_cast<void>(cccl::build_bounded(grid, system, pilot, initial, 2)); })));
}

const std::string cannot = "opara/abstraction cannot prove anything with this arithmetic: ";

} // namespace

// The initial cells are found on the host. (What the device computes with, it asks itself: see fused/main.cu.)
TEST_CASE("nothing is explored on the device where the host's arithmetic is unsound") {
    each_says([](const std::string& error) { return error.find(cannot) == std::string::npos; });
    const int before = std::fegetround();
    std::fesetround(FE_UPWARD);
    each_says([](const std::string& error) { return error == cannot + "the processor does not round to nearest"; });
    std::fesetround(before);
#ifdef __SSE2__
    const unsigned mode = _mm_getcsr(); // a program that is linked with -ffast-math changes it so before main
    _mm_setcsr(mode | 0x8040U);
    each_says([](const std::string& error) { return error.find("subnormal") != std::string::npos; });
    _mm_setcsr(mode);
#endif
}
