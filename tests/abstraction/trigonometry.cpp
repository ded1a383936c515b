#include <opara/abstraction/trigonometry.hpp>
#include <opara/testing/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

using namespace opara::abstraction::detail;
using opara::testing::random_source;

namespace {

// How far a number is from the truth, in units in the last place of the truth.
double ulps(double got, long double truth) {
    int exponent = 0;
    static_cast<void>(std::frexp(static_cast<double>(truth), &exponent));
    return static_cast<double>(std::fabs(static_cast<long double>(got) - truth)) / std::ldexp(1.0, exponent - 53);
}

// Of any size, and every other time as near to a multiple of a quarter turn as doubles come, where sine or cosine are
// nearly 0 and a bad reduction shows.
double some_angle(random_source& random) {
    if (random.chance(0.5)) {
        const double size = std::ldexp(1.0, static_cast<int>(random.below(40)) - 20);
        return (2 * random.unit() - 1) * size;
    }
    constexpr long double quarter = 1.57079632679489661923132169163975144L;
    const auto near = static_cast<double>(static_cast<long double>(random.below(330'000)) * quarter);
    return near * (1 + (static_cast<double>(random.below(7)) - 3) * 0x1p-52);
}

} // namespace

TEST_CASE("sine and cosine are right to less than a unit in the last place, up to the largest angle") {
    random_source random{11};
    double worst = 0;
    for (std::size_t k = 0; k < 300'000; ++k) {
        const double x = some_angle(random);
        REQUIRE(std::fabs(x) <= largest_angle);
        worst = std::max({worst, ulps(sine(x), std::sin(static_cast<long double>(x))),
                          ulps(cosine(x), std::cos(static_cast<long double>(x)))});
    }
    CHECK(worst > 0.4);
    CHECK(worst < 0.9);
}

TEST_CASE("they keep the symmetries of sine and cosine, bit by bit") {
    random_source random{12};
    for (std::size_t k = 0; k < 10'000; ++k) {
        const double x = some_angle(random);
        REQUIRE(sine(-x) == -sine(x));
        REQUIRE(cosine(-x) == cosine(x));
    }
    CHECK(sine(0.0) == 0);
    CHECK(std::signbit(sine(-0.0)));
    CHECK(cosine(0.0) == 1);
    static_assert(sine(0.5) > 0.479425538604 && sine(0.5) < 0.479425538605); // constant expressions, too
}
