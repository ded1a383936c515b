#include <opara/cost/devices.hpp>
#include <opara/plan/validate.hpp>
#include <opara/search/climb_measured.hpp>
#include <opara/search/portfolio.hpp>
#include <tests/search/fake_device.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

using namespace opara;

namespace {

const cost::device& h200 = cost::devices::h200;
const sim::simulate_options emitted{.edges = implied_edges::drop};

search::draft best_policy(const frozen_graph& g, const search::variant_table& variants) {
    search::simulated evaluate{variants, h200, emitted};
    return search::draft_of(g, search::portfolio(g, search::chosen_costs{variants}, evaluate).winner().what);
}

} // namespace

TEST_CASE("measurements find what the simulator does not know, in spite of noise") {
    const test::blocks_of_branches net{2};
    const search::variant_table believed = net.table(h200);
    const search::variant_table truth = net.table(h200, 0.7); // the third kernel is faster than anybody thinks
    const search::draft start = best_policy(net.graph, believed);
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        test::fake_device device{net.graph, truth, h200, 0.02, seed};
        search::measured_climber climb{net.graph, believed, h200, emitted, start, seed};
        const double before = device.truth_us(climb.best_plan());
        double product = 1.0;
        for (int i = 0; i < 60; ++i) {
            const auto gain = climb.step(device);
            if (gain) {
                CHECK(*gain < 1.0);
                CHECK(climb.idle_steps() == 0);
                product *= *gain;
            }
        }
        CHECK_NOTHROW(validate(climb.best_plan(), net.graph));
        CHECK(climb.best_plan() == search::express(net.graph, climb.best()));
        const double after = device.truth_us(climb.best_plan());
        CHECK(after < 0.9 * before);
        CHECK(product == doctest::Approx(after / before).epsilon(0.03)); // gains are what they are said to be
        CHECK(climb.accepted() >= 2);
        CHECK(climb.tried() > climb.accepted());
    }
}

TEST_CASE("chance is no gain: where no change helps, hardly one is accepted, and none that hurts much") {
    const test::blocks_of_branches net{1};
    // One kernel each, all branches alike: nothing to gain.
    std::vector<std::vector<search::variant>> offered(net.graph.size(),
                                                      {{.kernel = {.blocks = 8, .threads = 128, .duration_us = 5.0}}});
    const search::variant_table variants{offered, h200};
    const search::draft start = best_policy(net.graph, variants);
    std::size_t accepted = 0;
    std::size_t steps = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        test::fake_device device{net.graph, variants, h200, 0.05, seed};
        search::measured_climber climb{net.graph, variants, h200, emitted, start, seed};
        const double before = device.truth_us(climb.best_plan());
        for (int i = 0; i < 20; ++i, ++steps) {
            accepted += climb.step(device) ? 1U : 0U;
        }
        CHECK(device.truth_us(climb.best_plan()) <= 1.05 * before);
    }
    CHECK(accepted <= steps / 20);
}

TEST_CASE("what the simulator thinks clearly slower is not measured, and nothing twice") {
    const test::blocks_of_branches net{1};
    const search::variant_table variants = net.table(h200);
    const search::draft start = best_policy(net.graph, variants);
    search::simulated evaluate{variants, h200, emitted};
    const double limit = 1.02 * evaluate(search::express(net.graph, start));
    std::vector<plan> asked;
    std::size_t rounds_asked = 0;
    const auto equal = [&](std::span<const plan* const> plans, std::size_t rounds) {
        CHECK(plans.size() <= 1 + 4);
        rounds_asked = rounds;
        for (std::size_t i = 1; i < plans.size(); ++i) {
            CHECK(evaluate(*plans[i]) <= limit);
            asked.push_back(*plans[i]);
        }
        return std::vector<std::vector<double>>(plans.size(), std::vector<double>(rounds, 1.0));
    };
    search::measured_climber climb{net.graph, variants, h200, emitted, start, 3, {.tries = 4, .rounds = 2}};
    for (int i = 0; i < 30; ++i) {
        CHECK_FALSE(climb.step(equal).has_value());
    }
    CHECK(rounds_asked == 2); // nothing was good enough to be measured again
    CHECK(climb.accepted() == 0);
    CHECK(climb.idle_steps() == 30);
    CHECK(climb.tried() == asked.size());
    CHECK(asked.size() > 30);
    CHECK(climb.best() == start);
}

TEST_CASE("equal seeds and equal samples give equal plans") {
    const test::blocks_of_branches net{1};
    const search::variant_table believed = net.table(h200);
    const search::variant_table truth = net.table(h200, 0.8, 2);
    const auto climbed = [&](std::uint64_t seed) {
        test::fake_device device{net.graph, truth, h200, 0.0, 1};
        search::measured_climber climb{net.graph, believed, h200, emitted, best_policy(net.graph, believed), seed};
        for (int i = 0; i < 15; ++i) {
            static_cast<void>(climb.step(device));
        }
        return climb.best();
    };
    CHECK(climbed(7) == climbed(7));
}

TEST_CASE("a graph without anything to choose ends in idle steps") {
    const frozen_graph one{1, std::vector<edge>{}};
    const search::variant_table variants{{{{.kernel = {.blocks = 1, .duration_us = 1.0}}}}, h200};
    const search::draft start{
        .sequence = {op_id{0}}, .lane = {lane_id{0}}, .priority = {0}, .variant = {variant_id{0}}, .order_edges = {}};
    test::fake_device device{one, variants, h200, 0.0, 1};
    search::measured_climber climb{one, variants, h200, emitted, start, 1};
    for (int i = 0; i < 50; ++i) {
        CHECK_FALSE(climb.step(device).has_value());
    }
    CHECK(climb.best_plan() == search::express(one, climb.best()));
}
