#include <opara/assign/by_level.hpp>
#include <opara/assign/chain_cover.hpp>
#include <opara/assign/first_free_predecessor.hpp>
#include <opara/assign/round_robin.hpp>
#include <opara/assign/single.hpp>
#include <opara/order/depth_first.hpp>
#include <opara/order/topological.hpp>
#include <opara/plan/memory.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/testing/archetypes.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/recorder.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace testing = opara::testing;
using opara::activation;
using opara::lifetime;
using opara::op_id;

namespace {

const testing::cost_archetype nothing;

// An activation for each operator, read by its successors; sinks are outputs; sources read an input.
std::vector<activation> activations_of(const opara::frozen_graph& g, std::uint64_t seed) {
    testing::random_source random{seed};
    std::vector<activation> all;
    for (std::uint32_t v = 0; v < g.size(); ++v) {
        activation a{.bytes = random.between(1, 64) * 100, .producer = op_id{v}, .users = {}};
        a.users.assign(g.successors(op_id{v}).begin(), g.successors(op_id{v}).end());
        a.kept = a.users.empty() ? lifetime::to_the_end : lifetime::until_last_use;
        all.push_back(a);
        if (g.predecessors(op_id{v}).empty()) {
            all.push_back({.bytes = 500, .producer = {}, .users = {op_id{v}}});
        }
    }
    return all;
}

bool overlap(const opara::memory_plan& m, std::span<const activation> all, std::size_t a, std::size_t b) {
    return m.offset[a] < m.offset[b] + all[b].bytes && m.offset[b] < m.offset[a] + all[a].bytes;
}

// The most bytes that are alive at once when operators run in this order: no layout can take less.
std::size_t most_alive(std::span<const activation> all, std::span<const op_id> order) {
    std::size_t most = 0;
    std::vector<std::size_t> place(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        place[order[i].index()] = i;
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
        std::size_t alive = 0;
        for (const activation& a : all) {
            std::size_t end = a.producer ? place[a.producer->index()] : 0;
            for (const op_id u : a.users) {
                end = std::max(end, place[u.index()]);
            }
            const bool born = !a.producer || place[a.producer->index()] <= i;
            const bool dead = a.kept == lifetime::until_last_use && end < i;
            alive += born && !dead ? a.bytes : 0;
        }
        most = std::max(most, alive);
    }
    return most;
}

std::vector<op_id> launches(const opara::plan& p) {
    std::vector<op_id> order;
    for (const opara::command& c : p.commands()) {
        if (c.what == opara::action::launch) {
            order.push_back(c.op);
        }
    }
    return order;
}

// Every pair that shares bytes is ordered in the plan, by the recorder's account of what can run without what.
void check_safe(const opara::plan& p, const opara::frozen_graph& g, std::span<const activation> all,
                const opara::memory_plan& m) {
    const testing::recorder recorder{p, g};
    std::vector<std::vector<bool>> beside(g.size()); // [u][v]: v may end although u has not
    for (std::uint32_t u = 0; u < g.size(); ++u) {
        beside[u].resize(g.size());
        beside[u][u] = true;
        for (const op_id v : recorder.without(op_id{u})) {
            beside[u][v.index()] = true;
        }
    }
    const auto over_before = [&](const activation& a, const activation& b) {
        if (a.kept == lifetime::to_the_end || !b.producer) {
            return false;
        }
        bool ordered = !a.producer || !beside[a.producer->index()][b.producer->index()];
        for (const op_id u : a.users) {
            ordered = ordered && !beside[u.index()][b.producer->index()];
        }
        return ordered;
    };
    for (std::size_t a = 0; a < all.size(); ++a) {
        REQUIRE(m.offset[a] + all[a].bytes <= m.peak_bytes);
        for (std::size_t b = a + 1; b < all.size(); ++b) {
            if (overlap(m, all, a, b)) {
                CHECK((over_before(all[a], all[b]) || over_before(all[b], all[a])));
            }
        }
    }
}

} // namespace

TEST_CASE("a chain needs two places, in turn") {
    const auto g = testing::random_graph(testing::graph_family::chain, 5, 0);
    std::vector<activation> all;
    for (std::uint32_t v = 0; v < 4; ++v) {
        all.push_back({.bytes = 100, .producer = op_id{v}, .users = {op_id{v + 1}}});
    }
    const opara::plan p = opara::scheduler{opara::assign::single{}, opara::order::topological{}}(g, nothing);
    const auto m = opara::lay_out(p, all, {.alignment = 1});
    CHECK(m.peak_bytes == 200);
    CHECK(m.sequential_bytes == 200);
    CHECK(m.total_bytes == 400);
    CHECK(m.offset[0] == m.offset[2]);
    CHECK(m.offset[1] == m.offset[3]);
    CHECK(m.offset[0] != m.offset[1]);
}

