#include <opara/cost/devices.hpp>
#include <opara/plan/validate.hpp>
#include <opara/search/improve_measured.hpp>
#include <tests/search/fake_device.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

using namespace opara;

namespace {

const cost::device& h200 = cost::devices::h200;

// Bounded by moves, so that the machine's speed does not count.
search::measured_options bounded(std::size_t steps, std::size_t trials, std::uint64_t seed) {
    return {.seconds = std::numeric_limits<double>::infinity(),
            .searches = 2,
            .steps = steps,
            .trials = trials,
            .seed = seed};
}

} // namespace

TEST_CASE("the measured search beats the simulator's choice where the device disagrees with it") {
    const test::blocks_of_branches net{2};
    const search::variant_table believed = net.table(h200);
    const search::variant_table truth = net.table(h200, 0.7, 2);
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        test::fake_device device{net.graph, truth, h200, 0.02, seed};
        std::vector<search::measured_stage> stages;
        const search::measured_improvement found = search::improve_measured(
            net.graph, believed, h200, device, bounded(300, 40, seed), [&](const search::measured_progress& p) {
                if (stages.empty() || stages.back() != p.stage) {
                    stages.push_back(p.stage);
                }
                return search::go::on;
            });
        using enum search::measured_stage;
        CHECK(stages == std::vector{simulate, choose, climb, confirm});
        CHECK(found.finalists.front().name == "sequential");
        CHECK(found.first.standings.size() == found.finalists.size());
        CHECK(found.simulated.steps > 300); // of two searches
        CHECK(found.tried > 40);
        CHECK(found.accepted >= 1);

        CHECK(found.sequential.which.what.lanes() == 1);
        CHECK(found.sequential.to_sequential.median == 1.0);
        CHECK(found.policy.to_policy.median == 1.0);
        CHECK(found.policy.which.name != "searched");
        CHECK(found.in_simulation.which.what == found.simulated.winner().what);
        const auto truth_us = [&](const plan& p) { return device.truth_us(p); };
        for (const search::verdict* v :
             {&found.sequential, &found.policy, &found.in_simulation, &found.by_measurement}) {
            CAPTURE(v->which.name);
            CHECK_NOTHROW(validate(v->which.what, net.graph));
            const double ratio = truth_us(v->which.what) / truth_us(found.sequential.which.what);
            CHECK(v->to_sequential.median == doctest::Approx(ratio).epsilon(0.01));
            CHECK(v->us.samples == 48);
        }
        CHECK(found.best == found.by_measurement.which.what);
        CHECK(truth_us(found.best) < 0.97 * truth_us(found.in_simulation.which.what));
        CHECK(truth_us(found.best) < truth_us(found.policy.which.what));
    }
}

TEST_CASE("the policy to beat is one in the variants that are fastest alone") {
    const test::blocks_of_branches net{1};
    const search::variant_table variants = net.table(h200);
    test::fake_device device{net.graph, variants, h200, 0.01, 1};
    const search::measured_improvement found =
        search::improve_measured(net.graph, variants, h200, device, bounded(100, 3, 1));
    CHECK(found.policy.which.name != "sequential");
    for (const command& c : found.policy.which.what.commands()) {
        if (c.what == action::launch) {
            CHECK(variants.node(c.op, c.variant).duration_us == variants.node(c.op, variant_id{0}).duration_us);
        }
    }
}

TEST_CASE("where nothing beats one operator after another, that is the plan") {
    const frozen_graph chain{4, std::vector<edge>{{op_id{0}, op_id{1}}, {op_id{1}, op_id{2}}, {op_id{2}, op_id{3}}}};
    const std::vector<std::vector<search::variant>> offered(4, {{.kernel = {.blocks = 132, .duration_us = 5.0}}});
    const search::variant_table variants{offered, h200};
    test::fake_device device{chain, variants, h200, 0.03, 5};
    const search::measured_improvement found =
        search::improve_measured(chain, variants, h200, device, bounded(100, 10, 1));
    CHECK(found.finalists.size() == 1); // a device sees no other plan
    CHECK(found.simulated.end == search::ending::nothing_left);
    CHECK(device.truth_us(found.best) == device.truth_us(found.sequential.which.what));
    CHECK(found.policy.which == found.sequential.which);
}

TEST_CASE("a search that is told to stop still compares") {
    const test::blocks_of_branches net{2};
    const search::variant_table variants = net.table(h200);
    test::fake_device device{net.graph, variants, h200, 0.02, 1};
    std::size_t asked = 0;
    const search::measured_improvement found = search::improve_measured(
        net.graph, variants, h200, device, bounded(100'000, 1000, 1),
        [&](const search::measured_progress&) { return ++asked == 50 ? search::go::stop : search::go::on; });
    CHECK(asked == 50);
    CHECK(found.simulated.end == search::ending::stopped);
    CHECK(found.tried == 0);
    CHECK(found.by_measurement.us.samples == 48);
    CHECK_NOTHROW(validate(found.best, net.graph));
    CHECK(device.truth_us(found.best) < device.truth_us(found.sequential.which.what));
}

TEST_CASE("seconds bound the search") {
    const test::blocks_of_branches net{2};
    const search::variant_table variants = net.table(h200, 1.0);
    test::fake_device device{net.graph, variants, h200, 0.02, 1};
    const search::stopwatch watch;
    const search::measured_improvement found = search::improve_measured(
        net.graph, variants, h200, device, {.seconds = 0.5, .patience = std::numeric_limits<std::size_t>::max()});
    const double seconds = watch.seconds();
    CHECK(found.seconds <= seconds);
    CHECK(found.seconds >= 0.4);
    CHECK(seconds < 60.0); // an overloaded machine, without optimisation; without the bound it would never end
}
