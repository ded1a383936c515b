#include <opara/abstraction/functions.hpp>
#include <opara/abstraction/sigmoid.hpp>
#include <opara/testing/random.hpp>
#include <tests/abstraction/units_in_last_place.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

using opara::testing::random_source;

namespace {

double sigmoid_alone(double x) {
    double y = 0;
    opara::abstraction::detail::sigmoid_of_each<1>(&x, &y);
    return y;
}

// The truth is the C library's, in long double.
double error_in_units(double x) {
    return opara::abstraction::test::error_in_units(sigmoid_alone(x), 1 / (1 + std::exp(-static_cast<long double>(x))));
}

} // namespace

TEST_CASE("the sigmoid is right to three units in the last place, for numbers of all sizes") {
    random_source random{83};
    double worst = 0;
    for (int k = 0; k < 1'000'000; ++k) {
        const double size = k % 3 == 0   ? random.unit() * 40
                            : k % 3 == 1 ? random.unit() * 708
                                         : std::exp2(-60 * random.unit() + 5);
        worst = std::max(worst, error_in_units(random.chance(0.5) ? size : -size));
    }
    // Where the reduction changes, and next to 0.
    for (int k = 0; k < 60; ++k) {
        double x = (k + 0.5) * 0.69314718055994531;
        for (int step = 0; step < 100; ++step, x = std::nextafter(x, 0)) {
            worst = std::max({worst, error_in_units(x), error_in_units(-x)});
        }
    }
    for (const double x : {1e-300, 5e-324, -5e-324, 36.0, 37.5, 708.0, -708.0, 1e300}) {
        worst = std::max(worst, error_in_units(x));
    }
    CHECK(worst <= 3);
    CHECK(worst > 0.5); // the measure measures
}

TEST_CASE("the sigmoid of what is no ordinary number") {
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(sigmoid_alone(infinity) == 1);
    CHECK(sigmoid_alone(-infinity) == sigmoid_alone(-708));
    CHECK(sigmoid_alone(-1e300) < 1e-307);
    CHECK(sigmoid_alone(-1e300) >= 0);
    CHECK(sigmoid_alone(0.0) == 0.5);
    CHECK(sigmoid_alone(-0.0) == 0.5);
    CHECK(std::isnan(sigmoid_alone(std::numeric_limits<double>::quiet_NaN())));
    random_source random{84};
    double several[7];
    double results[7];
    for (double& x : several) {
        x = random.unit() * 6 - 3;
    }
    opara::abstraction::detail::sigmoid_of_each<7>(several, results);
    for (std::size_t k = 0; k < 7; ++k) {
        CHECK(results[k] == sigmoid_alone(several[k]));
    }
    double last = 0;
    for (double x = -50; x < 50; x += 1e-3) { // not decreasing, but for the errors
        const double y = sigmoid_alone(x);
        REQUIRE(y <= 1);
        REQUIRE(y >= last * (1 - 1e-15));
        last = y;
    }
}

TEST_CASE("the sigmoid of an interval holds what networks compute at its ends, and is no wider than need be") {
    random_source random{84};
    for (int k = 0; k < 200'000; ++k) {
        const double x = (random.unit() - 0.5) * (k % 2 == 0 ? 20 : 1600);
        const opara::abstraction::interval s = sigmoid(opara::abstraction::interval{x});
        CAPTURE(x);
        REQUIRE(s.contains(sigmoid_alone(x)));
        REQUIRE(s.upper() - s.lower() <= 24 * 0x1p-53 * s.upper() + 1e-307);
    }
}
