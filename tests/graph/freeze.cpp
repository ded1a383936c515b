#include <opara/graph/freeze.hpp>
#include <opara/testing/archetypes.hpp>
#include <opara/testing/random_graph.hpp>

#if defined(__GNUC__) && !defined(__clang__)
// A false alarm of g++ 12 about boost::optional, where it optimises with sanitizers on.
#    pragma GCC diagnostic ignored "-Wuninitialized"
#    pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/directed_graph.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <list>
#include <string>
#include <utility>
#include <vector>

namespace testing = opara::testing;
using opara::edge;
using opara::op_id;

namespace {

struct layer {
    std::string name;
    double flops = 0.0;
};
using vector_graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, layer>;
using both_ways = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, layer>;
using list_graph = boost::adjacency_list<boost::listS, boost::listS, boost::directedS, layer>;
using set_graph = boost::adjacency_list<boost::setS, boost::listS, boost::bidirectionalS, layer>;
using row_graph = boost::compressed_sparse_row_graph<boost::directedS, layer>;

static_assert(opara::boost_operator_graph<vector_graph> && opara::boost_operator_graph<both_ways> &&
              opara::boost_operator_graph<list_graph> && opara::boost_operator_graph<set_graph> &&
              opara::boost_operator_graph<row_graph> && opara::boost_operator_graph<boost::directed_graph<layer>>);

} // namespace

// Near misses, with a linkage that does not ask for their use.
namespace near_misses {
struct no_edges {
    friend std::pair<const int*, const int*> vertices(const no_edges&) { return {}; }
    friend std::size_t num_vertices(const no_edges&) { return 0; }
};
} // namespace near_misses

namespace {
using near_misses::no_edges;
static_assert(opara::vertex_list_graph<no_edges> && !opara::incidence_graph<no_edges> &&
              !opara::operator_graph<no_edges>);
static_assert(!opara::operator_graph<int> && !opara::operator_graph<std::vector<std::vector<int>>>);

template <class G>
opara::frozen_graph build_and_freeze() {
    G g;
    const auto a = add_vertex(layer{"a", 1.0}, g);
    const auto b = add_vertex(layer{"b", 2.0}, g);
    const auto c = add_vertex(layer{"c", 3.0}, g);
    const auto d = add_vertex(layer{"d", 4.0}, g);
    add_edge(a, c, g);
    add_edge(b, c, g);
    add_edge(c, d, g);
    add_edge(a, d, g);
    CHECK(g[c].name == "c"); // bundled properties stay where they are
    return opara::freeze(g);
}

const opara::frozen_graph expected{
    4, std::vector<edge>{{op_id{0}, op_id{2}}, {op_id{0}, op_id{3}}, {op_id{1}, op_id{2}}, {op_id{2}, op_id{3}}}};

} // namespace

TEST_CASE("adjacency lists with bundled operators work as they are") {
    CHECK(build_and_freeze<vector_graph>() == expected);
    CHECK(build_and_freeze<both_ways>() == expected);
    CHECK(build_and_freeze<boost::directed_graph<layer>>() == expected);
    // Where vertices are pointers, their place in the list counts and not their address; setS sorts a row by address.
    CHECK(build_and_freeze<list_graph>() == expected);
    const auto set = build_and_freeze<set_graph>();
    CHECK(set.edge_count() == 4);
    CHECK(set.successors(op_id{0}).size() == 2);
    CHECK(set.successors(op_id{3}).empty());
}

TEST_CASE("compressed rows work as they are") {
    const std::vector<std::pair<int, int>> edges{{0, 2}, {0, 3}, {1, 2}, {2, 3}};
    const row_graph g(boost::edges_are_sorted, edges.begin(), edges.end(), 4);
    CHECK(opara::freeze(g) == expected);
}

TEST_CASE("the archetype is enough") { CHECK(opara::freeze(testing::graph_archetype{}).edge_count() == 3); }

TEST_CASE("a frozen graph is frozen already: the same object comes back") { CHECK(&freeze(expected) == &expected); }

TEST_CASE("vertices with removed neighbours keep their order in a list") {
    list_graph g;
    std::vector<list_graph::vertex_descriptor> v;
    for (int i = 0; i < 5; ++i) {
        v.push_back(add_vertex(layer{}, g));
    }
    add_edge(v[4], v[0], g);
    add_edge(v[0], v[3], g);
    remove_vertex(v[1], g);
    CHECK(opara::freeze(g) == opara::frozen_graph{4, std::vector<edge>{{op_id{0}, op_id{2}}, {op_id{3}, op_id{0}}}});
}

