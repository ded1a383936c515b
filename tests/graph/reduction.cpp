#include <opara/graph/boost.hpp>
#include <opara/graph/reachability.hpp>
#include <opara/graph/reduction.hpp>
#include <opara/testing/random_graph.hpp>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/transitive_reduction.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

namespace testing = opara::testing;
using opara::edge;
using opara::op_id;

TEST_CASE("the reduction is Boost's, and the definition's") {
    for (const auto family : testing::all_graph_families) {
        for (std::uint64_t seed = 0; seed < 6; ++seed) {
            const std::size_t n = 20 + 40 * seed;
            const auto g = testing::random_graph(family, n, seed, testing::numbering::shuffled);
            const opara::reachability reaches{g};
            std::vector<edge> expected;
            g.for_each_edge([&](edge e) {
                bool implied = false;
                for (const op_id s : g.successors(e.source)) {
                    implied = implied || (s != e.target && reaches(s, e.target));
                }
                if (!implied) {
                    expected.push_back(e);
                }
            });
            CHECK(opara::transitive_reduction(g) == opara::frozen_graph{n, expected});

            using graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
            graph plain(n), reduced;
            g.for_each_edge([&](edge e) { add_edge(e.source.index(), e.target.index(), plain); });
            std::map<graph::vertex_descriptor, graph::vertex_descriptor> to_reduced;
            std::vector<std::size_t> index(n);
            for (std::size_t v = 0; v < n; ++v) {
                index[v] = v;
            }
            boost::transitive_reduction(plain, reduced, boost::make_assoc_property_map(to_reduced), index.data());
            CHECK(num_edges(reduced) == expected.size());
            for (const edge e : expected) {
                CHECK(boost::edge(to_reduced[e.source.index()], to_reduced[e.target.index()], reduced).second);
            }
        }
    }
}

TEST_CASE("reducing twice changes nothing; chains and the empty graph are reduced already") {
    for (const auto family : testing::all_graph_families) {
        const auto once = opara::transitive_reduction(testing::random_graph(family, 500, 9));
        CHECK(opara::transitive_reduction(once) == once);
    }
    const auto chain = testing::random_graph(testing::graph_family::chain, 1'000'000, 0);
    CHECK(opara::transitive_reduction(chain) == chain);
    CHECK(opara::transitive_reduction(opara::frozen_graph{}).empty());
}
