#include <opara/order/concepts.hpp>
#include <opara/order/depth_first.hpp>
#include <opara/testing/archetypes.hpp>
#include <opara/testing/random_graph.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace testing = opara::testing;
using opara::edge;
using opara::op_id;

static_assert(opara::order_policy<opara::order::depth_first, testing::cost_archetype>);

TEST_CASE("a branch is followed to its join before the next one is begun") {
    // 0 forks into 1 -> 3 -> 5 and 2 -> 4 -> 5, and 6 is a source of its own.
    const opara::frozen_graph g{7, std::vector<edge>{{op_id{0}, op_id{1}},
                                                     {op_id{0}, op_id{2}},
                                                     {op_id{1}, op_id{3}},
                                                     {op_id{2}, op_id{4}},
                                                     {op_id{3}, op_id{5}},
                                                     {op_id{4}, op_id{5}}}};
    CHECK(opara::order::depth_first{}(g, testing::cost_archetype{}) ==
          std::vector{op_id{0}, op_id{1}, op_id{3}, op_id{2}, op_id{4}, op_id{5}, op_id{6}});
}

TEST_CASE("branches go in the order of the edges, not of the numbers") {
    const opara::frozen_graph g{4, std::vector<edge>{{op_id{0}, op_id{3}}, {op_id{0}, op_id{1}}, {op_id{0}, op_id{2}}}};
    CHECK(opara::order::depth_first{}(g, testing::cost_archetype{}) ==
          std::vector{op_id{0}, op_id{3}, op_id{1}, op_id{2}});
}

TEST_CASE("it is a topological order in which each operator runs as soon after an operator that frees it as possible") {
    for (const auto family : testing::all_graph_families) {
        const auto g = testing::random_graph(family, 60, 2, testing::numbering::shuffled);
        const auto order = opara::order::depth_first{}(g, testing::cost_archetype{});
        CHECK_NOTHROW(opara::require_topological(order, g));
        // If an operator makes others ready, one of them is next.
        std::vector<std::size_t> missing(g.size());
        for (std::size_t v = 0; v < g.size(); ++v) {
            missing[v] = g.predecessors(op_id::from_index(v)).size();
        }
        for (std::size_t i = 0; i < order.size(); ++i) {
            std::vector<op_id> freed;
            for (const op_id s : g.successors(order[i])) {
                if (--missing[s.index()] == 0) {
                    freed.push_back(s);
                }
            }
            if (!freed.empty()) {
                REQUIRE(i + 1 < order.size());
                CHECK(order[i + 1] == freed.front());
            }
        }
    }
}
