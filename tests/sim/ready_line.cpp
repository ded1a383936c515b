#include <opara/sim/ready_line.hpp>
#include <opara/testing/random.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

using opara::sim::detail::ready_line;
using opara::sim::detail::ready_node;

TEST_CASE("a line of ready nodes is what a map by time and tie is") {
    opara::testing::random_source random{5};
    for (const double out_of_order : {0.0, 0.1, 1.0}) {
        CAPTURE(out_of_order);
        ready_line line;
        std::map<std::pair<double, std::uint32_t>, std::uint32_t> expected;
        double now = 0.0;
        for (std::uint32_t step = 0; step < 20000; ++step) {
            const bool grows = step / 2000 % 2 == 0;
            if (expected.empty() || random.chance(grows ? 0.7 : 0.3)) {
                now += static_cast<double>(random.below(2)); // many at the same time
                const double time = random.chance(out_of_order) ? now - static_cast<double>(random.below(50)) : now;
                const std::uint32_t tie = random.chance(0.5) ? step : ~step;
                line.push({time, tie, step});
                expected.emplace(std::pair{time, tie}, step);
            } else {
                const ready_node first = line.pop();
                REQUIRE(first.node == expected.begin()->second);
                REQUIRE(first.time_us == expected.begin()->first.first);
                expected.erase(expected.begin());
            }
            REQUIRE(line.empty() == expected.empty());
            REQUIRE((line.empty() || line.front().node == expected.begin()->second));
        }
        line.clear();
        CHECK(line.empty());
    }
}
