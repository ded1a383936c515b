/// @file
/// Numbers that carry their derivatives: forward automatic differentiation over intervals.
#pragma once

#include <opara/abstraction/functions.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace opara::inline OPARA_ABI::abstraction {

/// A range of values of a function on a box, with the ranges of its N partial derivatives there.
///
/// Where the function has a kink (`clip`, `min`, `max`), the derivatives contain Clarke's generalised gradient, for
/// which the mean-value theorem still holds; where it may jump (`where_at_most`, `wrap`), they are the whole line, from
/// which nobody can conclude anything. Clarke, "Optimization and Nonsmooth Analysis", 1983, sections 2.3 and 2.6.
template <std::size_t N>
class dual {
    static_assert(N <= 64, "a bit a coordinate");

public:
    interval value; ///< the function's range

    constexpr dual() = default;
    /// A constant.
    constexpr dual(double constant) : value{constant} {} // implicit: numbers are constant functions
    /// A constant that is not known exactly.
    constexpr dual(const interval& constant) : value{constant} {} // implicit, as above
    /// The i-th coordinate. @pre i < N
    [[nodiscard]] static constexpr dual variable(const interval& range, std::size_t i) noexcept {
        OPARA_ASSERT(i < N);
        dual x{range};
        x.gradient_[i] = one();
        x.depends_ = bit(i);
        return x;
    }
    /// The ranges of its partial derivatives.
    [[nodiscard]] constexpr const std::array<interval, N>& gradient() const noexcept { return gradient_; }

    friend constexpr bool operator==(const dual& a, const dual& b) noexcept {
        return a.value == b.value && a.gradient_ == b.gradient_;
    }

    friend constexpr dual operator-(const dual& a) noexcept {
        return combined(-a.value, a, [](const interval& x) { return -x; });
    }
    friend constexpr dual operator+(const dual& a, const dual& b) noexcept {
        return combined(
            a.value + b.value, a, b, [](const interval& x) { return x; }, [](const interval& x) { return x; });
    }
    friend constexpr dual operator-(const dual& a, const dual& b) noexcept {
        return combined(
            a.value - b.value, a, b, [](const interval& x) { return x; }, [](const interval& x) { return -x; });
    }
    friend constexpr dual operator*(const dual& a, const dual& b) noexcept {
        return combined(
            a.value * b.value, a, b, [&](const interval& x) { return product(x, b.value); },
            [&](const interval& x) { return product(x, a.value); });
    }
    friend constexpr dual operator/(const dual& a, const dual& b) noexcept {
        const interval range = a.value / b.value;
        // Where the divisor does not change, a quotient of the derivative is tighter, and costs a fifth.
        if (b.depends_ == 0) {
            return combined(range, a, [&](const interval& x) { return x / b.value; });
        }
        const interval square = sqr(b.value);
        dual c{range};
        c.depends_ = a.depends_ | b.depends_;
        for (std::size_t i = 0; i < N; ++i) {
            if (b.depends_on(i)) {
                c.gradient_[i] = (a.gradient_[i] * b.value - a.value * b.gradient_[i]) / square;
            } else if (a.depends_on(i)) {
                c.gradient_[i] = a.gradient_[i] / b.value;
            }
        }
        return c;
    }
    constexpr dual& operator+=(const dual& x) noexcept { return *this = *this + x; } ///< adds
    constexpr dual& operator-=(const dual& x) noexcept { return *this = *this - x; } ///< subtracts
    constexpr dual& operator*=(const dual& x) noexcept { return *this = *this * x; } ///< multiplies
    constexpr dual& operator/=(const dual& x) noexcept { return *this = *this / x; } ///< divides

    /// A function of this one, from its own range and its derivative's range: the chain rule.
    [[nodiscard]] constexpr dual chain(const interval& range, const interval& derivative) const noexcept {
        return combined(range, *this, [&](const interval& x) { return product(x, derivative); });
    }
    /// A function that equals one of two, nobody knows which, with the derivatives of that one.
    [[nodiscard]] static constexpr dual either(const interval& range, const dual& a, const dual& b) noexcept {
        dual c{range};
        c.depends_ = a.depends_ | b.depends_;
        for (std::size_t i = 0; i < N; ++i) {
            c.gradient_[i] = hull(a.gradient_[i], b.gradient_[i]);
        }
        return c;
    }
    /// The same function, of whose values more is known.
    [[nodiscard]] constexpr dual within(const interval& range) const noexcept {
        dual c = *this;
        c.value = range;
        return c;
    }
    /// A function that equals one of two, nobody knows which and where it changes.
    [[nodiscard]] static constexpr dual jump(const interval& range) noexcept {
        dual c{range};
        c.gradient_.fill(interval::whole());
        c.depends_ = N == 64 ? ~std::uint64_t{0} : bit(N % 64) - 1;
        return c;
    }

private:
    // No constant: nvcc compiles a use of its address by a device to a trap, without a word.
    [[nodiscard]] static constexpr interval one() noexcept { return interval::unchecked(1.0, 1.0); }

    [[nodiscard]] static constexpr std::uint64_t bit(std::size_t i) noexcept { return std::uint64_t{1} << i; }
    [[nodiscard]] constexpr bool depends_on(std::size_t i) const noexcept { return (depends_ & bit(i)) != 0; }
    // A factor of 1 is frequent, and rounding would spoil it.
    [[nodiscard]] static constexpr interval product(const interval& derivative, const interval& factor) noexcept {
        return factor == one() ? derivative : derivative == one() ? factor : derivative * factor;
    }
    // Functions of one and of two others, from what becomes of their derivatives.
    template <class F>
    [[nodiscard]] static constexpr dual combined(const interval& range, const dual& a, const F& f) noexcept {
        dual c{range};
        c.depends_ = a.depends_;
        for (std::size_t i = 0; i < N; ++i) {
            if (a.depends_on(i)) {
                c.gradient_[i] = f(a.gradient_[i]);
            }
        }
        return c;
    }
    template <class F, class G>
    [[nodiscard]] static constexpr dual combined(const interval& range, const dual& a, const dual& b, const F& f,
                                                 const G& g) noexcept {
        dual c{range};
        c.depends_ = a.depends_ | b.depends_;
        for (std::size_t i = 0; i < N; ++i) {
            if (a.depends_on(i)) {
                const interval x = f(a.gradient_[i]);
                c.gradient_[i] = b.depends_on(i) ? x + g(b.gradient_[i]) : x;
            } else if (b.depends_on(i)) {
                c.gradient_[i] = g(b.gradient_[i]);
            }
        }
        return c;
    }

    std::array<interval, N> gradient_{};
    std::uint64_t depends_ = 0; // a bit for each derivative that is computed at all: those of most systems are mostly 0
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
    const interval range = min(a.value, b.value);
    return a.value.upper() < b.value.lower()   ? a.within(range)
           : b.value.upper() < a.value.lower() ? b.within(range)
                                               : dual<N>::either(range, a, b);
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
