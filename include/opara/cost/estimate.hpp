/// @file
/// What a network costs on a device where nobody has measured it: a kernel for each operator's work.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/id.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/cost/device.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/cost/roofline.hpp>
#include <opara/cost/table.hpp>
#include <opara/cost/work.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cost {

/// Where the bytes of a network are when its operators want them.
struct residency {
    double weights = 1.0;     ///< share of the weights that comes from DRAM, the rest is still in L2
    double activations = 0.0; ///< share of the activations, likewise

    friend bool operator==(const residency&, const residency&) = default;
};

namespace detail {

// How a library cuts a product of matrices into blocks. Smaller tiles give more blocks and less reuse in each.
struct tile {
    double elements;       // of the output for each block
    double share;          // of what the largest tile reaches
    std::uint32_t threads; // of a block
    std::uint32_t registers_fp32;
    std::uint32_t registers_tensor; // accumulators and two stages of fragments: one or two blocks an SM
    std::uint32_t shared_bytes;     // two stages, which fit every device
};
inline constexpr tile tiles[] = {
    {128.0 * 128.0, 1.00, 256, 128, 232, 64U * 1024U}, {128.0 * 64.0, 0.95, 256, 96, 168, 48U * 1024U},
    {64.0 * 64.0, 0.80, 128, 128, 232, 32U * 1024U},   {64.0 * 32.0, 0.60, 128, 96, 168, 24U * 1024U},
    {32.0 * 32.0, 0.40, 64, 96, 168, 16U * 1024U},
};

inline std::array<double, 7> amounts_of(const work& w) noexcept {
    return {w.flops,        w.matrix_flops, w.convolution_flops, w.input_bytes,
            w.weight_bytes, w.output_bytes, w.output_elements};
}

inline std::uint32_t grid(double blocks) {
    return static_cast<std::uint32_t>(std::clamp(std::ceil(blocks), 1.0, 2147483647.0));
}

// A product of matrices, convolution included (implicit GEMM): output tiles, the inner dimension split where that pays.
inline kernel matrix_kernel(const work& w, const device& d, bool on_tensor_cores) {
    const double outputs = std::max(w.output_elements, 1.0);
    const double inner = w.matrix_flops / (2.0 * outputs);
    const double roof = on_tensor_cores ? d.tf32_tflops * d.kernels.tensor_share : d.fp32_tflops * d.kernels.fp32_share;
    const double sm_flops_per_us = roof * 1e6 / d.sms;
    kernel best;
    best.duration_us = std::numeric_limits<double>::infinity();
    for (const tile& t : tiles) {
        const double tiles_needed = std::ceil(outputs / t.elements);
        for (const double split : {1.0, 2.0, 4.0, 8.0}) {
            if (split > 1.0 && inner / split < 64.0) {
                break; // too little is left for each block
            }
            const double blocks = tiles_needed * split;
            const double waves = std::ceil(blocks / d.sms);
            const double us = d.kernels.floor_us + (split > 1.0 ? d.kernels.split_us : 0.0) +
                              waves * 2.0 * t.elements * inner / split / (sm_flops_per_us * t.share);
            if (us < best.duration_us) {
                best = {.blocks = grid(blocks),
                        .threads = t.threads,
                        .registers = on_tensor_cores ? t.registers_tensor : t.registers_fp32,
                        .shared_bytes = t.shared_bytes,
                        .duration_us = us};
            }
        }
    }
    best.duration_us += on_tensor_cores ? d.kernels.layout_us : 0.0;
    best.tensor_flops = on_tensor_cores ? w.matrix_flops * d.tensor_tflops / d.tf32_tflops : 0.0;
    best.fp32_flops = w.flops - (on_tensor_cores ? w.matrix_flops : 0.0);
    return best;
}

// Anything else: four elements for each thread of 128, of the larger side (a reduction reads more than it writes).
inline kernel simple_kernel(const work& w, const device& d) {
    const double bytes_each = w.output_elements > 0.0 ? w.output_bytes / w.output_elements : 4.0;
    const double elements = std::max(w.output_elements, w.input_bytes / std::max(bytes_each, 1.0));
    const double moved = w.bytes();
    return {.blocks = grid(elements / 512.0),
            .threads = 128,
            .registers = 32,
            .duration_us = d.kernels.floor_us + d.kernels.ramp_us * std::min(1.0, moved / 262144.0) +
                           w.flops / (d.fp32_tflops * 1e6 * d.kernels.simple_share),
            .fp32_flops = w.flops};
}

} // namespace detail

