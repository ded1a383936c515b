#include <opara/abstraction/boost.hpp>
#include <opara/abstraction/check.hpp>
#include <opara/abstraction/parse.hpp>
#include <tests/abstraction/agreement.hpp>

#include <boost/concept/assert.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/property_map/property_map.hpp>
#include <boost/range/iterator_range.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;
using edge = transition_system::edge;

BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<transition_system>));
BOOST_CONCEPT_ASSERT((boost::EdgeListGraphConcept<transition_system>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<transition_system>));
BOOST_CONCEPT_ASSERT((boost::AdjacencyGraphConcept<transition_system>));
BOOST_CONCEPT_ASSERT((boost::ReadablePropertyGraphConcept<transition_system, state_id, boost::vertex_index_t>));
BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<bidirectional_system>));
BOOST_CONCEPT_ASSERT((boost::EdgeListGraphConcept<bidirectional_system>));
BOOST_CONCEPT_ASSERT((boost::BidirectionalGraphConcept<bidirectional_system>));
BOOST_CONCEPT_ASSERT((boost::AdjacencyGraphConcept<bidirectional_system>));
BOOST_CONCEPT_ASSERT((boost::ReadablePropertyGraphConcept<bidirectional_system, state_id, boost::vertex_index_t>));

namespace {

// A property map over states with its values in a vector.
template <class T>
auto map_of(std::vector<T>& values, const transition_system& t) {
    return boost::make_iterator_property_map(values.begin(), get(boost::vertex_index, t));
}

} // namespace

TEST_CASE("Boost's breadth-first search reaches what EF says can be reached") {
    random_source random{3};
    for (int k = 0; k < 300; ++k) {
        const transition_system t = random_system(random, 60);
        const evaluation sets{t, parse_formula("EF q")};
        for (std::size_t s = 0; s < t.size(); ++s) {
            std::vector<int> steps(t.size(), -1);
            steps[s] = 0;
            boost::breadth_first_search(t, state_id::from_index(s),
                                        boost::visitor(boost::make_bfs_visitor(
                                            boost::record_distances(map_of(steps, t), boost::on_tree_edge{}))));
            bool reaches = false;
            for (std::size_t r = 0; r < t.size(); ++r) {
                reaches = reaches || (steps[r] >= 0 && t.find_label("q")->holds[r] == truth::yes);
            }
            REQUIRE(reaches == (sets.result()[s] != 0));
        }
    }
}

TEST_CASE("Boost's strong components are the states that reach each other by EF") {
    random_source random{5};
    for (int k = 0; k < 300; ++k) {
        const transition_system t = random_system(random, 60);
        std::vector<std::size_t> component(t.size());
        boost::strong_components(t, map_of(component, t));
        for (std::size_t a = 0; a < t.size(); a += 7) {
            // Both ways by the fixpoints: in one component with `a` is who reaches it and is reached.
            labelling here{"here", std::vector<truth>(t.size(), truth::no)};
            here.holds[a] = truth::yes;
            const parts p{t};
            const auto marked = transition_system::from_lists(p.successors, p.initial, {here});
            const evaluation to{marked, parse_formula("EF here")};
            for (std::size_t b = 0; b < t.size(); ++b) {
                labelling there{"there", std::vector<truth>(t.size(), truth::no)};
                there.holds[b] = truth::yes;
                const auto from = transition_system::from_lists(p.successors, p.initial, {there});
                const bool both = to.result()[b] != 0 && evaluation{from, parse_formula("EF there")}.result()[a] != 0;
                REQUIRE((component[a] == component[b]) == both);
            }
        }
    }
}

TEST_CASE("all of Boost's views tell the same transitions") {
    random_source random{7};
    for (int k = 0; k < 50; ++k) {
        const bidirectional_system t{random_system(random, 60)};
        const auto [first, last] = edges(t);
        const std::vector<edge> listed(first, last);
        std::vector<edge> out, in, adjacent;
        for (const state_id s : boost::make_iterator_range(vertices(t))) {
            CHECK(degree(s, t) == out_degree(s, t) + in_degree(s, t));
            for (const edge e : boost::make_iterator_range(out_edges(s, t))) {
                CHECK(source(e, t) == s);
                out.push_back(e);
            }
            for (const edge e : boost::make_iterator_range(in_edges(s, t))) {
                CHECK(target(e, t) == s);
                in.push_back(e);
            }
            for (const state_id to : boost::make_iterator_range(adjacent_vertices(s, t))) {
                adjacent.push_back({s, to});
            }
        }
        const auto by_ends = [](const edge& a, const edge& b) {
            return std::pair{a.source, a.target} < std::pair{b.source, b.target};
        };
        CHECK(listed.size() == num_edges(t));
        CHECK(out == listed);
        CHECK(adjacent == listed);
        auto sorted = listed;
        std::sort(sorted.begin(), sorted.end(), by_ends);
        std::sort(in.begin(), in.end(), by_ends);
        CHECK(in == sorted);
    }
}