TEST_CASE("what may run at once shares nothing, what is ordered by a wait does") {
    // Two branches of two operators each from one source: 0 -> 1 -> 2, 0 -> 3 -> 4.
    const opara::frozen_graph g{
        5, std::vector<opara::edge>{
               {op_id{0}, op_id{1}}, {op_id{1}, op_id{2}}, {op_id{0}, op_id{3}}, {op_id{3}, op_id{4}}}};
    const std::vector<activation> all{{.bytes = 10, .producer = op_id{1}, .users = {op_id{2}}},
                                      {.bytes = 10, .producer = op_id{3}, .users = {op_id{4}}}};
    const auto sequential = opara::scheduler{opara::assign::single{}, opara::order::depth_first{}}(g, nothing);
    const auto parallel = opara::scheduler{opara::assign::chain_cover{}, opara::order::depth_first{}}(g, nothing);
    CHECK(opara::lay_out(sequential, all, {.alignment = 1}).peak_bytes == 10);
    const auto m = opara::lay_out(parallel, all, {.alignment = 1});
    CHECK(m.peak_bytes == 20);
    CHECK(m.sequential_bytes == 10);
}

TEST_CASE("inputs are there from the start, outputs stay to the end") {
    const auto g = testing::random_graph(testing::graph_family::chain, 4, 0);
    const opara::plan p = opara::scheduler{opara::assign::single{}, opara::order::topological{}}(g, nothing);
    const std::vector<activation> all{
        {.bytes = 10, .producer = {}, .users = {op_id{3}}},                             // a late input
        {.bytes = 10, .producer = op_id{0}, .users = {}, .kept = lifetime::to_the_end}, // an early output
        {.bytes = 10, .producer = op_id{0}, .users = {}},                               // nobody wants it
        {.bytes = 10, .producer = op_id{2}, .users = {op_id{3}}},
        {.bytes = 0, .producer = op_id{1}, .users = {op_id{2}}}};
    const auto m = opara::lay_out(p, all, {.alignment = 1});
    CHECK(m.peak_bytes == 30);
    CHECK(m.offset[2] == m.offset[3]);
}

TEST_CASE("an operator never writes over its input") {
    const auto g = testing::random_graph(testing::graph_family::chain, 2, 0);
    const opara::plan p = opara::scheduler{opara::assign::single{}, opara::order::topological{}}(g, nothing);
    const std::vector<activation> all{{.bytes = 10, .producer = op_id{0}, .users = {op_id{1}}},
                                      {.bytes = 10, .producer = op_id{1}, .users = {}}};
    CHECK(opara::lay_out(p, all, {.alignment = 1}).peak_bytes == 20);
}

TEST_CASE("alignment rounds offsets and sizes") {
    const auto g = testing::random_graph(testing::graph_family::antichain, 3, 0);
    const opara::plan p =
        opara::scheduler{opara::assign::first_free_predecessor{}, opara::order::topological{}}(g, nothing);
    std::vector<activation> all;
    for (std::uint32_t v = 0; v < 3; ++v) {
        all.push_back({.bytes = 1 + v, .producer = op_id{v}, .users = {}, .kept = lifetime::to_the_end});
    }
    const auto m = opara::lay_out(p, all, {.alignment = 64});
    CHECK(m.peak_bytes == 192);
    CHECK(m.total_bytes == 192);
    for (const std::size_t offset : m.offset) {
        CHECK(offset % 64 == 0);
    }
}

TEST_CASE("bad input") {
    const opara::plan p{1, 1, 0, {{.what = opara::action::launch}}};
    const std::vector<activation> foreign{{.bytes = 1, .producer = op_id{0}, .users = {op_id{1}}}};
    CHECK_THROWS_WITH_AS((void)opara::lay_out(p, foreign), "activation 0 speaks of operator 1, but the plan has only 1",
                         opara::error);
    const std::vector<activation> huge{{.bytes = ~std::size_t{0} - 3, .producer = op_id{0}, .users = {}}};
    CHECK_THROWS_AS((void)opara::lay_out(p, huge), opara::error);
    const std::vector<activation> together(9, {.bytes = ~std::size_t{0} / 8, .producer = op_id{0}, .users = {}});
    CHECK_THROWS_AS((void)opara::lay_out(p, together), opara::error);
    CHECK_THROWS_AS((void)opara::lay_out(p, {}, {.alignment = 0}), opara::error);
    CHECK(opara::lay_out(opara::plan{}, {}) == opara::memory_plan{});
}

TEST_CASE("behind a barrier everything from before it is free") {
    // 0 and 1 side by side, a barrier, then 2 and 3 side by side; 2 and 3 can have the places of what 0 and 1 made.
    const opara::frozen_graph g{4, {}};
    const opara::assignment stages{.lane = {opara::lane_id{0}, opara::lane_id{1}, opara::lane_id{0}, opara::lane_id{1}},
                                   .lanes = 2,
                                   .stage = {0, 0, 1, 1}};
    const opara::plan p = opara::synchronise(g, stages, g.topological_order());
    std::vector<activation> all;
    for (std::uint32_t v = 0; v < 4; ++v) {
        all.push_back({.bytes = 10, .producer = op_id{v}, .users = {}});
    }
    const auto m = opara::lay_out(p, all, {.alignment = 1});
    check_safe(p, g, all, m);
    CHECK(m.peak_bytes == 20);
}

