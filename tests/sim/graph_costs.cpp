// The figures of nodes and edges that were measured on an H200 with kernels of one block, where SMs and bandwidth play
// no part: docs/simulator.md, section "Nodes and edges", tells where they come from.
#include <tests/sim/build.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

using namespace opara::test;
using opara::edge;
using opara::frozen_graph;
using opara::op_id;
namespace cost = opara::cost;
namespace sim = opara::sim;

namespace {

constexpr sim::simulate_options bare{.root = sim::extra_node::never, .sink = sim::extra_node::never};

double makespan(std::size_t n, const std::vector<edge>& edges, const std::vector<double>& us,
                sim::simulate_options options = {}) {
    return simulate_h200(frozen_graph{n, edges}, one_block(us), options).makespan_us;
}

double makespan_of_chain(std::size_t n, cost::kernel each) {
    std::vector<edge> edges;
    for (std::size_t v = 1; v < n; ++v) {
        edges.push_back(arc(v - 1, v));
    }
    const cost::table costs{std::vector<cost::kernel>(n, each), cost::devices::h200};
    return simulate_h200(frozen_graph{n, edges}, costs).makespan_us;
}

// us a stage of `kernels` kernels on its critical path costs beyond their time, where stages follow each other.
template <class Stage>
double per_stage(Stage stage, double work_us, sim::simulate_options options = {}) {
    constexpr std::size_t stages = 20;
    std::vector<edge> edges;
    std::vector<double> us;
    std::vector<std::size_t> last; // what the next stage hangs on
    for (std::size_t s = 0; s < stages; ++s) {
        last = stage(edges, us, last);
    }
    const double many = makespan(us.size(), edges, us, options);
    edges.clear();
    us.clear();
    last.clear();
    last = stage(edges, us, last);
    const double one = makespan(us.size(), edges, us, options);
    return (many - one) / (stages - 1) - work_us;
}

std::size_t add(std::vector<edge>& edges, std::vector<double>& us, double duration,
                const std::vector<std::size_t>& after) {
    us.push_back(duration);
    for (const std::size_t p : after) {
        edges.push_back(arc(p, us.size() - 1));
    }
    return us.size() - 1;
}

double fork_join_stage(std::size_t m, sim::simulate_options options = {}) {
    return per_stage(
        [m](std::vector<edge>& edges, std::vector<double>& us, const std::vector<std::size_t>& after) {
            const std::size_t parent = add(edges, us, 2.0, after);
            std::vector<std::size_t> children;
            for (std::size_t i = 0; i < m; ++i) {
                children.push_back(add(edges, us, 2.0, {parent}));
            }
            return children;
        },
        4.0, options);
}

double barrier_stage(std::size_t width, std::vector<double> through = {}) {
    return per_stage(
        [width, through](std::vector<edge>& edges, std::vector<double>& us, std::vector<std::size_t> after) {
            for (const double middle : through) {
                if (!after.empty()) {
                    after = {add(edges, us, middle, after)};
                }
            }
            std::vector<std::size_t> layer;
            for (std::size_t i = 0; i < width; ++i) {
                layer.push_back(add(edges, us, 2.0, after));
            }
            return layer;
        },
        2.0);
}

double chains(std::size_t k, std::size_t length, double us, sim::simulate_options options) {
    std::vector<edge> edges;
    for (std::size_t c = 0; c < k; ++c) {
        for (std::size_t i = 1; i < length; ++i) {
            edges.push_back(arc((i - 1) * k + c, i * k + c)); // created level by level
        }
    }
    return makespan(k * length, edges, std::vector<double>(k * length, us), options);
}

} // namespace

TEST_CASE("stages of programmatic edges cost what was measured") {
    // us beyond the work, measured: 0.29, 0.73, 0.75; children are launched while their parent runs, so that how many
    // there are hardly matters.
    CHECK(std::abs(fork_join_stage(1, {.programmatic = true}) - 2.0 * 0.29) < 0.05);
    CHECK(std::abs(fork_join_stage(2, {.programmatic = true}) - 0.73) < 0.16);
    CHECK(std::abs(fork_join_stage(4, {.programmatic = true}) - 0.75) < 0.18);
}

TEST_CASE("a child of a short kernel is launched when it can be, though its edge is programmatic") {
    const std::vector<edge> fork{arc(0, 1), arc(0, 2), arc(0, 3)};
    const auto us = [&](double parent) { return makespan(4, fork, {parent, 1.0, 1.0, 1.0}, {.programmatic = true}); };
    CHECK(std::abs(us(2.0) - us(1.5) - 0.5) < 1e-6);
    CHECK(std::abs(us(0.2) - us(0.1)) < 1e-6); // the third child's launch takes longer
}

