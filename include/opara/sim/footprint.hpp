/// @file
/// A kernel as the simulated device sees it.
#pragma once

#include <opara/cost/device.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/cost/occupancy.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace opara::inline OPARA_ABI::sim::detail {

/// What blocks take of an SM. Aligned, so that two numbers at a time come from memory.
struct alignas(16) usage {
    double threads = 0.0;
    double slots = 0.0;
    double registers = 0.0;
    double shared = 0.0; // bytes
    double math = 0.0;   // share of the arithmetic, if they run at speed 1
    double l2 = 0.0;     // bytes/us, if they run at speed 1
    double plain = 0.0;  // blocks that keep blocks with much shared memory out
    double delay = 0.0;  // share of their time that other blocks on the SM lose to them

    void add(const usage& other, double times) noexcept {
        threads += times * other.threads;
        slots += times * other.slots;
        registers += times * other.registers;
        shared += times * other.shared;
        math += times * other.math;
        l2 += times * other.l2;
        plain += times * other.plain;
        delay += times * other.delay;
    }
};

/// What one block of a kernel holds and uses, worked out once from the launch and its time alone on the device. All
/// rates are those of a block that runs as fast as it does when the kernel is alone: "speed 1".
struct footprint {
    // How uneven blocks end: those that the whole device holds up drift apart, those that an SM holds up keep step.
    static constexpr double stagger_memory = 0.57;
    static constexpr double stagger_math = 0.25;

    std::uint32_t blocks = 0; // of the grid
    usage block;              // of a block
    double per_thread = 0.0;  // blocks for each thread of an SM, and so on: what limits how many fit
    double per_register = 0.0;
    double per_shared = 0.0;
    std::uint32_t per_sm = 0;    // blocks on an SM when alone
    double warps = 1.0;          // of a block
    double duration_us = 0.0;    // of the kernel alone
    double block_us = 0.0;       // of a block alone; less than the kernel's where it runs in waves
    double resident = 0.0;       // blocks at once when alone
    double placing_us = 0.0;     // from the launch until those are on the SMs: they are placed one by one
    double dram = 0.0;           // bytes/us of a block
    double l2_cost = 0.0;        // the L2 bandwidth of a block, and what its DRAM traffic costs of it
    double in_flight = 0.0;      // bytes on the way of a block
    double fp32 = 0.0;           // share of an SM's ordinary units that a block uses
    double math_need = 0.0;      // how much slower arithmetic slows the block: share of its time
    double issue_need = 0.0;     // how much slower instruction issue slows the block
    double delay_need = 0.0;     // how much other blocks on its SM delay the block: share of what they would
    double stretch_global = 1.0; // how much faster a block runs at most if DRAM or L2 are left to it
    double stretch_local = 1.0;  // ... if its SM is left to it
    double drain_width = 0.0;    // share of a block's time over which the last wave ends
    double drain_stagger = 0.0;  // share of that which parts the SMs, not the blocks of one SM
    bool stretches = false;      // either
    bool large_shared = false;   // asks for more than the default split leaves
    bool flows = false;          // more blocks than the device holds: runs in waves
};

/// `std::floor` for numbers from 0 to 2^31, which takes no call of a function.
[[nodiscard]] inline double whole(double x) noexcept { return static_cast<double>(static_cast<std::int32_t>(x)); }
/// `std::ceil`, likewise.
[[nodiscard]] inline double rounded_up(double x) noexcept {
    const double down = whole(x);
    return down < x ? down + 1.0 : down;
}

/// Blocks that stand for a grid of one wave: as many eighths of the SMs as it needs, whole SMs from two blocks an SM
/// on. Each of them then uses a little less. Kernels end up on the same SMs more often, so that fewer groups of SMs are
/// in different states, which is what a simulation costs.
[[nodiscard]] inline std::uint32_t snapped(std::uint32_t blocks, std::uint64_t capacity, std::uint32_t sms) noexcept {
    const double unit = sms / 8.0;
    if (blocks <= unit) {
        return blocks;
    }
    const double all = rounded_up(rounded_up(blocks / unit - 1e-9) * unit - 1e-9);
    return static_cast<std::uint32_t>(std::min(all, static_cast<double>(capacity)));
}

