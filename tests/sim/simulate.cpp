#include <opara/assign/chain_cover.hpp>
#include <opara/assign/first_free_predecessor.hpp>
#include <opara/order/topological.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/testing/random.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>
#include <tests/sim/build.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <vector>

using namespace opara::test;
using opara::edge;
using opara::frozen_graph;
using opara::op_id;
using opara::plan;
namespace cost = opara::cost;
namespace sim = opara::sim;
namespace testing = opara::testing;

namespace {

// Longest path: durations and `between` for each edge.
double critical_path(const frozen_graph& g, const std::vector<double>& us, double between) {
    std::vector<double> end(g.size(), 0.0);
    double longest = 0.0;
    for (const op_id v : g.topological_order()) {
        for (const op_id p : g.predecessors(v)) {
            end[v.index()] = std::max(end[v.index()], end[p.index()] + between);
        }
        longest = std::max(longest, end[v.index()] += us[v.index()]);
    }
    return longest;
}

struct dag {
    frozen_graph graph;
    std::vector<double> us;
};

// Layers of nodes of 1 to 8 us that need 1 to 3 of the layer before.
dag layers(std::size_t depth, std::size_t width, std::uint64_t seed) {
    testing::random_source random{seed};
    std::vector<edge> edges;
    std::vector<double> us;
    for (std::size_t l = 0; l < depth; ++l) {
        for (std::size_t i = 0; i < width; ++i) {
            us.push_back(static_cast<double>(random.between(1, 8)));
            for (std::size_t k = l == 0 ? 0 : random.between(1, 3); k > 0; --k) {
                edges.push_back(arc((l - 1) * width + random.below(width), l * width + i));
            }
        }
    }
    return {frozen_graph{us.size(), edges, opara::duplicate_edges::merge}, us};
}

// Descending longest path to the end: the order in which nodes should be created.
std::vector<op_id> by_rank(const dag& d) {
    std::vector<double> tail(d.graph.size(), 0.0);
    const auto order = d.graph.topological_order();
    for (auto v = order.rbegin(); v != order.rend(); ++v) {
        for (const op_id s : d.graph.successors(*v)) {
            tail[v->index()] = std::max(tail[v->index()], tail[s.index()] + 0.61);
        }
        tail[v->index()] += d.us[v->index()];
    }
    std::vector<op_id> ranked{order.begin(), order.end()};
    std::stable_sort(ranked.begin(), ranked.end(), [&](op_id a, op_id b) { return tail[a.index()] > tail[b.index()]; });
    return ranked;
}

void check_sane(const frozen_graph& g, const sim::timeline& t, const std::vector<cost::kernel>& kernels,
                const cost::device& d) {
    REQUIRE(t.operators.size() == g.size());
    double last = 0.0;
    for (std::size_t v = 0; v < g.size(); ++v) {
        const sim::activity& a = t.operators[v];
        CHECK(a.ready_us <= a.start_us);
        // Nobody is faster in company, but that blocks which share an SM when the kernel is alone may come one by one.
        const bool shares = kernels[v].blocks > d.sms;
        CHECK(a.end_us - a.start_us >= kernels[v].duration_us * (shares ? 0.75 : 1.0 - 1e-6));
        last = std::max(last, a.end_us);
    }
    g.for_each_edge([&](edge e) {
        const double gap = t.operators[e.target.index()].start_us - t.operators[e.source.index()].end_us;
        CHECK(gap >= (kernels[e.target.index()].launches() && kernels[e.source.index()].launches() ? 0.5 - 1e-9 : 0.0));
    });
    CHECK(t.makespan_us >= last);
    CHECK(t.makespan_us < last + 2.5);
    CHECK(t.mean.sms <= 1.0 + 1e-9);
    CHECK(t.mean.dram <= 1.0 + 1e-9);
    if (!t.critical.empty()) {
        CHECK(t.operators[t.critical.back().index()].end_us == last);
        CHECK(t.operators[t.critical.front().index()].cause == t.critical.front());
        for (std::size_t i = 1; i < t.critical.size(); ++i) {
            CHECK(t.operators[t.critical[i].index()].cause == t.critical[i - 1]);
        }
    }
    for (std::size_t i = 1; i < t.loads.size(); ++i) {
        CHECK(t.loads[i - 1].time_us < t.loads[i].time_us);
    }
}

} // namespace

