// Kernels that hold each other up though no roof does: docs/simulator.md, section "Many kernels".
#include <tests/sim/build.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace opara::test;
using opara::frozen_graph;
namespace cost = opara::cost;
namespace sim = opara::sim;

namespace {

const cost::device& h200 = cost::devices::h200;

// What kernels take that start at the same time, beyond the longest of them alone.
double longer(const std::vector<cost::kernel>& kernels) {
    double longest = 0.0;
    std::vector<cost::kernel> at_once = kernels;
    for (cost::kernel& k : at_once) {
        k.duration_us *= 100.0; // so that launching them does not count
        longest = std::max(longest, simulate_h200(frozen_graph{1, {}}, cost::table{{k}, h200}).makespan_us);
    }
    const frozen_graph g{at_once.size(), {}};
    return simulate_h200(g, cost::table{at_once, h200}, {.sink = sim::extra_node::never}).makespan_us / longest - 1.0;
}

constexpr cost::kernel product{
    .blocks = 132, .threads = 128, .registers = 78, .shared_bytes = 65568, .duration_us = 5.0, .tensor_flops = 1e3};
constexpr cost::kernel plain{.blocks = 132, .threads = 256, .registers = 32, .duration_us = 5.0};

cost::kernel of(cost::kernel k, std::uint32_t blocks) {
    k.blocks = blocks;
    return k;
}

} // namespace

TEST_CASE("blocks on one SM delay each other by their warps and by what they use") {
    CHECK(longer({of(product, 66), of(product, 66)}) < 0.01); // there is an SM for each
    CHECK(longer({product, product}) == doctest::Approx(0.18).epsilon(0.05));
    CHECK(longer({product, product, product}) == doctest::Approx(0.36).epsilon(0.05));
    CHECK(longer({plain, plain}) == doctest::Approx(0.10).epsilon(0.05));
    cost::kernel slim = plain;
    slim.threads = 32;
    CHECK(longer({slim, slim}) < 0.02);
}

TEST_CASE("what a kernel's own blocks cost each other is part of its time alone") {
    CHECK(longer({of(product, 264)}) < 1e-9);
    CHECK(longer({of(product, 132), of(product, 264)}) == doctest::Approx(0.36).epsilon(0.1)); // of the first
}

TEST_CASE("a kernel that a roof holds up is not delayed besides") {
    cost::kernel copy = plain;
    copy.dram_bytes = h200.dram_gb_per_s * 1e3 * copy.duration_us * 100.0;
    cost::kernel light = product;
    CHECK(longer({copy, of(light, 132)}) > 0.0);
    const double both = longer({copy, light});
    CHECK(both < 0.12); // what the copy's blocks delay the product's, none of the product's the copy's
}
