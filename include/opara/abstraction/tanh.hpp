/// @file
/// The hyperbolic tangent of networks, made for loops.
#pragma once

#include <opara/core/config.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace opara::inline OPARA_ABI::abstraction::detail {

// tanh x for |x| <= 20, to 3 units in the last place; NaN for NaN.
//
// tanh |x| = t / (t + 2) with t = e^2|x| - 1. With 2|x| = k ln 2 + r, |r| <= ln 2 / 2, t is 2^k (e^r - 1) + (2^k - 1),
// and e^r - 1 is its Taylor polynomial: the first term left out is r^14 / 14!, below 2^-56 of the sum. Cody, Waite,
// "Software manual for the elementary functions", 1980, for the reduction in two parts.
[[nodiscard]] constexpr double tanh_up_to_20(double x) noexcept {
    constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63U;
    const auto bits = std::bit_cast<std::uint64_t>(x);
    const double y = 2 * std::bit_cast<double>(bits & ~sign_bit);
    constexpr double magic = 0x1.8p52; // a number plus this has its nearest integer in its last bits
    const double shifted = y * 0x1.71547652b82fep+0 + magic;
    const double k = shifted - magic;
    const double r = (y - k * 0x1.62e42fefa38p-1) - k * 0x1.ef35793c7673p-45; // k times the first is exact
    const double power = std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1023) << 52U);
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r * r + r;
    const double t = power * p + (power - 1);
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(t / (t + 2)) | (bits & sign_bit));
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
