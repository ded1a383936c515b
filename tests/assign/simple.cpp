// single, round_robin and by_level: the policies whose answer can be written down.

#include <opara/assign/by_level.hpp>
#include <opara/assign/round_robin.hpp>
#include <opara/assign/single.hpp>
#include <opara/graph/levels.hpp>
#include <opara/testing/archetypes.hpp>
#include <opara/testing/random_graph.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace testing = opara::testing;
using opara::edge;
using opara::lane_id;
using opara::op_id;

static_assert(opara::assignment_policy<opara::assign::single, testing::cost_archetype> &&
              opara::assignment_policy<opara::assign::round_robin, testing::cost_archetype> &&
              opara::assignment_policy<opara::assign::by_level, testing::cost_archetype>);

namespace {
const testing::cost_archetype nothing;
// 0 -> 1 -> 3, 0 -> 2 -> 3, 4
const opara::frozen_graph g{
    5, std::vector<edge>{{op_id{0}, op_id{1}}, {op_id{0}, op_id{2}}, {op_id{1}, op_id{3}}, {op_id{2}, op_id{3}}}};

std::vector<lane_id> lanes(const std::vector<std::uint32_t>& numbers) {
    std::vector<lane_id> result;
    for (const std::uint32_t n : numbers) {
        result.push_back(lane_id{n});
    }
    return result;
}
} // namespace

TEST_CASE("one lane for all, none for nothing") {
    CHECK(opara::assign::single{}(g, nothing) ==
          opara::assignment{.lane = lanes({0, 0, 0, 0, 0}), .lanes = 1, .stage = {}});
    CHECK(opara::assign::single{}(opara::frozen_graph{}, nothing) == opara::assignment{});
}

TEST_CASE("lanes in turn, in topological order") {
    CHECK(opara::assign::round_robin{2}(g, nothing) ==
          opara::assignment{.lane = lanes({0, 1, 0, 1, 0}), .lanes = 2, .stage = {}});
    CHECK(opara::assign::round_robin{9}(g, nothing) ==
          opara::assignment{.lane = lanes({0, 1, 2, 3, 4}), .lanes = 5, .stage = {}});
    CHECK(opara::assign::round_robin{3}(opara::frozen_graph{}, nothing).lanes == 0);
    CHECK_THROWS_AS((void)opara::assign::round_robin{0}(g, nothing), opara::policy_error);
    const opara::frozen_graph backwards{3, std::vector<edge>{{op_id{2}, op_id{1}}, {op_id{1}, op_id{0}}}};
    CHECK(opara::assign::round_robin{2}(backwards, nothing).lane == lanes({0, 1, 0}));
}

TEST_CASE("a lane for each operator of a level") {
    CHECK(opara::assign::by_level{.barrier = opara::assign::level_barrier::none}(g, nothing) ==
          opara::assignment{.lane = lanes({0, 0, 1, 0, 1}), .lanes = 2, .stage = {}});
    const auto with_barriers = opara::assign::by_level{}(g, nothing);
    CHECK(with_barriers.lane == lanes({0, 0, 1, 0, 1}));
    CHECK(with_barriers.stage == std::vector<std::uint32_t>{0, 1, 1, 2, 0});
    for (const auto family : testing::all_graph_families) {
        const auto random = testing::random_graph(family, 200, 1, testing::numbering::shuffled);
        const auto a = opara::assign::by_level{}(random, nothing);
        const auto level = opara::levels(random);
        CHECK(a.stage == level);
        std::size_t widest = 0;
        for (std::uint32_t l = 0; l < 200; ++l) {
            std::vector<std::uint32_t> used;
            for (std::size_t v = 0; v < 200; ++v) {
                if (level[v] == l) {
                    used.push_back(a.lane[v].value);
                }
            }
            std::sort(used.begin(), used.end());
            for (std::uint32_t i = 0; i < used.size(); ++i) {
                CHECK(used[i] == i);
            }
            widest = std::max(widest, used.size());
        }
        CHECK(a.lanes == widest);
    }
}
