#include <opara/cost/critical_path.hpp>
#include <opara/testing/archetypes.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace testing = opara::testing;
using opara::edge;
using opara::op_id;

namespace {

// All paths, one by one.
double longest_from(const opara::frozen_graph& g, const testing::random_kernels& cost, double edge_us, op_id v) {
    double behind = 0.0;
    for (const op_id s : g.successors(v)) {
        behind = std::max(behind, edge_us + longest_from(g, cost, edge_us, s));
    }
    return cost.duration_us(v) + behind;
}

struct bad_duration {
    double value;
    [[nodiscard]] double duration_us(op_id v) const { return v == op_id{3} ? value : 1.0; }
};

} // namespace

TEST_CASE("ranks are the longest of all paths") {
    for (const auto family : testing::all_graph_families) {
        const auto g = testing::random_graph(family, 14, 3, testing::numbering::shuffled);
        const testing::random_kernels cost{14, 3};
        for (const double edge_us : {0.0, 0.61}) {
            const auto up = opara::upward_rank(g, cost, edge_us);
            const auto down = opara::downward_rank(g, cost, edge_us);
            double length = 0.0;
            for (std::uint32_t v = 0; v < 14; ++v) {
                CHECK(up[v] == doctest::Approx(longest_from(g, cost, edge_us, op_id{v})));
                length = std::max(length, up[v]);
            }
            for (std::uint32_t v = 0; v < 14; ++v) {
                double before = 0.0;
                for (const op_id p : g.predecessors(op_id{v})) {
                    before = std::max(before, down[p.index()] + cost.duration_us(p) + edge_us);
                }
                CHECK(down[v] == doctest::Approx(before));
                CHECK(down[v] + up[v] <= length * (1 + 1e-12));
            }
            const auto path = opara::find_critical_path(g, cost, edge_us);
            CHECK(path.length_us == doctest::Approx(length));
        }
    }
}

TEST_CASE("the critical path is a path of the length that it says") {
    for (const auto family : testing::all_graph_families) {
        const auto g = testing::random_graph(family, 300, 8, testing::numbering::shuffled);
        const testing::random_kernels cost{300, 8};
        const auto path = opara::find_critical_path(g, cost, 0.5);
        REQUIRE_FALSE(path.operators.empty());
        CHECK(g.predecessors(path.operators.front()).empty());
        CHECK(g.successors(path.operators.back()).empty());
        double length = 0.0;
        for (std::size_t i = 0; i < path.operators.size(); ++i) {
            length += cost.duration_us(path.operators[i]) + (i == 0 ? 0.0 : 0.5);
            if (i > 0) {
                const auto s = g.successors(path.operators[i - 1]);
                CHECK(std::find(s.begin(), s.end(), path.operators[i]) != s.end());
            }
        }
        CHECK(length == doctest::Approx(path.length_us));
    }
}

TEST_CASE("no more than durations are asked for; nothing has no length") {
    const auto g = testing::random_graph(testing::graph_family::chain, 5, 0);
    CHECK(opara::find_critical_path(g, testing::duration_archetype{}).length_us == 5.0);
    CHECK(opara::find_critical_path(opara::frozen_graph{}, testing::duration_archetype{}).operators.empty());
}

TEST_CASE("ties go to the smaller number") {
    const auto g = testing::random_graph(testing::graph_family::grid, 9, 0);
    const auto path = opara::find_critical_path(g, testing::duration_archetype{});
    CHECK(path.operators == std::vector{op_id{0}, op_id{1}, op_id{2}, op_id{5}, op_id{8}});
}

TEST_CASE("a duration that is none is an error that names the operator") {
    const auto g = testing::random_graph(testing::graph_family::chain, 5, 0);
    for (const double bad : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
        try {
            (void)opara::upward_rank(g, bad_duration{bad});
            FAIL("no error");
        } catch (const opara::cost_error& error) {
            CHECK(error.op() == op_id{3});
        }
        CHECK_THROWS_AS((void)opara::downward_rank(g, bad_duration{bad}), opara::cost_error);
        CHECK_THROWS_AS((void)opara::find_critical_path(g, bad_duration{bad}), opara::cost_error);
    }
}
