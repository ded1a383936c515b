// Every assignment with every order on every family of graphs makes a plan that is right, has no wait too many, is the
// same each time, and computes the right numbers however hostile the interleaving.

#include <opara/plan/validate.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>
#include <opara/testing/recorder.hpp>
#include <tests/property/policies.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>

namespace testing = opara::testing;

namespace {

std::string complaint(const std::optional<opara::plan_defect>& found) { return found ? found->what : ""; }

void check_plan(const opara::plan& p, const opara::frozen_graph& g) {
    REQUIRE(complaint(opara::find_defect(p, g, {.waits = opara::minimality::required})) == "");
    const testing::recorder recorder{p, g};
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        REQUIRE(recorder.run(seed).fault == "");
    }
}

template <class Assign, class Order>
void check(const Assign& assign, const Order& order, const opara::frozen_graph& g,
           const testing::random_kernels& cost) {
    const opara::scheduler sched{assign, order};
    const opara::plan p = sched(g, cost);
    REQUIRE(p == sched(g, cost));
    check_plan(p, g);
}

} // namespace

TEST_CASE("every policy on every family") {
    for (const auto family : testing::all_graph_families) {
        for (const std::size_t n : {0U, 1U, 2U, 7U, 30U, 61U}) {
            const auto g = testing::random_graph(
                family, n, n, n % 2 == 0 ? testing::numbering::program : testing::numbering::shuffled);
            const testing::random_kernels cost{n, n};
            opara::test::for_each_assignment([&](const std::string& assign_name, const auto& assign) {
                opara::test::for_each_order([&](const std::string& order_name, const auto& order) {
                    const std::string what =
                        assign_name + " + " + order_name + " on " + std::string{name(family)} + " " + std::to_string(n);
                    CAPTURE(what);
                    check(assign, order, g, cost);
                });
            });
        }
    }
}

TEST_CASE("larger graphs, one order") {
    for (const auto family : testing::all_graph_families) {
        const std::size_t n = 250;
        const auto g = testing::random_graph(family, n, 3, testing::numbering::shuffled);
        const testing::random_kernels cost{n, 3};
        opara::test::for_each_assignment([&](const std::string& assign_name, const auto& assign) {
            const std::string what = assign_name + " on " + std::string{name(family)};
            CAPTURE(what);
            check(assign, opara::order::critical_first{}, g, cost);
        });
    }
}
