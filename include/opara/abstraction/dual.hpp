/// @file
/// Numbers that carry their derivatives: forward automatic differentiation over intervals.
#pragma once

#include <opara/abstraction/functions.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace opara::inline OPARA_ABI::abstraction {

/// A range of values of a function on a box, with the ranges of its N partial derivatives there.
///
/// Where the function has a kink (`clip`, `min`, `max`), the derivatives contain Clarke's generalised gradient, for
/// which the mean-value theorem still holds; where it may jump (`where_at_most`, `wrap`), they are the whole line, from
/// which nobody can conclude anything. Clarke, "Optimization and Nonsmooth Analysis", 1983, sections 2.3 and 2.6.
template <std::size_t N>
struct dual {
    interval value;                     ///< the function's range
    std::array<interval, N> gradient{}; ///< its partial derivatives' ranges

    constexpr dual() = default;
    /// A constant.
    constexpr dual(double constant) : value{constant} {} // implicit: numbers are constant functions
    /// A constant that is not known exactly.
    constexpr dual(const interval& constant) : value{constant} {} // implicit, as above
    /// A function by its ranges.
    constexpr dual(const interval& range, const std::array<interval, N>& derivatives)
        : value{range}, gradient{derivatives} {}
    /// The i-th coordinate. @pre i < N
    [[nodiscard]] static constexpr dual variable(const interval& range, std::size_t i) noexcept {
        OPARA_ASSERT(i < N);
        dual x{range};
        x.gradient[i] = interval::unchecked(1.0, 1.0);
        return x;
    }

    friend constexpr bool operator==(const dual&, const dual&) = default;

    friend constexpr dual operator-(const dual& a) noexcept {
        return a.chain(-a.value, interval::unchecked(-1.0, -1.0));
    }
    friend constexpr dual operator+(const dual& a, const dual& b) noexcept {
        dual c{a.value + b.value};
        for (std::size_t i = 0; i < N; ++i) {
            c.gradient[i] = sum(a.gradient[i], b.gradient[i]);
        }
        return c;
    }
    friend constexpr dual operator-(const dual& a, const dual& b) noexcept {
        dual c{a.value - b.value};
        for (std::size_t i = 0; i < N; ++i) {
            c.gradient[i] = sum(a.gradient[i], -b.gradient[i]);
        }
        return c;
    }
    friend constexpr dual operator*(const dual& a, const dual& b) noexcept {
        dual c{a.value * b.value};
        for (std::size_t i = 0; i < N; ++i) {
            c.gradient[i] = sum(product(a.gradient[i], b.value), product(b.gradient[i], a.value));
        }
        return c;
    }
    friend constexpr dual operator/(const dual& a, const dual& b) noexcept {
        dual c{a.value / b.value};
        const interval square = sqr(b.value);
        for (std::size_t i = 0; i < N; ++i) {
            // Where the divisor does not change, a quotient of the derivative is tighter, and costs a fifth.
            c.gradient[i] = b.gradient[i] == interval{} && !b.value.contains(0.0)
                                ? quotient(a.gradient[i], b.value)
                                : (a.gradient[i] * b.value - a.value * b.gradient[i]) / square;
        }
        return c;
    }
    constexpr dual& operator+=(const dual& x) noexcept { return *this = *this + x; } ///< adds
    constexpr dual& operator-=(const dual& x) noexcept { return *this = *this - x; } ///< subtracts
    constexpr dual& operator*=(const dual& x) noexcept { return *this = *this * x; } ///< multiplies
    constexpr dual& operator/=(const dual& x) noexcept { return *this = *this / x; } ///< divides

    /// A function of this one, from its own range and its derivative's range: the chain rule.
    [[nodiscard]] constexpr dual chain(const interval& range, const interval& derivative) const noexcept {
        dual c{range};
        for (std::size_t i = 0; i < N; ++i) {
            c.gradient[i] = product(gradient[i], derivative);
        }
        return c;
    }
    /// A function that equals one of two, nobody knows which and where it changes.
    [[nodiscard]] static constexpr dual jump(const interval& range) noexcept {
        dual c{range};
        c.gradient.fill(interval::whole());
        return c;
    }

private:
    // Most derivatives of most systems are 0, but 0 would cost as much as any other number.
    [[nodiscard]] static constexpr interval sum(const interval& a, const interval& b) noexcept {
        return a == interval{} ? b : b == interval{} ? a : a + b;
    }
    [[nodiscard]] static constexpr interval product(const interval& derivative, const interval& factor) noexcept {
        return derivative == interval{} ? interval{} : derivative * factor;
    }
    [[nodiscard]] static constexpr interval quotient(const interval& derivative, const interval& divisor) noexcept {
        return derivative == interval{} ? interval{} : derivative / divisor;
    }
};