TEST_CASE("relays pass the end of a node on") {
    const auto star = [](std::size_t leaves, std::uint32_t out_degree) {
        std::vector<edge> edges;
        for (std::size_t i = 1; i <= leaves; ++i) {
            edges.push_back(arc(0, i));
        }
        return simulate_h200(frozen_graph{leaves + 1, edges}, one_block(std::vector<double>(leaves + 1, 2.0)),
                             {.sink = sim::extra_node::never, .out_degree = out_degree});
    };
    const auto& graph = cost::devices::h200.graph;
    CHECK(star(6, 6).makespan_us == star(6, 0).makespan_us);
    const auto seven = star(7, 6);
    const double end = seven.operators[0].end_us;
    for (std::size_t i = 1; i <= 5; ++i) {
        CHECK(std::abs(seven.operators[i].start_us - end - (graph.edge_us + 0.28 * static_cast<double>(i - 1))) < 0.01);
    }
    const double relay = end + graph.edge_to_empty_us + 5 * graph.fork_step_us;
    CHECK(std::abs(seven.operators[6].start_us - (relay + graph.edge_us)) < 0.01);
    CHECK(std::abs(seven.operators[7].start_us - (relay + graph.edge_us + graph.fork_step_us)) < 0.01);
    CHECK(seven.operators[7].cause == op_id{0});
    // Many of them keep the front end busy: a barrier of 79 and 79 has 15 for each of the first.
    std::vector<edge> barrier;
    for (std::size_t i = 0; i < 79; ++i) {
        for (std::size_t k = 79; k < 158; ++k) {
            barrier.push_back(arc(i, k));
        }
    }
    const std::vector<double> short_ones(158, 1.0);
    CHECK(makespan(158, barrier, short_ones, {.out_degree = 6}) - makespan(158, barrier, short_ones) > 150.0);
}

TEST_CASE("one child a node is no limit that relays could keep") {
    CHECK_THROWS_AS(static_cast<void>(makespan(1, {}, {1.0}, {.out_degree = 1})), opara::error);
}

TEST_CASE("a root with many sources has relays, too") {
    const auto us = [](std::uint32_t out_degree) {
        return simulate_h200(frozen_graph{8, {}}, one_block(std::vector<double>(8, 2.0)), {.out_degree = out_degree});
    };
    const sim::timeline relayed = us(6);
    CHECK(relayed.operators[0].start_us < us(0).operators[0].start_us);
    for (const sim::activity& a : relayed.operators) {
        CHECK(a.cause == op_id::from_index(static_cast<std::size_t>(&a - relayed.operators.data())));
    }
    CHECK(relayed.operators[7].start_us > relayed.operators[4].start_us + 1.0);
}

TEST_CASE("a chain costs 0.61 us a node, more with its first wave, less if it is empty") {
    const auto slope = [](cost::kernel k) {
        return (makespan_of_chain(101, k) - makespan_of_chain(1, k)) / 100.0 - k.duration_us;
    };
    CHECK(slope({.duration_us = 2.0}) == doctest::Approx(0.609).epsilon(0.01));
    CHECK(slope({.blocks = 132, .duration_us = 2.0}) - 0.609 == doctest::Approx(0.09).epsilon(0.05));
    CHECK(slope({.blocks = 528, .duration_us = 2.0}) - 0.609 == doctest::Approx(0.34).epsilon(0.05));
    CHECK(slope({.blocks = 1056, .duration_us = 2.0}) - 0.609 == doctest::Approx(0.64).epsilon(0.10));
    CHECK(slope({.blocks = 10560, .duration_us = 20.0}) - 0.609 ==
          doctest::Approx(0.64).epsilon(0.10)); // one wave counts
    CHECK(slope({.duration_us = 0.0}) == doctest::Approx(0.50).epsilon(0.01));
    CHECK(makespan_of_chain(1, {.duration_us = 2.0}) ==
          doctest::Approx(3.3).epsilon(0.002)); // 1.1-1.4 fixed for each replay
}

TEST_CASE("the children of a fork start one after the other in the order of their creation") {
    const std::array measured{0.64, 0.93, 1.2, 1.4, 1.7, 2.0};
    std::vector<edge> edges;
    for (std::size_t i = 6; i > 0; --i) { // the order of edges does not count
        edges.push_back(arc(0, i));
    }
    const sim::timeline t = simulate_h200(frozen_graph{7, edges}, one_block(std::vector<double>(7, 4.0)));
    for (std::size_t i = 0; i < measured.size(); ++i) {
        CHECK(t.operators[1 + i].start_us - t.operators[0].end_us == doctest::Approx(measured[i]).epsilon(0.06));
    }
}

