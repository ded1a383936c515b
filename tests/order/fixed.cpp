#include <opara/order/concepts.hpp>
#include <opara/order/fixed.hpp>
#include <opara/testing/archetypes.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace testing = opara::testing;
using opara::op_id;

static_assert(opara::order_policy<opara::order::fixed, testing::cost_archetype>);

TEST_CASE("the order that was given") {
    const opara::order::fixed order{{op_id{2}, op_id{0}, op_id{1}}};
    CHECK(order(opara::frozen_graph{3, {}}, testing::cost_archetype{}) == order.sequence);
    CHECK(order == opara::order::fixed{{op_id{2}, op_id{0}, op_id{1}}});
    CHECK(order != opara::order::fixed{});
}
