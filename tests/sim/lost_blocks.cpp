// Every block of every kernel is done exactly once, however kernels get into each other's way.
#include <opara/cost/devices.hpp>
#include <opara/testing/random.hpp>
#include <opara/testing/random_kernels.hpp>
#include <tests/sim/audit.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cost = opara::cost;
namespace sim = opara::sim::detail;
using opara::test::arrival;
using opara::test::audited_run;

namespace {

// Kernels of up to three priorities that come faster than they can be done.
std::vector<arrival> competitors(std::uint64_t seed) {
    opara::testing::random_source random{seed};
    const opara::testing::random_kernels kernels{60, seed};
    std::vector<arrival> arrivals;
    double time = 0.0;
    for (std::size_t v = 0; v < kernels.size(); ++v) {
        if (const cost::kernel& k = kernels.kernel(opara::op_id::from_index(v)); k.launches()) {
            time += random.unit() * 10.0;
            arrivals.push_back({time, k, static_cast<std::int32_t>(random.below(3))});
        }
    }
    return arrivals;
}

// The smallest share of its blocks' work that any of them did. Rounding to whole SMs and blocks costs up to 1 %.
double least_done(const audited_run& r) {
    double least = 2.0;
    for (std::size_t i = 0; i < r.done.size(); ++i) {
        CHECK(r.ends[i] > 0.0);
        least = std::min(least, r.done[i] / r.due[i]);
    }
    return least;
}
constexpr double all = 0.98;

} // namespace

TEST_CASE("kernels that compete do all of their blocks, with and without priorities") {
    for (const cost::device* d : {&cost::devices::h200, &cost::devices::a100_pcie_40gb}) {
        std::vector<double> shares;
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            CAPTURE(seed);
            std::vector<arrival> arrivals = competitors(seed);
            for (arrival& a : arrivals) {
                a.priority = seed % 4 == 0 ? 0 : a.priority;
            }
            const audited_run r = opara::test::run_audited(arrivals, *d, 0.0, [](auto&&...) {});
            CHECK(least_done(r) > all);
            for (std::size_t i = 0; i < arrivals.size(); ++i) {
                shares.push_back(r.done[i] / r.due[i]);
            }
        }
        // SMs that differ are put together, and go by the latest: some kernels do more than they have to.
        std::sort(shares.begin(), shares.end());
        CHECK(shares[shares.size() / 2] < 1.05);
        CHECK(shares.back() < 4.0);
    }
}

TEST_CASE("a simulator that forgets blocks is found out") {
    for (std::uint64_t seed = 1; seed < 6; ++seed) {
        CAPTURE(seed);
        const std::vector<arrival> arrivals = competitors(seed);
        std::uint32_t victim = sim::machine_audit::none;
        const audited_run r =
            opara::test::run_audited(arrivals, cost::devices::h200, 0.0, [&](sim::machine& m, double) {
                if (victim ==
                    sim::machine_audit::none) { // once: half of what it has still to place, where that is much
                    victim = sim::machine_audit::forget_blocks(m, 0.5);
                }
            });
        REQUIRE(victim != sim::machine_audit::none);
        CHECK(least_done(r) < all);
        CHECK(r.done[victim] < all * r.due[victim]);
    }
}
