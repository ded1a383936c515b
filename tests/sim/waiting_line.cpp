#include <opara/sim/waiting_line.hpp>
#include <opara/testing/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

using opara::sim::detail::waiting_line;

TEST_CASE("a line is what a deque sorted stably by rank is") {
    opara::testing::random_source random{7};
    waiting_line<std::uint32_t> line;
    std::deque<std::uint32_t> expected;
    std::vector<std::uint64_t> rank;
    std::size_t longest = 0;
    for (std::uint32_t step = 0; step < 20000; ++step) {
        const bool grows = step / 2000 % 2 == 0; // long and short, so that it lets go of what has left
        if (expected.empty() || random.chance(grows ? 0.7 : 0.3)) {
            rank.push_back(random.below(random.chance(0.9) ? 1 : 4));
            const auto x = static_cast<std::uint32_t>(rank.size() - 1);
            line.join(x, [&](std::uint32_t y) { return rank[y] < rank[x]; });
            expected.insert(
                std::find_if(expected.begin(), expected.end(), [&](std::uint32_t y) { return rank[y] < rank[x]; }), x);
        } else {
            line.pop_front();
            expected.pop_front();
        }
        longest = std::max(longest, expected.size());
        REQUIRE(line.empty() == expected.empty());
        REQUIRE((line.empty() || line.front() == expected.front()));
    }
    CHECK(longest > 100);
    line.join(1, [](std::uint32_t) { return false; });
    line.clear();
    CHECK(line.empty());
}
