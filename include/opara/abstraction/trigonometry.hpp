/// @file
/// Sine and cosine with the same bits on every machine.
#pragma once

#include <opara/core/config.hpp>

#include <bit>
#include <cstdint>

namespace opara::inline OPARA_ABI::abstraction::detail {

// Up to here the reduction below keeps its precision: the multiples of pi / 2 stay below 2^20.
inline constexpr double largest_angle = 0x1p19;

// A number in [-pi/4, pi/4], but for rounding, as a sum of two, and how many quarter turns it is away from the angle.
struct reduced_angle {
    double high;
    double low;
    std::uint64_t quarters; // modulo 2^64: the last two bits count
};

// pi / 2 in three parts of 33 bits, whose multiples below 2^20 are exact, and a rest. Cody, Waite, "Software manual for
// the elementary functions", 1980; constants of Sun's fdlibm (e_rem_pio2.c).
[[nodiscard]] constexpr reduced_angle reduce_angle(double x) noexcept {
    constexpr double magic = 0x1.8p52; // a number plus this has its nearest integer in its last bits
    const double shifted = x * 0x1.45f306dc9c883p-1 + magic;
    const double n = shifted - magic;
    const double first = x - n * 0x1.921fb544p+0;
    const double part_two = n * 0x1.0b4611a6p-34;
    const double second = first - part_two;
    const double lost_two = (first - second) - part_two;
    const double part_three = n * 0x1.3198a2ep-69;
    const double third = second - part_three;
    const double lost_three = (second - third) - part_three;
    const double rest = n * 0x1.b839a252049c1p-104 - lost_three - lost_two;
    const double high = third - rest;
    return {high, (third - high) - rest, std::bit_cast<std::uint64_t>(shifted)};
}

// Minimax polynomials of fdlibm (k_sin.c, k_cos.c), right to less than a unit in the last place.
[[nodiscard]] constexpr double sine_of_reduced(const reduced_angle& x) noexcept {
    const double z = x.high * x.high;
    const double cube = z * x.high;
    const double p =
        8.33333333332248946124e-03 +
        z * (-1.98412698298579493134e-04 +
             z * (2.75573137070700676789e-06 + z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)));
    return x.high - ((z * (0.5 * x.low - cube * p) - x.low) - cube * -1.66666666666666324348e-01);
}
[[nodiscard]] constexpr double cosine_of_reduced(const reduced_angle& x) noexcept {
    const double z = x.high * x.high;
    const double w = z * z;
    const double p =
        z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03 + z * 2.48015872894767294178e-05)) +
        w * w * (-2.75573143513906633035e-07 + z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11));
    const double half = 0.5 * z;
    const double most = 1.0 - half;
    return most + (((1.0 - most) - half) + (z * p - x.high * x.low));
}

// The sine of an angle that is `quarters` quarter turns more.
[[nodiscard]] constexpr double sine_after_quarters(double x, std::uint64_t quarters) noexcept {
    reduced_angle r = reduce_angle(x);
    r.quarters += quarters;
    const double value = r.quarters % 2 == 0 ? sine_of_reduced(r) : cosine_of_reduced(r);
    return r.quarters % 4 < 2 ? value : -value;
}

// sin x and cos x for |x| <= largest_angle, to one unit in the last place, but for a little. @pre x is a number
[[nodiscard]] constexpr double sine(double x) noexcept { return sine_after_quarters(x, 0); }
[[nodiscard]] constexpr double cosine(double x) noexcept { return sine_after_quarters(x, 1); }

} // namespace opara::inline OPARA_ABI::abstraction::detail
