#include <opara/graph/matching.hpp>
#include <opara/testing/random.hpp>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/max_cardinality_matching.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace testing = opara::testing;
using opara::bipartite_matching;

namespace {

using rows = std::vector<std::vector<std::uint32_t>>;

bipartite_matching match(const rows& neighbours, std::size_t right) {
    return opara::maximum_matching(neighbours.size(), right,
                                   [&](std::uint32_t u) { return std::span<const std::uint32_t>{neighbours[u]}; });
}

void check_consistent(const bipartite_matching& m, const rows& neighbours) {
    std::size_t pairs = 0;
    for (std::uint32_t u = 0; u < m.left.size(); ++u) {
        if (m.left[u] == bipartite_matching::nobody) {
            continue;
        }
        ++pairs;
        CHECK(m.right[m.left[u]] == u);
        CHECK(std::find(neighbours[u].begin(), neighbours[u].end(), m.left[u]) != neighbours[u].end());
    }
    CHECK(pairs == m.size);
    CHECK(static_cast<std::size_t>(std::count_if(m.right.begin(), m.right.end(), [](std::uint32_t u) {
              return u != bipartite_matching::nobody;
          })) == pairs);
}

} // namespace

TEST_CASE("as many pairs as Edmonds' algorithm of Boost finds") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        testing::random_source random{seed};
        const std::size_t left = random.between(0, 40);
        const std::size_t right = random.between(1, 40);
        const double density = random.unit() * random.unit();
        rows neighbours(left);
        boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS> g(left + right);
        for (std::size_t u = 0; u < left; ++u) {
            for (std::size_t v = 0; v < right; ++v) {
                if (random.chance(density)) {
                    neighbours[u].push_back(static_cast<std::uint32_t>(v));
                    add_edge(u, left + v, g);
                }
            }
            random.shuffle(std::span{neighbours[u]});
        }
        std::vector<boost::graph_traits<decltype(g)>::vertex_descriptor> mate(left + right);
        boost::edmonds_maximum_cardinality_matching(g, mate.data());
        const auto m = match(neighbours, right);
        CHECK(m.size == boost::matching_size(g, mate.data()));
        check_consistent(m, neighbours);
    }
}

TEST_CASE("one that a greedy choice gets wrong, over and over") {
    // Left i may take i or i - 1, the last one only its left neighbour: a single augmenting path of full length.
    constexpr std::uint32_t n = 200'000;
    rows neighbours(n);
    for (std::uint32_t u = 0; u + 1 < n; ++u) {
        neighbours[u] = {u + 1, u};
    }
    neighbours[n - 1] = {n - 1};
    const auto m = match(neighbours, n);
    CHECK(m.size == n);
}

TEST_CASE("nobody to pair") {
    CHECK(match({}, 0).size == 0);
    CHECK(match({{}, {}}, 3).size == 0);
}
