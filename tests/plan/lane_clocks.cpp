#include <opara/assign.hpp>
#include <opara/graph/reduction.hpp>
#include <opara/order.hpp>
#include <opara/plan/lane_clocks.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace opara;

TEST_CASE("clocks and walks drop the same predecessors") {
    for (const auto family : testing::all_graph_families) {
        CAPTURE(testing::name(family));
        const frozen_graph g = testing::random_graph(family, 250, 11);
        const testing::random_kernels cost{g.size(), 11};
        for (const assignment& a : {assign::round_robin{.lanes = 3}(g, cost),
                                    assign::earliest_finish{.lanes = 5}(g, cost), assign::chain_cover{}(g, cost)}) {
            lane_clocks clocks{a.lane, a.lanes};
            predecessor_reducer walks{g};
            std::vector<op_id> last(a.lanes, op_id{~0U});
            for (const op_id v : order::critical_first{}(g, cost)) {
                std::vector<op_id> needed{g.predecessors(v).begin(), g.predecessors(v).end()};
                op_id& before = last[a.lane[v.index()].index()];
                if (before != op_id{~0U} && std::find(needed.begin(), needed.end(), before) == needed.end()) {
                    needed.push_back(before);
                }
                before = v;
                const auto by_clocks = clocks(v, needed);
                const auto by_walks = walks(v, needed);
                REQUIRE(std::vector<op_id>{by_clocks.begin(), by_clocks.end()} ==
                        std::vector<op_id>{by_walks.begin(), by_walks.end()});
                CHECK(clocks.has(v));
            }
        }
    }
}

TEST_CASE("follow does what the call does for one predecessor") {
    const std::vector<lane_id> lane{lane_id{0}, lane_id{1}, lane_id{0}, lane_id{1}};
    lane_clocks called{lane, 2};
    lane_clocks followed{lane, 2};
    for (lane_clocks* c : {&called, &followed}) {
        (*c)(op_id{0}, {});
        (*c)(op_id{1}, {});
    }
    const std::vector<op_id> zero{op_id{0}};
    called(op_id{2}, zero);
    followed.follow(op_id{2}, op_id{0});
    const std::vector<op_id> all{op_id{1}, op_id{2}, op_id{0}};
    CHECK(called(op_id{3}, all).size() == 2);
    CHECK(followed(op_id{3}, all).size() == 2); // 0 is behind 2
}
