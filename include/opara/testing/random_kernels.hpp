/// @file
/// Seeded random launches.
#pragma once

#include <opara/core/id.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/testing/random.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::testing {

/// A cost model that knows everything (it models every concept of `cost/concepts.hpp`) about operators made up at
/// random: grids from one block to some waves of a large GPU, durations from 1 to 64 us, bytes and FLOPs that fit the
/// duration, and one operator in twenty that launches nothing.
class random_kernels {
public:
    /// @param operators  how many
    /// @param seed  equal seeds give equal models
    random_kernels(std::size_t operators, std::uint64_t seed) {
        random_source random{seed};
        constexpr std::uint32_t widths[] = {32, 64, 128, 256, 512, 1024};
        for (std::size_t v = 0; v < operators; ++v) {
            cost::kernel k;
            if (random.chance(0.05)) {
                k.blocks = 0;
                kernels_.push_back(k);
                continue;
            }
            k.blocks = static_cast<std::uint32_t>(std::size_t{1} << random.between(0, 11));
            k.blocks -= static_cast<std::uint32_t>(random.below(k.blocks / 2 + 1));
            k.threads = widths[random.below(std::size(widths))];
            k.registers = static_cast<std::uint32_t>(random.between(2, 8) * 8);
            k.shared_bytes = random.chance(0.5) ? 0U : static_cast<std::uint32_t>(random.between(1, 48) * 1024);
            k.duration_us = static_cast<double>(random.between(1, 64));
            // At most what 1.5 TB/s, 8 TFLOP/s or 50 TFLOP/s on tensor cores could do meanwhile.
            k.dram_bytes = k.duration_us * 1.5e6 * random.unit();
            k.l2_bytes = k.dram_bytes * (1.0 + random.unit());
            k.fp32_flops = k.duration_us * 8e6 * random.unit();
            k.tensor_flops = random.chance(0.5) ? k.duration_us * 5e7 * random.unit() : 0.0;
            kernels_.push_back(k);
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return kernels_.size(); }                 ///< operators
    [[nodiscard]] const cost::kernel& kernel(op_id v) const { return kernels_[v.index()]; }     ///< the launch
    [[nodiscard]] double duration_us(op_id v) const { return kernels_[v.index()].duration_us; } ///< its duration
    /// Memory if it moves more than a byte for every four FLOPs.
    [[nodiscard]] opara::bound bound(op_id v) const {
        const cost::kernel& k = kernels_[v.index()];
        return k.dram_bytes * 4.0 > k.fp32_flops + k.tensor_flops ? opara::bound::memory : opara::bound::compute;
    }
    /// Its threads as a share of 132 SMs with 2048 each.
    [[nodiscard]] double demand(op_id v) const {
        const cost::kernel& k = kernels_[v.index()];
        return static_cast<double>(k.blocks) * k.threads / (132.0 * 2048.0);
    }

private:
    std::vector<cost::kernel> kernels_;
};

} // namespace opara::inline OPARA_ABI::testing
