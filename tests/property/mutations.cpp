// The validator must object to a plan that somebody tampered with, unless the change is harmless; what is harmless is
// decided by running the plan in every way that it allows, without the validator.

#include <opara/plan/validate.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>
#include <tests/property/policies.hpp>
#include <tests/support/runs.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace testing = opara::testing;
using opara::action;
using opara::command;
using opara::op_id;
using opara::test::runs;

namespace {

struct tally {
    std::size_t caught = 0;   // the plan no longer runs the graph, and the validator says so
    std::size_t harmless = 0; // it still does, and the validator has nothing against it
    std::size_t odd = 0;      // it still does, but its fields contradict each other
};

void judge(const opara::plan& p, const std::vector<command>& commands, const opara::frozen_graph& g, tally& count) {
    const opara::plan changed{p.operators(), p.lanes(), p.events(), commands};
    const auto found = opara::find_defect(changed, g);
    if (!runs(changed, g)) {
        REQUIRE(found.has_value());
        ++count.caught;
    } else if (!found) {
        ++count.harmless;
    } else {
        // Nothing that the plan does is wrong, so it must be what it says of itself.
        CHECK((found->kind == opara::defect::odd_field || found->kind == opara::defect::event));
        ++count.odd;
    }
}

void tamper(const opara::plan& p, const opara::frozen_graph& g, std::uint64_t seed, tally& count) {
    testing::random_source random{seed};
    const std::vector<command> original(p.commands().begin(), p.commands().end());
    for (std::size_t i = 0; i < original.size(); ++i) {
        std::vector<command> commands = original;
        commands.erase(commands.begin() + static_cast<std::ptrdiff_t>(i));
        judge(p, commands, g, count);

        commands = original;
        commands.insert(commands.begin() + static_cast<std::ptrdiff_t>(random.below(commands.size())), original[i]);
        judge(p, commands, g, count);

        for (const std::size_t distance : {std::size_t{1}, random.between(2, 10)}) {
            if (i + distance < original.size()) {
                commands = original;
                std::swap(commands[i], commands[i + distance]);
                judge(p, commands, g, count);
            }
        }

        commands = original;
        commands[i].lane = opara::lane_id::from_index(random.below(p.lanes()));
        judge(p, commands, g, count);

        commands = original;
        commands[i].op = op_id::from_index(random.below(p.operators()));
        judge(p, commands, g, count);

        if (original[i].what != action::launch) {
            commands = original;
            commands[i].event = opara::event_id::from_index(random.below(p.events()));
            judge(p, commands, g, count);
        }
        commands = original;
        commands[i].what = static_cast<action>((static_cast<int>(commands[i].what) + 1) % 3);
        if (commands[i].what == action::launch || commands[i].event.index() < p.events()) {
            judge(p, commands, g, count);
        }
    }
}

} // namespace

TEST_CASE("deleted, doubled, swapped and redirected commands") {
    tally all;
    for (const auto family : testing::all_graph_families) {
        for (std::uint64_t seed = 0; seed < 4; ++seed) {
            const std::size_t n = 4 + 7 * seed;
            const auto g = testing::random_graph(family, n, seed);
            const testing::random_kernels cost{n, seed};
            opara::test::for_each_assignment([&](const std::string& name, const auto& assign) {
                const std::string what = name + " on " + std::string{testing::name(family)} + " " + std::to_string(n);
                CAPTURE(what);
                const opara::plan p = opara::scheduler{assign, opara::order::depth_first{}}(g, cost);
                REQUIRE(runs(p, g));
                REQUIRE_FALSE(opara::find_defect(p, g));
                tally count;
                tamper(p, g, seed, count);
                CHECK(count.caught > 0);
                all.caught += count.caught;
                all.harmless += count.harmless;
                all.odd += count.odd;
            });
        }
    }
    MESSAGE(all.caught << " caught, " << all.harmless << " harmless, " << all.odd
                       << " that run but contradict themselves");
    CHECK(all.caught > 10'000);
    CHECK(all.harmless > 1'000);
}

TEST_CASE("a wait of a plan with nothing but needed waits is missed, whichever it is") {
    for (const auto family : {testing::graph_family::layered, testing::graph_family::diamond,
                              testing::graph_family::grid, testing::graph_family::series_parallel}) {
        const auto g = testing::random_graph(family, 60, 2);
        const opara::plan p = opara::scheduler{opara::assign::chain_cover{},
                                               opara::order::depth_first{}}(g, testing::random_kernels{60, 2});
        REQUIRE(p.waits() > 5);
        for (std::size_t i = 0; i < p.commands().size(); ++i) {
            if (p.commands()[i].what != action::wait) {
                continue;
            }
            std::vector<command> commands(p.commands().begin(), p.commands().end());
            commands.erase(commands.begin() + static_cast<std::ptrdiff_t>(i));
            const auto found = opara::find_defect(opara::plan{60, p.lanes(), p.events(), commands}, g);
            REQUIRE(found.has_value());
            CHECK(found->kind == opara::defect::broken_edge);
            CHECK(found->target == p.commands()[i].op);
        }
    }
}
