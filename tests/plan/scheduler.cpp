#include <opara/assign.hpp>
#include <opara/cost/devices.hpp>
#include <opara/cost/table.hpp>
#include <opara/order.hpp>
#include <opara/plan/bounds.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/plan/validate.hpp>
#include <opara/sim/simulate.hpp>
#include <opara/testing/random_kernels.hpp>

#include <boost/graph/adjacency_list.hpp>
#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

using namespace opara;

namespace {

const testing::random_kernels costs{4, 1};
const scheduler opara_paper{assign::first_free_predecessor{}, order::alternating{}};

} // namespace

TEST_CASE("a dag, a Boost graph, successor lists and a frozen graph of the same shape get the same plan") {
    dag<std::string> built;
    const op_id a = built.add("a"), b = built.add("b"), c = built.add("c"), d = built.add("d");
    built.connect(a, b);
    built.connect(a, c);
    built.connect(b, d);
    built.connect(c, d);

    struct op {
        std::string name;
    };
    boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, op> vectors(4);
    boost::adjacency_list<boost::listS, boost::listS, boost::directedS, op> lists;
    std::vector<decltype(lists)::vertex_descriptor> in_list;
    for (const char* name : {"a", "b", "c", "d"}) {
        in_list.push_back(add_vertex(op{name}, lists));
    }
    for (const edge e : built.edges()) {
        add_edge(e.source.index(), e.target.index(), vectors);
        add_edge(in_list[e.source.index()], in_list[e.target.index()], lists);
    }
    const std::vector<std::vector<int>> successors{{1, 2}, {3}, {3}, {}};

    const plan expected = opara_paper(built, costs);
    CHECK(expected.operators() == 4);
    CHECK_NOTHROW(validate(expected, freeze(built)));
    CHECK(opara_paper(vectors, costs) == expected);
    CHECK(opara_paper(freeze(4, [&](std::size_t v) -> const auto& { return successors[v]; }), costs) == expected);
    CHECK(opara_paper(freeze(built), costs) == expected);
    // A listS graph is frozen by source, so the arguments of d may come in another order; the plan is valid all the
    // same.
    CHECK_NOTHROW(validate(opara_paper(lists, costs), freeze(lists)));
}

TEST_CASE("the empty graph and a single operator") {
    CHECK(opara_paper(frozen_graph{}, testing::random_kernels{0, 1}) == plan{});
    const plan one = opara_paper(frozen_graph{1, {}}, testing::random_kernels{1, 1});
    CHECK(one.commands().size() == 1);
    CHECK(one.lanes() == 1);
}

TEST_CASE("policies that break their contract are found out") {
    const testing::random_kernels two_costs{2, 1};
    const frozen_graph g{2, std::vector<edge>{{op_id{0}, op_id{1}}}};
    const auto short_assignment = [](const frozen_graph&, const auto&) { return assignment{}; };
    const auto backwards = [](const frozen_graph&, const auto&) { return std::vector<op_id>{op_id{1}, op_id{0}}; };
    CHECK_THROWS_AS(static_cast<void>(scheduler{short_assignment, order::topological{}}(g, two_costs)), policy_error);
    CHECK_THROWS_AS(static_cast<void>(scheduler{assign::single{}, backwards}(g, two_costs)), policy_error);
    CHECK_THROWS_AS(static_cast<void>(scheduler{assign::single{}, order::fixed{{op_id{5}, op_id{0}}}}(g, two_costs)),
                    policy_error);
    CHECK_THROWS_AS(static_cast<void>(scheduler{assign::by_level{}, order::fixed{{op_id{5}, op_id{0}}}}(g, two_costs)),
                    policy_error);
}

TEST_CASE("graphs that are none") {
    dag<int> g;
    const op_id a = g.add(1), b = g.add(2), c = g.add(3);
    g.connect(a, b);
    g.connect(b, c);
    g.connect(c, b);
    try {
        static_cast<void>(opara_paper(g, costs));
        FAIL("a cycle was planned");
    } catch (const cycle_error& e) {
        CHECK(e.cycle() == std::vector<op_id>{b, c});
        CHECK(std::string{e.what()} == "the graph has a cycle: 1 -> 2 -> 1");
    }
}

TEST_CASE("costs of another graph") {
    const frozen_graph three{3, {}};
    const cost::table of_one = cost::tabulate(std::vector<double>{1.0}, cost::devices::h200);
    try {
        static_cast<void>(scheduler{assign::earliest_finish{}, order::critical_first{}}(three, of_one));
        FAIL("planned with costs that are not there");
    } catch (const cost_error& e) {
        CHECK(e.op() == op_id{1});
        CHECK(std::string{e.what()} == "the cost model knows 1 operators, the graph has 3");
    }
    const cost::table of_three = cost::tabulate(std::vector<double>{1.0, 1.0, 1.0}, cost::devices::h200);
    const plan p = scheduler{assign::single{}, order::topological{}}(three, of_three);
    CHECK_THROWS_AS(static_cast<void>(sim::simulate(p, of_one, cost::devices::h200)), cost_error);
    CHECK_THROWS_AS(static_cast<void>(lower_bounds(three, of_one, cost::devices::h200)), cost_error);
}

// An engine's own graph, which is frozen on demand into something that only converts to a frozen graph.
namespace engine {
struct frozen_view {
    opara::frozen_graph g;
    operator const opara::frozen_graph&() const { return g; } // NOLINT: that is the point
};
struct graph {
    std::size_t operators = 0;
};
inline frozen_view freeze(const graph& g) {
    return {opara::freeze(g.operators, [&](std::size_t v) {
        return v + 1 < g.operators ? std::vector<std::size_t>{v + 1} : std::vector<std::size_t>{};
    })};
}
} // namespace engine

TEST_CASE("what a graph freezes to lives as long as it is used") {
    static_assert(opara::operator_graph<engine::graph>);
    const opara::scheduler s{opara::assign::single{}, opara::order::topological{}};
    CHECK(s(engine::graph{1000}, 0).commands().size() == 1000);
}

TEST_CASE("schedulers are values") {
    CHECK(opara_paper == scheduler{assign::first_free_predecessor{}, order::alternating{}});
    CHECK_FALSE(scheduler{assign::round_robin{.lanes = 2}, order::topological{}} ==
                scheduler{assign::round_robin{.lanes = 3}, order::topological{}});
}
