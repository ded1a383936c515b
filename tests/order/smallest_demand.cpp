#include <opara/order/concepts.hpp>
#include <opara/order/smallest_demand.hpp>
#include <opara/testing/archetypes.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>
#include <tests/order/naive.hpp>

#include <doctest/doctest.h>

namespace testing = opara::testing;

static_assert(opara::order_policy<opara::order::smallest_demand, testing::demand_archetype>);
static_assert(!opara::order_policy<opara::order::smallest_demand, testing::duration_archetype>);

namespace {
// Few different demands, so that ties are many; more ready at once than the queue's short row holds.
struct coarse {
    [[nodiscard]] double demand(opara::op_id v) const { return static_cast<double>(v.value * 7919 % 5); }
};
} // namespace

TEST_CASE("always the ready operator with the smallest demand, the first to come if there are several") {
    for (const auto family : testing::all_graph_families) {
        for (const std::size_t n : {0U, 1U, 40U, 90U}) {
            const auto g = testing::random_graph(family, n, n, testing::numbering::shuffled);
            const testing::random_kernels cost{n, 1};
            const coarse few;
            const auto by = [](const auto& model) {
                return
                    [&model](opara::op_id a, opara::op_id b, std::size_t) { return model.demand(a) < model.demand(b); };
            };
            CHECK(opara::order::smallest_demand{}(g, cost) == opara::test::naive_order(g, by(cost)));
            CHECK(opara::order::smallest_demand{}(g, few) == opara::test::naive_order(g, by(few)));
        }
    }
}
