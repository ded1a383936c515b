#include <opara/core/statistics.hpp>
#include <opara/testing/random.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

using namespace opara;

TEST_CASE("a median and its interval") {
    CHECK(median_of(std::vector<double>{3.0}) == median_estimate{3.0, 3.0, 3.0, 1});
    CHECK(median_of(std::vector<double>{4.0, 2.0}) == median_estimate{3.0, 2.0, 4.0, 2});
    // Hand-computed from the binomial distribution: 5 samples cannot give 95 %, 6 leave out none (1/64), 9 leave out 1
    // (10/512 = 0.0195), 15 leave out 3 (576/32768 = 0.0176; 4 would be 0.059).
    CHECK(median_of(std::vector<double>{5, 1, 4, 2, 3}) == median_estimate{3.0, 1.0, 5.0, 5});
    CHECK(median_of(std::vector<double>{6, 5, 1, 4, 2, 3}) == median_estimate{3.5, 1.0, 6.0, 6});
    CHECK(median_of(std::vector<double>{9, 8, 7, 6, 5, 4, 3, 2, 1}) == median_estimate{5.0, 2.0, 8.0, 9});
    std::vector<double> fifteen;
    for (int i = 15; i > 0; --i) {
        fifteen.push_back(i);
    }
    CHECK(median_of(fifteen) == median_estimate{8.0, 4.0, 12.0, 15});
}

TEST_CASE("the interval holds the true median as often as it says") {
    testing::random_source random{11};
    for (const std::size_t n : {std::size_t{7}, std::size_t{15}, std::size_t{40}, std::size_t{1001}}) {
        CAPTURE(n);
        int held = 0;
        constexpr int trials = 2000;
        for (int trial = 0; trial < trials; ++trial) {
            std::vector<double> samples;
            for (std::size_t i = 0; i < n; ++i) {
                const double u = random.unit();
                samples.push_back(u * u); // skewed; the median is 1/4
            }
            const median_estimate e = median_of(samples);
            held += e.low <= 0.25 && 0.25 <= e.high ? 1 : 0;
        }
        CHECK(held >= trials * 94 / 100);
        CHECK(held < trials); // an interval that is always right would be too wide to tell anything
    }
}

TEST_CASE("a paired ratio does not see what both have in common") {
    const std::vector<double> drift{1.0, 1.5, 2.0, 3.0, 1.1, 1.9, 2.5};
    std::vector<double> a, b;
    for (const double d : drift) {
        a.push_back(3.0 * d);
        b.push_back(2.0 * d);
    }
    const median_estimate ratio = paired_ratio(a, b);
    CHECK(ratio.median == doctest::Approx(1.5));
    CHECK(ratio.high - ratio.low == doctest::Approx(0.0));
}
