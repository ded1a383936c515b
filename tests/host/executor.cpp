#include <opara/assign.hpp>
#include <opara/host/executor.hpp>
#include <opara/order.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace opara;

namespace {

// What each operator computes from its predecessors; wrong if one of them has not run, or runs later.
std::uint64_t compute(const frozen_graph& g, const std::vector<std::uint64_t>& values, op_id v) {
    std::uint64_t sum = v.value + 1;
    for (const op_id p : g.predecessors(v)) {
        sum = sum * 1'000'003 + values[p.index()];
    }
    return sum;
}

std::vector<std::uint64_t> in_program_order(const frozen_graph& g) {
    std::vector<std::uint64_t> values(g.size(), 0);
    for (const op_id v : g.topological_order()) {
        values[v.index()] = compute(g, values, v);
    }
    return values;
}

// Commands that follow two that are right, in two lanes with an event each.
plan in_two_lanes(std::vector<command> commands) {
    commands.insert(commands.begin(), {{.lane = lane_id{0}, .op = op_id{0}}, {.lane = lane_id{1}, .op = op_id{1}}});
    return plan{3, 2, 2, std::move(commands)};
}

} // namespace

TEST_CASE("an executor computes what the graph says, whatever the plan and the number of threads") {
    for (const auto family : testing::all_graph_families) {
        CAPTURE(testing::name(family));
        const frozen_graph g = testing::random_graph(family, 200, 7);
        const testing::random_kernels cost{g.size(), 7};
        const std::vector<std::uint64_t> expected = in_program_order(g);
        const std::vector<plan> plans{
            scheduler{assign::first_free_predecessor{}, order::alternating{}}(g, cost),
            scheduler{assign::chain_cover{}, order::depth_first{}}(g, cost),
            scheduler{assign::earliest_finish{.lanes = 3}, order::critical_first{}}(g, cost),
            scheduler{assign::by_level{}, order::topological{}}(g, cost),
        };
        for (const plan& p : plans) {
            for (const std::size_t threads : {std::size_t{1}, std::size_t{2}, std::size_t{5}}) {
                host::executor executor{p, threads};
                CHECK(executor.threads() == threads);
                for (int repetition = 0; repetition < 3; ++repetition) {
                    std::vector<std::uint64_t> values(g.size(), 0); // no locks: the plan must order every access
                    executor.run([&](op_id v) { values[v.index()] = compute(g, values, v); });
                    CHECK(values == expected);
                }
            }
        }
    }
}

TEST_CASE("operators of different lanes run at the same time") {
    const plan p{2, 2, 0, {{.lane = lane_id{0}, .op = op_id{0}}, {.lane = lane_id{1}, .op = op_id{1}}}};
    std::atomic<int> inside{0};
    std::atomic<bool> met{false};
    host::execute(
        p,
        [&](op_id) {
            ++inside;
            const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
            while (inside.load() < 2 && std::chrono::steady_clock::now() < deadline) {
                std::this_thread::yield();
            }
            if (inside.load() == 2) {
                met = true;
            }
        },
        2);
    CHECK(met.load());
}

TEST_CASE("one thread runs the plan in its own order, high priorities first") {
    plan p{4,
           2,
           0,
           {{.lane = lane_id{0}, .op = op_id{2}},
            {.lane = lane_id{1}, .op = op_id{0}},
            {.lane = lane_id{0}, .op = op_id{3}},
            {.lane = lane_id{1}, .op = op_id{1}, .priority = 5}}};
    std::vector<std::uint32_t> sequence;
    host::execute(p, [&](op_id v) { sequence.push_back(v.value); }, 1);
    CHECK(sequence == std::vector<std::uint32_t>{2, 0, 1, 3});
}

TEST_CASE("a launcher may take the whole command") {
    const plan p{1, 1, 0, {{.lane = lane_id{0}, .op = op_id{0}, .variant = variant_id{3}, .priority = 2}}};
    command seen;
    host::execute(p, [&](const command& c) { seen = c; }, 1);
    CHECK(seen == p.commands()[0]);
}

TEST_CASE("the empty plan runs") {
    int calls = 0;
    host::execute(plan{}, [&](op_id) { ++calls; }, 3);
    CHECK(calls == 0);
}

TEST_CASE("a failing operator stops the run with its name, and the next run works") {
    const frozen_graph g = testing::random_graph(testing::graph_family::layered, 300, 3);
    const testing::random_kernels cost{g.size(), 3};
    const plan p = scheduler{assign::chain_cover{}, order::topological{}}(g, cost);
    for (const std::size_t threads : {std::size_t{1}, std::size_t{4}}) {
        host::executor executor{p, threads};
        std::mutex mutex;
        std::vector<bool> ran(g.size(), false);
        const op_id bad{150};
        try {
            executor.run(
                [&](op_id v) {
                    if (v == bad) {
                        throw std::invalid_argument{"negative extent"};
                    }
                    const std::lock_guard guard{mutex};
                    ran[v.index()] = true;
                },
                [](op_id v) { return "conv" + std::to_string(v.value); });
            FAIL("the failure was lost");
        } catch (const operator_error& e) {
            CHECK(e.op() == bad);
            CHECK(std::string{e.what()} == "conv150 failed: negative extent");
            CHECK_THROWS_AS(std::rethrow_if_nested(e), std::invalid_argument);
        }
        for (const op_id s : g.successors(bad)) {
            CHECK_FALSE(ran[s.index()]);
        }
        std::atomic<std::size_t> count{0};
        executor.run([&](op_id) { ++count; });
        CHECK(count.load() == g.size());
    }
}

