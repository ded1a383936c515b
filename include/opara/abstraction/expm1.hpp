/// @file
/// The exponential of networks' activations, made for loops.
#pragma once

#include <opara/core/config.hpp>

#include <bit>
#include <cstdint>

namespace opara::inline OPARA_ABI::abstraction::detail {

// e^y - 1 for 0 <= y <= 709, to a unit in the last place or so; NaN for NaN. No branch and no call, so that the
// compiler works on several at once, and the same bits with every C library.
//
// With y = k ln 2 + r, |r| <= ln 2 / 2, it is 2^k (e^r - 1) + (2^k - 1), and e^r - 1 is its Taylor polynomial: the
// first term left out is r^14 / 14!, below 2^-56 of the sum. Cody, Waite, "Software manual for the elementary
// functions", 1980, for the reduction in two parts.
[[nodiscard]] inline double expm1_of_positive(double y) noexcept {
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
    return power * p + (power - 1);
}

} // namespace opara::inline OPARA_ABI::abstraction::detail