/// x squared.
template <std::size_t N>
[[nodiscard]] constexpr dual<N> sqr(const dual<N>& x) noexcept {
    return x.chain(sqr(x.value), interval::unchecked(2.0, 2.0) * x.value);
}
/// x to a whole power. @pre n is not the least int
template <std::size_t N>
[[nodiscard]] constexpr dual<N> pow(const dual<N>& x, int n) noexcept {
    const auto power = static_cast<double>(n);
    return x.chain(pow(x.value, n), interval::unchecked(power, power) * pow(x.value, n - 1));
}
/// Sine.
template <std::size_t N>
[[nodiscard]] constexpr dual<N> sin(const dual<N>& x) noexcept {
    return x.chain(sin(x.value), cos(x.value));
}
/// Cosine.
template <std::size_t N>
[[nodiscard]] constexpr dual<N> cos(const dual<N>& x) noexcept {
    return x.chain(cos(x.value), -sin(x.value));
}
/// Hyperbolic tangent.
template <std::size_t N>
[[nodiscard]] constexpr dual<N> tanh(const dual<N>& x) noexcept {
    const interval t = tanh(x.value);
    const interval slope = interval::unchecked(1.0, 1.0) - sqr(t);
    return x.chain(t, interval::unchecked(std::max(slope.lower(), 0.0), std::min(slope.upper(), 1.0)));
}
/// e to the x.
template <std::size_t N>
[[nodiscard]] constexpr dual<N> exp(const dual<N>& x) noexcept {
    const interval e = exp(x.value);
    return x.chain(e, e);
}
/// The logistic function, 1 / (1 + e^-x).
template <std::size_t N>
[[nodiscard]] constexpr dual<N> sigmoid(const dual<N>& x) noexcept {
    const interval s = sigmoid(x.value);
    const interval slope = s * (interval::unchecked(1.0, 1.0) - s);
    return x.chain(s, interval::unchecked(std::max(slope.lower(), 0.0), std::min(slope.upper(), 0.25)));
}
/// The smaller one.
template <std::size_t N>
[[nodiscard]] constexpr dual<N> min(const dual<N>& a, const dual<N>& b) noexcept {
    dual<N> c{min(a.value, b.value)};
    for (std::size_t i = 0; i < N; ++i) {
        c.gradient[i] = a.value.upper() < b.value.lower()   ? a.gradient[i]
                        : b.value.upper() < a.value.lower() ? b.gradient[i]
                                                            : hull(a.gradient[i], b.gradient[i]);
    }
    return c;
}
/// The larger one.
template <std::size_t N>
[[nodiscard]] constexpr dual<N> max(const dual<N>& a, const dual<N>& b) noexcept {
    return -min(-a, -b);
}
/// The nearest number in [lower, upper]. @pre lower <= upper
template <std::size_t N>
[[nodiscard]] constexpr dual<N> clip(const dual<N>& x, double lower, double upper) noexcept {
    const bool inside = x.value.lower() > lower && x.value.upper() < upper;
    const bool saturated = x.value.upper() < lower || x.value.lower() > upper;
    return x.chain(clip(x.value, lower, upper), interval::unchecked(inside ? 1.0 : 0.0, saturated ? 0.0 : 1.0));
}
/// x minus whole periods. @pre lower < upper
template <std::size_t N>
[[nodiscard]] constexpr dual<N> wrap(const dual<N>& x, double lower, double upper) noexcept {
    const interval range = wrap(x.value, lower, upper);
    // One number of periods for the whole range shows in a result that is not all of [lower, upper).
    return range.lower() > lower && range.upper() < upper ? x.chain(range, interval::unchecked(1.0, 1.0))
                                                          : dual<N>::jump(range);
}
/// `then` if x <= bound, else `otherwise`.
template <std::size_t N>
[[nodiscard]] constexpr dual<N> where_at_most(const dual<N>& x, double bound, const dual<N>& then,
                                              const dual<N>& otherwise) noexcept {
    switch (at_most(x.value, bound)) {
    case truth::yes: return then;
    case truth::no: return otherwise;
    case truth::maybe: break;
    }
    return dual<N>::jump(hull(then.value, otherwise.value));
}

} // namespace opara::inline OPARA_ABI::abstraction
