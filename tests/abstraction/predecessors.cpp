#include <opara/abstraction/predecessors.hpp>
#include <tests/abstraction/agreement.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

TEST_CASE("the predecessors of a state are the sources of the transitions to it, ascending") {
    random_source random{23};
    for (int k = 0; k < 300; ++k) {
        const transition_system t = test::random_system(random, 80);
        std::vector<std::vector<state_id>> expected(t.size());
        for (std::size_t s = 0; s < t.size(); ++s) {
            for (const state_id to : t.successors(state_id::from_index(s))) {
                expected[to.index()].push_back(state_id::from_index(s));
            }
        }
        const predecessors back{t};
        REQUIRE(back.size() == t.size());
        for (std::size_t s = 0; s < t.size(); ++s) {
            const auto found = back.of(state_id::from_index(s));
            REQUIRE(std::vector<state_id>(found.begin(), found.end()) == expected[s]);
        }
        CHECK(back == predecessors{t});
    }
}

TEST_CASE("no state has no predecessors") {
    CHECK(predecessors{}.size() == 0);
    CHECK(predecessors{transition_system{}} == predecessors{});
}
