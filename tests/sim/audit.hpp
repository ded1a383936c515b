/// @file
/// Works out anew what a simulated device keeps up to date from event to event.
#pragma once

#include <opara/cost/device.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/sim/footprints.hpp>
#include <opara/sim/machine.hpp>

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
            const running& k = *p.kernel;
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

    void kernel_adds_up(const running& k) const {
        double resident = 0.0;
        double working = 0.0;
        std::uint32_t parts = 0;
        for (const group& at : m.groups()) {
            for (const part& p : at.parts) {
                resident += p.kernel == &k ? p.count * at.sms : 0.0;
                working += p.kernel == &k ? p.count * at.sms * p.on_sm : 0.0;
                parts += p.kernel == &k ? 1U : 0U;
            }
        }
        CHECK(same(k.resident, resident, k.f->resident));
        CHECK(same(k.working, working, k.f->resident * k.f->stretch_global * k.f->stretch_local));
        CHECK(k.parts == parts);
        CHECK((k.parts > 0 || (k.resident == 0.0 && k.working == 0.0)));
        CHECK(k.moving() >= 0.0);
        // A kernel that gave way and comes back is reckoned in shares of blocks: it may hold a few more than alone.
        const double shares = k.flows ? 1.25 : 1.0 + 1e-6;
        CHECK(k.moving() <= std::max(k.wave, k.f->resident) * k.f->stretch_global * k.f->stretch_local * shares);
        CHECK(k.started);
        CHECK((k.slowed > 0.0 || k.resident < 1e-6));
        CHECK(k.slowed <= 1.0);
        CHECK(k.unplaced >= -1e-6);
    }

    // Nobody moves more than DRAM, L2 and each SM's way to it carry, nor computes more than the units do.
    void traffic_fits() const {
        double dram = 0.0;
        double l2 = 0.0;
        double math = 0.0;
        for (const running* k : m.active_) {
            dram += k->moving() * k->slowed * k->f->dram;
            l2 += k->moving() * k->slowed * k->f->l2_cost;
            math += k->working * k->slowed * k->f->block.math;
        }
        CHECK(dram <= m.dram_roof_ * (1.0 + 1e-6));
        CHECK(l2 <= m.l2_roof_ * (1.0 + 1e-6));
        CHECK(same(m.busy_dram() * m.dram_roof_, dram, m.dram_roof_));
        CHECK(same(m.busy_math() * m.device_->sms, math, m.device_->sms));
        for (const group& at : m.groups()) {
            double from_l2 = 0.0;
            double units = 0.0;
            for (const part& p : at.parts) {
                from_l2 += p.count * p.speed * p.kernel->f->block.l2;
                units += p.count * p.speed * p.kernel->f->block.math;
            }
            CHECK(from_l2 <= m.l2_of_sm_ * (1.0 + 1e-6));
            CHECK(units <= std::max(1.0, at.taken.math) * (1.0 + 1e-6));
        }
    }

    [[nodiscard]] bool nothing_waits() const { return m.queue_.empty(); }

    // Adds to each operator's account the blocks whose worth of work is done in the time to come.
    void account(double us, std::vector<double>& blocks) const {
        for (const running* k : m.active_) {
            blocks[k->op] += us * k->moving() * k->slowed / k->f->block_us;
        }
    }

    // Takes from the first in the queue a share of the blocks that are still to be placed, if they are most of its
    // blocks: what a simulator does that forgets them.
    // @return its operator, or none
    static std::uint32_t forget_blocks(machine& broken, double share) {
        if (broken.queue_.empty()) {
            return none;
        }
        running& first = *broken.queue_.front();
        if (first.now != wave_state::none || first.unplaced < 0.5 * first.f->blocks) {
            return none;
        }
        first.unplaced *= 1.0 - share;
        return first.op;
    }
    static constexpr std::uint32_t none = machine::nobody;

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
        std::uint32_t blockless = 0;
        for (const running* k : m.active_) {
            kernel_adds_up(*k);
            blockless += k->parts == 0 ? 1U : 0U;
        }
        CHECK(m.blockless_ == blockless);
        CHECK(!m.disturbed_);
        traffic_fits();
        CHECK(m.flow_ >= 0.0);
        CHECK(m.filled_ >= m.clock_);
        CHECK((m.queue_.empty() || m.queue_.front()->filling() || m.queue_.front()->unplaced >= 1.0 - 1e-6));
    }
};

} // namespace opara::inline OPARA_ABI::sim::detail

namespace opara::test {

/// A kernel that reaches the device at a time.
struct arrival {
    double time_us = 0.0;
    cost::kernel kernel;
    std::int32_t priority = 0;
};

/// What became of the arrivals.
struct audited_run {
    std::vector<double> ends;       // when each was over
    std::vector<double> done;       // the blocks whose worth of work was done by then
    std::vector<std::uint32_t> due; // the blocks that it has
};

/// Lets kernels arrive and run, with an audit after each event.
/// @param delay_us  what placing a first wave takes
/// @param meddle  called with the device and the time after each event
template <class Meddle>
audited_run run_audited(const std::vector<arrival>& arrivals, const cost::device& d, double delay_us, Meddle&& meddle) {
    namespace sim = opara::sim::detail;
    sim::footprints prints{d};
    std::vector<const sim::footprint*> print;
    audited_run result;
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
        print.push_back(&prints.of(arrivals[i].kernel, op_id::from_index(i)));
        result.due.push_back(print.back()->blocks);
    }
    sim::machine m{d};
    result.ends.assign(arrivals.size(), -1.0);
    result.done.assign(arrivals.size(), 0.0);
    std::size_t next = 0;
    double now = 0.0;
    std::size_t events = 0;
    for (;;) {
        const double arrives =
            next < arrivals.size() ? arrivals[next].time_us : std::numeric_limits<double>::infinity();
        const double before = now;
        now = std::max(now, std::min(arrives, m.next()));
        if (now == std::numeric_limits<double>::infinity()) {
            break;
        }
        sim::machine_audit{m}.account(now - before, result.done);
        m.advance(now);
        if (arrives < m.next()) {
            const arrival& a = arrivals[next];
            const bool first = m.enqueue(*print[next], static_cast<std::uint32_t>(next), a.priority, delay_us);
            ++next;
            if (!first) {
                continue;
            }
        }
        m.settle([](std::uint32_t, std::uint32_t) {},
                 [&](std::uint32_t op, double) {
                     CHECK(result.ends[op] < 0.0); // it ends once
                     result.ends[op] = now;
                 });
        sim::machine_audit{m}();
        meddle(m, now);
        REQUIRE(++events < 100 * arrivals.size()); // or it stands still
    }
    CHECK(m.busy_sms() == 0.0);
    CHECK(m.busy_dram() == doctest::Approx(0.0));
    CHECK(m.busy_math() == doctest::Approx(0.0));
    return result;
}
inline audited_run run_audited(const std::vector<arrival>& arrivals, const cost::device& d) {
    return run_audited(arrivals, d, 0.1, [](auto&&...) {});
}

} // namespace opara::test
