// What every policy does with input that is no good, or hardly any.

#include <opara/graph/dag.hpp>
#include <opara/graph/freeze.hpp>
#include <opara/plan/validate.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>
#include <tests/property/policies.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace testing = opara::testing;
namespace cost = opara::cost;
using opara::edge;
using opara::op_id;

namespace {

// Knows everything; one number of one operator is bad.
struct spoilt {
    op_id at;
    double value;
    [[nodiscard]] double duration_us(op_id v) const { return v == at ? value : 1.0; }
    [[nodiscard]] double demand(op_id v) const { return v == at ? value : 0.5; }
    [[nodiscard]] opara::bound bound(op_id) const { return opara::bound::compute; }
    [[nodiscard]] cost::kernel kernel(op_id v) const { return {.duration_us = v == at ? value : 1.0}; }
};

struct fixed_lanes {
    opara::assignment answer;
    template <class Cost>
    opara::assignment operator()(const opara::frozen_graph&, const Cost&) const {
        return answer;
    }
};

template <class F>
std::string complaint(F f) {
    try {
        f();
    } catch (const opara::policy_error& e) {
        return e.what();
    }
    return "none";
}

const opara::frozen_graph chain3{3, std::vector<edge>{{op_id{0}, op_id{1}}, {op_id{1}, op_id{2}}}};
const testing::random_kernels costs3{3, 1};

} // namespace

TEST_CASE("a policy that asks for a bad cost says which operator has it; no other policy minds") {
    const auto g = testing::random_graph(testing::graph_family::layered, 20, 1);
    std::size_t refused = 0;
    std::size_t taken = 0;
    for (const double bad : {std::nan(""), -1.0, std::numeric_limits<double>::infinity()}) {
        const spoilt model{op_id{7}, bad};
        const auto attempt = [&](const auto& assign, const auto& order) {
            try {
                const opara::plan p = opara::scheduler{assign, order}(g, model);
                CHECK_FALSE(opara::find_defect(p, g));
                ++taken;
            } catch (const opara::cost_error& e) {
                CHECK(e.op() == op_id{7});
                ++refused;
            }
        };
        opara::test::for_each_assignment(
            [&](const std::string&, const auto& assign) { attempt(assign, opara::order::topological{}); });
        opara::test::for_each_order(
            [&](const std::string&, const auto& order) { attempt(opara::assign::single{}, order); });
    }
    CHECK(refused == 3 * (2 + 3)); // stages, earliest_finish; critical_first, smallest_demand, alternating by grids
    CHECK(taken == 3 * (10 + 4));
}

TEST_CASE("an assignment that does not fit") {
    const auto run = [](opara::assignment a) {
        return complaint([&] {
            static_cast<void>(opara::scheduler{fixed_lanes{std::move(a)}, opara::order::topological{}}(chain3, costs3));
        });
    };
    using opara::lane_id;
    CHECK(run({.lane = {{}, {}, {}}, .lanes = 1, .stage = {}}) == "none");
    CHECK(run({.lane = {{}, {}}, .lanes = 1, .stage = {}}) ==
          "the assignment has lanes for 2 operators, the graph has 3");
    CHECK(run({.lane = {{}, {}, {}, {}}, .lanes = 1, .stage = {}}) ==
          "the assignment has lanes for 4 operators, the graph has 3");
    CHECK(run({.lane = {{}, lane_id{1}, {}}, .lanes = 1, .stage = {}}) ==
          "the assignment puts operator 1 in lane 1 of 1");
    CHECK(run({.lane = {{}, {}, {}}, .lanes = 0, .stage = {}}) == "the assignment puts operator 0 in lane 0 of 0");
    CHECK(run({.lane = {{}, {}, {}}, .lanes = 1, .stage = {0, 0}}) ==
          "the assignment has stages for 2 operators, the graph has 3");
}

TEST_CASE("an order that does not fit") {
    const auto run = [](const std::vector<std::uint32_t>& numbers) {
        std::vector<op_id> sequence;
        for (const std::uint32_t v : numbers) {
            sequence.push_back(op_id{v});
        }
        return complaint([&] {
            static_cast<void>(opara::scheduler{opara::assign::single{}, opara::order::fixed{sequence}}(chain3, costs3));
        });
    };
    CHECK(run({0, 1, 2}) == "none");
    CHECK(run({0, 1}) == "the order has 2 operators, the graph 3");
    CHECK(run({0, 1, 2, 2}) == "the order has 4 operators, the graph 3");
    CHECK(run({0, 1, 1}) == "place 2 of the order names operator 1 for the second time");
    CHECK(run({0, 1, 3}) == "place 2 of the order names operator 3, which does not exist");
    CHECK(run({1, 0, 2}) == "the order puts operator 1 before operator 0, which it needs");
}

TEST_CASE("a graph that is none is refused by the scheduler, with the evidence") {
    const opara::scheduler sched{opara::assign::single{}, opara::order::topological{}};
    opara::dag<int> g;
    const op_id a = g.add(0), b = g.add(1);
    g.connect(a, b);
    g.connect(b, a);
    try {
        static_cast<void>(sched(g, costs3));
        FAIL("no error");
    } catch (const opara::cycle_error& e) {
        CHECK(e.cycle() == std::vector{a, b});
    }
    opara::dag<int> twice;
    twice.add(0);
    twice.add(1);
    twice.connect(a, b);
    twice.connect(a, b);
    CHECK_THROWS_AS(static_cast<void>(sched(twice, costs3)), opara::graph_error);
}

TEST_CASE("a million operators in a chain, through every policy that is meant for so many") {
    const std::size_t n = 1'000'000;
    const auto chain = testing::random_graph(testing::graph_family::chain, n, 0);
    const testing::random_kernels cost{n, 0};
    const auto check = [&](const auto& assign, const auto& order) {
        const opara::plan p = opara::scheduler{assign, order}(chain, cost);
        CHECK(p.commands().size() >= n);
        CHECK_FALSE(opara::find_defect(p, chain));
    };
    opara::test::for_each_order([&](const std::string& name, const auto& order) {
        CAPTURE(name);
        check(opara::assign::single{}, order);
    });
    check(opara::assign::round_robin{}, opara::order::topological{});
    check(opara::assign::by_level{}, opara::order::topological{});
    check(opara::assign::first_free_predecessor{}, opara::order::topological{});
    check(opara::assign::earliest_finish{}, opara::order::topological{});
    check(opara::assign::chain_cover{}, opara::order::topological{});
    check(opara::assign::stages{}, opara::order::topological{});
}
