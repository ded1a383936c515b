#include <opara/graph/concepts.hpp>
#include <opara/graph/dag.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using opara::edge;
using opara::op_id;

static_assert(opara::operator_graph<opara::dag<std::string>>);
static_assert(opara::operator_graph<opara::dag<std::unique_ptr<int>>>);

TEST_CASE("operators and edges, one at a time") {
    opara::dag<std::string> g;
    const op_id a = g.add("conv1"), b = g.add("conv2"), c = g.add("concat");
    g.connect(b, c);
    g.connect(a, c);
    CHECK(c == op_id{2});
    CHECK(g.size() == 3);
    CHECK(g.edge_count() == 2);
    CHECK(g[b] == "conv2");
    g[b] = "conv3";
    CHECK(std::as_const(g)[b] == "conv3");
    CHECK(std::vector<std::string>(g.operators().begin(), g.operators().end()) ==
          std::vector<std::string>{"conv1", "conv3", "concat"});
    const opara::frozen_graph f = freeze(g);
    CHECK(f == opara::frozen_graph{3, std::vector<edge>{{b, c}, {a, c}}});
}

TEST_CASE("an operator behind its arguments; an argument twice is one edge") {
    opara::dag<int> g;
    const op_id a = g.add(1), b = g.add(2);
    const op_id c = g.add(3, std::vector{b, a, b});
    CHECK(freeze(g) == opara::frozen_graph{3, std::vector<edge>{{b, c}, {a, c}}});
}

TEST_CASE("many arguments keep the order of their first mention") {
    opara::dag<int> g;
    std::vector<op_id> arguments;
    for (int i = 0; i < 2000; ++i) {
        arguments.push_back(g.add(i));
    }
    std::reverse(arguments.begin(), arguments.end());
    const std::vector<op_id> once = arguments;
    for (int i = 0; i < 50; ++i) { // every one of them fifty times more
        arguments.insert(arguments.end(), once.begin(), once.end());
    }
    const op_id all = g.add(-1, arguments);
    CHECK(g.edge_count() == 2000);
    const auto row = freeze(g);
    CHECK(std::equal(once.begin(), once.end(), row.predecessors(all).begin(), row.predecessors(all).end()));
}

TEST_CASE("an edge from or to nowhere is refused and leaves the graph as it was") {
    opara::dag<int> g;
    const op_id a = g.add(1);
    const auto before = g;
    CHECK_THROWS_AS(g.connect(a, op_id{1}), opara::graph_error);
    CHECK_THROWS_AS(g.connect(op_id{5}, a), opara::graph_error);
    CHECK_THROWS_AS(g.add(2, std::vector{a, op_id{9}}), opara::graph_error);
    CHECK(g == before);
    try {
        g.connect(op_id{5}, a);
    } catch (const opara::graph_error& error) {
        CHECK(error.source() == 5);
        CHECK(error.target() == 0);
        CHECK(std::string{error.what()} == "operator 5 of edge 5 -> 0 does not exist: the graph has 1 operators");
    }
}

TEST_CASE("cycles and repeated edges show when it is frozen") {
    opara::dag<int> g;
    const op_id a = g.add(1), b = g.add(2);
    g.connect(a, b);
    g.connect(a, b);
    CHECK_THROWS_AS((void)freeze(g), opara::graph_error);
    CHECK(freeze(g, opara::duplicate_edges::merge).edge_count() == 1);
    g.connect(b, a);
    CHECK_THROWS_AS((void)freeze(g, opara::duplicate_edges::merge), opara::cycle_error);
}

TEST_CASE("operators that cannot be copied") {
    opara::dag<std::unique_ptr<int>> g;
    const op_id a = g.add(std::make_unique<int>(7));
    CHECK(*g[a] == 7);
    CHECK(freeze(g).size() == 1);
}

TEST_CASE("regular value") {
    opara::dag<int> g;
    g.add(1);
    opara::dag<int> h = g;
    CHECK(g == h);
    h.add(2);
    CHECK(g != h);
    h = g;
    CHECK(g == h);
}
