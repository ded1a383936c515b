// No simulated run of any plan is faster than the lower bounds allow: two models of the same device, written apart.

#include <opara/cost/devices.hpp>
#include <opara/plan/bounds.hpp>
#include <opara/sim/simulate.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>
#include <tests/property/policies.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace testing = opara::testing;
namespace devices = opara::cost::devices;

namespace {

double closest = 1e9; // the makespan that was nearest to its bound

void check(const opara::plan& p, const opara::frozen_graph& g, const testing::random_kernels& cost) {
    for (const opara::cost::device* d : {&devices::h200, &devices::a100_pcie_40gb, &devices::rtx_2080_super}) {
        const opara::bounds least = opara::lower_bounds(g, cost, *d);
        const double makespan = opara::sim::simulate(p, cost, *d).makespan_us;
        CAPTURE(d->name);
        CHECK(makespan >= least.critical_path_us * (1 - 1e-6));
        CHECK(makespan >= least.area_us * (1 - 1e-6));
        CHECK(makespan >= least.head_tail_us * (1 - 1e-6));
        CHECK(makespan >= least.articulation_us * (1 - 1e-6));
        if (least.best() > 0.0) {
            closest = std::min(closest, makespan / least.best());
        }
    }
}

} // namespace

TEST_CASE("every policy on every family") {
    for (const auto family : testing::all_graph_families) {
        for (const std::size_t n : {0U, 1U, 2U, 7U, 30U, 61U, 200U}) {
            const auto g = testing::random_graph(family, n, n);
            const testing::random_kernels cost{n, n};
            opara::test::for_each_assignment([&](const std::string& assign_name, const auto& assign) {
                const std::string what = assign_name + " on " + std::string{name(family)} + " " + std::to_string(n);
                CAPTURE(what);
                check(opara::scheduler{assign, opara::order::topological{}}(g, cost), g, cost);
                check(opara::scheduler{assign, opara::order::critical_first{}}(g, cost), g, cost);
            });
        }
    }
    MESSAGE("the closest makespan is " << closest << " times its bound");
    CHECK(closest < 1.05); // else the bounds are of little use
}
