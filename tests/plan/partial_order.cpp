#include <opara/graph/reachability.hpp>
#include <opara/plan/partial_order.hpp>
#include <opara/testing/random.hpp>
#include <tests/support/commands.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <vector>

using opara::action;
using opara::command;
using opara::edge;
using opara::event_id;
using opara::implied_edges;
using opara::lane_id;
using opara::op_id;
using opara::plan;
using opara::test::launch;
using opara::test::record;
using opara::test::wait;

namespace {

std::vector<edge> edges_of(const opara::frozen_graph& g) {
    std::vector<edge> edges;
    g.for_each_edge([&](edge e) { edges.push_back(e); });
    std::sort(edges.begin(), edges.end());
    return edges;
}

// What capture does, told with sets and without a thought for cost: the oracle.
std::vector<edge> naive(const plan& p, const std::vector<bool>& launches) {
    std::vector<std::set<op_id>> lanes(p.lanes());
    std::vector<std::set<op_id>> events(p.events());
    std::vector<edge> edges;
    for (const command& c : p.commands()) {
        std::set<op_id>& lane = lanes[c.lane.index()];
        if (c.what == action::record) {
            events[c.event.index()] = lane;
        } else if (c.what == action::wait) {
            lane.insert(events[c.event.index()].begin(), events[c.event.index()].end());
        } else {
            for (const op_id v : lane) {
                edges.push_back({v, c.op});
            }
            if (launches[c.op.index()]) {
                lane = {c.op};
            }
        }
    }
    std::sort(edges.begin(), edges.end());
    return edges;
}

// Any commands that can run: n launches in random lanes with records and waits strewn between them.
plan random_plan(std::size_t n, std::uint64_t seed) {
    opara::testing::random_source random{seed};
    const std::size_t lanes = random.between(1, 5);
    std::vector<command> commands;
    std::uint32_t events = 0;
    const auto some_lane = [&] { return static_cast<std::uint32_t>(random.below(lanes)); };
    for (std::uint32_t v = 0; v < n; ++v) {
        while (random.chance(0.5)) {
            if (events > 0 && random.chance(0.6)) {
                commands.push_back(wait(some_lane(), v, static_cast<std::uint32_t>(random.below(events))));
            } else {
                commands.push_back(record(some_lane(), v, events++));
            }
        }
        commands.push_back(launch(some_lane(), v));
    }
    return plan{n, lanes, events, std::move(commands)};
}

} // namespace

TEST_CASE("lanes run in order and waits tie them together") {
    const plan p{4, 2, 1, {launch(0, 0), record(0, 0, 0), launch(0, 1), wait(1, 2, 0), launch(1, 2), launch(1, 3)}};
    CHECK(edges_of(opara::partial_order(p)) ==
          std::vector<edge>{{op_id{0}, op_id{1}}, {op_id{0}, op_id{2}}, {op_id{2}, op_id{3}}});
}

TEST_CASE("an event tells the whole lane, and later work of the lane waits, too") {
    // The wait stands before operator 3, but 4 comes later in that lane; both come after 0 and 1.
    const plan p{
        5,
        2,
        1,
        {launch(0, 0), launch(0, 1), record(0, 1, 0), launch(1, 2), wait(1, 3, 0), launch(1, 3), launch(1, 4)}};
    CHECK(edges_of(opara::partial_order(p)) ==
          std::vector<edge>{{op_id{0}, op_id{1}}, {op_id{1}, op_id{3}}, {op_id{2}, op_id{3}}, {op_id{3}, op_id{4}}});
}

TEST_CASE("implied edges stay or go") {
    // 2 waits for 0 through its lane (1) and through an event of its own.
    const plan p{
        3,
        2,
        2,
        {launch(0, 0), record(0, 0, 0), wait(1, 1, 0), launch(1, 1), record(0, 0, 1), wait(1, 2, 1), launch(1, 2)}};
    CHECK(opara::partial_order(p).edge_count() == 3);
    CHECK(edges_of(opara::partial_order(p, implied_edges::drop)) ==
          std::vector<edge>{{op_id{0}, op_id{1}}, {op_id{1}, op_id{2}}});
}

TEST_CASE("an operator that launches nothing passes its waits on") {
    // 1 is a view of 0 in another lane; 2 waits for the view and so for 0.
    const plan p{
        3,
        3,
        2,
        {launch(0, 0), record(0, 0, 0), wait(1, 1, 0), launch(1, 1), record(1, 1, 1), wait(2, 2, 1), launch(2, 2)}};
    const opara::captured_edges captured{p, [](op_id v) { return v != op_id{1}; }};
    REQUIRE(captured.before(op_id{1}).size() == 1);
    REQUIRE(captured.before(op_id{2}).size() == 1);
    CHECK(captured.before(op_id{2})[0] == op_id{0});
}

TEST_CASE("random plans mean what a naive player of their commands says") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        CAPTURE(seed);
        const plan p = random_plan(3 + seed % 40, seed);
        std::vector<bool> launches(p.operators(), true);
        CHECK(edges_of(opara::partial_order(p)) == naive(p, launches));
        opara::testing::random_source random{seed};
        for (std::size_t v = 0; v < launches.size(); ++v) {
            launches[v] = !random.chance(0.3);
        }
        const opara::captured_edges captured{p, [&](op_id v) { return launches[v.index()]; }};
        std::vector<edge> edges;
        for (const op_id v : captured.order()) {
            for (const op_id before : captured.before(v)) {
                edges.push_back({before, v});
            }
        }
        std::sort(edges.begin(), edges.end());
        CHECK(edges == naive(p, launches));
        // Dropping implied edges changes no order and leaves no edge that could go.
        const opara::frozen_graph all = opara::partial_order(p);
        const opara::frozen_graph fewest = opara::partial_order(p, implied_edges::drop);
        CHECK(edges_of(opara::transitive_reduction(all)) == edges_of(fewest));
    }
}

TEST_CASE("a plan that cannot run is refused") {
    const auto refuse = [](const plan& p) {
        CHECK_THROWS_AS(static_cast<void>(opara::partial_order(p)), opara::invalid_plan);
    };
    refuse({2, 1, 0, {launch(0, 0)}});                                 // 1 is never launched
    refuse({1, 1, 0, {launch(0, 0), launch(0, 0)}});                   // twice
    refuse({1, 1, 1, {wait(0, 0, 0), launch(0, 0), record(0, 0, 0)}}); // awaited too early
    refuse({1, 1, 0, {launch(1, 0)}});                                 // no such lane
    refuse({1, 1, 0, {launch(0, 1)}});                                 // no such operator
    refuse({1, 1, 0, {launch(0, 0), record(0, 0, 0)}});                // no such event
}

TEST_CASE("a join of many lanes takes linear space") {
    constexpr std::uint32_t n = 20000;
    std::vector<command> commands;
    for (std::uint32_t v = 0; v < n; ++v) {
        commands.push_back(launch(v, v));
        commands.push_back(record(v, v, v));
    }
    for (std::uint32_t v = 0; v + 1 < n; ++v) {
        commands.push_back(wait(n - 1, n, v));
    }
    commands.push_back(launch(n - 1, n));
    CHECK(opara::partial_order(plan{n + 1, n, n, commands}).predecessors(op_id{n}).size() == n);
}
