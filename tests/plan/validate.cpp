#include <opara/assign/first_free_predecessor.hpp>
#include <opara/assign/single.hpp>
#include <opara/order/topological.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/plan/validate.hpp>
#include <opara/testing/archetypes.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/recorder.hpp>
#include <tests/support/commands.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace testing = opara::testing;
using opara::action;
using opara::command;
using opara::defect;
using opara::event_id;
using opara::lane_id;
using opara::op_id;
using opara::test::launch;
using opara::test::record;
using opara::test::wait;

namespace {

opara::frozen_graph graph(std::size_t n, std::vector<std::pair<std::uint32_t, std::uint32_t>> edges) {
    std::vector<opara::edge> ids;
    for (const auto& [a, b] : edges) {
        ids.push_back({op_id{a}, op_id{b}});
    }
    return opara::frozen_graph{n, ids};
}

const opara::frozen_graph diamond = graph(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}});
const std::vector<command> right{launch(0, 0), record(0, 0, 0), launch(0, 1),  wait(1, 2, 0),
                                 launch(1, 2), record(1, 2, 1), wait(0, 3, 1), launch(0, 3)};

// The defect of the right plan for the diamond after a change.
template <class Change>
opara::plan_defect after(Change change, const opara::validation& how = {}) {
    std::vector<command> commands = right;
    change(commands);
    const auto found = opara::find_defect(opara::plan{4, 2, 2, commands}, diamond, how);
    REQUIRE(found.has_value());
    return *found;
}

// For each operator what can run without it: the order that a plan makes.
std::vector<std::vector<op_id>> order_of(const opara::plan& p) {
    const opara::frozen_graph g{p.operators(), {}};
    const testing::recorder recorder{p, g};
    std::vector<std::vector<op_id>> order;
    for (std::uint32_t v = 0; v < g.size(); ++v) {
        order.push_back(recorder.without(op_id{v}));
        std::sort(order.back().begin(), order.back().end());
    }
    return order;
}

} // namespace

TEST_CASE("a right plan has no defect") {
    const opara::plan p{4, 2, 2, right};
    CHECK_FALSE(opara::find_defect(p, diamond));
    CHECK_FALSE(opara::find_defect(p, diamond, {.waits = opara::minimality::required}));
    CHECK_NOTHROW(opara::validate(p, diamond));
    CHECK_FALSE(opara::find_defect(opara::plan{}, opara::frozen_graph{}));
    CHECK_FALSE(opara::find_defect(opara::plan{1, 1, 0, {launch(0, 0)}}, graph(1, {})));
}

TEST_CASE("sizes that do not fit") {
    CHECK(opara::find_defect(opara::plan{}, diamond)->what == "the plan is for 0 operators, the graph has 4");
    const auto huge = opara::find_defect(opara::plan{4, ~std::size_t{0}, 2, right}, diamond);
    CHECK(huge->kind == defect::size);
    CHECK(huge->what == "the plan has 18446744073709551615 lanes for 4 operators");
    CHECK(opara::find_defect(opara::plan{4, 2, ~std::size_t{0}, right}, diamond)->kind == defect::event);
    const std::vector<std::uint32_t> few{1, 1};
    CHECK(opara::find_defect(opara::plan{4, 2, 2, right}, diamond, {.variants = few})->kind == defect::size);
}

TEST_CASE("ids out of range") {
    const auto lane = after([](auto& c) { c[2].lane = lane_id{2}; });
    CHECK(lane.kind == defect::unknown_id);
    CHECK(lane.command == 2);
    CHECK(lane.what == "command 2 speaks of lane 2, but there are only 2");
    CHECK(after([](auto& c) { c[7].op = op_id{4}; }).what == "command 7 speaks of operator 4, but there are only 4");
    CHECK(after([](auto& c) { c[1].event = event_id{2}; }).what == "command 1 speaks of event 2, but there are only 2");
    CHECK(after([](auto& c) { c[6].event = event_id{~0U}; }).kind == defect::unknown_id);
    const std::vector<std::uint32_t> variants{1, 2, 3, 1};
    const auto variant = after([](auto& c) { c[4].variant = opara::variant_id{3}; }, {.variants = variants});
    CHECK(variant.what == "command 4 speaks of variant 3 of operator 2, but there are only 3");
    CHECK(variant.kind == defect::unknown_id);
}

