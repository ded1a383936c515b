#include <opara/graph/boost.hpp>
#include <opara/graph/concepts.hpp>
#include <opara/testing/random_graph.hpp>

#include <boost/concept/assert.hpp>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/copy.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/topological_sort.hpp>
#include <boost/range/iterator_range.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

namespace testing = opara::testing;
using opara::edge;
using opara::frozen_graph;
using opara::op_id;

BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<frozen_graph>));
BOOST_CONCEPT_ASSERT((boost::EdgeListGraphConcept<frozen_graph>));
BOOST_CONCEPT_ASSERT((boost::BidirectionalGraphConcept<frozen_graph>));
BOOST_CONCEPT_ASSERT((boost::AdjacencyGraphConcept<frozen_graph>));
BOOST_CONCEPT_ASSERT((boost::ReadablePropertyGraphConcept<frozen_graph, std::uint32_t, boost::vertex_index_t>));

TEST_CASE("Boost's topological sort runs on it and finds an order") {
    for (const auto family : testing::all_graph_families) {
        const auto g = testing::random_graph(family, 300, 1, testing::numbering::shuffled);
        std::vector<std::uint32_t> backwards;
        boost::topological_sort(g, std::back_inserter(backwards));
        REQUIRE(backwards.size() == g.size());
        std::vector<std::size_t> place(g.size());
        for (std::size_t i = 0; i < backwards.size(); ++i) {
            place[backwards[i]] = backwards.size() - i;
        }
        g.for_each_edge([&](edge e) { CHECK(place[e.source.index()] < place[e.target.index()]); });
    }
}

TEST_CASE("all views tell the same edges") {
    for (const auto family : testing::all_graph_families) {
        const auto g = testing::random_graph(family, 100, 2, testing::numbering::shuffled);
        std::vector<edge> listed, out, in, adjacent;
        const auto [first, last] = edges(g);
        listed.assign(first, last);
        for (const std::uint32_t v : boost::make_iterator_range(vertices(g))) {
            CHECK(out_degree(v, g) == g.successors(op_id{v}).size());
            CHECK(degree(v, g) == out_degree(v, g) + in_degree(v, g));
            for (const edge e : boost::make_iterator_range(out_edges(v, g))) {
                CHECK(source(e, g) == v);
                out.push_back(e);
            }
            for (const edge e : boost::make_iterator_range(in_edges(v, g))) {
                CHECK(target(e, g) == v);
                in.push_back(e);
            }
            for (const std::uint32_t w : boost::make_iterator_range(adjacent_vertices(v, g))) {
                adjacent.push_back({op_id{v}, op_id{w}});
            }
        }
        CHECK(listed.size() == num_edges(g));
        CHECK(out == listed);
        CHECK(adjacent == listed);
        std::sort(in.begin(), in.end());
        std::sort(listed.begin(), listed.end());
        CHECK(in == listed);
    }
}

TEST_CASE("Boost can copy it") {
    const auto g = testing::random_graph(testing::graph_family::layered, 100, 3);
    boost::adjacency_list<> copy;
    const auto nothing = [](const auto&, const auto&) {}; // there are no properties to copy
    boost::copy_graph(g, copy, boost::vertex_copy(nothing).edge_copy(nothing));
    CHECK(boost::num_vertices(copy) == g.size());
    CHECK(boost::num_edges(copy) == g.edge_count());
}

TEST_CASE("the empty graph") {
    const frozen_graph g;
    CHECK(vertices(g).first == vertices(g).second);
    CHECK(edges(g).first == edges(g).second);
    CHECK(num_vertices(g) == 0);
}
