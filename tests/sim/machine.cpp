// What the simulated device keeps up to date from event to event is what one works out anew from the parts it consists
// of.
#include <opara/cost/devices.hpp>
#include <opara/sim/footprints.hpp>
#include <opara/sim/machine.hpp>
#include <opara/testing/random.hpp>
#include <opara/testing/random_kernels.hpp>
#include <tests/sim/audit.hpp>
#include <tests/sim/kinds.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cost = opara::cost;
namespace sim = opara::sim::detail;
using opara::test::arrival;

namespace {

std::vector<double> run(const std::vector<arrival>& arrivals, const cost::device& d) {
    return opara::test::run_audited(arrivals, d).ends;
}

} // namespace

TEST_CASE("a kernel that makes room for others until it has no block left keeps those that are to come") {
    // While kernel 2 is in front, kernel 1 loses all its blocks; 8,762 of them are still to be placed then.
    const auto kernel = [](std::uint32_t blocks, std::uint32_t threads, double us, double dram) {
        return cost::kernel{.blocks = blocks, .threads = threads, .duration_us = us, .dram_bytes = dram};
    };
    const std::vector<double> ends = run({{0.0, kernel(826, 512, 29.0, 9.98093e7), 0},
                                          {4.0, kernel(9304, 128, 74.0, 1.05979e8), 0},
                                          {20.0, kernel(12829, 256, 7.0, 1.2993e7), 2}},
                                         cost::devices::h200);
    CHECK(ends[1] > 100.0); // it ended at 93.9 when they were lost
}

TEST_CASE("another kernel may come first in the moment when the first one has placed all its blocks") {
    const cost::kernel many{.blocks = 20'000, .threads = 256, .registers = 32, .duration_us = 60.0};
    const cost::kernel urgent{.blocks = 132, .threads = 256, .duration_us = 10.0};
    sim::footprints prints{cost::devices::h200};
    const sim::footprint& print = prints.of(many, opara::op_id{0});
    sim::machine m{cost::devices::h200};
    const auto ignore = [](std::uint32_t, auto) {};
    static_cast<void>(m.enqueue(print, 0, 0, 0.1));
    double moment = 0.0;
    for (m.settle(ignore, ignore); !sim::machine_audit{m}.nothing_waits(); m.settle(ignore, ignore)) {
        moment = m.next();
        m.advance(moment);
    }
    for (const double earlier : {2e-6, 5e-7, 1e-13, 0.0}) { // what is within 1e-6 of each other is one event
        CAPTURE(earlier);
        const std::vector<double> ends = run({{0.0, many, 0}, {moment - earlier, urgent, 1}}, cost::devices::h200);
        CHECK(ends[0] > moment);
        CHECK(ends[1] > moment + 9.0);
    }
}

TEST_CASE("random kernels at random times: everything adds up after every event") {
    for (const cost::device* d : {&cost::devices::h200, &cost::devices::a100_pcie_40gb}) {
        for (std::uint64_t seed = 0; seed < 12; ++seed) {
            CAPTURE(seed);
            opara::testing::random_source random{seed};
            const opara::testing::random_kernels kernels{60, seed};
            const bool busy = seed % 2 == 0; // or seldom two at once
            std::vector<arrival> arrivals;
            double time = 0.0;
            for (std::size_t v = 0; v < kernels.size(); ++v) {
                if (kernels.kernel(opara::op_id::from_index(v)).launches()) {
                    time += random.unit() * (busy ? 10.0 : 80.0);
                    arrivals.push_back({time, kernels.kernel(opara::op_id::from_index(v)),
                                        seed % 3 == 0 ? static_cast<std::int32_t>(random.below(3)) : 0});
                }
            }
            const std::vector<double> ends = run(arrivals, *d);
            for (std::size_t i = 0; i < ends.size(); ++i) {
                CHECK(ends[i] >= arrivals[i].time_us + 0.75 * arrivals[i].kernel.duration_us);
            }
        }
    }
}

TEST_CASE("pairs of all kinds: everything adds up after every event") {
    for (const opara::test::kind& a : opara::test::kinds) {
        for (const opara::test::kind& b : opara::test::kinds) {
            CAPTURE(a.name);
            CAPTURE(b.name);
            const std::vector<double> ends =
                run({{0.0, a.launch}, {0.2, b.launch}, {40.0, b.launch, 1}}, cost::devices::h200);
            CHECK(*std::min_element(ends.begin(), ends.end()) > 0.0);
        }
    }
}
