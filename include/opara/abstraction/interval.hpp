/// @file
/// Intervals of real numbers whose arithmetic never loses a point.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/rounding.hpp>

#include <algorithm>
#include <string>

namespace opara::inline OPARA_ABI::abstraction {

/// Whether something holds for all points of a set, for none, or for some or nobody knows.
enum class truth : unsigned char {
    no,    ///< for none of them
    maybe, ///< nobody knows
    yes,   ///< for all of them
};

/// All real numbers from `lower()` to `upper()`, both included; either may be infinite. Never empty.
///
/// The result of an operation contains the result for every choice of real numbers from the operands, and also what
/// round-to-nearest double arithmetic computes for them. A double in an expression stands for exactly itself (so 0.1 is
/// the double nearest to a tenth). There is no `<`: whether one interval lies below another is a `truth`.
/// @tparam Rounding  which way bounds are rounded, like `outward`; any other is for tests and measurements
template <class Rounding = outward>
class basic_interval {
public:
    /// The number 0.
    constexpr basic_interval() = default;
    /// One number. @throws domain_error  it is NaN or infinite
    constexpr basic_interval(double point) : lower_{point}, upper_{point} { // implicit: numbers are intervals
        if (!(point >= -detail::largest && point <= detail::largest)) {
#if defined(__CUDA_ARCH__)
            *this = whole(); // a GPU cannot throw, and all numbers contain whatever was meant
#else
            throw domain_error{"no interval: the point " + detail::number_text(point)};
#endif
        }
    }
    /// From `lower` to `upper`. @throws domain_error  a bound is NaN, they are inverted, or no real number lies between
    constexpr basic_interval(double lower, double upper) : lower_{lower}, upper_{upper} {
        if (!(lower <= upper) || lower > detail::largest || upper < -detail::largest) {
#if defined(__CUDA_ARCH__)
            *this = whole();
#else
            throw domain_error{"no interval: from " + detail::number_text(lower) + " to " + detail::number_text(upper)};
#endif
        }
    }
    /// Without the check. @pre lower <= upper
    [[nodiscard]] static constexpr basic_interval unchecked(double lower, double upper) noexcept {
        OPARA_ASSERT(lower <= upper);
        basic_interval x;
        x.lower_ = lower;
        x.upper_ = upper;
        return x;
    }
    /// All real numbers.
    [[nodiscard]] static constexpr basic_interval whole() noexcept {
        return unchecked(-detail::infinity, detail::infinity);
    }

    [[nodiscard]] constexpr double lower() const noexcept { return lower_; } ///< the lower bound
    [[nodiscard]] constexpr double upper() const noexcept { return upper_; } ///< the upper bound
    /// A double inside, in the middle but for rounding; 0 or the largest double where the interval is unbounded.
    [[nodiscard]] constexpr double middle() const noexcept {
        if (lower_ == -detail::infinity || upper_ == detail::infinity) {
            return std::clamp(0.0, std::max(lower_, -detail::largest), std::min(upper_, detail::largest));
        }
        return std::clamp(lower_ * 0.5 + upper_ * 0.5, lower_, upper_);
    }
    /// Whether a number lies inside; NaN does not.
    [[nodiscard]] constexpr bool contains(double x) const noexcept { return lower_ <= x && x <= upper_; }
    /// Whether all of another interval lies inside.
    [[nodiscard]] constexpr bool contains(const basic_interval& x) const noexcept {
        return lower_ <= x.lower_ && x.upper_ <= upper_;
    }
    /// Whether there is a common number.
    [[nodiscard]] constexpr bool meets(const basic_interval& x) const noexcept {
        return lower_ <= x.upper_ && x.lower_ <= upper_;
    }

    friend constexpr bool operator==(const basic_interval&, const basic_interval&) = default;

