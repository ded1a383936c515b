#include <opara/cost/critical_path.hpp>
#include <opara/order/concepts.hpp>
#include <opara/order/critical_first.hpp>
#include <opara/testing/archetypes.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>
#include <tests/order/naive.hpp>

#include <doctest/doctest.h>

namespace testing = opara::testing;

static_assert(opara::order_policy<opara::order::critical_first, testing::duration_archetype>);
static_assert(!opara::order_policy<opara::order::critical_first, testing::demand_archetype>);

TEST_CASE("always the ready operator with the longest path behind it") {
    for (const auto family : testing::all_graph_families) {
        for (const std::size_t n : {0U, 1U, 40U, 90U}) {
            const auto g = testing::random_graph(family, n, n, testing::numbering::shuffled);
            const testing::random_kernels cost{n, 1};
            for (const double edge_us : {0.0, 0.61}) {
                const auto rank = opara::upward_rank(g, cost, edge_us);
                const auto longer = [&](opara::op_id a, opara::op_id b, std::size_t) {
                    return rank[a.index()] > rank[b.index()];
                };
                CHECK(opara::order::critical_first{edge_us}(g, cost) == opara::test::naive_order(g, longer));
            }
        }
    }
}