TEST_CASE("parallel edges and cycles of Boost graphs") {
    vector_graph g(2);
    add_edge(0, 1, g);
    add_edge(0, 1, g);
    CHECK_THROWS_AS((void)opara::freeze(g), opara::graph_error);
    CHECK(opara::freeze(g, opara::duplicate_edges::merge).edge_count() == 1);
    add_edge(1, 0, g);
    CHECK_THROWS_AS((void)opara::freeze(g, opara::duplicate_edges::merge), opara::cycle_error);
}

TEST_CASE("a number and a callable") {
    const std::vector<std::vector<std::size_t>> users{{2, 3}, {2}, {3}, {}};
    CHECK(opara::freeze(4, [&](std::size_t v) -> const std::vector<std::size_t>& { return users[v]; }) == expected);
    // By value, other containers, other integers.
    CHECK(opara::freeze(4, [&](std::size_t v) { return std::list<int>(users[v].begin(), users[v].end()); }) ==
          expected);
    CHECK(opara::freeze(0, [](std::size_t) { return std::vector<int>{}; }) == opara::frozen_graph{});
    try {
        (void)opara::freeze(2, [](std::size_t v) { return std::array{static_cast<int>(v) + 1}; });
        FAIL("no error");
    } catch (const opara::graph_error& error) {
        CHECK(error.source() == 1);
        CHECK(error.target() == 2);
    }
    CHECK_THROWS_AS((void)opara::freeze(1, [](std::size_t) { return std::array{-1}; }), opara::graph_error);
}

TEST_CASE("every way gives the same graph") {
    for (const auto family : testing::all_graph_families) {
        const auto g = testing::random_graph(family, 200, 5, testing::numbering::shuffled);
        vector_graph with_numbers(g.size());
        list_graph with_pointers;
        std::vector<list_graph::vertex_descriptor> v;
        for (std::size_t i = 0; i < g.size(); ++i) {
            v.push_back(add_vertex(layer{}, with_pointers));
        }
        g.for_each_edge([&](edge e) {
            add_edge(e.source.index(), e.target.index(), with_numbers);
            add_edge(v[e.source.index()], v[e.target.index()], with_pointers);
        });
        const auto frozen = opara::freeze(with_numbers);
        CHECK(opara::freeze(with_pointers) == frozen);
        CHECK(opara::freeze(g.size(), [&](std::size_t u) {
                  std::vector<std::uint32_t> row;
                  for (const op_id s : g.successors(op_id::from_index(u))) {
                      row.push_back(s.value);
                  }
                  return row;
              }) == frozen);
    }
}

// A graph of Boost.Graph's kind whose vertices are numbers of its own choice, and which an edge may leave.
namespace sparse_numbers {
struct graph {
    std::vector<int> nodes;
    std::vector<std::pair<int, int>> edges; // sorted
};
inline std::pair<std::vector<int>::const_iterator, std::vector<int>::const_iterator> vertices(const graph& g) {
    return {g.nodes.begin(), g.nodes.end()};
}
inline std::size_t num_vertices(const graph& g) { return g.nodes.size(); }
inline auto out_edges(int v, const graph& g) {
    const auto from = [](const std::pair<int, int>& e, int key) { return e.first < key; };
    return std::pair{std::lower_bound(g.edges.begin(), g.edges.end(), v, from),
                     std::lower_bound(g.edges.begin(), g.edges.end(), v + 1, from)};
}
inline int target(const std::pair<int, int>& e, const graph&) { return e.second; }
} // namespace sparse_numbers

TEST_CASE("an edge that leaves a graph whose vertices are no index is refused") {
    static_assert(opara::boost_operator_graph<sparse_numbers::graph>);
    const opara::frozen_graph g = opara::freeze(sparse_numbers::graph{{10, 20, 30}, {{10, 30}, {20, 30}}});
    CHECK(g.predecessors(op_id{2}).size() == 2);
    for (const int nowhere : {5, 25, 99}) {
        CAPTURE(nowhere);
        CHECK_THROWS_WITH_AS(static_cast<void>(opara::freeze(sparse_numbers::graph{{10, 20, 30}, {{20, nowhere}}})),
                             "an edge of operator 1 leads to a vertex that is not in the graph", opara::graph_error);
    }
}
