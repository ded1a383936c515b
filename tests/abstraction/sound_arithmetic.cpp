#include <opara/abstraction/build.hpp>
#include <opara/abstraction/build_process.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/prove.hpp>
#include <opara/abstraction/sound_arithmetic.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/tube.hpp>
#include <opara/abstraction/uniform_grid.hpp>

#include <doctest/doctest.h>

#include <cfenv>
#include <string>
#ifdef __SSE2__
#    include <immintrin.h>
#endif

// What compilers do with -funsafe-math-optimizations is tested in tests/compile.

using namespace opara::abstraction;

namespace {

// What the guard says of a mode; the mode is nearest again when this returns.
std::string defect_when_rounding(int mode) {
    const int before = std::fegetround();
    std::fesetround(mode);
    const char* const why = detail::defect_of_arithmetic();
    std::fesetround(before);
    return why ? why : "none";
}

template <class F>
std::string error_when_rounding_up(F f) {
    const int before = std::fegetround();
    std::fesetround(FE_UPWARD);
    std::string what = "none";
    try {
        f();
    } catch (const opara::error& e) {
        what = e.what();
    }
    std::fesetround(before);
    return what;
}

} // namespace

TEST_CASE("arithmetic in which a proof would be none is recognised") {
    const std::string does_not_round_to_nearest = "the processor does not round to nearest";
    CHECK(defect_when_rounding(FE_TONEAREST) == "none");
    CHECK(defect_when_rounding(FE_UPWARD) == does_not_round_to_nearest);
    CHECK(defect_when_rounding(FE_DOWNWARD) == does_not_round_to_nearest);
    CHECK(defect_when_rounding(FE_TOWARDZERO) == does_not_round_to_nearest);
#ifdef __SSE2__
    const unsigned before = _mm_getcsr();
    for (const unsigned mode : {0x8000U, 0x0040U}) { // results flushed to zero, operands taken for zero
        CAPTURE(mode);
        _mm_setcsr(before | mode);
        const char* const why = detail::defect_of_arithmetic();
        _mm_setcsr(before);
        CHECK(std::string{why ? why : "none"}.find("takes subnormal numbers for 0") != std::string::npos);
    }
#endif
}

TEST_CASE("nothing is explored, followed or proved in such arithmetic") {
    const auto grid = uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.5, 0.5});
    const enclosure<systems::b2> system;
    const each_cell pilot{[](const box<2>&) { return 0.0; }};
    const each_cell_by_lot lots{[](const box<2>&) { return lottery<double>{{0.0, interval{1.0}}}; }};
    const auto initial = box_of<2>({0.7, 0.7}, {0.9, 0.9});
    const build_options<2> options{.labels = {{"safe", box_of<2>({-2, -2}, {2, 2})}}, .threads = 1};
    const auto each = [&](auto check) {
        check([&] { static_cast<void>(build(grid, system, pilot, initial, options)); });
        check([&] { static_cast<void>(build_bounded(grid, system, pilot, initial, 2, options)); });
        check([&] { static_cast<void>(build_process(grid, system, lots, initial, options)); });
        check([&] { static_cast<void>(follow(grid, system, pilot, {initial}, {.steps = 2, .threads = 1})); });
        check([&] {
            static_cast<void>(prove(grid, system, pilot, initial, parse_formula("AG safe"), options, {.rounds = 1}));
        });
    };
    each([](const auto& work) { CHECK_NOTHROW(work()); });
    each([](const auto& work) {
        CHECK(error_when_rounding_up(work) ==
              "opara/abstraction cannot prove anything with this arithmetic: the processor does not round to nearest");
    });
}
