/// @file
/// From the priorities of a plan to those of CUDA.
#pragma once

#include <opara/cuda/error.hpp>
#include <opara/plan/plan.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace opara::inline OPARA_ABI::cuda {

/// Whether the priorities of a plan reach the device.
enum class node_priorities : std::uint8_t {
    ignored,   ///< all work has the same
    as_planned ///< work with a higher priority takes free places first
};

namespace detail {

/// The priorities of a plan as levels. A device has few (6 on an H100), and only their order means anything, so the
/// distinct priorities of the plan are numbered, the lowest 0; if there are more than the device has, the highest fall
/// together.
class priority_levels {
public:
    /// @throws cuda_error
    priority_levels(const plan& p, node_priorities use) {
        check(cudaDeviceGetStreamPriorityRange(&lowest_, &highest_), "cudaDeviceGetStreamPriorityRange");
        if (use == node_priorities::ignored) {
            return;
        }
        for (const command& c : p.commands()) {
            if (c.what == action::launch) {
                values_.push_back(c.priority);
            }
        }
        std::sort(values_.begin(), values_.end());
        values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
    }

    /// How many there are, at least 1.
    [[nodiscard]] std::size_t count() const noexcept {
        const auto device = static_cast<std::size_t>(lowest_ - highest_) + 1; // a smaller number goes first
        return std::clamp(values_.size(), std::size_t{1}, device);
    }
    /// The level of a launch.
    [[nodiscard]] std::size_t level(const command& c) const noexcept {
        const auto place = std::lower_bound(values_.begin(), values_.end(), c.priority) - values_.begin();
        return std::min(static_cast<std::size_t>(place), count() - 1);
    }
    /// What CUDA calls a level.
    [[nodiscard]] int native(std::size_t level) const noexcept { return lowest_ - static_cast<int>(level); }

private:
    int lowest_ = 0;
    int highest_ = 0;
    std::vector<std::int32_t> values_; // ascending; empty if priorities are ignored
};

} // namespace detail

} // namespace opara::inline OPARA_ABI::cuda
