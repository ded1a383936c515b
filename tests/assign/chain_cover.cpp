#include <opara/assign/chain_cover.hpp>
#include <opara/graph/boost.hpp>
#include <opara/order/topological.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/testing/archetypes.hpp>
#include <opara/testing/random_graph.hpp>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/max_cardinality_matching.hpp>
#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace testing = opara::testing;
using opara::edge;
using opara::op_id;

static_assert(opara::assignment_policy<opara::assign::chain_cover, testing::cost_archetype>);

namespace {

const testing::cost_archetype nothing;

// The most edges of the graph with distinct sources and distinct targets, by Boost.
std::size_t matching_size(const opara::frozen_graph& g) {
    boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS> twofold(2 * g.size());
    g.for_each_edge([&](edge e) { add_edge(e.source.index(), g.size() + e.target.index(), twofold); });
    std::vector<boost::graph_traits<decltype(twofold)>::vertex_descriptor> mate(2 * g.size());
    boost::edmonds_maximum_cardinality_matching(twofold, mate.data());
    return boost::matching_size(twofold, mate.data());
}

} // namespace

TEST_CASE("waits are the edges of the minimum equivalent graph less a maximum matching: the fewest possible") {
    for (const auto family : testing::all_graph_families) {
        for (const std::size_t n : {0U, 1U, 10U, 60U, 150U}) {
            const auto g = testing::random_graph(family, n, n, testing::numbering::shuffled);
            const auto reduced = opara::transitive_reduction(g);
            for (const auto reuse : {opara::assign::lane_reuse::when_ordered, opara::assign::lane_reuse::never}) {
                const opara::plan p =
                    opara::scheduler{opara::assign::chain_cover{reuse}, opara::order::topological{}}(g, nothing);
                CHECK(p.waits() == reduced.edge_count() - matching_size(reduced));
            }
        }
    }
}

TEST_CASE("operators that could run at once never share a lane, so lanes add no order") {
    for (const auto family : testing::all_graph_families) {
        const auto g = testing::random_graph(family, 120, 4, testing::numbering::shuffled);
        const opara::reachability reaches{g};
        const auto a = opara::assign::chain_cover{}(g, nothing);
        for (std::uint32_t u = 0; u < 120; ++u) {
            for (std::uint32_t v = 0; v < u; ++v) {
                if (a.lane[u] == a.lane[v]) {
                    CHECK((reaches(op_id{u}, op_id{v}) || reaches(op_id{v}, op_id{u})));
                }
            }
        }
    }
}

TEST_CASE("lanes are the width on graphs of networks' shape, and never fewer") {
    std::size_t graphs = 0;
    std::size_t exact = 0;
    for (const auto family : testing::all_graph_families) {
        for (std::uint64_t seed = 0; seed < 25; ++seed) {
            const auto g = testing::random_graph(family, 5 * seed, seed, testing::numbering::shuffled);
            const std::size_t lanes = opara::assign::chain_cover{}(g, nothing).lanes;
            const std::size_t width = opara::width(g);
            CHECK(lanes >= width);
            CHECK(opara::assign::chain_cover{opara::assign::lane_reuse::never}(g, nothing).lanes >= lanes);
            if (family == testing::graph_family::diamond || family == testing::graph_family::series_parallel ||
                family == testing::graph_family::chain || family == testing::graph_family::antichain) {
                CHECK(lanes == width);
            }
            ++graphs;
            exact += lanes == width ? 1U : 0U;
        }
    }
    MESSAGE("as many lanes as the width in " << exact << " of " << graphs);
    CHECK(10 * exact > 8 * graphs);
}

TEST_CASE("a cell by hand") {
    // 0 forks into 1 -> 2 -> 5, 3 -> 5 and 4 -> 5, twice in a row: three lanes, four waits a cell.
    std::vector<edge> edges;
    for (const std::uint32_t base : {0U, 5U}) {
        for (const auto& [s, t] : std::vector<std::pair<std::uint32_t, std::uint32_t>>{
                 {0, 1}, {1, 2}, {2, 5}, {0, 3}, {3, 5}, {0, 4}, {4, 5}}) {
            edges.push_back({op_id{base + s}, op_id{base + t}});
        }
    }
    const opara::frozen_graph g{11, edges};
    const opara::plan p = opara::scheduler{opara::assign::chain_cover{}, opara::order::topological{}}(g, nothing);
    CHECK(p.lanes() == 3);
    CHECK(p.waits() == 8);
}