TEST_CASE("a fork of seven or more is slow, and its last-created child is first") {
    for (const std::size_t m : {7U, 8U, 16U, 32U}) {
        std::vector<edge> edges;
        for (std::size_t i = 0; i < m; ++i) {
            edges.push_back(arc(0, i + 1));
        }
        const sim::timeline t = simulate_h200(frozen_graph{m + 1, edges}, one_block(std::vector<double>(m + 1, 9.0)));
        for (std::size_t i = 0; i < m; ++i) {
            const double measured = 1.60 + 0.167 * static_cast<double>(m - 1 - i);
            CHECK(t.operators[1 + i].start_us - t.operators[0].end_us == doctest::Approx(measured).epsilon(0.07));
        }
    }
}

TEST_CASE("a stage of fork and join") {
    const std::pair<std::size_t, double> measured[] = {{1, 1.22}, {2, 1.43}, {3, 1.72}, {4, 2.00}, {5, 2.33}, {6, 2.63},
                                                       {7, 3.35}, {8, 3.48}, {16, 5.1}, {32, 7.9}, {64, 13.5}};
    for (const auto& each : measured) {
        const std::size_t m = each.first;
        const double us = each.second;
        CAPTURE(m);
        CHECK(fork_join_stage(m) == doctest::Approx(us).epsilon(0.05));
    }
}

TEST_CASE("barriers between layers") {
    const std::pair<std::size_t, double> all_to_all[] = {{2, 0.81}, {4, 1.44}, {6, 2.45}, {8, 3.09}};
    for (const auto& each : all_to_all) {
        const std::size_t width = each.first;
        const double us = each.second;
        CAPTURE(width);
        CHECK(barrier_stage(width) == doctest::Approx(us).epsilon(0.20)); // W = 6 is the worst: see the page
    }
    const std::pair<std::size_t, double> through_a_kernel[] = {{2, 1.32}, {4, 1.90}, {6, 2.50}, {8, 3.35}};
    for (const auto& each : through_a_kernel) {
        const std::size_t width = each.first;
        const double us = each.second;
        CAPTURE(width);
        CHECK(barrier_stage(width, {0.0}) == doctest::Approx(us).epsilon(0.06));
    }
}

TEST_CASE("a join of many parents in one channel costs nothing more") {
    // 32 parents under one root, far apart in time, so that the last decides alone.
    std::vector<edge> edges;
    std::vector<double> us{1.0};
    for (std::size_t i = 1; i <= 32; ++i) {
        edges.push_back(arc(0, i));
        edges.push_back(arc(i, 33));
        us.push_back(i == 20 ? 60.0 : 2.0);
    }
    us.push_back(1.0);
    const sim::timeline t = simulate_h200(frozen_graph{34, edges}, one_block(us));
    CHECK(t.operators[33].start_us - t.operators[20].end_us == doctest::Approx(0.67).epsilon(0.10)); // 0.64-0.70
    CHECK(t.operators[33].cause == op_id{20});
}

TEST_CASE("a join over channels is slow, and a root makes it fast") {
    const std::vector<edge> edges{arc(0, 2), arc(1, 2)};
    const cost::table costs = one_block(std::vector<double>{20.0, 5.0, 1.0});
    const sim::timeline raw = simulate_h200(frozen_graph{3, edges}, costs, bare);
    CHECK(raw.operators[2].start_us - raw.operators[0].end_us == doctest::Approx(2.05).epsilon(0.002));
    const sim::timeline rooted = simulate_h200(frozen_graph{3, edges}, costs);
    CHECK(rooted.operators[2].start_us - rooted.operators[0].end_us == doctest::Approx(0.61).epsilon(0.002));
}

TEST_CASE("the front end starts 5.6 kernels a microsecond") {
    for (const std::size_t k : {32U, 64U, 128U}) {
        const double nodes = static_cast<double>(20 * k);
        CHECK(chains(k, 20, 3.0, {}) / nodes == doctest::Approx(0.177).epsilon(0.06));
    }
}

