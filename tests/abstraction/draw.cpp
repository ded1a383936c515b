#include <opara/abstraction/draw.hpp>
#include <opara/abstraction/stochastic.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace opara::abstraction;
using opara::random_source;

TEST_CASE("outcomes are drawn as often as they are likely") {
    const std::vector<std::vector<double>> all{
        {0.0}, {1.0, -1.0, 2.0}, {0.0, -1000.0, 0.0}, {3.0, 3.0, 3.0, 2.0, -2.0}};
    random_source random{5};
    constexpr std::size_t runs = 200'000;
    for (const std::vector<double>& outputs : all) {
        const std::vector<interval> p = softmax(outputs);
        std::vector<std::size_t> counts(p.size());
        for (std::size_t k = 0; k < runs; ++k) {
            ++counts[draw(p, random)];
        }
        for (std::size_t i = 0; i < p.size(); ++i) {
            const double expected = runs * p[i].middle();
            const double spread = std::sqrt(expected * (1 - p[i].middle()));
            CHECK(std::abs(static_cast<double>(counts[i]) - expected) <= 4.5 * spread + 1e-3);
        }
    }
}

TEST_CASE("equal seeds draw equally") {
    const std::vector<interval> p = softmax(std::vector<double>{0.0, 0.5, 1.0});
    random_source one{7};
    random_source other{7};
    random_source third{8};
    bool differs = false;
    for (int k = 0; k < 100; ++k) {
        const std::size_t drawn = draw(p, one);
        REQUIRE(drawn == draw(p, other));
        differs = differs || drawn != draw(p, third);
    }
    CHECK(differs);
}
