#include <opara/assign/earliest_finish.hpp>
#include <opara/cost/critical_path.hpp>
#include <opara/testing/archetypes.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace testing = opara::testing;
using opara::edge;
using opara::lane_id;
using opara::op_id;

static_assert(opara::assignment_policy<opara::assign::earliest_finish, testing::duration_archetype>);
static_assert(!opara::assignment_policy<opara::assign::earliest_finish, testing::demand_archetype>);

namespace {

// When everything is done if lanes run in the order of the policy, an edge between lanes costs `wait_us`, and nothing
// else costs anything.
double makespan(const opara::frozen_graph& g, const testing::random_kernels& cost, const opara::assignment& a,
                const std::vector<op_id>& order, double wait_us) {
    std::vector<double> end(g.size(), 0.0), free_from(a.lanes, 0.0);
    double last = 0.0;
    for (const op_id v : order) {
        const lane_id lane = a.lane[v.index()];
        double start = free_from[lane.index()];
        for (const op_id p : g.predecessors(v)) {
            start = std::max(start, end[p.index()] + (a.lane[p.index()] == lane ? 0.0 : wait_us));
        }
        end[v.index()] = free_from[lane.index()] = start + cost.duration_us(v);
        last = std::max(last, end[v.index()]);
    }
    return last;
}

} // namespace

TEST_CASE("no operator could have started earlier in another lane") {
    for (const auto family : testing::all_graph_families) {
        for (const std::size_t most : {1U, 2U, 4U, 100U}) {
            const std::size_t n = 60;
            const auto g = testing::random_graph(family, n, 3, testing::numbering::shuffled);
            const testing::random_kernels cost{n, 3};
            const opara::assign::earliest_finish policy{.lanes = most};
            const auto a = policy(g, cost);
            CHECK(a.lanes <= most);
            std::vector<double> end(n, 0.0), free_from(a.lanes, 0.0);
            std::size_t open = 0;
            for (const op_id v : opara::order::critical_first{policy.edge_us}(g, cost)) {
                const auto start_in = [&](std::size_t lane) {
                    double start = lane < open ? free_from[lane] : 0.0;
                    for (const op_id p : g.predecessors(v)) {
                        start = std::max(start,
                                         end[p.index()] + (a.lane[p.index()].index() == lane ? 0.0 : policy.wait_us));
                    }
                    return start;
                };
                double earliest = std::numeric_limits<double>::infinity();
                for (std::size_t lane = 0; lane < std::min(open + 1, most); ++lane) {
                    earliest = std::min(earliest, start_in(lane));
                }
                const std::size_t lane = a.lane[v.index()].index();
                REQUIRE(lane <= open); // lanes open in turn
                CHECK(start_in(lane) == doctest::Approx(earliest));
                open = std::max(open, lane + 1);
                end[v.index()] = free_from[lane] = start_in(lane) + cost.duration_us(v);
            }
            CHECK(open == a.lanes);
        }
    }
}

TEST_CASE("Graham's bound holds: at most twice the best") {
    for (const auto family : testing::all_graph_families) {
        const std::size_t n = 100;
        const auto g = testing::random_graph(family, n, 9);
        const testing::random_kernels cost{n, 9};
        const opara::assign::earliest_finish policy{.lanes = 4, .wait_us = 0.0, .edge_us = 0.0};
        double work = 0.0;
        for (std::uint32_t v = 0; v < n; ++v) {
            work += cost.duration_us(op_id{v});
        }
        const double least = std::max(work / 4, opara::find_critical_path(g, cost).length_us);
        CHECK(makespan(g, cost, policy(g, cost), opara::order::critical_first{0.0}(g, cost), 0.0) <=
              (2.0 - 0.25) * least * (1 + 1e-12));
    }
}

TEST_CASE("chains of their own get lanes of their own, one lane takes all") {
    // 0 -> 1 -> 2 and 3 -> 4 -> 5.
    const opara::frozen_graph g{
        6, std::vector<edge>{{op_id{0}, op_id{1}}, {op_id{1}, op_id{2}}, {op_id{3}, op_id{4}}, {op_id{4}, op_id{5}}}};
    const auto two = opara::assign::earliest_finish{.lanes = 4}(g, testing::duration_archetype{});
    CHECK(two.lanes == 2);
    CHECK(two.lane[0] == two.lane[2]);
    CHECK(two.lane[3] == two.lane[5]);
    CHECK(two.lane[0] != two.lane[3]);
    CHECK(opara::assign::earliest_finish{.lanes = 1}(g, testing::duration_archetype{}).lanes == 1);
    CHECK_THROWS_AS((void)opara::assign::earliest_finish{.lanes = 0}(g, testing::duration_archetype{}),
                    opara::policy_error);
}