/// The rules of docs/simulator.md, section "One kernel". @return a footprint with no `per_sm` where it cannot run at
/// all
[[nodiscard]] inline footprint footprint_of(const cost::kernel& k, const cost::device& d) {
    constexpr double least_width = 0.15;
    constexpr double warps_to_fill = 8.0; // that keep an SM's arithmetic busy
    constexpr double l2_issue = 0.25;     // arithmetic that an SM loses to loads at full L2 speed

    footprint f;
    const cost::occupancy o = cost::occupancy_of(k, d);
    if (o.blocks_per_sm == 0) {
        return f;
    }
    const double sms = d.sms;
    f.block.threads = std::max((k.threads + 31) / 32 * 32, 32U);
    f.block.registers = std::max(static_cast<double>(cost::registers_of_block(k)), 1.0);
    f.block.shared = static_cast<double>(cost::shared_of_block(k, d));
    f.per_thread = 1.0 / f.block.threads;
    f.per_register = 1.0 / f.block.registers;
    f.per_shared = f.block.shared > 0.0 ? 1.0 / f.block.shared : std::numeric_limits<double>::max();
    f.large_shared = k.shared_bytes > d.shared_bytes_default;
    f.block.plain = !f.large_shared && k.split == cost::memory_split::by_use ? 1.0 : 0.0;
    f.block.slots = 1.0;
    f.warps = f.block.threads / 32.0;
    f.duration_us = k.duration_us;
    f.flows = k.blocks > o.resident;
    f.blocks = f.flows ? k.blocks : snapped(k.blocks, o.resident, d.sms);
    f.resident = static_cast<double>(std::min<std::uint64_t>(f.blocks, o.resident));
    f.placing_us = d.graph.block_us * f.resident;
    f.per_sm = f.flows ? o.blocks_per_sm : (f.blocks + d.sms - 1) / d.sms;
    const double waves = f.blocks / f.resident;
    f.block_us = k.duration_us / waves;
    f.in_flight = (k.in_flight_bytes > 0.0 ? k.in_flight_bytes : 64.0 * f.block.threads) * k.blocks / f.blocks;

    // What a block uses, never more than the kernel alone could.
    const double per_us = 1.0 / (k.duration_us * f.resident);
    const double dram_roof = d.dram_gb_per_s * 1e3; // bytes/us
    const double l2_roof = d.l2_gb_per_s * 1e3;
    f.dram = std::min(k.dram_bytes * per_us, dram_roof / f.resident);
    f.block.l2 = std::min(
        {std::max(k.l2_bytes, k.dram_bytes) * per_us, l2_roof / f.resident, d.l2_gb_per_s_per_sm * 1e3 / f.per_sm});
    f.l2_cost = f.block.l2 + (d.l2_bytes_per_dram_byte - 1.0) * f.dram;
    const double most = 1.0 / f.per_sm;
    const double fp32 = k.fp32_flops * per_us / (d.fp32_tflops * 1e6 / sms);
    const double tensor = k.tensor_flops * per_us / (d.tensor_tflops * 1e6 / sms);
    const double arithmetic = std::min(fp32 + tensor, most);
    f.fp32 = std::min(fp32, most);
    f.block.math = arithmetic + l2_issue * f.block.l2 / (l2_roof / sms);

    // What holds it up.
    const double use_dram = f.dram * f.resident / dram_roof;
    const double use_l2 = f.l2_cost * f.resident / l2_roof;
    const double use_math = arithmetic * f.per_sm;
    const double waiting =
        (f.dram * d.dram_latency_us + (f.block.l2 - std::min(f.dram, f.block.l2)) * d.l2_latency_us) / f.in_flight;
    const double memory = std::min(std::max({use_dram, use_l2, waiting}), 1.0);
    f.math_need = 1.0 - memory;
    f.issue_need = std::max(f.math_need, std::min(waiting, 1.0));

    f.block.delay = k.tensor_flops > 0.0 ? d.delay_by_tensor * std::min(f.warps / 4.0, 1.0)
                                         : d.delay_by_plain * std::min(f.warps / 8.0, 1.0);
    f.delay_need = 1.0 - std::min(std::max({use_dram, use_l2, use_math}), 1.0);

    // A kernel that no roof holds up gains nothing from an empty device.
    const auto fourth = [](double x) { return x * x * x * x; };
    const double use_global = std::max(use_dram, use_l2);
    if (use_global >= use_math) {
        f.stretch_global = 1.0 + fourth(std::min(use_global, 1.0)) * (1.0 / std::clamp(waiting, 0.05, 1.0) - 1.0);
    } else {
        const double alone = std::clamp(f.per_sm * f.warps / warps_to_fill, 1.0, static_cast<double>(f.per_sm));
        f.stretch_local = 1.0 + fourth(std::min(use_math, 1.0)) * (alone - 1.0);
    }
    constexpr double least_stretch = 1.02; // what is not worth the bookkeeping
    f.stretch_global = f.stretch_global < least_stretch ? 1.0 : f.stretch_global;
    f.stretch_local = f.stretch_local < least_stretch ? 1.0 : f.stretch_local;
    f.stretches = std::max(f.stretch_global, f.stretch_local) > 1.0;
    if (f.flows) {
        const auto rounds = static_cast<double>(std::max<std::uint64_t>(1, (k.blocks + o.resident - 1) / o.resident));
        const double idle = 1.0 - waves / rounds; // of the slots in the last wave, if waves keep step
        f.drain_stagger = use_global > use_math ? footprint::stagger_memory : footprint::stagger_math;
        f.drain_width = use_global > use_math ? 1.0 : std::clamp(2.0 * idle * waves, least_width, 1.0);
    }
    return f;
}

} // namespace opara::inline OPARA_ABI::sim::detail
