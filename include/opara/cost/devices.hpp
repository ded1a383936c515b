/// @file
/// The GPUs that the library knows.
#pragma once

#include <opara/cost/device.hpp>

#include <array>
#include <string_view>

/// GPUs as data. Numbers are measured where the comment says so; else the datasheet's, with the share of it that the
/// same measurement reached on the H200; graph costs that nobody measured are scaled, and the comment says from what.
namespace opara::inline OPARA_ABI::cost::devices {

/// NVIDIA H200 SXM, 141 GB. Everything here was measured on one (driver 580.159.04, CUDA 13.0, 1980 MHz), the sizes
/// apart, which are the datasheet's. DRAM by copy, L2 by reads of a 12 MB set, FP32 by multiply-adds, tensor cores by
/// mma.sync on bf16 (wgmma reaches more, but few kernels of batch-1 networks use it); TF32 is half of bf16 by the
/// datasheet. One SM's share of L2: 64 bytes a clock. Latencies, L2 bytes per DRAM byte: fitted to the co-run table.
inline const device h200{
    .name = "h200",
    .sms = 132,
    .dram_gb_per_s = 3950.0,
    .l2_gb_per_s = 9300.0,
    .l2_bytes = 60.0 * 1024.0 * 1024.0,
    .l2_gb_per_s_per_sm = 165.0,
    .fp32_tflops = 62.0,
    .tensor_tflops = 590.0,
    .tf32_tflops = 295.0,
};

/// NVIDIA H100 SXM, 80 GB: the same chip with slower memory, so everything else is the H200's. DRAM: 3350 by the
/// datasheet, of which 82 % as on the H200 (3950 of 4800). L2: 50 MB by the datasheet.
inline const device h100{
    .name = "h100",
    .sms = 132,
    .dram_gb_per_s = 2760.0,
    .l2_gb_per_s = 9300.0,
    .l2_bytes = 50.0 * 1024.0 * 1024.0,
    .l2_gb_per_s_per_sm = 165.0,
    .fp32_tflops = 62.0,
    .tensor_tflops = 590.0,
    .tf32_tflops = 295.0,
};

/// NVIDIA A100 PCIe, 40 GB, as in the Opara paper. Nothing here was measured: sizes, 1555 GB/s, 19.5 and 312 TFLOP/s
/// are the datasheet's; DRAM at 85 % (the H200's faster memory reaches 82 %), FP32 at 93 % (as the H200), tensor cores
/// at 80 %, L2 at 64 bytes a clock and SM at 1410 MHz with the H200's share of that (55 %). Graph costs: the H200's
/// times 1.6, a guess between the clocks' ratio (1.4) and the 1.3 us a node that others report for CUDA 11 and 12 on
/// Ampere and Hopper (2.1).
inline const device a100_pcie_40gb{
    .name = "a100_pcie_40gb",
    .sms = 108,
    .shared_bytes_per_sm = 164U * 1024U,
    .shared_bytes_per_block = 163U * 1024U,
    .shared_bytes_default = 72U * 1024U,
    .dram_gb_per_s = 1320.0,
    .l2_gb_per_s = 5400.0,
    .l2_bytes = 40.0 * 1024.0 * 1024.0,
    .l2_gb_per_s_per_sm = 90.0,
    .dram_latency_us = 0.60,
    .l2_latency_us = 0.25,
    .fp32_tflops = 18.1,
    .tensor_tflops = 250.0,
    .tf32_tflops = 125.0,
    .graph = {.edge_us = 0.98,
              .edge_to_empty_us = 0.80,
              .programmatic_edge_us = 0.98, // there are none before Hopper
              .block_us = 0.0010,
              .fork_step_us = 0.45,
              .wide_fork_us = 2.56,
              .front_end_us = 0.28,
              .relay_us = 0.54,
              .replay_us = 2.1,
              .channel_join_us = 3.3,
              .further_channel_us = 1.4,
              .further_root_us = 0.70,
              .memset_us = 2.7,
              .memcpy_us = 1.2},
};

/// NVIDIA GeForce RTX 2080 SUPER, 8 GB, as in the Opara paper. Nothing here was measured: sizes, 496 GB/s, 11.15 and 89
/// TFLOP/s are the datasheet's; DRAM at 85 %, FP32 at 93 %, tensor cores at 80 % of them; L2 scaled by the clock from
/// the 1270 GB/s published for the T4 (Jia et al., 2019), which has the same L2. Turing's tensor cores take no 32-bit
/// inputs. Graph costs: as for the A100.
inline const device rtx_2080_super{
    .name = "rtx_2080_super",
    .sms = 48,
    .threads_per_sm = 1024,
    .blocks_per_sm = 16,
    .shared_bytes_per_sm = 64U * 1024U,
    .shared_bytes_per_block = 64U * 1024U,
    .shared_bytes_reserved = 0,
    .shared_bytes_default = 32U * 1024U,
    .dram_gb_per_s = 420.0,
    .l2_gb_per_s = 1450.0,
    .l2_bytes = 4.0 * 1024.0 * 1024.0,
    .l2_gb_per_s_per_sm = 60.0,
    .dram_latency_us = 0.55,
    .l2_latency_us = 0.20,
    .fp32_tflops = 10.4,
    .tensor_tflops = 71.0,
    .tf32_tflops = 0.0,
    .graph = a100_pcie_40gb.graph,
};

/// The device of that name, or null.
[[nodiscard]] inline const device* find(std::string_view name) noexcept {
    for (const device* d : {&rtx_2080_super, &a100_pcie_40gb, &h100, &h200}) {
        if (d->name == name) {
            return d;
        }
    }
    return nullptr;
}

/// The names of all of them, oldest first.
[[nodiscard]] constexpr std::array<std::string_view, 4> names() noexcept {
    return {"rtx_2080_super", "a100_pcie_40gb", "h100", "h200"};
}

} // namespace opara::inline OPARA_ABI::cost::devices