TEST_CASE("fields that contradict") {
    CHECK(after([](auto& c) { c[0].event = event_id{1}; }).kind == defect::odd_field);
    CHECK(after([](auto& c) { c[1].priority = 1; }).kind == defect::odd_field);
    CHECK(after([](auto& c) { c[3].variant = opara::variant_id{1}; }).kind == defect::odd_field);
    CHECK(after([](auto& c) { c[3].what = static_cast<action>(7); }).kind == defect::odd_field);
    CHECK(after([](auto& c) { c[1].op = op_id{1}; }).what ==
          "event 0 claims to tell the end of operator 1, but the last that lane 0 has launched is operator 0");
    CHECK(after([](auto& c) { c[1].lane = lane_id{1}; }).what ==
          "event 0 claims to tell the end of operator 0, but lane 1 has launched nothing yet");
    CHECK(after([](auto& c) { c[3].op = op_id{3}; }).what ==
          "a wait in lane 1 says that operator 3 needs it, but the next that the lane launches is operator 2");
    CHECK(after([](auto& c) { c.push_back(wait(1, 3, 0)); }).what ==
          "lane 1 ends with a wait, which no operator needs");
    CHECK(after([](auto& c) { c.insert(c.begin() + 7, wait(0, 2, 0)); }).what ==
          "two waits in a row in lane 0 are said to be needed by different operators, 3 and 2");
}

TEST_CASE("launches") {
    const auto twice = after([](auto& c) { c.push_back(launch(1, 1)); });
    CHECK(twice.kind == defect::launch);
    CHECK(twice.what == "operator 1 is launched twice: in lane 0 and again in lane 1");
    const auto never = after([](auto& c) { c.erase(c.begin() + 2); });
    CHECK(never.kind == defect::launch);
    CHECK(never.what == "operator 1 is never launched");
    CHECK(never.command == 7);
    CHECK(never.source == op_id{1});
}

TEST_CASE("events") {
    const auto twice = after([](auto& c) { c.insert(c.begin() + 2, record(0, 0, 0)); });
    CHECK(twice.kind == defect::event);
    CHECK(twice.what == "event 0 is recorded twice");
    const auto early = after([](auto& c) { c[3].event = event_id{1}; });
    CHECK(early.kind == defect::event);
    CHECK(early.what == "lane 1 waits for event 1, which is not recorded before: on a stream such a wait does nothing");
    const auto never = opara::find_defect(opara::plan{4, 2, 3, right}, diamond);
    REQUIRE(never.has_value());
    CHECK(never->what == "event 2 is never recorded");
}

TEST_CASE("the first broken edge is explained") {
    const auto never = after([](auto& c) { c.erase(c.begin() + 6); });
    CHECK(never.kind == defect::broken_edge);
    CHECK(never.source == op_id{2});
    CHECK(never.target == op_id{3});
    CHECK(never.command == 6);
    CHECK(never.what == "operator 3 needs operator 2, but lane 0 never waits for lane 1 before it launches 3");

    const opara::plan swapped{4, 1, 0, {launch(0, 0), launch(0, 3), launch(0, 1), launch(0, 2)}};
    const auto lane = opara::find_defect(swapped, diamond);
    REQUIRE(lane.has_value());
    CHECK(lane->what == "operator 3 needs operator 1, but lane 0 launches 1 only after it");

    // 0 -> 1 in lane 0, 1 -> 2 in lane 1, which waits for 0 only.
    const opara::plan early{3, 2, 1, {launch(0, 0), record(0, 0, 0), launch(0, 1), wait(1, 2, 0), launch(1, 2)}};
    const auto found = opara::find_defect(early, graph(3, {{0, 1}, {1, 2}}));
    REQUIRE(found.has_value());
    CHECK(found->what == "operator 2 needs operator 1, but lane 1 waits for lane 0 only up to operator 0, never for "
                         "anything after operator 1 before it launches 2");
    CHECK_THROWS_AS(opara::validate(early, graph(3, {{0, 1}, {1, 2}})), opara::invalid_plan);
    try {
        opara::validate(early, graph(3, {{0, 1}, {1, 2}}));
    } catch (const opara::invalid_plan& e) {
        CHECK(e.source() == op_id{1});
        CHECK(e.target() == op_id{2});
        CHECK(std::string{e.what()} == found->what);
    }
}

