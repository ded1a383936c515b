// single, own_lane, round_robin, longest_path and by_level: the policies whose answer can be written down.

#include <opara/assign/by_level.hpp>
#include <opara/assign/longest_path.hpp>
#include <opara/assign/own_lane.hpp>
#include <opara/assign/round_robin.hpp>
#include <opara/assign/single.hpp>
#include <opara/graph/levels.hpp>
#include <opara/graph/reduction.hpp>
#include <opara/order/topological.hpp>
#include <opara/plan/scheduler.hpp>
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
              opara::assignment_policy<opara::assign::own_lane, testing::cost_archetype> &&
              opara::assignment_policy<opara::assign::round_robin, testing::cost_archetype> &&
              opara::assignment_policy<opara::assign::longest_path, testing::cost_archetype> &&
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

TEST_CASE("a lane for each operator orders nothing that the graph does not") {
    CHECK(opara::assign::own_lane{}(g, nothing) ==
          opara::assignment{.lane = lanes({0, 1, 2, 3, 4}), .lanes = 5, .stage = {}});
    CHECK(opara::assign::own_lane{}(opara::frozen_graph{}, nothing) == opara::assignment{});
    for (const auto family : testing::all_graph_families) {
        const auto random = testing::random_graph(family, 200, 1, testing::numbering::shuffled);
        const opara::plan p = opara::scheduler{opara::assign::own_lane{}, opara::order::topological{}}(random, nothing);
        CHECK(p.waits() == opara::transitive_reduction(random).edge_count());
    }
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

TEST_CASE("the longest path in the first lane, the others in turn") {
    CHECK(opara::assign::longest_path{3}(g, nothing) ==
          opara::assignment{.lane = lanes({0, 0, 1, 0, 2}), .lanes = 3, .stage = {}});
    CHECK(opara::assign::longest_path{9}(g, nothing).lanes == 3);
    CHECK(opara::assign::longest_path{1}(g, nothing) == opara::assign::single{}(g, nothing));
    CHECK(opara::assign::longest_path{}(opara::frozen_graph{}, nothing) == opara::assignment{});
    CHECK_THROWS_AS((void)opara::assign::longest_path{0}(g, nothing), opara::policy_error);
    for (const auto family : testing::all_graph_families) {
        const auto random = testing::random_graph(family, 200, 2, testing::numbering::shuffled);
        const auto a = opara::assign::longest_path{}(random, nothing);
        const auto level = opara::levels(random); // the longest path has an operator of each level
        std::vector<op_id> path;
        std::vector<std::size_t> others(3, 0);
        for (const op_id v : random.topological_order()) {
            if (a.lane[v.index()] == lane_id{0}) {
                path.push_back(v);
            } else {
                ++others[a.lane[v.index()].index() - 1];
            }
        }
        CHECK(path.size() == *std::max_element(level.begin(), level.end()) + std::size_t{1});
        for (std::size_t i = 1; i < path.size(); ++i) {
            const auto after = random.successors(path[i - 1]);
            CHECK(std::find(after.begin(), after.end(), path[i]) != after.end());
        }
        CHECK(*std::max_element(others.begin(), others.end()) - *std::min_element(others.begin(), others.end()) <= 1);
    }
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
