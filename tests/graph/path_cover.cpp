#include <opara/graph/path_cover.hpp>
#include <opara/testing/random_graph.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace testing = opara::testing;
using opara::op_id;

namespace {

// The largest set of pairwise incomparable operators, by trying all sets.
std::size_t brute_force_width(const opara::frozen_graph& g) {
    const opara::reachability reaches{g};
    const auto n = static_cast<std::uint32_t>(g.size());
    std::vector<std::uint32_t> comparable(n, 0);
    for (std::uint32_t u = 0; u < n; ++u) {
        for (std::uint32_t v = 0; v < n; ++v) {
            if (reaches(op_id{u}, op_id{v}) || reaches(op_id{v}, op_id{u})) {
                comparable[u] |= 1U << v;
            }
        }
    }
    std::size_t best = 0;
    for (std::uint32_t set = 0; set < 1U << n; ++set) {
        bool antichain = true;
        for (std::uint32_t bits = set; bits != 0 && antichain; bits &= bits - 1) {
            antichain = (comparable[static_cast<std::size_t>(std::countr_zero(bits))] & set) == 0;
        }
        if (antichain) {
            best = std::max(best, static_cast<std::size_t>(std::popcount(set)));
        }
    }
    return best;
}

// The most edges with distinct sources and distinct targets, by trying all sets of edges.
std::size_t brute_force_matching(const opara::frozen_graph& g) {
    std::vector<opara::edge> edges;
    g.for_each_edge([&](opara::edge e) { edges.push_back(e); });
    std::size_t best = 0;
    for (std::uint32_t set = 0; set < 1U << edges.size(); ++set) {
        std::uint32_t sources = 0, targets = 0;
        bool matching = true;
        for (std::size_t i = 0; i < edges.size() && matching; ++i) {
            if ((set >> i & 1U) != 0) {
                const std::uint32_t s = 1U << edges[i].source.value, t = 1U << edges[i].target.value;
                matching = (sources & s) == 0 && (targets & t) == 0;
                sources |= s;
                targets |= t;
            }
        }
        if (matching) {
            best = std::max(best, static_cast<std::size_t>(std::popcount(set)));
        }
    }
    return best;
}

template <class Follows>
void check_cover(const opara::path_cover& cover, std::size_t n, Follows follows) {
    std::vector<int> seen(n, 0);
    REQUIRE(cover.chain.size() == n);
    for (std::uint32_t c = 0; c < cover.size(); ++c) {
        REQUIRE_FALSE(cover.operators[c].empty());
        for (std::size_t i = 0; i < cover.operators[c].size(); ++i) {
            const op_id v = cover.operators[c][i];
            ++seen[v.index()];
            CHECK(cover.chain[v.index()] == c);
            if (i > 0) {
                CHECK(follows(cover.operators[c][i - 1], v));
            }
        }
    }
    CHECK(seen == std::vector<int>(n, 1));
}

} // namespace

TEST_CASE("the width is Dilworth's, by brute force") {
    for (const auto family : testing::all_graph_families) {
        for (std::uint64_t seed = 0; seed < 25; ++seed) {
            const auto g = testing::random_graph(family, seed % 13, seed, testing::numbering::shuffled);
            CHECK(opara::width(g) == brute_force_width(g));
        }
    }
}

TEST_CASE("widths that are known") {
    CHECK(opara::width(opara::frozen_graph{}) == 0);
    CHECK(opara::width(testing::random_graph(testing::graph_family::chain, 1000, 0)) == 1);
    CHECK(opara::width(testing::random_graph(testing::graph_family::antichain, 1000, 0)) == 1000);
    CHECK(opara::width(testing::random_graph(testing::graph_family::grid, 900, 0)) == 30);
}

TEST_CASE("covers are covers, and as small as can be") {
    for (const auto family : testing::all_graph_families) {
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const std::size_t n = seed % 20;
            const auto g = testing::random_graph(family, n, seed, testing::numbering::shuffled);
            const opara::reachability reaches{g};
            check_cover(opara::minimum_chain_cover(g, reaches), n, reaches);
            const auto paths = opara::minimum_path_cover(g);
            check_cover(paths, n, [&](op_id u, op_id v) {
                const auto s = g.successors(u);
                return std::find(s.begin(), s.end(), v) != s.end();
            });
            if (g.edge_count() <= 16) {
                CHECK(paths.size() == n - brute_force_matching(g));
            }
        }
    }
}

TEST_CASE("a long chain is one path") {
    const auto g = testing::random_graph(testing::graph_family::chain, 1'000'000, 0, testing::numbering::shuffled);
    CHECK(opara::minimum_path_cover(g).size() == 1);
}
