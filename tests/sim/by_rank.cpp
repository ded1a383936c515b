#include <opara/plan/partial_order.hpp>
#include <opara/sim/by_rank.hpp>
#include <opara/testing/random_graph.hpp>
#include <tests/sim/build.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

using namespace opara::test;
using opara::command;
using opara::op_id;
using opara::plan;
namespace cost = opara::cost;
namespace sim = opara::sim;

namespace {

std::vector<command> launches(const plan& p) {
    std::vector<command> all;
    for (const command& c : p.commands()) {
        if (c.what == opara::action::launch) {
            all.push_back(c);
        }
    }
    return all;
}

std::vector<opara::edge> order_of(const plan& p) {
    std::vector<opara::edge> edges;
    opara::partial_order(p, opara::implied_edges::drop).for_each_edge([&](opara::edge e) { edges.push_back(e); });
    std::sort(edges.begin(), edges.end(), [](opara::edge a, opara::edge b) {
        return std::pair{a.source, a.target} < std::pair{b.source, b.target};
    });
    return edges;
}

} // namespace

TEST_CASE("of two that could start, the one with the longer path behind it is launched first") {
    // 0 and 1 are sources; 2 is behind 1.
    const opara::frozen_graph g{3, std::vector<opara::edge>{arc(1, 2)}};
    const plan p = sim::by_rank(plan_of(g), one_block(std::vector<double>{2.0, 1.0, 3.0}));
    const auto order = launches(p);
    CHECK(order[0].op == op_id{1});
    CHECK(order[1].op == op_id{2});
    CHECK(order[2].op == op_id{0});
}

TEST_CASE("order, variants and priorities stay as they are") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const opara::frozen_graph g = opara::testing::random_graph(opara::testing::graph_family::layered, 30, seed);
        const plan planned = plan_of(g);
        std::vector<command> commands(planned.commands().begin(), planned.commands().end());
        for (command& c : commands) {
            if (c.what == opara::action::launch) {
                c.variant = opara::variant_id{c.op.value % 3};
                c.priority = static_cast<std::int32_t>(c.op.value % 2);
            }
        }
        const plan before{planned.operators(), planned.lanes(), planned.events(), std::move(commands)};
        const plan after =
            sim::by_rank(before, one_block(std::vector<double>(g.size(), 1.0 + static_cast<double>(seed))));
        CHECK(order_of(after) == order_of(before));
        for (const command& c : launches(after)) {
            CHECK(c.variant.value == c.op.value % 3);
            CHECK(c.priority == static_cast<std::int32_t>(c.op.value % 2));
        }
    }
}

TEST_CASE("a cost model of another size is refused") {
    const opara::frozen_graph g{3, std::vector<opara::edge>{}};
    CHECK_THROWS_AS(static_cast<void>(sim::by_rank(plan_of(g), one_block(std::vector<double>(2, 1.0)))),
                    opara::cost_error);
}