TEST_CASE("what is launched first breaks first") {
    // Both 2 and 3 lack a wait; 3 is launched first.
    const opara::plan p{4, 4, 0, {launch(0, 0), launch(1, 1), launch(2, 3), launch(3, 2)}};
    const auto found = opara::find_defect(p, graph(4, {{0, 2}, {0, 3}, {1, 3}}));
    REQUIRE(found.has_value());
    CHECK(found->source == op_id{0});
    CHECK(found->target == op_id{3});
}

TEST_CASE("an edge may be kept through other lanes") {
    // 0 -> 1 -> 2 through three lanes keeps 0 -> 2, and what lane 1 knew it tells on.
    const opara::frozen_graph g = graph(4, {{0, 1}, {1, 2}, {0, 2}, {0, 3}});
    std::vector<command> commands{launch(0, 0),    record(0, 0, 0), wait(1, 1, 0), launch(1, 1),
                                  record(1, 1, 1), wait(2, 2, 1),   launch(2, 2),  launch(2, 3)};
    CHECK_FALSE(opara::find_defect(opara::plan{4, 3, 2, commands}, g, {.waits = opara::minimality::required}));
}

TEST_CASE("a wait too many is found if asked for") {
    const opara::validation strict{.waits = opara::minimality::required};
    const auto redundant = [&](std::size_t lanes, std::size_t events, std::vector<command> commands,
                               const opara::frozen_graph& g) {
        const opara::plan p{g.size(), lanes, events, std::move(commands)};
        CHECK_FALSE(opara::find_defect(p, g));
        const auto found = opara::find_defect(p, g, strict);
        return found ? found->what : std::string{};
    };
    // An edge that the other edges imply.
    CHECK(redundant(3, 2,
                    {launch(0, 0), record(0, 0, 0), wait(1, 1, 0), launch(1, 1), record(1, 1, 1), wait(2, 2, 0),
                     wait(2, 2, 1), launch(2, 2)},
                    graph(3, {{0, 1}, {1, 2}, {0, 2}})) ==
          "operator 2 waits for operator 0, which lane 2 and its other waits already imply");
    // The same in the other order.
    CHECK(redundant(3, 2,
                    {launch(0, 0), record(0, 0, 0), wait(1, 1, 0), launch(1, 1), record(1, 1, 1), wait(2, 2, 1),
                     wait(2, 2, 0), launch(2, 2)},
                    graph(3, {{0, 1}, {1, 2}, {0, 2}})) ==
          "operator 2 waits for operator 0, which lane 2 and its other waits already imply");
    // An earlier operator of the lane has waited already.
    CHECK(redundant(2, 1, {launch(0, 0), record(0, 0, 0), wait(1, 1, 0), launch(1, 1), wait(1, 2, 0), launch(1, 2)},
                    graph(3, {{0, 1}, {0, 2}})) ==
          "operator 2 waits for operator 0, which lane 1 and its other waits already imply");
    // The same event twice.
    CHECK(redundant(2, 1, {launch(0, 0), record(0, 0, 0), wait(1, 1, 0), wait(1, 1, 0), launch(1, 1)},
                    graph(2, {{0, 1}})) ==
          "operator 1 waits for operator 0, which lane 1 and its other waits already imply");
    // Its own lane.
    CHECK(redundant(1, 1, {launch(0, 0), record(0, 0, 0), wait(0, 1, 0), launch(0, 1)}, graph(2, {{0, 1}})) ==
          "operator 1 waits for operator 0, which lane 0 and its other waits already imply");
    // An event that nobody wants.
    CHECK(redundant(1, 1, {launch(0, 0), record(0, 0, 0), launch(0, 1)}, graph(2, {{0, 1}})) ==
          "nobody waits for event 0");
}

