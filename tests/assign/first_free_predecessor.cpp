#include <opara/assign/first_free_predecessor.hpp>
#include <opara/order/alternating.hpp>
#include <opara/testing/archetypes.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace testing = opara::testing;
using opara::edge;
using opara::lane_id;
using opara::op_id;

static_assert(opara::assignment_policy<opara::assign::first_free_predecessor<>, testing::cost_archetype>);

namespace {

// Alg. 1, line by line, with sets and maps.
opara::assignment algorithm_1(const opara::frozen_graph& g, const std::vector<op_id>& visit) {
    std::set<op_id> flag;
    std::map<op_id, std::uint32_t> stream;
    std::uint32_t streams = 0;
    for (const op_id v : visit) {
        for (const op_id p : g.predecessors(v)) {
            if (flag.count(p) == 0) {
                stream[v] = stream.at(p);
                flag.insert(p);
                break;
            }
        }
        if (stream.count(v) == 0) {
            stream[v] = streams++;
        }
    }
    opara::assignment a{.lane = std::vector<lane_id>(g.size()), .lanes = streams, .stage = {}};
    for (const auto& [v, s] : stream) {
        a.lane[v.index()] = lane_id{s};
    }
    return a;
}

} // namespace

TEST_CASE("Alg. 1 of the paper, told again, in both orders of visit") {
    for (const auto family : testing::all_graph_families) {
        for (const std::size_t n : {0U, 1U, 2U, 30U, 200U}) {
            const auto g = testing::random_graph(family, n, n, testing::numbering::shuffled);
            const testing::random_kernels cost{n, n};
            const auto order = g.topological_order();
            CHECK(opara::assign::first_free_predecessor{}(g, cost) == algorithm_1(g, {order.begin(), order.end()}));
            const opara::order::alternating prototype{};
            CHECK(opara::assign::first_free_predecessor{prototype}(g, cost) == algorithm_1(g, prototype(g, cost)));
        }
    }
}

TEST_CASE("every lane is a path of the graph") {
    for (const auto family : testing::all_graph_families) {
        const auto g = testing::random_graph(family, 300, 5, testing::numbering::shuffled);
        const auto a = opara::assign::first_free_predecessor{}(g, testing::cost_archetype{});
        std::vector<std::vector<op_id>> lanes(a.lanes);
        for (const op_id v : g.topological_order()) {
            lanes[a.lane[v.index()].index()].push_back(v);
        }
        for (const auto& lane : lanes) {
            REQUIRE_FALSE(lane.empty());
            for (std::size_t i = 1; i < lane.size(); ++i) {
                const auto s = g.successors(lane[i - 1]);
                CHECK(std::find(s.begin(), s.end(), lane[i]) != s.end());
            }
        }
    }
}

TEST_CASE("by hand: the first argument counts, a lane that went on elsewhere does not") {
    // 0 -> 2, 1 -> 2, 0 -> 3, 1 -> 3, 0 -> 4: 2 takes the lane of 0, 3 that of 1, 4 opens one.
    const opara::frozen_graph g{5, std::vector<edge>{{op_id{0}, op_id{2}},
                                                     {op_id{1}, op_id{2}},
                                                     {op_id{0}, op_id{3}},
                                                     {op_id{1}, op_id{3}},
                                                     {op_id{0}, op_id{4}}}};
    const auto a = opara::assign::first_free_predecessor{}(g, testing::cost_archetype{});
    CHECK(a.lane == std::vector{lane_id{0}, lane_id{1}, lane_id{0}, lane_id{1}, lane_id{2}});
    CHECK(a.lanes == 3);
}
