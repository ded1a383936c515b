#include <opara/abstraction/tanh.hpp>
#include <opara/testing/random.hpp>
#include <tests/abstraction/units_in_last_place.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

using opara::testing::random_source;

namespace {

double tanh_alone(double x) {
    double y = 0;
    opara::abstraction::detail::tanh_of_each<1>(&x, &y);
    return y;
}

// The truth is the C library's, in long double.
double error_in_units(double x) {
    return opara::abstraction::test::error_in_units(tanh_alone(x), std::tanh(static_cast<long double>(x)));
}

} // namespace

TEST_CASE("tanh is right to three units in the last place, for numbers of all sizes") {
    random_source random{81};
    double worst = 0;
    for (int k = 0; k < 1'000'000; ++k) {
        const double size = k % 2 == 0 ? random.unit() * 25 : std::exp2(-60 * random.unit() + 5);
        worst = std::max(worst, error_in_units(random.chance(0.5) ? size : -size));
    }
    // Where the reduction changes, at saturation, and next to 0.
    for (int k = 0; k < 60; ++k) {
        double x = (k + 0.5) * 0.34657359027997264;
        for (int step = 0; step < 100; ++step, x = std::nextafter(x, 0)) {
            worst = std::max(worst, error_in_units(x));
        }
    }
    for (const double x : {1e-300, 5e-324, 2.2250738585072014e-308, 19.0, 19.999999999999996, 20.0, 1e300}) {
        worst = std::max(worst, error_in_units(x));
    }
    CHECK(worst <= 3);
    CHECK(worst > 0.5); // the measure measures
}

TEST_CASE("tanh of what is no ordinary number") {
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(tanh_alone(infinity) == 1);
    CHECK(tanh_alone(-infinity) == -1);
    CHECK(tanh_alone(0.0) == 0);
    CHECK(std::signbit(tanh_alone(-0.0)));
    CHECK(std::isnan(tanh_alone(std::numeric_limits<double>::quiet_NaN())));
    random_source random{82};
    double several[7];
    double results[7];
    for (double& x : several) {
        x = random.unit() * 3 - 1;
    }
    opara::abstraction::detail::tanh_of_each<7>(several, results);
    for (std::size_t k = 0; k < 7; ++k) {
        CHECK(results[k] == tanh_alone(several[k]));
    }
    for (int k = 0; k < 100'000; ++k) {
        const double x = (2 * random.unit() - 1) * 30;
        REQUIRE(std::fabs(tanh_alone(x)) <= 1);
        REQUIRE(tanh_alone(-x) == -tanh_alone(x));
    }
}
