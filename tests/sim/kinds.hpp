/// @file
/// The fourteen kinds of kernel whose pairs were measured on an H200, and what was measured.
#pragma once

#include <tests/sim/build.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace opara::test {

/// One kind: nothing but a launch and what it uses.
struct kind {
    std::string_view name;
    cost::kernel launch;
};

inline constexpr double solo_us = 120.0;          ///< every kind alone
inline constexpr double dram = solo_us * 3.95e6;  ///< bytes at the roof
inline constexpr double l2 = solo_us * 9.3e6;     ///< bytes at the roof
inline constexpr double fp32 = solo_us * 62e6;    ///< FLOPs at the roof
inline constexpr double tensor = solo_us * 590e6; ///< FLOPs at the roof

/// *full*: eight waves at full occupancy. *132*: one block per SM. *smem*: the same with 200 KB. *half*: 66 SMs, where
/// DRAM gives 3.5 TB/s and L2 7.0. *S16*: a copy by 16 blocks. *tiny*: a block that waits for its own arithmetic.
/// The source gives blocks, threads (256 to 512 for the 132s) and bytes in flight of D132 and S16 (4.3 and 0.26 MB);
/// the rest of the shapes are the simplest that fit its text.
inline const std::array<kind, 14> kinds{{
    {"Dfull", {.blocks = 8448, .duration_us = solo_us, .dram_bytes = dram, .l2_bytes = dram}},
    {"Ffull", {.blocks = 8448, .duration_us = solo_us, .fp32_flops = fp32}},
    {"Tfull", {.blocks = 8448, .duration_us = solo_us, .tensor_flops = tensor}},
    {"Lfull", {.blocks = 8448, .duration_us = solo_us, .l2_bytes = l2, .in_flight_bytes = 8192}},
    {"D132", {.blocks = 132, .threads = 512, .duration_us = solo_us, .dram_bytes = dram, .l2_bytes = dram}},
    {"T132", {.blocks = 132, .duration_us = solo_us, .tensor_flops = tensor}},
    {"Tsmem", {.blocks = 132, .shared_bytes = 200 * 1024, .duration_us = solo_us, .tensor_flops = tensor}},
    {"L132", {.blocks = 132, .threads = 512, .duration_us = solo_us, .l2_bytes = l2, .in_flight_bytes = 16384}},
    {"Dhalf",
     {.blocks = 66,
      .threads = 1024,
      .duration_us = solo_us,
      .dram_bytes = 3.5 / 3.95 * dram,
      .l2_bytes = 3.5 / 3.95 * dram}},
    {"Fhalf", {.blocks = 66, .threads = 1024, .duration_us = solo_us, .fp32_flops = fp32 / 2}},
    {"Thalf", {.blocks = 66, .threads = 1024, .duration_us = solo_us, .tensor_flops = tensor / 2}},
    {"Lhalf",
     {.blocks = 66, .threads = 1024, .duration_us = solo_us, .l2_bytes = 7.0 / 9.3 * l2, .in_flight_bytes = 32768}},
    {"S16",
     {.blocks = 16,
      .threads = 512,
      .duration_us = solo_us,
      .dram_bytes = 0.83 / 3.95 * dram,
      .l2_bytes = 0.83 / 3.95 * dram,
      .in_flight_bytes = 16384}},
    {"tiny", {.blocks = 1, .threads = 64, .duration_us = solo_us, .fp32_flops = solo_us * 1e3}},
}};

/// Measured: makespan of A and B under one root, A created first, over the sum of their times alone.
inline constexpr double measured_ratio[14][14] = {
    {1.00, 0.98, 0.98, 0.98, 1.17, 2.90, 1.00, 1.09, 0.99, 1.47, 1.47, 1.00, 1.04, 0.97},
    {0.97, 0.98, 0.98, 0.98, 1.04, 1.46, 1.00, 1.00, 0.98, 0.99, 0.99, 0.91, 1.02, 0.97},
    {0.97, 1.00, 0.98, 0.98, 1.14, 1.91, 1.00, 1.13, 0.96, 1.03, 0.98, 1.02, 1.01, 0.97},
    {0.94, 0.94, 0.95, 0.98, 1.07, 2.85, 1.00, 1.17, 0.97, 0.98, 1.47, 1.00, 1.01, 0.92},
    {1.01, 0.74, 0.56, 0.69, 1.01, 0.55, 0.99, 0.85, 1.03, 0.76, 0.54, 0.80, 0.91, 0.52},
    {0.57, 1.04, 0.98, 0.68, 0.55, 0.98, 0.99, 0.62, 0.57, 1.04, 0.98, 0.66, 0.56, 0.95},
    {0.56, 1.04, 0.98, 0.68, 0.55, 0.99, 1.00, 0.62, 0.57, 1.04, 0.98, 0.67, 0.56, 0.95},
    {0.93, 0.94, 0.66, 0.99, 0.84, 0.63, 1.00, 0.98, 0.79, 0.82, 0.78, 0.93, 0.59, 0.56},
    {0.96, 0.63, 0.58, 0.63, 0.95, 0.99, 0.99, 0.76, 0.88, 0.51, 0.51, 0.66, 0.83, 0.50},
    {0.51, 0.74, 0.78, 0.57, 0.78, 0.98, 1.00, 0.58, 0.98, 0.50, 0.55, 0.50, 0.50, 0.50},
    {0.55, 0.89, 0.75, 0.59, 0.53, 0.98, 0.99, 0.58, 0.51, 0.55, 0.50, 0.50, 0.51, 0.55},
    {0.86, 0.82, 0.65, 0.90, 0.69, 0.99, 0.99, 0.88, 0.63, 0.50, 0.51, 0.75, 0.61, 0.50},
    {0.95, 0.91, 0.52, 0.81, 0.91, 0.99, 1.00, 0.59, 0.91, 0.50, 0.51, 0.55, 0.55, 0.50},
    {0.52, 0.97, 0.94, 0.56, 0.52, 0.95, 0.99, 0.55, 0.53, 0.50, 0.55, 0.50, 0.53, 0.50},
};

/// The kernels under one root, in this order: from the first start to the last end, over the sum of their times alone.
inline double simulated_ratio(const std::vector<cost::kernel>& kernels) {
    double sum = 0.0;
    for (const cost::kernel& k : kernels) {
        sum += k.duration_us;
    }
    const std::size_t n = kernels.size();
    const cost::table costs{kernels, cost::devices::h200};
    const sim::timeline t = simulate_h200(frozen_graph{n, {}}, costs);
    double first = t.makespan_us;
    double last = 0.0;
    for (const sim::activity& a : t.operators) {
        first = std::min(first, a.start_us);
        last = std::max(last, a.end_us);
    }
    return (last - first) / sum;
}

} // namespace opara::test
