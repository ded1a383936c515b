#include <opara/graph/articulation.hpp>
#include <opara/graph/reachability.hpp>
#include <opara/graph/reduction.hpp>
#include <opara/testing/random_graph.hpp>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/biconnected_components.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace testing = opara::testing;
using opara::edge;
using opara::op_id;

namespace {

std::vector<op_id> comparable_with_all(const opara::frozen_graph& g) {
    const opara::reachability reaches{g};
    std::vector<op_id> found;
    for (const op_id v : g.topological_order()) {
        bool with_all = true;
        for (std::uint32_t w = 0; w < g.size(); ++w) {
            with_all = with_all && (w == v.value || reaches(v, op_id{w}) || reaches(op_id{w}, v));
        }
        if (with_all) {
            found.push_back(v);
        }
    }
    return found;
}

// The cut vertices of the reduced graph, without directions, with one vertex before all sources and one behind all
// sinks.
std::vector<op_id> cut_vertices(const opara::frozen_graph& g) {
    const auto reduced = opara::transitive_reduction(g);
    const std::size_t n = g.size();
    boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property,
                          boost::property<boost::edge_index_t, std::size_t>>
        plain(n + 2);
    reduced.for_each_edge([&](edge e) { add_edge(e.source.index(), e.target.index(), plain); });
    for (std::size_t v = 0; v < n; ++v) {
        if (reduced.predecessors(op_id::from_index(v)).empty()) {
            add_edge(n, v, plain);
        }
        if (reduced.successors(op_id::from_index(v)).empty()) {
            add_edge(v, n + 1, plain);
        }
    }
    std::vector<std::size_t> cuts;
    boost::articulation_points(plain, std::back_inserter(cuts));
    std::vector<op_id> found;
    for (const op_id v : g.topological_order()) {
        if (std::find(cuts.begin(), cuts.end(), v.index()) != cuts.end()) {
            found.push_back(v);
        }
    }
    return found;
}

} // namespace

TEST_CASE("articulations are comparable with all, and Boost's cut vertices") {
    std::size_t total = 0;
    for (const auto family : testing::all_graph_families) {
        for (std::uint64_t seed = 0; seed < 40; ++seed) {
            const auto g = testing::random_graph(family, 1 + seed, seed, testing::numbering::shuffled);
            const auto found = opara::articulation_operators(g);
            CHECK(found == comparable_with_all(g));
            CHECK(found == cut_vertices(g));
            total += found.size();
        }
    }
    CHECK(total > 1000);
}

TEST_CASE("a skip connection around one operator is no obstacle, around a branch point it is") {
    const auto graph = [](std::size_t n, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& pairs) {
        std::vector<edge> edges;
        for (const auto& [a, b] : pairs) {
            edges.push_back({op_id{a}, op_id{b}});
        }
        return opara::frozen_graph{n, edges};
    };
    CHECK(opara::articulation_operators(graph(3, {{0, 1}, {1, 2}, {0, 2}})).size() == 3);
    CHECK(opara::articulation_operators(graph(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {0, 3}})) ==
          std::vector{op_id{0}, op_id{3}});
    CHECK(opara::articulation_operators(graph(2, {})).empty());
    CHECK(opara::articulation_operators(opara::frozen_graph{}).empty());
    CHECK(opara::articulation_operators(graph(1, {})).size() == 1);
}

TEST_CASE("segments partition the operators and follow one another") {
    for (const auto family : testing::all_graph_families) {
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const auto g = testing::random_graph(family, 3 * seed, seed, testing::numbering::shuffled);
            const opara::reachability reaches{g};
            const auto parts = opara::segments(g);
            std::vector<op_id> all;
            for (std::size_t i = 0; i < parts.size(); ++i) {
                REQUIRE_FALSE(parts[i].empty());
                all.insert(all.end(), parts[i].begin(), parts[i].end());
                for (std::size_t j = i + 1; j < parts.size(); ++j) {
                    for (const op_id a : parts[i]) {
                        for (const op_id b : parts[j]) {
                            CHECK(reaches(a, b));
                        }
                    }
                }
            }
            CHECK(std::equal(all.begin(), all.end(), g.topological_order().begin(), g.topological_order().end()));
            const std::size_t cuts = opara::articulation_operators(g).size();
            CHECK((parts.size() == cuts || parts.size() == cuts + 1));
        }
    }
}

TEST_CASE("a million operators in a chain are a million segments") {
    CHECK(opara::segments(testing::random_graph(testing::graph_family::chain, 1'000'000, 0)).size() == 1'000'000);
}
