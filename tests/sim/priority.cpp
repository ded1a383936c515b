// Order and priority inside a graph on an H200.
#include <tests/sim/build.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

using namespace opara::test;
using opara::command;
using opara::edge;
using opara::frozen_graph;
using opara::op_id;
using opara::plan;
namespace cost = opara::cost;
namespace sim = opara::sim;

namespace {

// The plan with these operators at high priority.
plan prioritised(const plan& p, std::size_t first, std::size_t last) {
    std::vector<command> commands{p.commands().begin(), p.commands().end()};
    for (command& c : commands) {
        if (c.what == opara::action::launch && c.op.index() >= first && c.op.index() < last) {
            c.priority = 5;
        }
    }
    return plan{p.operators(), p.lanes(), p.events(), commands};
}

// A chain of 30 kernels of 3 us and 12 fillers of three waves in so many lanes. All of them only let time pass, so they
// share nothing but room.
struct mix {
    static constexpr std::size_t links = 30;
    static constexpr std::size_t fillers = 12;
    cost::table costs;
    frozen_graph graph;

    explicit mix(std::size_t lanes) {
        // The fillers alone took 200 us at once, 230 one after the other, of which 0.8 are the edge and the first wave.
        const double us = lanes == 1 ? 230.0 / fillers - 0.8 : 200.0 / fillers;
        std::vector<cost::kernel> kernels(links, {.duration_us = 3.0});
        kernels.resize(links + fillers, {.blocks = 3 * 264, .threads = 1024, .duration_us = us});
        costs = cost::table{kernels, cost::devices::h200};
        std::vector<edge> edges;
        for (std::size_t i = 1; i < links; ++i) {
            edges.push_back(arc(i - 1, i));
        }
        for (std::size_t i = lanes; i < fillers; ++i) {
            edges.push_back(arc(links + i - lanes, links + i));
        }
        graph = frozen_graph{links + fillers, edges};
    }
    [[nodiscard]] std::vector<op_id> order(bool chain_first) const {
        std::vector<op_id> ids;
        for (std::size_t i = 0; i < links + fillers; ++i) {
            ids.push_back(op_id::from_index(chain_first ? i : (i + links) % (links + fillers)));
        }
        return ids;
    }
    [[nodiscard]] sim::timeline run(const plan& p) const { return sim::simulate(p, costs, cost::devices::h200); }
};

double end_of_chain(const sim::timeline& t) { return t.operators[mix::links - 1].end_us; }

} // namespace

TEST_CASE("of two ready kernels the one that was created first is placed first, unless the other has priority") {
    const cost::kernel fat{.blocks = 3 * 264, .threads = 1024, .duration_us = 28.0};
    const cost::table costs{{fat, fat}, cost::devices::h200};
    const frozen_graph g{2, {}};
    for (const auto& order : {std::vector<op_id>{op_id{0}, op_id{1}}, std::vector<op_id>{op_id{1}, op_id{0}}}) {
        const sim::timeline t = sim::simulate(plan_of(g, order), costs, cost::devices::h200);
        const sim::activity& first = t.operators[order[0].index()];
        const sim::activity& second = t.operators[order[1].index()];
        CHECK(first.start_us < second.start_us);
        // Y's first block starts when X's last block has been placed: measured 26.6 of 28 us later.
        CHECK(second.start_us - first.start_us == doctest::Approx(26.6).epsilon(0.1));
        CHECK(second.held == sim::held_by::space);
        CHECK(second.cause == order[0]);
    }
    // Both are launched before the first one's 528 blocks are placed, so priority decides.
    const sim::timeline t = sim::simulate(prioritised(plan_of(g), 1, 2), costs, cost::devices::h200);
    CHECK(t.operators[1].start_us < t.operators[0].start_us);
}

TEST_CASE("less than a wave leaves room for the next") {
    const cost::kernel some{.blocks = 130, .threads = 1024, .duration_us = 28.0};
    const cost::table costs{{some, some}, cost::devices::h200};
    const sim::timeline t = sim::simulate(plan_of(frozen_graph{2, {}}), costs, cost::devices::h200);
    CHECK(t.operators[1].start_us - t.operators[0].start_us < 1.0);
}

TEST_CASE("a chain between fillers waits for each of them, and priority is the cure") {
    // Measured: without priority 289-305 us in 4 and 12 lanes; the chain at high priority 201-207.
    for (const std::size_t lanes : {4U, 12U}) {
        CAPTURE(lanes);
        const mix m{lanes};
        for (const bool chain_first : {false, true}) {
            CAPTURE(chain_first);
            const plan p = plan_of(m.graph, m.order(chain_first));
            const sim::timeline without = m.run(p);
            const sim::timeline with = m.run(prioritised(p, 0, mix::links));
            CHECK(without.makespan_us == doctest::Approx(297.0).epsilon(0.08));
            CHECK(with.makespan_us == doctest::Approx(205.0).epsilon(0.08));
            CHECK(end_of_chain(with) == doctest::Approx(125.0).epsilon(0.20)); // 110 alone
            CHECK(m.run(prioritised(p, mix::links, mix::links + mix::fillers)).makespan_us >
                  without.makespan_us * 0.95); // priority for the fillers gains nothing: 307
        }
    }
    // One lane of fillers leaves gaps: measured 257-260 without, 235-247 with. Real waves lose step and let more links
    // in.
    const mix m{1};
    for (const bool chain_first : {false, true}) {
        const plan p = plan_of(m.graph, m.order(chain_first));
        CHECK(m.run(p).makespan_us == doctest::Approx(258.0).epsilon(0.17));
        CHECK(m.run(prioritised(p, 0, mix::links)).makespan_us == doctest::Approx(240.0).epsilon(0.12));
    }
}

TEST_CASE("only the order of priorities counts") {
    const mix m{12};
    const plan p = plan_of(m.graph, m.order(false));
    std::vector<command> commands{p.commands().begin(), p.commands().end()};
    for (command& c : commands) {
        c.priority = c.op.index() < mix::links ? -3 : -4;
    }
    const plan shifted{p.operators(), p.lanes(), p.events(), commands};
    CHECK(m.run(shifted).operators == m.run(prioritised(p, 0, mix::links)).operators);
}
