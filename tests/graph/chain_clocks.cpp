#include <opara/graph/chain_clocks.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/graph/reachability.hpp>
#include <opara/testing/random_graph.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <vector>

using namespace opara;

namespace {

struct answers {
    std::size_t right = 0;
    std::size_t wrong = 0;
    std::size_t unknown = 0;
};

// Asks of every pair in topological order whether the one precedes the other, while the index grows.
answers ask_all(const frozen_graph& g) {
    const reachability reaches{g};
    chain_clocks index{g.size()};
    answers a;
    std::vector<op_id> added;
    for (const op_id v : g.topological_order()) {
        index.add(v, g.predecessors(v), !g.successors(v).empty());
        const std::array<op_id, 1> alone{v};
        const auto behind = index.merged(alone);
        for (const op_id u : added) {
            switch (index.precedes(u, behind)) {
            case precedence::unknown: ++a.unknown; break;
            case precedence::yes: ++(reaches(u, v) ? a.right : a.wrong); break;
            case precedence::no: ++(reaches(u, v) ? a.wrong : a.right); break;
            }
        }
        added.push_back(v);
    }
    return a;
}

} // namespace

TEST_CASE("what the index says is so, in every family") {
    for (const auto family : testing::all_graph_families) {
        CAPTURE(testing::name(family));
        for (const std::uint64_t seed : {1U, 2U, 3U}) {
            const answers a = ask_all(testing::random_graph(family, 300, seed, testing::numbering::shuffled));
            CHECK(a.wrong == 0);
            CHECK(a.right + a.unknown == 300U * 299U / 2U);
        }
    }
}

TEST_CASE("in a graph that is narrower than the number of chains it knows everything of what is followed") {
    const frozen_graph g = testing::random_graph(testing::graph_family::grid, 400, 1); // 20 wide
    const answers a = ask_all(g);
    CHECK(a.wrong == 0);
    CHECK(a.unknown == 0); // the last operator of a grid is its only sink, and it precedes nobody
}

TEST_CASE("in a wider one it loses track of some, and says so") {
    const frozen_graph g = testing::random_graph(testing::graph_family::grid, 3600, 1); // 60 wide
    const answers a = ask_all(g);
    CHECK(a.wrong == 0);
    CHECK(a.unknown > 0);
    CHECK(a.right > 0);
}
