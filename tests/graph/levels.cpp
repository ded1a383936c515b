#include <opara/graph/levels.hpp>
#include <opara/testing/random_graph.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace testing = opara::testing;
using opara::op_id;

TEST_CASE("levels are longest distances: Bellman's equations, solved by repetition") {
    for (const auto family : testing::all_graph_families) {
        const auto g = testing::random_graph(family, 150, 4, testing::numbering::shuffled);
        std::vector<std::uint32_t> expected(g.size(), 0);
        for (bool changed = true; changed;) {
            changed = false;
            g.for_each_edge([&](opara::edge e) {
                const std::uint32_t least = expected[e.source.index()] + 1;
                if (expected[e.target.index()] < least) {
                    expected[e.target.index()] = least;
                    changed = true;
                }
            });
        }
        CHECK(opara::levels(g) == expected);
    }
}

TEST_CASE("a million operators in a chain, and none at all") {
    const auto chain = opara::levels(testing::random_graph(testing::graph_family::chain, 1'000'000, 0));
    CHECK(chain.front() == 0);
    CHECK(chain.back() == 999'999);
    CHECK(opara::levels(opara::frozen_graph{}).empty());
}
