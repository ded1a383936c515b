// No simulated run of any plan is faster than the lower bounds allow: two models of the same device, written apart.

#include <opara/cost/devices.hpp>
#include <opara/cost/estimate.hpp>
#include <opara/cost/table.hpp>
#include <opara/plan/bounds.hpp>
#include <opara/sim/simulate.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>
#include <tests/property/policies.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace testing = opara::testing;
namespace devices = opara::cost::devices;

namespace {

double closest = 1e9; // the makespan that was nearest to its bound

template <class Cost>
void check(const opara::plan& p, const opara::frozen_graph& g, const Cost& cost) {
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

TEST_CASE("kernels at the roofs, on SMs that they share unevenly") {
    // Grids near the number of SMs, and rates up to the device's own: where a mean over SMs could hide who is fullest.
    const opara::scheduler by_chains{opara::assign::chain_cover{}, opara::order::alternating{}};
    const opara::scheduler greedy{opara::assign::first_free_predecessor{}, opara::order::topological{}};
    const opara::scheduler levels{opara::assign::by_level{.barrier = opara::assign::level_barrier::none},
                                  opara::order::critical_first{}};
    for (std::uint64_t seed = 0; seed < 1500; ++seed) {
        testing::random_source random{seed};
        const std::size_t n = random.between(1, 12);
        const auto family = testing::all_graph_families[random.below(testing::all_graph_families.size())];
        const auto g = testing::random_graph(family, n, seed);
        const opara::cost::device& d =
            *std::array{&devices::h200, &devices::a100_pcie_40gb, &devices::rtx_2080_super}[random.below(3)];
        CAPTURE(seed);
        CAPTURE(d.name);
        std::vector<opara::cost::work> works;
        std::vector<opara::cost::kernel> kernels;
        for (std::size_t v = 0; v < n; ++v) {
            const double us = 1.0 + 99.0 * random.unit();
            const double kind = random.unit();
            opara::cost::kernel k{.blocks = static_cast<std::uint32_t>(random.between(1, 20 * d.sms)),
                                  .threads = static_cast<std::uint32_t>(32 * random.between(1, 16)),
                                  .duration_us = us};
            if (random.chance(0.5)) {
                k.blocks = static_cast<std::uint32_t>(random.between(d.sms - 10, d.sms + 10));
            }
            k.fp32_flops = kind < 0.4 ? random.unit() * d.fp32_tflops * 1e6 * us : 0.0;
            k.tensor_flops = kind > 0.9 ? random.unit() * d.tensor_tflops * 1e6 * us : 0.0;
            k.l2_bytes = kind > 0.4 ? random.unit() * d.l2_gb_per_s * 1e3 * us : 0.0;
            k.dram_bytes = kind > 0.6 ? random.unit() * d.dram_gb_per_s * 1e3 * us : 0.0;
            kernels.push_back(k);
            const double elements = std::exp2(8.0 + 14.0 * random.unit());
            const double flops = random.chance(0.5) ? 2.0 * elements * std::exp2(3.0 + 10.0 * random.unit()) : 0.0;
            works.push_back({.flops = flops + elements,
                             .matrix_flops = flops,
                             .convolution_flops = random.chance(0.7) ? flops : 0.0,
                             .input_bytes = 4.0 * elements,
                             .output_bytes = 4.0 * elements,
                             .output_elements = elements});
        }
        for (const opara::cost::table& cost : {opara::cost::table{kernels, d}, opara::cost::estimate(works, d)}) {
            const double least = opara::lower_bounds(g, cost, d).best();
            for (const opara::plan& p : {by_chains(g, cost), greedy(g, cost), levels(g, cost)}) {
                for (const auto extra : {opara::sim::extra_node::never, opara::sim::extra_node::when_several}) {
                    const double us = opara::sim::simulate(p, cost, d, {.root = extra, .sink = extra}).makespan_us;
                    CHECK(us >= least * (1 - 1e-6));
                }
            }
        }
    }
}

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
