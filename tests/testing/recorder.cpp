#include <opara/testing/random_graph.hpp>
#include <opara/testing/recorder.hpp>
#include <tests/support/commands.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace testing = opara::testing;
using opara::action;
using opara::command;
using opara::event_id;
using opara::lane_id;
using opara::op_id;
using opara::test::launch;
using opara::test::record;
using opara::test::wait;

namespace {

// 0 -> 1, 0 -> 2, 1 -> 3, 2 -> 3
const opara::frozen_graph diamond{
    4,
    std::vector<opara::edge>{{op_id{0}, op_id{1}}, {op_id{0}, op_id{2}}, {op_id{1}, op_id{3}}, {op_id{2}, op_id{3}}}};

std::size_t faults(const opara::plan& p, const opara::frozen_graph& g) {
    const testing::recorder recorder{p, g};
    std::size_t count = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        count += recorder.run(seed).legal() ? 0U : 1U;
    }
    return count;
}

} // namespace

TEST_CASE("a right plan passes in every interleaving") {
    const opara::plan p{4,
                        2,
                        2,
                        {launch(0, 0), record(0, 0, 0), launch(0, 1), wait(1, 2, 0), launch(1, 2), record(1, 2, 1),
                         wait(0, 3, 1), launch(0, 3)}};
    const testing::recorder recorder{p, diamond};
    CHECK(recorder.enqueue_fault().empty());
    std::size_t two_first = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const auto r = recorder.run(seed);
        CHECK(r.fault == "");
        REQUIRE(r.finished.size() == 4);
        CHECK(r.finished.front() == op_id{0});
        CHECK(r.finished.back() == op_id{3});
        two_first += r.finished[1] == op_id{2} ? 1U : 0U;
        CHECK(r == recorder.run(seed));
    }
    CHECK(two_first > 10); // both orders of the branches happen
    CHECK(two_first < 90);
    auto beside_one = recorder.without(op_id{1});
    std::sort(beside_one.begin(), beside_one.end());
    CHECK(beside_one == std::vector{op_id{0}, op_id{2}});
}

TEST_CASE("a missing wait shows") {
    const opara::plan p{
        4, 2, 1, {launch(0, 0), record(0, 0, 0), launch(0, 1), wait(1, 2, 0), launch(1, 2), launch(0, 3)}};
    CHECK(faults(p, diamond) > 10);
}

TEST_CASE("a wrong order in a lane shows in every run") {
    CHECK(faults(opara::plan{4, 1, 0, {launch(0, 0), launch(0, 3), launch(0, 1), launch(0, 2)}}, diamond) == 20);
}

TEST_CASE("an event from too early shows") {
    const opara::plan p{4,
                        2,
                        2,
                        {launch(0, 0), record(0, 0, 0), wait(1, 2, 0), launch(1, 2), record(0, 0, 1), launch(0, 1),
                         wait(1, 3, 1), launch(1, 3)}};
    CHECK(faults(p, diamond) > 5);
}

TEST_CASE("what cannot be enqueued is refused") {
    const auto fault = [](std::vector<command> commands) {
        const opara::plan p{4, 2, 1, std::move(commands)};
        const testing::recorder recorder{p, diamond};
        CHECK(recorder.run(0).fault == recorder.enqueue_fault());
        return recorder.enqueue_fault();
    };
    CHECK(fault({launch(0, 0), launch(0, 0)}) == "operator 0 is launched twice or does not exist");
    CHECK(fault({launch(0, 9)}) == "operator 9 is launched twice or does not exist");
    CHECK(fault({launch(0, 0)}) == "operator 1 is never launched");
    CHECK(fault({launch(5, 0)}) == "a command speaks of lane 5, which does not exist");
    CHECK(fault({launch(0, 0), wait(1, 2, 0)}) == "event 0 is waited for before it is recorded");
    CHECK(fault({launch(0, 0), record(0, 0, 0), record(0, 0, 0)}) == "event 0 is recorded twice or does not exist");
    CHECK(fault({launch(0, 0), record(0, 0, 7)}) == "event 7 is recorded twice or does not exist");
}

TEST_CASE("what can run without an operator is all that the plan does not order behind it") {
    const auto g = testing::random_graph(testing::graph_family::layered, 60, 3);
    std::vector<command> commands;
    for (const op_id v : g.topological_order()) {
        commands.push_back(launch(0, v.value));
    }
    const opara::plan sequential{60, 1, 0, commands};
    const testing::recorder recorder{sequential, g};
    for (std::uint32_t v = 0; v < 60; ++v) {
        CHECK(recorder.without(op_id{v}).size() == v);
    }
}

TEST_CASE("callbacks tell starts and ends in turn") {
    const opara::plan p{4,
                        2,
                        2,
                        {launch(0, 0), record(0, 0, 0), launch(0, 1), wait(1, 2, 0), launch(1, 2), record(1, 2, 1),
                         wait(0, 3, 1), launch(0, 3)}};
    const testing::recorder recorder{p, diamond};
    bool overlapped = false;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        std::vector<int> state(4, 0);
        const auto r = recorder.run(
            seed, [&](op_id v) { CHECK(++state[v.index()] == 1); },
            [&](op_id v) {
                CHECK(++state[v.index()] == 2);
                overlapped = overlapped || (v == op_id{1} && state[2] == 1);
            });
        CHECK(r.legal());
        CHECK(state == std::vector<int>(4, 2));
    }
    CHECK(overlapped);
}
