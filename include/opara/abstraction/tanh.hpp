/// @file
/// The hyperbolic tangent of networks, made for loops.
#pragma once

#include <opara/abstraction/expm1.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace opara::inline OPARA_ABI::abstraction::detail {

// tanh x for |x| <= 20, to 3 units in the last place; NaN for NaN: tanh |x| = t / (t + 2) with t = e^2|x| - 1.
[[nodiscard]] constexpr double tanh_up_to_20(double x) noexcept {
    const ratio t = expm1_of_positive(2 * magnitude(x));
    const double size = t.above / (t.above + 2 * t.below);
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(size) | (std::bit_cast<std::uint64_t>(x) & sign_bit));
}

// tanh of `count` numbers, without branches and calls, so that the compiler works on several at once: it is where a
// network with this activation spends most of its time. The same bits with every C library.
template <std::size_t count>
constexpr void tanh_of_each(const double* from, double* to) noexcept {
    double clipped[count];
    for (std::size_t k = 0; k < count;
         ++k) { // a loop of its own, else the compiler makes two cases of all that follows
        const double low = from[k] < -20 ? -20 : from[k]; // NaN stays NaN
        clipped[k] = low > 20 ? 20 : low;                 // tanh 20 rounds to 1
    }
    for (std::size_t k = 0; k < count; ++k) {
        to[k] = tanh_up_to_20(clipped[k]);
    }
}

} // namespace opara::inline OPARA_ABI::abstraction::detail