TEST_CASE("no operator, one operator, operators that launch nothing") {
    CHECK(simulate_h200({}, {}) == sim::timeline{});
    const cost::table one{{{.duration_us = 5.0}}, cost::devices::h200};
    const sim::timeline t = simulate_h200(frozen_graph{1, {}}, one);
    CHECK(t.makespan_us == doctest::Approx(6.3).epsilon(0.001));
    CHECK(t.operators[0].held == sim::held_by::nothing);
    CHECK(t.critical == std::vector<op_id>{op_id{0}});
    // 0 -> view 1 -> 2: the view is no node and costs nothing.
    const std::vector<edge> edges{arc(0, 1), arc(1, 2)};
    const cost::table view{{{.duration_us = 5.0}, {.blocks = 0}, {.duration_us = 3.0}}, cost::devices::h200};
    const sim::timeline with_view = simulate_h200(frozen_graph{3, edges}, view);
    CHECK(with_view.operators[2].start_us - with_view.operators[0].end_us == doctest::Approx(0.61).epsilon(0.01));
    CHECK(with_view.operators[1].start_us == with_view.operators[0].end_us);
    CHECK(with_view.operators[1].end_us == with_view.operators[0].end_us);
    const cost::table nothing{{{.blocks = 0}, {.blocks = 0}}, cost::devices::h200};
    CHECK(simulate_h200(frozen_graph{2, {}}, nothing).makespan_us == 0.0);
}

TEST_CASE("costs that are none and blocks that fit no SM are refused with the operator") {
    struct broken {
        cost::kernel bad;
        [[nodiscard]] cost::kernel kernel(op_id v) const {
            return v == op_id{1} ? bad : cost::kernel{.duration_us = 1.0};
        }
    };
    const plan p = plan_of(frozen_graph{3, {}});
    const auto refuse = [&](cost::kernel bad) {
        try {
            static_cast<void>(sim::simulate(p, broken{bad}, cost::devices::h200));
        } catch (const opara::cost_error& e) {
            CHECK(e.op() == op_id{1});
            return;
        }
        FAIL_CHECK("no error");
    };
    refuse({.duration_us = std::numeric_limits<double>::quiet_NaN()});
    refuse({.duration_us = -1.0});
    refuse({.duration_us = std::numeric_limits<double>::infinity()});
    refuse({.duration_us = 1.0, .dram_bytes = -1.0});
    refuse({.threads = 2048, .duration_us = 1.0});
    refuse({.shared_bytes = 300 * 1024, .duration_us = 1.0});
    refuse({.threads = 1024, .registers = 255, .duration_us = 1.0});
    CHECK_THROWS_AS(static_cast<void>(sim::simulate(plan{1, 1, 0, {}}, broken{}, cost::devices::h200)),
                    opara::invalid_plan);
}

TEST_CASE("random graphs of random kernels run sanely on every device under several policies") {
    for (const testing::graph_family family : testing::all_graph_families) {
        for (const std::size_t n : {1U, 7U, 60U}) {
            for (std::uint64_t seed = 0; seed < 4; ++seed) {
                CAPTURE(testing::name(family));
                CAPTURE(n);
                CAPTURE(seed);
                const frozen_graph g = testing::random_graph(family, n, seed, testing::numbering::shuffled);
                const testing::random_kernels random{n, seed};
                std::vector<cost::kernel> kernels;
                for (std::size_t v = 0; v < n; ++v) {
                    kernels.push_back(random.kernel(op_id::from_index(v)));
                }
                const cost::table costs{kernels, cost::devices::h200};
                for (const cost::device* d : {&cost::devices::h200, &cost::devices::h100}) {
                    for (const plan& p :
                         {plan_of(g),
                          opara::scheduler{opara::assign::chain_cover{}, opara::order::topological{}}(g, costs),
                          opara::scheduler{opara::assign::first_free_predecessor{},
                                           opara::order::topological{}}(g, costs)}) {
                        const sim::timeline t = sim::simulate(p, costs, *d);
                        check_sane(g, t, kernels, *d);
                        CHECK(t == sim::simulate(p, costs, *d)); // deterministic
                    }
                }
            }
        }
    }
}