TEST_CASE("whatever is thrown is reported, even if it is no std::exception") {
    const plan p{1, 1, 0, {{.lane = lane_id{0}, .op = op_id{0}}}};
    CHECK_THROWS_WITH_AS(
        host::execute(p, [](op_id) { throw 42; }, 2), "operator 0 failed: it threw no std::exception", operator_error);
}

TEST_CASE("a name that cannot be told does not hide the failure") {
    const plan p{1, 1, 0, {{.lane = lane_id{0}, .op = op_id{0}}}};
    host::executor executor{p, 1};
    try {
        executor.run([](op_id) { throw std::invalid_argument{"the reason"}; },
                     [](op_id) -> std::string { throw std::runtime_error{"no name"}; });
        FAIL("the failure was lost");
    } catch (const operator_error& e) {
        CHECK(std::string{e.what()} == "operator 0 failed: the reason");
    }
}

TEST_CASE("an event stands for everything that its lane waited for, even without a launch in between") {
    // Lane 1 waits for operator 0 and records at once; lane 2 waits for that event alone, and so for operator 0.
    const plan p{2,
                 3,
                 2,
                 {{.what = action::launch, .lane = lane_id{0}, .op = op_id{0}},
                  {.what = action::record, .lane = lane_id{0}, .op = op_id{0}, .event = event_id{0}},
                  {.what = action::wait, .lane = lane_id{1}, .op = op_id{1}, .event = event_id{0}},
                  {.what = action::record, .lane = lane_id{1}, .op = op_id{1}, .event = event_id{1}},
                  {.what = action::wait, .lane = lane_id{2}, .op = op_id{1}, .event = event_id{1}},
                  {.what = action::launch, .lane = lane_id{2}, .op = op_id{1}}}};
    host::executor executor{p, 3};
    for (int repetition = 0; repetition < 50; ++repetition) {
        int order = 0;
        executor.run([&](op_id v) { order = order * 10 + static_cast<int>(v.value) + 1; });
        CHECK(order == 12);
    }
}

TEST_CASE("a barrier between many lanes and many takes their sum and not their product") {
    // 20,000 lanes, a barrier in the first of them, and the same lanes again: 4 * 10^8 arrows if it were none.
    constexpr std::uint32_t lanes = 20'000;
    std::vector<command> commands;
    const auto put = [&](action what, std::uint32_t lane, std::uint32_t op, event_id event) {
        commands.push_back({.what = what, .lane = lane_id{lane}, .op = op_id{op}, .event = event});
    };
    for (std::uint32_t i = 0; i < lanes; ++i) {
        put(action::launch, i, i, {});
        put(action::record, i, i, event_id{i});
    }
    for (std::uint32_t i = 1; i < lanes; ++i) {
        put(action::wait, 0, lanes, event_id{i});
    }
    put(action::record, 0, 0, event_id{lanes});
    for (std::uint32_t i = 0; i < lanes; ++i) {
        if (i != 0) {
            put(action::wait, i, lanes + i, event_id{lanes});
        }
        put(action::launch, i, lanes + i, {});
    }
    host::executor executor{plan{2 * lanes, lanes, lanes + 1, std::move(commands)}, 3};
    std::atomic<std::uint32_t> first{0}, early{0}, second{0};
    executor.run([&](op_id v) {
        if (v.value < lanes) {
            ++first;
        } else {
            ++second;
            early += first.load() != lanes ? 1U : 0U;
        }
    });
    CHECK(first.load() == lanes);
    CHECK(second.load() == lanes);
    CHECK(early.load() == 0);
}

TEST_CASE("a plan that could hang is refused before anything runs") {
    const command launch2{.lane = lane_id{0}, .op = op_id{2}};
    const command record0{.what = action::record, .lane = lane_id{0}, .op = op_id{0}, .event = event_id{0}};
    const command wait0{.what = action::wait, .lane = lane_id{1}, .op = op_id{2}, .event = event_id{0}};
    const auto refused = [](std::vector<command> commands, const char* why) {
        CHECK_THROWS_WITH_AS((host::executor{in_two_lanes(std::move(commands)), 2}), why, invalid_plan);
    };
    CHECK_NOTHROW((host::executor{in_two_lanes({record0, wait0, launch2}), 2}));
    refused({wait0, launch2, record0}, "at operator 2: it waits for an event that is not recorded before");
    refused({record0, record0}, "at operator 0: its event is recorded twice");
    refused({launch2, launch2}, "at operator 2: it is launched twice");
    refused({{.lane = lane_id{2}, .op = op_id{2}}}, "at operator 2: the lane does not exist");
    refused({{.lane = lane_id{0}, .op = op_id{3}}}, "at operator 3: the operator does not exist");
    refused({{.what = action::record, .lane = lane_id{0}, .op = op_id{0}, .event = event_id{2}}},
            "at operator 0: the event does not exist");
    // Refused before memory is taken for them.
    constexpr std::size_t huge = std::size_t{1} << 60U;
    for (const plan& p : {plan{1, huge, 0, {launch2}}, plan{1, 1, huge, {launch2}}, plan{huge, 1, 0, {launch2}}}) {
        CHECK_THROWS_AS((host::executor{p, 1}), invalid_plan);
    }
}

TEST_CASE("a long chain needs no stack") {
    const frozen_graph g = testing::random_graph(testing::graph_family::chain, 200'000, 1);
    const plan p = scheduler{assign::single{}, order::topological{}}(g, testing::random_kernels{g.size(), 1});
    std::size_t count = 0;
    host::execute(p, [&](op_id) { ++count; }, 2);
    CHECK(count == g.size());
}
