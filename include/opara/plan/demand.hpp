/// @file
/// How much of each resource of a device a kernel cannot do without.
#pragma once

#include <opara/core/id.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/cost/device.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/cost/occupancy.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace opara::inline OPARA_ABI {

/// What kernels share.
enum class resource : std::uint8_t {
    dram,     ///< bytes to and from the device's memory
    l2,       ///< bytes between the SMs and the L2 cache
    fp32,     ///< arithmetic on the ordinary units
    tensor,   ///< arithmetic on the tensor cores
    room,     ///< places for blocks on the SMs: threads, registers, shared memory, slots
    front_end ///< the start of nodes, one after another
};

/// Every resource, to loop over.
inline constexpr std::array all_resources{resource::dram,   resource::l2,   resource::fp32,
                                          resource::tensor, resource::room, resource::front_end};

/// Its place in `all_resources`.
[[nodiscard]] constexpr std::size_t index(resource r) noexcept { return static_cast<std::size_t>(r); }

namespace detail {

/// What a kernel needs, at least, beside whatever others.
struct kernel_demand {
    bool launches = false;                              // whether it is a node at all
    double duration_us = 0.0;                           // alone
    double edge_us = 0.0;                               // end of a parent to its start
    std::array<double, all_resources.size()> area_us{}; // time for which it takes all of each resource
};

/// The share of an SM's places that a block holds: of what it holds most of.
inline double room_of_block(const cost::kernel& k, const cost::device& d) {
    const auto share = [](double need, double all) { return all > 0.0 ? need / all : 0.0; };
    const std::uint32_t threads = (k.threads + 31) / 32 * 32; // whole warps
    return std::max({share(threads, d.threads_per_sm), share(1.0, d.blocks_per_sm),
                     share(static_cast<double>(cost::registers_of_block(k)), d.registers_per_sm),
                     share(static_cast<double>(cost::shared_of_block(k, d)), d.shared_bytes_per_sm)});
}

/// @throws cost_error  a number is NaN, negative or infinite
inline kernel_demand demand_on(const cost::kernel& k, const cost::device& d, op_id v) {
    using cost::detail::checked;
    kernel_demand result;
    result.duration_us = checked(k.duration_us, v, "the duration");
    const double dram = checked(k.dram_bytes, v, "the DRAM traffic");
    const double l2 = std::max(checked(k.l2_bytes, v, "the L2 traffic"), dram);
    const double fp32 = checked(k.fp32_flops, v, "the number of FLOPs");
    const double tensor = checked(k.tensor_flops, v, "the number of FLOPs on tensor cores");
    if (!k.launches()) {
        return result;
    }
    result.launches = true;
    result.area_us[index(resource::front_end)] = d.graph.front_end_us;
    const cost::occupancy o = cost::occupancy_of(k, d);
    const auto at_once = static_cast<double>(std::min<std::uint64_t>(k.blocks, o.resident));
    if (result.duration_us == 0.0 || at_once == 0.0) {
        result.edge_us = d.graph.edge_to_empty_us + std::min(0.0, d.graph.wide_fork_us - d.graph.edge_us);
        return result;
    }
    result.edge_us = std::min(d.graph.edge_us, d.graph.wide_fork_us) + d.graph.block_us * at_once;

    // The units: an amount over what the device delivers, and never more than the whole device (or, for arithmetic, the
    // SMs that have a block) could deliver in the kernel's time alone. Numbers that say otherwise are no measurements.
    const double us = result.duration_us;
    const double per_sm = k.blocks > o.resident ? o.blocks_per_sm : (k.blocks + d.sms - 1) / d.sms; // blocks, alone
    const double sms = std::min(1.0, at_once / (per_sm * d.sms));                                   // share in use
    const auto over = [](double amount, double rate) { return rate > 0.0 ? amount / rate : 0.0; };
    const double dram_us = std::min(over(dram, d.dram_gb_per_s * 1e3), us);
    const double l2_rate = d.l2_gb_per_s * 1e3;
    const double l2_us =
        std::min({over(l2, l2_rate), us, over(d.l2_gb_per_s_per_sm * 1e3 * d.sms * sms * us, l2_rate)}) +
        over((d.l2_bytes_per_dram_byte - 1.0) * dram_us * d.dram_gb_per_s * 1e3, l2_rate);
    const double fp32_us = std::min(over(fp32, d.fp32_tflops * 1e6), us * sms);
    const double tensor_us = std::min(over(tensor, d.tensor_tflops * 1e6), us * sms - fp32_us);
    result.area_us[index(resource::dram)] = dram_us;
    result.area_us[index(resource::l2)] = std::min(l2_us, us);
    result.area_us[index(resource::fp32)] = fp32_us;
    result.area_us[index(resource::tensor)] = tensor_us;

    // Room: blocks hold their places while they run, but with fewer beside them they may run faster, the more so the
    // more the kernel is held up by the units above; and the blocks of a last wave leave one by one. What is certain is
    // the time that is not spent on the units (squared: they queue), of the waves that are full.
    const double busy = std::min(1.0, std::max({dram_us, std::min(l2_us, us), (fp32_us + tensor_us) / sms}) / us);
    const double waves = k.blocks / at_once;
    const double block_us = us / waves;
    const double held = k.blocks > o.resident ? k.blocks - at_once : k.blocks;
    result.area_us[index(resource::room)] = held * block_us * room_of_block(k, d) * (1.0 - busy) * (1.0 - busy) / d.sms;
    return result;
}

} // namespace detail
} // namespace opara::inline OPARA_ABI