    friend constexpr basic_interval operator-(const basic_interval& x) noexcept {
        return unchecked(-x.upper_, -x.lower_);
    }
    friend constexpr basic_interval operator+(const basic_interval& a, const basic_interval& b) noexcept {
        return unchecked(Rounding::add_down(a.lower_, b.lower_), Rounding::add_up(a.upper_, b.upper_));
    }
    friend constexpr basic_interval operator-(const basic_interval& a, const basic_interval& b) noexcept {
        return unchecked(Rounding::add_down(a.lower_, -b.upper_), Rounding::add_up(a.upper_, -b.lower_));
    }
    friend constexpr basic_interval operator*(const basic_interval& a, const basic_interval& b) noexcept {
        // All four corners, without a branch on the signs: which they are is as good as random. Products are monotone
        // even when they are rounded, so the least of them is the least product, rounded.
        const double p[] = {a.lower_ * b.lower_, a.lower_ * b.upper_, a.upper_ * b.lower_, a.upper_ * b.upper_};
        const double least = std::min(std::min(p[0], p[1]), std::min(p[2], p[3]));
        const double most = std::max(std::max(p[0], p[1]), std::max(p[2], p[3]));
        const double all = (p[0] + p[1]) + (p[2] + p[3]); // finite only if each of them is
        if (least != 0 && most != 0 && all >= -detail::largest && all <= detail::largest) [[likely]] {
            return rounded(least, most);
        }
        return product_by_signs(a, b);
    }
    /// All quotients; all real numbers if the divisor contains 0.
    friend constexpr basic_interval operator/(const basic_interval& a, const basic_interval& b) noexcept {
        if (b.contains(0.0)) {
            return whole();
        }
        if (a.is_zero()) {
            return {};
        }
        const double q[] = {quotient(a.lower_, b.lower_), quotient(a.lower_, b.upper_), quotient(a.upper_, b.lower_),
                            quotient(a.upper_, b.upper_)};
        double lower = Rounding::down(std::min(std::min(q[0], q[1]), std::min(q[2], q[3])));
        double upper = Rounding::up(std::max(std::max(q[0], q[1]), std::max(q[2], q[3])));
        const bool positive = b.lower_ > 0;
        if (positive ? a.lower_ >= 0 : a.upper_ <= 0) {
            lower = std::max(lower, 0.0);
        }
        if (positive ? a.upper_ <= 0 : a.lower_ >= 0) {
            upper = std::min(upper, 0.0);
        }
        return unchecked(lower, upper);
    }
    constexpr basic_interval& operator+=(const basic_interval& x) noexcept { return *this = *this + x; } ///< adds
    constexpr basic_interval& operator-=(const basic_interval& x) noexcept { return *this = *this - x; } ///< subtracts
    constexpr basic_interval& operator*=(const basic_interval& x) noexcept { return *this = *this * x; } ///< multiplies
    constexpr basic_interval& operator/=(const basic_interval& x) noexcept { return *this = *this / x; } ///< divides

private:
    [[nodiscard]] constexpr bool is_zero() const noexcept { return lower_ == 0 && upper_ == 0; }
    // A product where a corner is 0, or no finite number. A known sign of the result is kept: rounding must not carry a
    // product of positive numbers across 0. It is long and rare, so it is called, with values in registers: inlined, it
    // is most of a step's code, and a GPU's threads keep what they compute in memory.
    [[nodiscard, gnu::noinline]] static constexpr basic_interval product_by_signs(basic_interval a,
                                                                                  basic_interval b) noexcept {
        if (a.is_zero() || b.is_zero()) {
            return {};
        }
        if (a.lower_ >= 0) {
            if (b.lower_ >= 0) {
                return positive(product(a.lower_, b.lower_), product(a.upper_, b.upper_));
            }
            if (b.upper_ <= 0) {
                return -positive(product(a.lower_, -b.upper_), product(a.upper_, -b.lower_));
            }
            return rounded(product(a.upper_, b.lower_), product(a.upper_, b.upper_));
        }
        if (a.upper_ <= 0) {
            if (b.lower_ >= 0) {
                return -positive(product(-a.upper_, b.lower_), product(-a.lower_, b.upper_));
            }
            if (b.upper_ <= 0) {
                return positive(product(a.upper_, b.upper_), product(a.lower_, b.lower_));
            }
            return rounded(product(a.lower_, b.upper_), product(a.lower_, b.lower_));
        }
        if (b.lower_ >= 0) {
            return rounded(product(a.lower_, b.upper_), product(a.upper_, b.upper_));
        }
        if (b.upper_ <= 0) {
            return rounded(product(a.upper_, b.lower_), product(a.lower_, b.lower_));
        }
        return rounded(std::min(product(a.lower_, b.upper_), product(a.upper_, b.lower_)),
                       std::max(product(a.lower_, b.lower_), product(a.upper_, b.upper_)));
    }
    [[nodiscard]] static constexpr basic_interval rounded(double lower, double upper) noexcept {
        return unchecked(Rounding::down(lower), Rounding::up(upper));
    }
    [[nodiscard]] static constexpr basic_interval positive(double lower, double upper) noexcept {
        return unchecked(std::max(Rounding::down(lower), 0.0), Rounding::up(upper));
    }
    // An infinite bound is a limit that no number of the interval takes, so 0 times it is 0, and a number over it is 0.
    [[nodiscard]] static constexpr double product(double a, double b) noexcept {
        return a == 0 || b == 0 ? 0.0 : a * b;
    }
    [[nodiscard]] static constexpr double quotient(double a, double b) noexcept {
        const double q = a / b;
        return q == q ? q : 0.0; // infinite over infinite: the other corners have the extremes
    }

    double lower_ = 0;
    double upper_ = 0;
};

/// The interval that everything here uses.
using interval = basic_interval<>;

/// The smallest interval that contains both. O(1).
template <class R>
[[nodiscard]] constexpr basic_interval<R> hull(const basic_interval<R>& a, const basic_interval<R>& b) noexcept {
    return basic_interval<R>::unchecked(std::min(a.lower(), b.lower()), std::max(a.upper(), b.upper()));
}

/// Whether x <= bound.
template <class R>
[[nodiscard]] constexpr truth at_most(const basic_interval<R>& x, double bound) noexcept {
    return x.upper() <= bound ? truth::yes : x.lower() <= bound ? truth::maybe : truth::no;
}

/// Whether x >= bound.
template <class R>
[[nodiscard]] constexpr truth at_least(const basic_interval<R>& x, double bound) noexcept {
    return x.lower() >= bound ? truth::yes : x.upper() >= bound ? truth::maybe : truth::no;
}

} // namespace opara::inline OPARA_ABI::abstraction
