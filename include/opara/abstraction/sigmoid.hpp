/// @file
/// The logistic function of networks, made for loops.
#pragma once

#include <opara/abstraction/expm1.hpp>

#include <cstddef>

namespace opara::inline OPARA_ABI::abstraction::detail {

// 1 / (1 + e^-x) of `count` numbers, without branches and calls, and with the same bits with every C library: see
// `tanh_of_each`. With t = e^|x| - 1 it is (t + 1) / (t + 2) where x >= 0, else 1 / (t + 2): no difference of near
// numbers, so it is right to 3 units in the last place where |x| <= 708. Below -708 it is what it is there, less than
// 1e-307; NaN for NaN.
template <std::size_t count>
constexpr void sigmoid_of_each(const double* from, double* to) noexcept {
    double size[count];
    for (std::size_t k = 0; k < count; ++k) { // a loop of its own, as there
        const double y = magnitude(from[k]);
        size[k] = y > 708 ? 708 : y;
    }
    for (std::size_t k = 0; k < count; ++k) {
        const ratio t = expm1_of_positive(size[k]);
        to[k] = (from[k] < 0 ? t.below : t.above + t.below) / (t.above + 2 * t.below);
    }
}

} // namespace opara::inline OPARA_ABI::abstraction::detail
