/// @file
/// Whether this program computes as its proofs take it to, asked of the arithmetic itself.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/rounding.hpp>

#include <cfloat>
#include <limits>
#include <string>

namespace opara::inline OPARA_ABI::abstraction::detail {

// What is wrong with the arithmetic of this thread, as the end of a sentence; null if nothing is. Some compilers tell
// by no macro that they were asked for a faster arithmetic (see rounding.hpp), and a program may change the processor's
// modes, or be linked with code that does. So it is tried, on numbers that a compiler does not know. O(1), some
// nanoseconds.
[[nodiscard]] inline const char* defect_of_arithmetic() noexcept {
    const volatile double one = 1;
    const volatile double tiny = 0x1p-60;        // far less than half a unit in the last place of 1
    const volatile double over_half = 0x1.8p-53; // more than half of one
    const volatile double least = std::numeric_limits<double>::denorm_min();
    const volatile double normal = DBL_MIN;
    const volatile double odd = 49; // whose reciprocal is rounded so that 49 times it is not 1
    const volatile double below_one = 1 - 0x1p-30;
    const volatile double above_one = 1 + 0x1p-30;

    const volatile double up = one + tiny;
    const volatile double down = -one - tiny;
    const volatile double away = one + over_half;
    if (up != 1 || down != -1 || away != 1 + DBL_EPSILON) {
        return "the processor does not round to nearest";
    }
    // The error of a sum is not 0, and a compiler that takes sums for associative says that it is.
    const volatile double above = outward::add_up(one, tiny);
    const volatile double below = outward::add_down(one, -tiny);
    const volatile double quotient = odd / 49.0;
    if (!(above > 1) || !(below < 1) || quotient != 1) {
        return "the compiler simplifies it as if it were exact (-ffast-math, -funsafe-math-optimizations and their "
               "like)";
    }
    // Rounded, the product is 1; fused with the sum, it is not.
    const double product = below_one * above_one;
    const volatile double difference = outward::add_down(product, -one);
    if (difference != 0) {
        return "the compiler fuses products with sums (-ffp-contract=fast)";
    }
    const volatile double subnormal = normal * 0.5;
    if (!(least > 0) || !(subnormal > 0)) {
        return "the processor takes subnormal numbers for 0 (as in programs that are linked with -ffast-math "
               "or its like)";
    }
    return nullptr;
}

// For what begins a proof. @throws error  as above
inline void require_sound_arithmetic() {
    if (const char* const why = defect_of_arithmetic()) {
        throw error{std::string{"opara/abstraction cannot prove anything with this arithmetic: "} + why};
    }
}

} // namespace opara::inline OPARA_ABI::abstraction::detail
