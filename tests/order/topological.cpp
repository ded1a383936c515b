#include <opara/order/concepts.hpp>
#include <opara/order/topological.hpp>
#include <opara/testing/archetypes.hpp>
#include <opara/testing/random_graph.hpp>
#include <tests/order/naive.hpp>

#include <doctest/doctest.h>

namespace testing = opara::testing;

static_assert(opara::order_policy<opara::order::topological, testing::cost_archetype>);

TEST_CASE("always the ready operator with the smallest number") {
    for (const auto family : testing::all_graph_families) {
        const auto g = testing::random_graph(family, 40, 1, testing::numbering::shuffled);
        const auto smaller = [](opara::op_id a, opara::op_id b, std::size_t) { return a < b; };
        CHECK(opara::order::topological{}(g, testing::cost_archetype{}) == opara::test::naive_order(g, smaller));
    }
}
