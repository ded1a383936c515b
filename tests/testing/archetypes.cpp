#include <opara/graph/freeze.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/testing/archetypes.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace testing = opara::testing;

TEST_CASE("the graph archetype is a graph: 100 -> 101 -> 102, 100 -> 102") {
    const testing::graph_archetype g;
    const opara::frozen_graph frozen = opara::freeze(g);
    const std::vector<opara::edge> edges{
        {opara::op_id{0}, opara::op_id{1}}, {opara::op_id{0}, opara::op_id{2}}, {opara::op_id{1}, opara::op_id{2}}};
    CHECK(frozen == opara::frozen_graph{3, edges});
}

TEST_CASE("cost archetypes answer through the library's functions") {
    const testing::duration_archetype duration;
    const testing::demand_archetype demand;
    const testing::bound_archetype bound;
    const testing::kernel_archetype kernel;
    CHECK(opara::cost::duration_of(duration, opara::op_id{5}) == 1.0);
    CHECK(opara::cost::demand_of(demand, opara::op_id{5}) == 0.5);
    CHECK(static_cast<opara::bound>(bound.bound(opara::op_id{5})) == opara::bound::memory);
    CHECK(static_cast<opara::bound>(bound.bound(opara::op_id{4})) == opara::bound::compute);
    CHECK(static_cast<opara::cost::kernel>(kernel.kernel(opara::op_id{})).duration_us == 1.0);
}

TEST_CASE("a scheduler of archetypes plans the archetype of a graph") {
    const opara::scheduler sched{testing::assignment_archetype{0}, testing::order_archetype{0}};
    const opara::plan p = sched(testing::graph_archetype{}, testing::cost_archetype{});
    CHECK(p.lanes() == 1);
    CHECK(p.waits() == 0);
    REQUIRE(p.commands().size() == 3);
    for (std::uint32_t i = 0; i < 3; ++i) {
        CHECK(p.commands()[i] == opara::command{.what = opara::action::launch, .op = opara::op_id{i}});
    }
}
