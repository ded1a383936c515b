#include <opara/abstraction/interval_process.hpp>
#include <opara/abstraction/stochastic.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

TEST_CASE("softmax encloses what long double finds, and admits a distribution") {
    random_source random{51};
    for (int round = 0; round < 20'000; ++round) {
        std::vector<double> x(random.between(1, 40));
        const double spread = random.chance(0.2) ? 1000 : random.chance(0.5) ? 10 : 1e-6;
        for (double& z : x) {
            z = (2 * random.unit() - 1) * spread;
        }
        const std::vector<interval> p = softmax(x);
        REQUIRE(p.size() == x.size());
        long double most = static_cast<long double>(x[0]);
        for (const double z : x) {
            most = std::max(most, static_cast<long double>(z));
        }
        long double sum = 0;
        for (const double z : x) {
            sum += std::exp(static_cast<long double>(z) - most);
        }
        std::vector<branch> branches;
        for (std::size_t k = 0; k < x.size(); ++k) {
            const long double exact = std::exp(static_cast<long double>(x[k]) - most) / sum;
            REQUIRE(static_cast<long double>(p[k].lower()) <= exact);
            REQUIRE(static_cast<long double>(p[k].upper()) >= exact);
            REQUIRE(p[k].upper() - p[k].lower() <= 1e-13);
            branches.push_back({state_id::from_index(k), p[k]});
        }
        REQUIRE(detail::is_distribution(branches));
    }
    CHECK(softmax({}).empty());
    const double largest = std::numeric_limits<double>::max();
    const std::vector<interval> far = softmax(std::vector<double>{largest, -largest});
    CHECK(far[0].contains(1.0));
    CHECK(far[1].contains(0.0));
}

TEST_CASE("a network's outputs become the probabilities of its actions") {
    const layer l{.inputs = 2, .weight = {1, 0, 0, 1, 1, 1}, .bias = {0, 0, -1}, .function = activation::identity};
    const softmax_network<1> pilot{network{{l}}};
    const std::vector<box<1>> cells{box_of<1>({1.0}, {2.0}), box_of<1>({0.0}, {0.5})};
    std::vector<lottery<double>> lots(2);
    pilot.weigh(std::span<const box<1>>{cells}, std::span<lottery<double>>{lots});
    const std::vector<std::vector<double>> outputs{{1, 2, 2}, {0, 0.5, -0.5}};
    for (std::size_t k = 0; k < 2; ++k) {
        const std::vector<interval> p = softmax(outputs[k]);
        REQUIRE(lots[k].size() == 3);
        for (std::size_t i = 0; i < 3; ++i) {
            CHECK(lots[k][i] == weighted_action<double>{static_cast<double>(i), p[i]});
        }
    }
    const softmax_network<1> of_controls{network{{l}}, {-1.5, 0.0, 1.5}};
    std::vector<lottery<double>> controls(2);
    of_controls.weigh(std::span<const box<1>>{cells}, std::span<lottery<double>>{controls});
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(controls[1][i] == weighted_action<double>{-1.5 + 1.5 * static_cast<double>(i), lots[1][i].probability});
    }
    CHECK_THROWS_AS((softmax_network<1>{network{{l}}, {1.0, 2.0}}), controller_error);
    CHECK_THROWS_AS(softmax_network<2>{network{{l}}}, controller_error);
    const softmax_network<1> overflows{network{{layer{.inputs = 2, .weight = {1e308, 1e308}, .bias = {0}}}}};
    const std::vector<box<1>> large{box_of<1>({10.0}, {20.0})};
    CHECK_THROWS_AS(overflows.weigh(std::span<const box<1>>{large}, std::span<lottery<double>>{lots}.first(1)),
                    controller_error);
}