TEST_CASE("a kernel that gave all its slots to one of higher priority still runs") {
    // 1 fills the device; 4 comes as it ends, finds room for some of its blocks, and loses that to 5.
    const cost::kernel large{
        .blocks = 296, .threads = 128, .registers = 232, .shared_bytes = 32768, .duration_us = 27.47};
    const std::vector<edge> edges{arc(0, 1), arc(0, 2), arc(0, 3), arc(2, 4), arc(3, 5)};
    const frozen_graph g{6, edges};
    for (double before_4 = 0.5; before_4 < 20.0; before_4 += 0.5) {
        for (const double later : {2.0, 3.0, 3.5, 4.0, 5.0}) {
            CAPTURE(before_4);
            CAPTURE(later);
            const cost::table costs{{{.duration_us = 1.0},
                                     large,
                                     {.threads = 32, .duration_us = before_4},
                                     {.threads = 32, .duration_us = before_4 + later},
                                     {.blocks = 290, .threads = 128, .duration_us = 2.103},
                                     large},
                                    cost::devices::h200};
            const plan p = plan_of(g);
            std::vector<opara::command> commands(p.commands().begin(), p.commands().end());
            for (opara::command& c : commands) {
                c.priority = c.what == opara::action::launch && c.op == op_id{5} ? 1 : 0;
            }
            const sim::timeline t = sim::simulate(plan{6, p.lanes(), p.events(), commands}, costs, cost::devices::h200);
            for (const sim::activity& a : t.operators) {
                CHECK(a.end_us > a.start_us);
            }
            CHECK(t.makespan_us > 2 * 27.47);
        }
    }
}

TEST_CASE("random layered graphs under one root cost what was measured above their critical path") {
    // Measured: nodes of 1 to 8 us, 10x6, 30x4, 20x10, 12x16 (layers x width): with nodes created by rank 1.16 to 1.21
    // times the critical path, by number 1.20 to 1.30.
    struct size {
        std::size_t depth, width;
    };
    for (const size s : {size{10, 6}, size{30, 4}, size{20, 10}, size{12, 16}}) {
        CAPTURE(s.depth);
        CAPTURE(s.width);
        double ranked = 0.0;
        double numbered = 0.0;
        constexpr std::size_t samples = 12;
        for (std::uint64_t seed = 0; seed < samples; ++seed) {
            const dag d = layers(s.depth, s.width, seed);
            const cost::table costs = one_block(d.us);
            const double path = critical_path(d.graph, d.us, 0.0);
            const double rank_us = sim::simulate(plan_of(d.graph, by_rank(d)), costs, cost::devices::h200).makespan_us;
            const double id_us = sim::simulate(plan_of(d.graph), costs, cost::devices::h200).makespan_us;
            CHECK(rank_us >= critical_path(d.graph, d.us, 0.61)); // the bound that no measurement beat
            ranked += rank_us / path / samples;
            numbered += id_us / path / samples;
        }
        CHECK(ranked > 1.10);
        CHECK(ranked < 1.24);
        CHECK(numbered > ranked * 1.01);
        CHECK(numbered < 1.36);
    }
}

TEST_CASE("time grows with the graph and no faster") {
    const auto seconds = [](std::size_t n) {
        const frozen_graph g = testing::random_graph(testing::graph_family::layered, n, 1);
        const testing::random_kernels costs{n, 1};
        const plan p = opara::scheduler{opara::assign::first_free_predecessor{}, opara::order::topological{}}(g, costs);
        double best = 1e9;
        for (int i = 0; i < 3; ++i) {
            const auto start = std::chrono::steady_clock::now();
            const double us = sim::simulate(p, costs, cost::devices::h200).makespan_us;
            best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
            CHECK(us > 0.0);
        }
        return best;
    };
    const double small = seconds(1000) / 1000.0;
    const double large = seconds(50000) / 50000.0;
    MESSAGE("simulation takes " << small * 1e6 << " us an operator for 1000, " << large * 1e6 << " for 50000");
    CHECK(large < 5.0 * small);
}