TEST_CASE("it is exact: it agrees with what can run without an operator") {
    // Random plans, most of them wrong: random lanes and emission order, a wait for each cross edge with probability
    // 0.9. The recorder's `without` says exactly which edges are broken.
    std::size_t broken_plans = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        testing::random_source random{seed};
        const auto family = testing::all_graph_families[seed % testing::all_graph_families.size()];
        const std::size_t n = random.between(1, 600); // above 256, so that the replay takes several passes
        const auto g = testing::random_graph(family, n, seed);
        const std::size_t lanes = random.between(1, std::min<std::size_t>(n, 8));
        std::vector<command> commands;
        std::vector<std::uint32_t> lane(n);
        for (std::uint32_t v = 0; v < n; ++v) {
            lane[v] = static_cast<std::uint32_t>(v < lanes ? v : random.below(lanes));
            for (const op_id p : g.predecessors(op_id{v})) {
                if (lane[p.index()] != lane[v] && random.chance(seed % 2 == 0 ? 0.999 : 0.8)) {
                    commands.push_back(wait(lane[v], v, p.value));
                }
            }
            commands.push_back(launch(lane[v], v));
            commands.push_back(record(lane[v], v, v));
        }
        const opara::plan p{n, lanes, n, commands};
        const testing::recorder recorder{p, g};
        REQUIRE(recorder.enqueue_fault().empty());
        std::pair<std::uint32_t, std::uint32_t> first{~0U, ~0U}; // target, source
        for (std::uint32_t u = 0; u < n; ++u) {
            std::vector<bool> ran(n);
            for (const op_id v : recorder.without(op_id{u})) {
                ran[v.index()] = true;
            }
            for (const op_id v : g.successors(op_id{u})) {
                if (ran[v.index()]) {
                    first = std::min(first, {v.value, u});
                }
            }
        }
        const auto found = opara::find_defect(p, g);
        REQUIRE(found.has_value() == (first.first != ~0U));
        if (found) {
            ++broken_plans;
            CHECK(found->kind == defect::broken_edge);
            CHECK(found->target == op_id{first.first});
            CHECK(found->source == op_id{first.second});
        }
    }
    CHECK(broken_plans > 100);
    CHECK(broken_plans < 350);
}

TEST_CASE("a wait too many: it agrees with what changes when a wait is left out") {
    std::size_t minimal = 0;
    std::size_t redundant = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        testing::random_source random{seed};
        const std::size_t n = random.between(2, 9);
        const std::size_t lanes = random.between(1, std::min<std::size_t>(n, 4));
        // Waits for earlier operators at random, of which those that nothing else implies are few.
        std::vector<command> commands;
        std::vector<std::uint32_t> lane(n), event(n, ~0U);
        std::vector<std::vector<std::uint32_t>> waits(n);
        for (std::uint32_t v = 0; v < n; ++v) {
            lane[v] = static_cast<std::uint32_t>(random.below(lanes));
            for (std::uint32_t u = 0; u < v; ++u) {
                if (random.chance(seed % 2 == 0 ? 0.3 : 0.1)) {
                    waits[v].push_back(u);
                    event[u] = 0;
                }
            }
            random.shuffle(std::span{waits[v]});
        }
        std::uint32_t events = 0;
        for (std::uint32_t v = 0; v < n; ++v) {
            for (const std::uint32_t u : waits[v]) {
                commands.push_back(wait(lane[v], v, event[u]));
            }
            commands.push_back(launch(lane[v], v));
            if (event[v] != ~0U) {
                event[v] = events++;
                commands.push_back(record(lane[v], v, event[v]));
            }
        }
        const opara::frozen_graph g{n, {}};
        const opara::plan p{n, lanes, events, commands};
        bool all_needed = true;
        for (std::size_t i = 0; i < commands.size(); ++i) {
            if (commands[i].what == action::wait) {
                std::vector<command> fewer = commands;
                fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
                all_needed = all_needed && order_of(opara::plan{n, lanes, events, fewer}) != order_of(p);
            }
        }
        const auto found = opara::find_defect(p, g, {.waits = opara::minimality::required});
        REQUIRE(found.has_value() == !all_needed);
        CHECK((!found || found->kind == defect::redundant_wait));
        ++(found ? redundant : minimal);
    }
    CHECK(minimal > 30);
    CHECK(redundant > 30);
}

