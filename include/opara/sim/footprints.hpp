/// @file
/// The footprints of many kernels, each worked out once.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/id.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/cost/device.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/sim/footprint.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace opara::inline OPARA_ABI::sim::detail {

/// Footprints by kernel. A network repeats the same launches (NASNet-A-Large has 98 different ones among 1,237
/// operators), and a search meets the same ones again and again.
class footprints {
public:
    /// @param d  the device, which must outlive the object
    explicit footprints(const cost::device& d) : device_{&d} {}

    /// A kernel's footprint; empty where the kernel takes no time. It stays where it is.
    /// @throws cost_error  naming operator `v`: the kernel's numbers are no costs, or a block of it does not fit an SM
    const footprint& of(const cost::kernel& k, op_id v) {
        if (known_ >= slots_.size() / 2) {
            grow();
        }
        std::size_t at = place_of(k);
        for (; slots_[at] != nullptr; at = (at + 1) & (slots_.size() - 1)) {
            if (slots_[at]->kernel == k) {
                return slots_[at]->print;
            }
        }
        if (known_ == together * chunks_.size()) {
            chunks_.emplace_back();
            chunks_.back().reserve(together);
        }
        chunks_.back().push_back({k, made_of(k, v)});
        ++known_;
        slots_[at] = &chunks_.back().back();
        return slots_[at]->print;
    }

private:
    struct known_kernel {
        cost::kernel kernel;
        footprint print;
    };
    static constexpr std::size_t together = 64;

    [[nodiscard]] std::size_t place_of(const cost::kernel& k) const noexcept {
        const std::uint64_t h = std::bit_cast<std::uint64_t>(k.duration_us) * 0x9E3779B97F4A7C15U ^
                                std::bit_cast<std::uint64_t>(k.dram_bytes) * 0xC2B2AE3D27D4EB4FU ^
                                (std::uint64_t{k.blocks} << 32U | k.threads) * 0x165667B19E3779F9U;
        return static_cast<std::size_t>(h >> 32U) & (slots_.size() - 1); // a power of two
    }
    void grow() {
        slots_.assign(std::max<std::size_t>(2 * slots_.size(), 64), nullptr);
        for (const std::vector<known_kernel>& chunk : chunks_) {
            for (const known_kernel& k : chunk) {
                std::size_t at = place_of(k.kernel);
                while (slots_[at] != nullptr) {
                    at = (at + 1) & (slots_.size() - 1);
                }
                slots_[at] = &k;
            }
        }
    }
    [[nodiscard]] footprint made_of(const cost::kernel& k, op_id v) const {
        static_cast<void>(cost::detail::checked(k.duration_us, v, "the duration"));
        for (const double amount : {k.dram_bytes, k.l2_bytes, k.fp32_flops, k.tensor_flops, k.in_flight_bytes}) {
            static_cast<void>(cost::detail::checked(amount, v, "the traffic or the arithmetic"));
        }
        if (k.duration_us == 0.0) {
            return {};
        }
        const footprint f = footprint_of(k, *device_);
        if (f.per_sm == 0) {
            throw cost_error{"a block of operator " + std::to_string(v.value) + " (" + std::to_string(k.threads) +
                                 " threads, " + std::to_string(k.registers) + " registers each, " +
                                 std::to_string(k.shared_bytes) + " bytes of shared memory) does not fit an SM of " +
                                 device_->name,
                             v};
        }
        return f;
    }

    const cost::device* device_;
    std::vector<std::vector<known_kernel>> chunks_; // so that none moves when there are more
    std::size_t known_ = 0;
    std::vector<const known_kernel*> slots_; // by hash, with linear probing
};

} // namespace opara::inline OPARA_ABI::sim::detail
