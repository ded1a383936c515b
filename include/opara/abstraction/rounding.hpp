/// @file
/// Directed rounding without touching the processor's rounding mode.
#pragma once

#include <opara/core/config.hpp>

#include <bit>
#include <cfloat>
#include <cstdint>
#include <limits>
#include <type_traits>

// What compilers tell of. Clang has no macros for parts of -ffast-math: see sound_arithmetic.hpp.
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) ||                         \
    (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ != 0)
#    error "opara/abstraction proves things about floating-point numbers: compile it without -ffast-math and its parts"
#endif
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD != 0
#    error "opara/abstraction needs double arithmetic in double precision: compile with SSE2 (-mfpmath=sse)"
#endif

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {
inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double largest = std::numeric_limits<double>::max();

// The value as it was rounded. Where the target has a fused multiply-add, GCC may fuse a product with the sum that
// uses it even across our functions (-ffp-contract=fast is its default outside ISO mode), and then the sum's rounding
// error is not what the code below takes it for.
[[nodiscard]] constexpr double as_rounded(double x) noexcept {
#if defined(__FP_FAST_FMA) && defined(__GNUC__)
    if (!std::is_constant_evaluated()) {
#    if defined(__x86_64__)
        __asm__("" : "+x"(x));
#    elif defined(__aarch64__)
        __asm__("" : "+w"(x));
#    else
        volatile double kept = x;
        x = kept;
#    endif
    }
#endif
    return x;
}
} // namespace detail

/// The rounding policy of `interval`: results move outward, to the neighbouring number at least, unless they are exact.
///
/// It stays in round-to-nearest and uses no branch on the rounding mode, so it is `constexpr`, works on any thread and
/// lets the compiler vectorise. Sums are as tight as hardware rounding (their error is computed: Knuth, TAOCP
/// 2, 4.2.2); products and quotients lose up to one unit in the last place more (Rump, Zimmermann, Boldo, Melquiond,
/// "Computing predecessor and successor in rounding to nearest", BIT 49, 2009).
struct outward {
    /// A number below x: its predecessor, or for tiny x the one before. The largest number for +infinity, -infinity for
    /// what is no number.
    [[nodiscard]] static constexpr double below(double x) noexcept {
        const double r = x - margin(x);
        return r == r ? r : x > 0 ? detail::largest : -detail::infinity;
    }
    /// A number above x, likewise.
    [[nodiscard]] static constexpr double above(double x) noexcept {
        const double r = x + margin(x);
        return r == r ? r : x < 0 ? -detail::largest : detail::infinity;
    }
    /// At most a + b, and a + b where that is a double.
    [[nodiscard]] static constexpr double add_down(double a, double b) noexcept {
        const double s = detail::as_rounded(a) + detail::as_rounded(b);
        return ordinary(s) ? s - only_if(error_of_sum(a, b, s) < 0, margin(s)) : below(s);
    }
    /// At least a + b, and a + b where that is a double.
    [[nodiscard]] static constexpr double add_up(double a, double b) noexcept {
        const double s = detail::as_rounded(a) + detail::as_rounded(b);
        return ordinary(s) ? s + only_if(error_of_sum(a, b, s) > 0, margin(s)) : above(s);
    }
    /// At most the real number that was rounded to x by one multiplication or division.
    [[nodiscard]] static constexpr double down(double x) noexcept { return below(detail::as_rounded(x)); }
    /// At least the real number that was rounded to x by one multiplication or division.
    [[nodiscard]] static constexpr double up(double x) noexcept { return above(detail::as_rounded(x)); }

    /// How far, in units in the last place, elementary functions may be from the truth for our results to be sound: our
    /// own sine and cosine, which err by less than 1, and the standard library's `exp`, `tanh` and, of huge angles,
    /// `sin` and `cos`. Of those it is an assumption: glibc documents 2 at most.
    static constexpr double library_error = 4;

    /// At most what an elementary function was to compute when it gave x.
    [[nodiscard]] static constexpr double function_down(double x) noexcept {
        return below(x - (magnitude(x) * (library_error * DBL_EPSILON) + library_error * smallest));
    }
    /// At least what an elementary function was to compute when it gave x.
    [[nodiscard]] static constexpr double function_up(double x) noexcept {
        return above(x + (magnitude(x) * (library_error * DBL_EPSILON) + library_error * smallest));
    }

private:
    static constexpr double smallest = std::numeric_limits<double>::denorm_min();
    // u (1 + 2u) for u = 2^-53: a little more than half a unit in the last place, so that the sum rounds to a
    // neighbour.
    static constexpr double just_over_half = 0x1.0000000000001p-53;

    [[nodiscard]] static constexpr double magnitude(double x) noexcept { return x < -x ? -x : x; }
    [[nodiscard]] static constexpr double margin(double x) noexcept { return magnitude(x) * just_over_half + smallest; }
    // x or 0, without a branch: whether a sum is exact is as good as random, and a wrong guess of the processor costs
    // more than all of its arithmetic.
    [[nodiscard]] static constexpr double only_if(bool condition, double x) noexcept {
        return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & (std::uint64_t{0} - std::uint64_t{condition}));
    }
    // Far from overflow, where the error term itself could not be trusted.
    [[nodiscard]] static constexpr bool ordinary(double s) noexcept { return s > -1e300 && s < 1e300; }
    [[nodiscard]] static constexpr double error_of_sum(double a, double b, double s) noexcept {
        const double b_part = s - a;
        return (a - (s - b_part)) + (b - b_part);
    }
};

} // namespace opara::inline OPARA_ABI::abstraction
