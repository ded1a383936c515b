/// @file
/// The cost model for when nothing is known.
#pragma once

#include <opara/core/id.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/cost/kernel.hpp>

namespace opara::inline OPARA_ABI::cost {

/// Every operator costs the same. Models all four concepts of `cost/concepts.hpp`.
struct uniform {
    cost::kernel each{.blocks = 1, .duration_us = 1.0}; ///< the launch of every operator
    double share = 0.0;                                 ///< its demand for the device
    opara::bound limit = opara::bound::compute;         ///< what it is limited by

    [[nodiscard]] constexpr double duration_us(op_id) const noexcept { return each.duration_us; } ///< `each`'s
    [[nodiscard]] constexpr opara::bound bound(op_id) const noexcept { return limit; }            ///< `limit`
    [[nodiscard]] constexpr double demand(op_id) const noexcept { return share; }                 ///< `share`
    [[nodiscard]] constexpr const cost::kernel& kernel(op_id) const noexcept { return each; }     ///< `each`

    friend bool operator==(const uniform&, const uniform&) = default;
};

static_assert(duration_model<uniform> && bound_model<uniform> && demand_model<uniform> && kernel_model<uniform>);

} // namespace opara::inline OPARA_ABI::cost