TEST_CASE("a wait too many among barriers: it agrees with a plan that has an operator for each barrier") {
    // Waits and records strewn at random, so that events are recorded behind waits, and several in a row. The oracle
    // launches an operator of its own in front of every such record, and then leaves waits out one by one.
    std::size_t minimal = 0, redundant = 0, repeated = 0;
    for (std::uint64_t seed = 0; seed < 4000; ++seed) {
        CAPTURE(seed);
        testing::random_source random{seed};
        const auto n = static_cast<std::uint32_t>(random.between(4, 9));
        const std::size_t lanes = random.between(3, 4);
        std::vector<std::uint32_t> lane(n);
        for (std::uint32_t& l : lane) {
            l = static_cast<std::uint32_t>(random.below(lanes));
        }
        std::vector<command> commands;
        std::vector<std::uint32_t> last(lanes, ~0U);
        std::uint32_t strewn = 0;
        for (std::uint32_t v = 0; v < n; ++v) {
            const auto some_lane = [&] { return static_cast<std::uint32_t>(random.below(lanes)); };
            const auto strew_wait = [&](std::uint32_t l, std::uint32_t event) {
                if (const auto next = std::find(lane.begin() + v, lane.end(), l); next != lane.end()) {
                    commands.push_back(wait(l, static_cast<std::uint32_t>(next - lane.begin()), event));
                }
            };
            const auto strew_record = [&](std::uint32_t l) {
                if (last[l] != ~0U) {
                    commands.push_back(record(l, last[l], strewn++));
                }
            };
            const auto recent = [&] {
                return strewn - 1 - static_cast<std::uint32_t>(random.below(std::min(strewn, 4U)));
            };
            while (random.chance(0.5)) {
                const std::uint32_t l = some_lane();
                if (strewn == 0 || random.chance(0.4)) {
                    strew_record(l);
                } else if (random.chance(0.6)) {
                    strew_wait(l, recent());
                } else { // a barrier of which two events tell
                    strew_wait(l, recent());
                    strew_record(l);
                    strew_record(l);
                    strew_wait(some_lane(), strewn - 1);
                    strew_wait(some_lane(), strewn - 1 - (strewn > 1 ? 1 : 0));
                }
            }
            commands.push_back(launch(lane[v], v));
            last[lane[v]] = v;
        }
        // Without the records that nobody waits for, which would be found first.
        std::vector<std::uint32_t> number(strewn, ~0U);
        for (const command& c : commands) {
            if (c.what == action::wait) {
                number[c.event.index()] = 0;
            }
        }
        std::erase_if(commands,
                      [&](const command& c) { return c.what == action::record && number[c.event.index()] == ~0U; });
        std::uint32_t events = 0;
        for (command& c : commands) {
            if (c.what == action::record) {
                number[c.event.index()] = events++;
            }
        }
        std::uint32_t operators = n;
        std::vector<command> opened;
        std::vector<std::size_t> origin; // which of `commands` it comes from
        std::vector<bool> waited(lanes, false), barrier(lanes, false);
        for (std::size_t i = 0; i < commands.size(); ++i) {
            command& c = commands[i];
            if (c.what != action::launch) {
                c.event = event_id{number[c.event.index()]};
            }
            const std::size_t l = c.lane.index();
            if (c.what == action::record) {
                repeated += barrier[l] && !waited[l] ? 1U : 0U;
                if (waited[l]) {
                    opened.push_back(launch(c.lane.value, operators++));
                    origin.push_back(i);
                    barrier[l] = true;
                }
            }
            waited[l] = c.what == action::wait;
            barrier[l] = barrier[l] && c.what != action::launch;
            opened.push_back(c);
            origin.push_back(i);
        }
        const opara::plan with_operators{operators, lanes, events, opened};
        const auto order = order_of(with_operators);
        std::size_t first = commands.size(); // the launch, or barrier, that waits in vain
        for (std::size_t i = 0; i < opened.size(); ++i) {
            if (opened[i].what == action::wait) {
                std::vector<command> fewer = opened;
                fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
                if (order_of(opara::plan{operators, lanes, events, fewer}) == order) {
                    const auto target = std::find_if(
                        opened.begin() + static_cast<std::ptrdiff_t>(i), opened.end(),
                        [lane = opened[i].lane](const command& c) { return c.what != action::wait && c.lane == lane; });
                    first = std::min(first, origin[static_cast<std::size_t>(target - opened.begin())]);
                }
            }
        }
        const auto found = opara::find_defect(opara::plan{n, lanes, events, commands}, opara::frozen_graph{n, {}},
                                              {.waits = opara::minimality::required});
        REQUIRE((found ? found->command : commands.size()) == first);
        CHECK((!found || found->kind == defect::redundant_wait));
        ++(found ? redundant : minimal);
    }
    CHECK(minimal > 100);
    CHECK(redundant > 100);
    CHECK(repeated > 100);
}