TEST_CASE("random plans: every pair that overlaps in space is ordered, the sequential arena is near its bound") {
    double worst = 1.0;
    for (const auto family : testing::all_graph_families) {
        for (std::uint64_t seed = 0; seed < 8; ++seed) {
            const std::size_t n = 5 + 12 * seed;
            const auto g = testing::random_graph(family, n, seed, testing::numbering::shuffled);
            const auto all = activations_of(g, seed);
            const auto check = [&](const opara::plan& p) {
                const auto m = opara::lay_out(p, all, {.alignment = 1});
                check_safe(p, g, all, m);
                const std::size_t least = most_alive(all, launches(p));
                CHECK(m.sequential_bytes >= least);
                CHECK(m.peak_bytes >= least); // the emission order is one of the runs that the plan allows
                CHECK(m.peak_bytes <= m.total_bytes);
                CHECK(m == opara::lay_out(p, all, {.alignment = 1}));
                if (p.lanes() == 1) {
                    CHECK(m.peak_bytes == m.sequential_bytes);
                    worst = std::max(worst, static_cast<double>(m.peak_bytes) / static_cast<double>(least));
                }
            };
            check(opara::scheduler{opara::assign::single{}, opara::order::depth_first{}}(g, nothing));
            check(opara::scheduler{opara::assign::chain_cover{}, opara::order::topological{}}(g, nothing));
            check(opara::scheduler{opara::assign::first_free_predecessor{}, opara::order::depth_first{}}(g, nothing));
            check(opara::scheduler{opara::assign::by_level{}, opara::order::topological{}}(g, nothing));
            check(opara::scheduler{opara::assign::round_robin{3}, opara::order::depth_first{}}(g, nothing));
        }
    }
    MESSAGE("worst sequential arena: " << worst << " times the bytes alive");
    CHECK(worst < 1.2);
}

TEST_CASE("hostile runs find every activation as it was written") {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        const auto g = testing::random_graph(testing::graph_family::layered, 60, seed);
        const auto all = activations_of(g, seed);
        const auto p =
            opara::scheduler{opara::assign::first_free_predecessor{}, opara::order::depth_first{}}(g, nothing);
        const auto m = opara::lay_out(p, all, {.alignment = 100});
        const testing::recorder recorder{p, g};
        for (std::uint64_t run = 0; run < 10; ++run) {
            std::vector<std::size_t> arena(m.peak_bytes / 100, 0);
            std::vector<std::size_t> expected(all.size(), 0);
            const auto write = [&](std::size_t a) {
                std::fill_n(arena.begin() + static_cast<std::ptrdiff_t>(m.offset[a] / 100), all[a].bytes / 100, a + 1);
            };
            const auto intact = [&](std::size_t a) {
                return std::all_of(arena.begin() + static_cast<std::ptrdiff_t>(m.offset[a] / 100),
                                   arena.begin() + static_cast<std::ptrdiff_t>((m.offset[a] + all[a].bytes) / 100),
                                   [&](std::size_t x) { return x == a + 1; });
            };
            for (std::size_t a = 0; a < all.size(); ++a) {
                if (!all[a].producer) {
                    write(a);
                }
            }
            // An operator scribbles over its output from its start on and reads its inputs until its end.
            const auto r = recorder.run(
                run,
                [&](op_id v) {
                    for (std::size_t a = 0; a < all.size(); ++a) {
                        if (all[a].producer == v) {
                            write(a);
                        }
                    }
                },
                [&](op_id v) {
                    for (std::size_t a = 0; a < all.size(); ++a) {
                        if (all[a].producer == v || std::count(all[a].users.begin(), all[a].users.end(), v) != 0) {
                            CHECK(intact(a));
                        }
                    }
                });
            CHECK(r.legal());
            for (std::size_t a = 0; a < all.size(); ++a) {
                if (all[a].kept == lifetime::to_the_end) {
                    CHECK(intact(a));
                }
            }
        }
    }
}

TEST_CASE("1239 operators, as many as NASNet-A-Large has, take milliseconds") {
    const auto g = testing::random_graph(testing::graph_family::layered, 1239, 1);
    const auto all = activations_of(g, 1);
    const auto p = opara::scheduler{opara::assign::first_free_predecessor{}, opara::order::topological{}}(g, nothing);
    const auto begin = std::chrono::steady_clock::now();
    const auto m = opara::lay_out(p, all);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    MESSAGE(seconds.count() << " s; " << m.peak_bytes << " of " << m.total_bytes << " bytes, sequential "
                            << m.sequential_bytes);
    CHECK(seconds.count() < 5.0);
    CHECK(m.peak_bytes < m.total_bytes);
}
