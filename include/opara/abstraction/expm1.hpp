/// @file
/// The exponential of networks' activations, made for loops.
#pragma once

#include <opara/core/config.hpp>

#include <bit>
#include <cstdint>

namespace opara::inline OPARA_ABI::abstraction::detail {

inline constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63U;

// |x|, without a call.
[[nodiscard]] constexpr double magnitude(double x) noexcept {
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & ~sign_bit);
}

// A number that has not been divided yet: what follows divides anyway, and a division costs as much as five products.
struct ratio {
    double above;
    double below; // > 0
};

// e^y - 1 for 0 <= y <= 708, to two units in the last place or so; NaN for NaN. No branch and no call, so that the
// compiler works on several at once, and the same bits with every C library.
//
// With y = k ln 2 + r, |r| <= ln 2 / 2, it is 2^k (e^r - 1) + (2^k - 1), and e^r - 1 is 2 r / (R - r) with
// R = r (e^r + 1) / (e^r - 1) = 2 + r^2 / 6 - r^4 / 360 + ..., an even function: its power series needs half as many
// terms as that of e^r. The first one left out is below 2^-58. Cody, Waite, "Software manual for the elementary
// functions", 1980, for the reduction in two parts and the fraction.
[[nodiscard]] constexpr ratio expm1_of_positive(double y) noexcept {
    constexpr double magic = 0x1.8p52; // a number plus this has its nearest integer in its last bits
    const double shifted = y * 0x1.71547652b82fep+0 + magic;
    const double k = shifted - magic;
    const double r = (y - k * 0x1.62e42fefa38p-1) - k * 0x1.ef35793c7673p-45; // k times the first is exact
    const double power = std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1023) << 52U);
    const double square = r * r;
    double p = -691.0 / 653837184000.0;
    p = p * square + 1.0 / 23950080.0;
    p = p * square - 1.0 / 604800.0;
    p = p * square + 1.0 / 15120.0;
    p = p * square - 1.0 / 360.0;
    p = p * square + 1.0 / 6.0;
    const double below = 2 + (p * square - r);
    return {power * (r + r) + (power - 1) * below, below};
}

} // namespace opara::inline OPARA_ABI::abstraction::detail
