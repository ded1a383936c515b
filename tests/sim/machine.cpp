// What the simulated device keeps up to date from event to event is what one works out anew from the parts it consists
// of.
#include <opara/cost/devices.hpp>
#include <opara/sim/footprints.hpp>
#include <opara/sim/machine.hpp>
#include <opara/testing/random.hpp>
#include <opara/testing/random_kernels.hpp>
#include <tests/sim/kinds.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace opara::inline OPARA_ABI::sim::detail {

struct machine_audit {
    const machine& m;

    // Sums of up to thousands of additions and subtractions.
    static bool same(double a, double b, double scale) { return std::abs(a - b) <= 1e-6 * std::max(scale, 1.0); }

    void group_adds_up(const group& at) const {
        usage taken;
        std::uint32_t stretching = 0;
        double first = std::numeric_limits<double>::infinity();
        for (const part& p : at.parts) {
            const running& k = m.kernels_[p.kernel];
            taken.add(k.f->block, p.count);
            stretching += k.f->stretches ? 1U : 0U;
            first = k.filling() ? first : std::min(first, p.end);
            CHECK(p.count >= -1e-9);
            CHECK(p.speed == std::max(p.on_sm * k.slowed, 1e-4));
            CHECK((!at.calm || p.on_sm == 1.0));
            CHECK((k.filling() || p.end >= m.clock_ - 1e-6));
        }
        CHECK(!at.changed);
        CHECK(at.sms >= 1.0);
        CHECK(at.next == first);
        CHECK(at.stretching == stretching);
        CHECK((!at.calm || m.is_calm(at)));
        CHECK(same(at.taken.threads, taken.threads, m.capacity_.threads));
        CHECK(same(at.taken.slots, taken.slots, m.capacity_.slots));
        CHECK(same(at.taken.registers, taken.registers, m.capacity_.registers));
        CHECK(same(at.taken.shared, taken.shared, m.capacity_.shared));
        CHECK(same(at.taken.math, taken.math, 1.0));
        CHECK(same(at.taken.l2, taken.l2, m.l2_of_sm_));
        CHECK(same(at.taken.plain, taken.plain, m.capacity_.slots));
        CHECK(taken.threads <= m.capacity_.threads * (1.0 + 1e-6));
        CHECK(taken.slots <= m.capacity_.slots * (1.0 + 1e-6));
        CHECK(taken.registers <= m.capacity_.registers * (1.0 + 1e-6));
        CHECK(taken.shared <= m.capacity_.shared * (1.0 + 1e-6));
    }

    void kernel_adds_up(std::uint32_t i) const {
        const running& k = m.kernels_[i];
        double resident = 0.0;
        double working = 0.0;
        std::uint32_t parts = 0;
        for (const group& at : m.groups()) {
            for (const part& p : at.parts) {
                resident += p.kernel == i ? p.count * at.sms : 0.0;
                working += p.kernel == i ? p.count * at.sms * p.on_sm : 0.0;
                parts += p.kernel == i ? 1U : 0U;
            }
        }
        CHECK(same(k.resident, resident, k.f->resident));
        CHECK(same(k.working, working, k.f->resident * k.f->stretch_global * k.f->stretch_local));
        CHECK(k.parts == parts);
        CHECK((k.parts > 0 || (k.resident == 0.0 && k.working == 0.0)));
        CHECK(k.moving() >= 0.0);
        CHECK(k.moving() <= std::max(k.wave, k.f->resident) * k.f->stretch_global * k.f->stretch_local * (1.0 + 1e-6));
        CHECK(k.started);
        CHECK(k.slowed <= 1.0);
    }

    [[nodiscard]] bool nothing_waits() const { return m.queue_.empty(); }

    void operator()() const {
        double sms = 0.0;
        double busy = 0.0;
        for (const group& at : m.groups()) {
            group_adds_up(at);
            sms += at.sms;
            busy += at.parts.empty() ? 0.0 : at.sms;
        }
        CHECK(sms == m.device_->sms);
        CHECK(m.busy_sms() == doctest::Approx(busy / sms));
        for (const std::uint32_t i : m.active_) {
            kernel_adds_up(i);
        }
        CHECK(m.flow_ >= 0.0);
        CHECK(m.filled_ >= m.clock_);
        CHECK((m.queue_.empty() || m.kernels_[m.queue_.front()].unplaced >= 1.0 - 1e-6));
    }
};

} // namespace opara::inline OPARA_ABI::sim::detail

namespace {

namespace cost = opara::cost;
namespace sim = opara::sim::detail;

struct arrival {
    double time_us = 0.0;
    cost::kernel kernel;
    std::int32_t priority = 0;
};

// Lets kernels arrive and run, with an audit after each event. @return when each was over
std::vector<double> run(const std::vector<arrival>& arrivals, const cost::device& d) {
    sim::footprints prints{d};
    std::vector<std::uint32_t> number;
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
        number.push_back(prints.of(arrivals[i].kernel, opara::op_id::from_index(i)));
    }
    sim::machine m{d};
    std::vector<double> ends(arrivals.size(), -1.0);
    std::size_t next = 0;
    double now = 0.0;
    std::size_t events = 0;
    for (;;) {
        const double arrives =
            next < arrivals.size() ? arrivals[next].time_us : std::numeric_limits<double>::infinity();
        now = std::max(now, std::min(arrives, m.next()));
        if (now == std::numeric_limits<double>::infinity()) {
            break;
        }
        m.advance(now);
        if (arrives < m.next()) {
            const arrival& a = arrivals[next];
            const bool first = m.enqueue(prints[number[next]], static_cast<std::uint32_t>(next), a.priority, 0.1);
            ++next;
            if (!first) {
                continue;
            }
        }
        m.settle([](std::uint32_t, std::uint32_t) {}, [&](std::uint32_t op, double) { ends[op] = now; });
        sim::machine_audit{m}();
        REQUIRE(++events < 100 * arrivals.size()); // or it stands still
    }
    CHECK(m.busy_sms() == 0.0);
    CHECK(m.busy_dram() == doctest::Approx(0.0));
    CHECK(m.busy_math() == doctest::Approx(0.0));
    return ends;
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
    const std::uint32_t number = prints.of(many, opara::op_id{0});
    sim::machine m{cost::devices::h200};
    const auto ignore = [](std::uint32_t, auto) {};
    static_cast<void>(m.enqueue(prints[number], 0, 0, 0.1));
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
