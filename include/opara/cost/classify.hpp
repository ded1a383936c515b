/// @file
/// Compute- or memory-bound, by arithmetic intensity against a device's ridge point.
#pragma once

#include <opara/cost/device.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/cost/roofline.hpp>
#include <opara/cost/work.hpp>

namespace opara::inline OPARA_ABI::cost {

/// The arithmetic intensity, in FLOPs per byte of DRAM traffic, from which on ordinary arithmetic is the narrower roof.
[[nodiscard]] constexpr double ridge_point(const device& d) noexcept { return d.fp32_tflops * 1e3 / d.dram_gb_per_s; }

/// Memory-bound if moving the bytes takes longer than the arithmetic at full speed: the intensity lies left of the
/// ridge point (Williams, Waterman, Patterson: Roofline, CACM 52(4), 2009), where arithmetic on both kinds of unit and
/// traffic to both memories are weighed by their roofs. A kernel that does neither counts as compute.
[[nodiscard]] constexpr bound classify(const kernel& k, const device& d) noexcept {
    const double arithmetic = k.fp32_flops / d.fp32_tflops + k.tensor_flops / d.tensor_tflops; // 1e-12 s
    const double dram = k.dram_bytes / d.dram_gb_per_s * 1e3;
    const double l2 = k.l2_bytes / d.l2_gb_per_s * 1e3;
    return arithmetic >= (dram > l2 ? dram : l2) ? bound::compute : bound::memory;
}

/// The same for an operator before anybody chose a kernel, by its `roofline`.
[[nodiscard]] constexpr bound classify(const work& w, const device& d) noexcept {
    const roofline r = roofline_of(w, d);
    return r.arithmetic_us >= r.dram_us ? bound::compute : bound::memory;
}

} // namespace opara::inline OPARA_ABI::cost
