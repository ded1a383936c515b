#include <opara/assign.hpp>
#include <opara/graph/reachability.hpp>
#include <opara/order.hpp>
#include <opara/plan/sync.hpp>
#include <opara/plan/validate.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

using namespace opara;

namespace {

// The fewest waits by the book: cross-lane edges of the transitive reduction of graph and lanes, by a full closure.
std::size_t fewest_waits(const frozen_graph& g, const assignment& a, const std::vector<op_id>& sequence) {
    std::vector<edge> lanes;
    std::vector<op_id> last(a.lanes, op_id{~0U});
    for (const op_id v : sequence) {
        op_id& before = last[a.lane[v.index()].index()];
        if (before != op_id{~0U}) {
            lanes.push_back({before, v});
        }
        before = v;
    }
    const frozen_graph both = g.with_edges(lanes);
    const reachability reaches{both};
    std::size_t waits = 0;
    both.for_each_edge([&](edge e) {
        bool implied = false;
        for (const op_id x : both.successors(e.source)) {
            implied = implied || reaches(x, e.target);
        }
        waits += !implied && a.lane[e.source.index()] != a.lane[e.target.index()] ? 1U : 0U;
    });
    return waits;
}

plan must_be_minimal(const frozen_graph& g, const assignment& a, const std::vector<op_id>& sequence) {
    plan p = synchronise(g, a, sequence);
    const auto defect = find_defect(p, g, {.waits = minimality::required});
    CHECK_MESSAGE(!defect, (defect ? defect->what : std::string{}));
    return p;
}

} // namespace

TEST_CASE("a plan has exactly the waits that graph and lanes leave") {
    for (const auto family : testing::all_graph_families) {
        CAPTURE(testing::name(family));
        const frozen_graph g = testing::random_graph(family, 120, 5, testing::numbering::shuffled);
        const testing::random_kernels cost{g.size(), 5};
        const std::vector<op_id> sequence = order::alternating{}(g, cost);
        for (const assignment& a :
             {assign::single{}(g, cost), assign::round_robin{.lanes = 2}(g, cost),
              assign::round_robin{.lanes = 50}(g, cost), assign::first_free_predecessor{}(g, cost),
              assign::chain_cover{}(g, cost), assign::earliest_finish{.lanes = 3}(g, cost)}) {
            CHECK(must_be_minimal(g, a, sequence).waits() == fewest_waits(g, a, sequence));
        }
    }
}

TEST_CASE("a barrier costs the sum of the lanes on both sides") {
    // 5 sources, then 4 operators, each behind the source of its lane.
    std::vector<edge> edges;
    for (std::uint32_t i = 0; i < 4; ++i) {
        edges.push_back({op_id{i}, op_id{5 + i}});
    }
    const frozen_graph g{9, edges};
    const assignment waves = assign::by_level{}(g, 0);
    const plan p = must_be_minimal(g, waves, {g.topological_order().begin(), g.topological_order().end()});
    CHECK(p.waits() == 4 + 3); // one lane waits for four others, three others wait for it
    CHECK(p.lanes() == 5);
    // Without barriers every lane goes on by itself.
    const assignment free = assign::by_level{.barrier = assign::level_barrier::none}(g, 0);
    CHECK(must_be_minimal(g, free, {g.topological_order().begin(), g.topological_order().end()}).waits() == 0);
}

TEST_CASE("every operator of a stage comes after every operator of the stages before") {
    for (const auto family : testing::all_graph_families) {
        CAPTURE(testing::name(family));
        const frozen_graph g = testing::random_graph(family, 150, 9);
        const assignment waves = assign::by_level{}(g, 0);
        std::vector<op_id> sequence{g.topological_order().begin(), g.topological_order().end()};
        std::stable_sort(sequence.begin(), sequence.end(),
                         [&](op_id u, op_id v) { return waves.stage[u.index()] < waves.stage[v.index()]; });
        const plan p = must_be_minimal(g, waves, sequence);
        std::vector<edge> all_before;
        for (std::size_t u = 0; u < g.size(); ++u) {
            for (std::size_t v = 0; v < g.size(); ++v) {
                if (waves.stage[u] < waves.stage[v]) {
                    all_before.push_back({op_id::from_index(u), op_id::from_index(v)});
                }
            }
        }
        CHECK_FALSE(find_defect(p, frozen_graph{g.size(), all_before}));
    }
}

TEST_CASE("a stage whose lanes all end with the stage before it") {
    const frozen_graph g{4, {}};
    const assignment apart{.lane = {lane_id{0}, lane_id{1}, lane_id{2}, lane_id{3}}, .lanes = 4, .stage = {0, 0, 1, 1}};
    const std::vector<op_id> sequence{op_id{0}, op_id{1}, op_id{2}, op_id{3}};
    const plan p = must_be_minimal(g, apart, sequence);
    CHECK(p.waits() == 4);
    CHECK_FALSE(find_defect(
        p,
        frozen_graph{4, std::vector<edge>{
                            {op_id{0}, op_id{2}}, {op_id{0}, op_id{3}}, {op_id{1}, op_id{2}}, {op_id{1}, op_id{3}}}}));
}

TEST_CASE("lanes and orders that do not fit are refused") {
    const frozen_graph g{3, std::vector<edge>{{op_id{0}, op_id{1}}, {op_id{1}, op_id{2}}}};
    const assignment one = assign::single{}(g, 0);
    const op_id a{0}, b{1}, c{2};
    const auto refused = [&](const assignment& lanes, std::vector<op_id> sequence, const char* why) {
        CHECK_THROWS_WITH_AS(static_cast<void>(synchronise(g, lanes, sequence)), why, policy_error);
    };
    refused({.lane = one.lane, .lanes = 4, .stage = {}}, {a, b, c}, "the assignment has 4 lanes for 3 operators");
    refused({.lane = one.lane, .lanes = ~std::size_t{0}, .stage = {}}, {a, b, c},
            "the assignment has 18446744073709551615 lanes for 3 operators");
    refused(one, {a, b}, "the order has 2 operators, the graph 3");
    refused(one, {a, c, b}, "the order puts operator 2 before operator 1, which it needs");
    refused(one, {a, a, b}, "place 1 of the order names operator 0 for the second time");
    refused(one, {a, b, op_id{7}}, "place 2 of the order names operator 7, which does not exist");
    refused({.lane = {lane_id{0}}, .lanes = 1, .stage = {}}, {a, b, c},
            "the assignment has lanes for 1 operators, the graph has 3");
    refused({.lane = {lane_id{0}, lane_id{1}, lane_id{0}}, .lanes = 1, .stage = {}}, {a, b, c},
            "the assignment puts operator 1 in lane 1 of 1");
    refused({.lane = one.lane, .lanes = 1, .stage = {0, 0}}, {a, b, c},
            "the assignment has stages for 2 operators, the graph has 3");
    refused({.lane = one.lane, .lanes = 1, .stage = {1, 0, 1}}, {a, b, c},
            "the order goes back from stage 1 to stage 0 for operator 1");
}