TEST_CASE("k chains of 20 kernels of 3 us") {
    // Rooted, with a sink: us a replay in a queue.
    const std::pair<std::size_t, double> rooted[] = {{1, 73.3},  {2, 74.5},   {4, 75.0},  {8, 77.4},
                                                     {16, 84.0}, {32, 118.9}, {64, 231.6}};
    for (const auto& each : rooted) {
        const std::size_t k = each.first;
        const double us = each.second;
        CAPTURE(k);
        CHECK(chains(k, 20, 3.0, {}) == doctest::Approx(us).epsilon(0.08));
    }
    // As they are: a single replay, first to last kernel (queued replays of such graphs disturb each other).
    const std::pair<std::size_t, double> raw[] = {{1, 73.6},  {2, 76.0},   {4, 77.5},  {8, 80.5},
                                                  {16, 87.0}, {32, 118.0}, {64, 229.0}};
    for (const auto& each : raw) {
        const std::size_t k = each.first;
        const double us = each.second;
        CAPTURE(k);
        CHECK(chains(k, 20, 3.0, bare) == doctest::Approx(us).epsilon(0.08));
    }
}

TEST_CASE("independent kernels of 2 us") {
    const std::pair<std::size_t, double> raw[] = {{16, 14.0}, {32, 18.0}, {64, 32.0}, {128, 60.0}};
    for (const auto& each : raw) {
        const std::size_t n = each.first;
        const double us = each.second;
        CAPTURE(n);
        CHECK(chains(n, 1, 2.0, bare) == doctest::Approx(us).epsilon(0.20));
    }
    const std::pair<std::size_t, double> rooted[] = {{16, 8.5}, {32, 11.5}, {64, 17.0}, {128, 28.0}};
    for (const auto& each : rooted) {
        const std::size_t n = each.first;
        const double us = each.second;
        CAPTURE(n);
        CHECK(chains(n, 1, 2.0, {}) == doctest::Approx(us).epsilon(0.06));
    }
}

TEST_CASE("where the long child stands decides a fork") {
    const auto stage = [](std::size_t m, bool first) {
        return per_stage(
            [m, first](std::vector<edge>& edges, std::vector<double>& us, const std::vector<std::size_t>& after) {
                const std::size_t parent = add(edges, us, 1.0, after);
                std::vector<std::size_t> children;
                for (std::size_t i = 0; i < m; ++i) {
                    children.push_back(add(edges, us, i == (first ? 0 : m - 1) ? 8.0 : 1.0, {parent}));
                }
                return children;
            },
            9.0);
    };
    CHECK(stage(6, true) == doctest::Approx(1.24).epsilon(0.05));
    CHECK(stage(6, false) == doctest::Approx(2.62).epsilon(0.05));
    CHECK(stage(8, true) == doctest::Approx(3.52).epsilon(0.06)); // slow forks run backwards
    CHECK(stage(8, false) == doctest::Approx(2.31).epsilon(0.06));
    CHECK(stage(16, true) == doctest::Approx(5.10).epsilon(0.06));
    CHECK(stage(16, false) == doctest::Approx(2.54).epsilon(0.15));
}

TEST_CASE("implied edges cost where they make forks wide") {
    constexpr std::size_t n = 64;
    std::vector<edge> chain, skips, closure;
    for (std::size_t v = 0; v < n; ++v) {
        for (std::size_t w = v + 1; w < n; ++w) {
            closure.push_back(arc(v, w));
            if (w == v + 1) {
                chain.push_back(arc(v, w));
            }
            if (w <= v + 2) {
                skips.push_back(arc(v, w));
            }
        }
    }
    const std::vector<double> us(n, 2.0);
    // A lane each and a wait for each edge: `synchronise` would drop them.
    const auto time = [&](const std::vector<edge>& edges, opara::implied_edges implied) {
        const frozen_graph g{n, edges};
        std::vector<opara::command> commands;
        for (std::uint32_t v = 0; v < n; ++v) {
            for (const op_id p : g.predecessors(op_id{v})) {
                commands.push_back({.what = opara::action::wait,
                                    .lane = opara::lane_id{v},
                                    .op = op_id{v},
                                    .event = opara::event_id{p.value}});
            }
            commands.push_back({.what = opara::action::launch, .lane = opara::lane_id{v}, .op = op_id{v}});
            commands.push_back({.what = opara::action::record,
                                .lane = opara::lane_id{v},
                                .op = op_id{v},
                                .event = opara::event_id{v}});
        }
        return sim::simulate(opara::plan{n, n, n, commands}, one_block(us), cost::devices::h200, {.edges = implied})
            .makespan_us;
    };
    CHECK(time(chain, opara::implied_edges::keep) == doctest::Approx(168.2).epsilon(0.01));
    CHECK(time(skips, opara::implied_edges::keep) == doctest::Approx(168.2).epsilon(0.01)); // free
    CHECK(time(closure, opara::implied_edges::keep) == doctest::Approx(237.7).epsilon(0.08));
    CHECK(time(closure, opara::implied_edges::drop) == doctest::Approx(168.2).epsilon(0.01));
}