/// The kernel that a framework would launch for an operator. docs/costs.md tells the rules: a floor for every kernel,
/// tiles of an implicit GEMM for products of matrices, four elements a thread for the rest, DRAM for what is not in L2;
/// never faster than its arithmetic at the roof.
/// @param w  the operator's work; nothing is launched where it is empty
/// @param d  the device
/// @param where  where its bytes come from
/// @throws error  an amount is NaN, negative or infinite
[[nodiscard]] inline kernel estimate(const work& w, const device& d, residency where = {}) {
    for (const double amount : detail::amounts_of(w)) {
        if (!(std::isfinite(amount) && amount >= 0.0)) {
            throw error{"an amount of work is " + std::to_string(amount) + "; it must be finite and not negative"};
        }
    }
    if (w.empty()) {
        return {.blocks = 0};
    }
    const bool matrix = w.matrix_flops > 0.5 * w.flops && w.output_elements > 0.0;
    const bool on_tensor_cores = matrix && d.tf32_tflops > 0.0 && w.convolution_flops > 0.0;
    kernel k = matrix ? detail::matrix_kernel(w, d, on_tensor_cores) : detail::simple_kernel(w, d);
    k.dram_bytes = w.weight_bytes * where.weights + (w.input_bytes + w.output_bytes) * where.activations;
    k.l2_bytes = w.bytes();
    const double dram_us = k.dram_bytes / (d.dram_gb_per_s * 1e3 * d.kernels.dram_share);
    const double l2_us = k.l2_bytes / (d.l2_gb_per_s * 1e3 * d.kernels.l2_share);
    k.duration_us = matrix ? std::max(k.duration_us, d.kernels.floor_us + std::max(dram_us, l2_us))
                           : k.duration_us + std::max(dram_us, l2_us);
    k.duration_us = std::max(k.duration_us, roofline_of(w, d).arithmetic_us); // of mixed work: all of it
    return k;
}

/// Where the bytes of a network are in a loop of replays: what L2 holds from one replay to the next is as much of the
/// weights as fit beside the largest operator's activations; activations come from L2 unless an operator's own do not
/// fit.
[[nodiscard]] inline residency residency_of(std::span<const work> network, const device& d) {
    double weights = 0.0;
    double largest = 0.0;
    for (const work& w : network) {
        weights += w.weight_bytes;
        largest = std::max(largest, w.input_bytes + w.output_bytes);
    }
    const double room = std::max(0.7 * d.l2_bytes - largest, 0.0);
    return {.weights = weights > 0.0 ? std::clamp(1.0 - room / weights, 0.0, 1.0) : 0.0,
            .activations = largest > 0.0 ? std::clamp(1.0 - 0.7 * d.l2_bytes / largest, 0.0, 1.0) : 0.0};
}

/// What every operator of a network costs on a device, at batch sizes and shapes as they are in `network`.
/// @param network  the work of each operator, by number
/// @param d  the device
/// @throws cost_error  naming the operator whose amounts are NaN, negative or infinite
/// Complexity: O(operators).
[[nodiscard]] inline table estimate(std::span<const work> network, const device& d) {
    for (std::size_t i = 0; i < network.size(); ++i) {
        for (const double amount : detail::amounts_of(network[i])) {
            static_cast<void>(detail::checked(amount, op_id::from_index(i), "the work"));
        }
    }
    const residency where = residency_of(network, d);
    std::vector<kernel> kernels;
    kernels.reserve(network.size());
    for (const work& w : network) {
        kernels.push_back(estimate(w, d, where));
    }
    return table{std::move(kernels), d};
}

} // namespace opara::inline OPARA_ABI::cost