TEST_CASE("a barrier: an event behind waits tells of what they waited for") {
    // 0 and 1 in two lanes, then a barrier in lane 0, then 2 and 3 in two lanes.
    const auto g = graph(4, {{0, 2}, {1, 2}, {0, 3}, {1, 3}});
    const opara::validation strict{.waits = opara::minimality::required};
    std::vector<command> commands{launch(0, 0),    launch(1, 1), record(1, 1, 0), wait(0, 2, 0),
                                  record(0, 0, 1), launch(0, 2), wait(1, 3, 1),   launch(1, 3)};
    CHECK_FALSE(opara::find_defect(opara::plan{4, 2, 2, commands}, g, strict));
    // Recorded before the wait the event tells less; 1 -> 3 is kept by lane 1, so take it to a third lane.
    std::vector<command> third = commands;
    third[6].lane = third[7].lane = lane_id{2};
    CHECK_FALSE(opara::find_defect(opara::plan{4, 3, 2, third}, g, strict));
    std::swap(third[3], third[4]);
    const auto broken = opara::find_defect(opara::plan{4, 3, 2, third}, g);
    REQUIRE(broken.has_value());
    CHECK(broken->what == "operator 3 needs operator 1, but lane 2 never waits for lane 1 before it launches 3");
    // The barrier twice.
    std::vector<command> twice = commands;
    twice.insert(twice.begin() + 6, wait(1, 3, 1));
    CHECK(opara::find_defect(opara::plan{4, 2, 2, twice}, g, strict)->what ==
          "operator 3 waits for the barrier behind operator 0, which lane 1 and its other waits already imply");
    // The barrier waits twice.
    std::vector<command> thrice = commands;
    thrice.insert(thrice.begin() + 3, wait(0, 2, 0));
    CHECK(opara::find_defect(opara::plan{4, 2, 2, thrice}, g, strict)->what ==
          "the barrier behind operator 0 waits for operator 1, which lane 0 and its other waits already imply");
    // What the barrier tells of needs no wait of its own.
    std::vector<command> more = third;
    std::swap(more[3], more[4]);
    more.insert(more.begin() + 6, wait(2, 3, 0));
    CHECK(opara::find_defect(opara::plan{4, 3, 2, more}, g, strict)->what ==
          "operator 3 waits for operator 1, which lane 2 and its other waits already imply");
}

TEST_CASE("a hundred thousand operators are quick, a million in a chain possible") {
    const opara::scheduler sequential{opara::assign::single{}, opara::order::topological{}};
    const opara::scheduler greedy{opara::assign::first_free_predecessor{}, opara::order::topological{}};
    const testing::cost_archetype nothing;
    const auto chain = testing::random_graph(testing::graph_family::chain, 1'000'000, 0);
    CHECK_FALSE(opara::find_defect(sequential(chain, nothing), chain, {.waits = opara::minimality::required}));
    for (const auto family : testing::all_graph_families) {
        const auto g = testing::random_graph(family, 100'000, 0);
        const opara::plan p = greedy(g, nothing);
        const auto begin = std::chrono::steady_clock::now();
        CHECK_FALSE(opara::find_defect(p, g, {.waits = opara::minimality::required}));
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
        MESSAGE(std::string{name(family)} << ": " << seconds.count() << " s, " << p.waits() << " waits");
        CHECK(seconds.count() < 30.0); // some tenths of a second, and this machine may be very busy
    }
}
