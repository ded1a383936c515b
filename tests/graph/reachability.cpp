#include <opara/graph/boost.hpp>
#include <opara/graph/reachability.hpp>
#include <opara/testing/random_graph.hpp>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/transitive_closure.hpp>
#include <doctest/doctest.h>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace testing = opara::testing;
using opara::op_id;

TEST_CASE("the closure is Boost's") {
    for (const auto family : testing::all_graph_families) {
        for (const std::size_t n : {1U, 2U, 63U, 64U, 65U, 150U}) {
            const auto g = testing::random_graph(family, n, n, testing::numbering::shuffled);
            using graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
            graph plain(n), closure;
            g.for_each_edge([&](opara::edge e) { add_edge(e.source.index(), e.target.index(), plain); });
            boost::transitive_closure(plain, closure);
            const opara::reachability reaches{g};
            std::size_t pairs = 0;
            for (std::uint32_t u = 0; u < n; ++u) {
                for (std::uint32_t v = 0; v < n; ++v) {
                    CHECK(reaches(op_id{u}, op_id{v}) == edge(u, v, closure).second);
                }
                for (const std::uint64_t word : reaches.from(op_id{u})) {
                    pairs += static_cast<std::size_t>(std::popcount(word));
                }
            }
            CHECK(pairs == num_edges(closure));
        }
    }
}

TEST_CASE("of nothing, nothing") {
    const opara::reachability reaches{opara::frozen_graph{}};
    const opara::reachability one{opara::frozen_graph{1, {}}};
    CHECK_FALSE(one(op_id{0}, op_id{0}));
}
