/// @file
/// Elementary functions and case distinctions, for numbers and for intervals under the same names.
///
/// A generic step of a system calls them unqualified, with `using opara::abstraction::sin;` and the like before it
/// where numbers may come. `using std::sin;` will do, too, but the C library's last bits are its own, and a GPU has
/// others.
#pragma once

#include <opara/abstraction/interval.hpp>
#include <opara/abstraction/sigmoid.hpp>
#include <opara/abstraction/trigonometry.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>

namespace opara::inline OPARA_ABI::abstraction {

// ---- numbers

/// x squared.
template <std::floating_point T>
[[nodiscard]] constexpr T sqr(T x) noexcept {
    return x * x;
}
/// The nearest number in [lower, upper]. @pre lower <= upper
template <std::floating_point T>
[[nodiscard]] constexpr T clip(T x, double lower, double upper) noexcept {
    OPARA_ASSERT(lower <= upper);
    return std::min(std::max(x, static_cast<T>(lower)), static_cast<T>(upper));
}
/// Sine: of a double, up to 2^19, with the same bits everywhere; else the C library's.
template <std::floating_point T>
[[nodiscard]] constexpr T sin(T x) noexcept {
    if constexpr (std::same_as<T, double>) {
        if (x >= -detail::largest_angle && x <= detail::largest_angle) {
            return detail::sine(x);
        }
    }
    return std::sin(x);
}
/// Cosine, likewise.
template <std::floating_point T>
[[nodiscard]] constexpr T cos(T x) noexcept {
    if constexpr (std::same_as<T, double>) {
        if (x >= -detail::largest_angle && x <= detail::largest_angle) {
            return detail::cosine(x);
        }
    }
    return std::cos(x);
}
namespace detail {
// |n|, of the least int, too.
[[nodiscard]] constexpr unsigned magnitude_of(int n) noexcept {
    return n < 0 ? 0U - static_cast<unsigned>(n) : static_cast<unsigned>(n);
}
} // namespace detail
/// x to a whole power, by multiplication; a negative one is 1 / x^-n. O(n).
template <std::floating_point T>
[[nodiscard]] constexpr T pow(T x, int n) noexcept {
    T result = 1;
    for (unsigned k = detail::magnitude_of(n); k > 0; --k) {
        result *= x;
    }
    return n < 0 ? 1 / result : result;
}
/// x minus the whole number of periods that brings it into [lower, upper): an angle between -pi and pi, for instance.
/// @pre lower < upper
template <std::floating_point T>
[[nodiscard]] constexpr T wrap(T x, double lower, double upper) noexcept {
    OPARA_ASSERT(lower < upper);
    const T period = static_cast<T>(upper) - static_cast<T>(lower);
    const T wrapped = x - period * std::floor((x - static_cast<T>(lower)) / period);
    return clip(wrapped, lower, upper); // rounding may have left it a little outside
}
/// The logistic function, 1 / (1 + e^-x): of a double that of networks, with the same bits everywhere.
template <std::floating_point T>
[[nodiscard]] constexpr T sigmoid(T x) noexcept {
    if constexpr (std::same_as<T, double>) {
        double y = 0;
        detail::sigmoid_of_each<1>(&x, &y);
        return y;
    } else {
        return static_cast<T>(1) / (static_cast<T>(1) + std::exp(-x));
    }
}
/// `then` if x <= bound, else `otherwise`. On intervals, both where x may be on either side.
template <std::floating_point T>
[[nodiscard]] constexpr T where_at_most(T x, double bound, T then, T otherwise) noexcept {
    return x <= static_cast<T>(bound) ? then : otherwise;
}

/// A number that nobody knows, out of [lower, upper]: the whole interval where T is one (or a dual), and one of its
/// numbers where T is a number, between its ends as `share` lies between -1 and 1. For disturbances.
/// @pre lower <= upper, -1 <= share <= 1
template <std::floating_point T>
[[nodiscard]] constexpr T uncertain(double lower, double upper, double share) noexcept {
    return static_cast<T>(std::clamp(lower * ((1 - share) / 2) + upper * ((1 + share) / 2), lower, upper));
}

// ---- intervals

/// A number that nobody knows.
template <class T>
    requires(!std::floating_point<T>)
[[nodiscard]] constexpr T uncertain(double lower, double upper, double /*share*/) {
    if constexpr (std::constructible_from<T, double, double>) {
        return T{lower, upper};
    } else {
        return T{interval{lower, upper}};
    }
}

namespace detail {
// Whether a whole number may lie in the interval.
template <class R>
[[nodiscard]] constexpr bool may_hold_whole_number(const basic_interval<R>& x) noexcept {
    return std::floor(x.upper()) >= std::ceil(x.lower());
}
// Two pi.
template <class R>
[[nodiscard]] constexpr basic_interval<R> whole_turn() noexcept {
    return basic_interval<R>::unchecked(0x1.921fb54442d18p+2, 0x1.921fb54442d19p+2);
}

// The range of a function with values in [-1, 1] that is monotone between its extrema, from its values at the ends.
template <class R>
[[nodiscard]] constexpr basic_interval<R> wave(double at_lower, double at_upper, bool has_minimum,
                                               bool has_maximum) noexcept {
    return basic_interval<R>::unchecked(
        has_minimum ? -1.0 : std::max(-1.0, R::function_down(std::min(at_lower, at_upper))),
        has_maximum ? 1.0 : std::min(1.0, R::function_up(std::max(at_lower, at_upper))));
}
// The n-th power of a number that is not negative, n > 0.
template <class R>
[[nodiscard]] constexpr double power_down(double x, unsigned n) noexcept {
    double result = x;
    for (unsigned i = 1; i < n; ++i) {
        result = std::max(0.0, R::down(result * x));
    }
    return result;
}
template <class R>
[[nodiscard]] constexpr double power_up(double x, unsigned n) noexcept {
    double result = x;
    for (unsigned i = 1; i < n && x != 0; ++i) {
        result = R::up(result * x);
    }
    return result;
}
template <class R>
[[nodiscard]] constexpr basic_interval<R> positive_power(const basic_interval<R>& x, unsigned e) noexcept {
    const double low = x.lower() < 0 ? -x.lower() : x.lower();
    const double high = x.upper() < 0 ? -x.upper() : x.upper();
    if (e % 2 == 0) {
        const double least = x.contains(0.0) ? 0.0 : std::min(low, high);
        return basic_interval<R>::unchecked(least == 0 ? 0.0 : detail::power_down<R>(least, e),
                                            detail::power_up<R>(std::max(low, high), e));
    }
    return basic_interval<R>::unchecked(x.lower() < 0 ? -detail::power_up<R>(low, e) : detail::power_down<R>(low, e),
                                        x.upper() < 0 ? -detail::power_down<R>(high, e) : detail::power_up<R>(high, e));
}
} // namespace detail

/// x to a whole power, as tight as rounding allows; a negative one is 1 / x^-n. O(n).
template <class R>
[[nodiscard]] constexpr basic_interval<R> pow(const basic_interval<R>& x, int n) noexcept {
    if (n == 0) {
        return basic_interval<R>{1.0};
    }
    const basic_interval<R> power = detail::positive_power(x, detail::magnitude_of(n));
    return n < 0 ? basic_interval<R>{1.0} / power : power;
}

/// x squared: unlike x * x it knows that both factors are the same number.
template <class R>
[[nodiscard]] constexpr basic_interval<R> sqr(const basic_interval<R>& x) noexcept {
    const double low = x.lower() < 0 ? -x.lower() : x.lower();
    const double high = x.upper() < 0 ? -x.upper() : x.upper();
    const double least = x.contains(0.0) ? 0.0 : std::min(low, high);
    const double most = std::max(low, high);
    return basic_interval<R>::unchecked(std::max(0.0, R::down(least * least)), most == 0 ? 0.0 : R::up(most * most));
}

/// The smaller one.
template <class R>
[[nodiscard]] constexpr basic_interval<R> min(const basic_interval<R>& a, const basic_interval<R>& b) noexcept {
    return basic_interval<R>::unchecked(std::min(a.lower(), b.lower()), std::min(a.upper(), b.upper()));
}
/// The larger one.
template <class R>
[[nodiscard]] constexpr basic_interval<R> max(const basic_interval<R>& a, const basic_interval<R>& b) noexcept {
    return basic_interval<R>::unchecked(std::max(a.lower(), b.lower()), std::max(a.upper(), b.upper()));
}
/// The nearest number in [lower, upper], exactly: saturation. @pre lower <= upper
template <class R>
[[nodiscard]] constexpr basic_interval<R> clip(const basic_interval<R>& x, double lower, double upper) noexcept {
    OPARA_ASSERT(lower <= upper);
    return basic_interval<R>::unchecked(std::clamp(x.lower(), lower, upper), std::clamp(x.upper(), lower, upper));
}

/// Sine. Exactly -1 or 1 where the interval may hold such a point.
template <class R>
[[nodiscard]] constexpr basic_interval<R> sin(const basic_interval<R>& x) noexcept {
    const auto turns = x / detail::whole_turn<R>();
    const bool has_maximum = detail::may_hold_whole_number(turns - basic_interval<R>{0.25});
    const bool has_minimum = detail::may_hold_whole_number(turns + basic_interval<R>{0.25});
    if (has_maximum && has_minimum) {
        return basic_interval<R>::unchecked(-1.0, 1.0);
    }
    return detail::wave<R>(sin(x.lower()), sin(x.upper()), has_minimum, has_maximum);
}
/// Cosine, likewise.
template <class R>
[[nodiscard]] constexpr basic_interval<R> cos(const basic_interval<R>& x) noexcept {
    const auto turns = x / detail::whole_turn<R>();
    const bool has_maximum = detail::may_hold_whole_number(turns);
    const bool has_minimum = detail::may_hold_whole_number(turns + basic_interval<R>{0.5});
    if (has_maximum && has_minimum) {
        return basic_interval<R>::unchecked(-1.0, 1.0);
    }
    return detail::wave<R>(cos(x.lower()), cos(x.upper()), has_minimum, has_maximum);
}
/// Hyperbolic tangent.
template <class R>
[[nodiscard]] constexpr basic_interval<R> tanh(const basic_interval<R>& x) noexcept {
    return basic_interval<R>::unchecked(std::max(-1.0, R::function_down(std::tanh(x.lower()))),
                                        std::min(1.0, R::function_up(std::tanh(x.upper()))));
}
/// e to the x.
template <class R>
[[nodiscard]] constexpr basic_interval<R> exp(const basic_interval<R>& x) noexcept {
    const double high = std::exp(x.upper());
    return basic_interval<R>::unchecked(std::max(0.0, R::function_down(std::exp(x.lower()))),
                                        std::max(R::function_up(high), 0.0));
}

/// The logistic function, 1 / (1 + e^-x). Encloses what networks compute, too, whose error is less than the widening.
template <class R>
[[nodiscard]] constexpr basic_interval<R> sigmoid(const basic_interval<R>& x) noexcept {
    // Below -708 a number's sigmoid is that of -708, which is too large.
    const double first = x.lower() < -708 ? 0.0 : sigmoid(x.lower());
    const double last = sigmoid(x.upper());
    return basic_interval<R>::unchecked(std::max(0.0, R::function_down(std::min(first, last))),
                                        std::min(1.0, R::function_up(std::max(first, last))));
}

/// x minus the whole number of periods that brings it into [lower, upper); all of [lower, upper] where x may hold
/// numbers that take different whole numbers of periods. @pre lower < upper
template <class R>
[[nodiscard]] constexpr basic_interval<R> wrap(const basic_interval<R>& x, double lower, double upper) noexcept {
    OPARA_ASSERT(lower < upper);
    const auto period = basic_interval<R>{upper} - basic_interval<R>{lower};
    const auto periods = (x - basic_interval<R>{lower}) / period;
    const double first = std::floor(periods.lower());
    if (!(first == std::floor(periods.upper())) || first < -0x1p53 || first > 0x1p53) {
        return basic_interval<R>::unchecked(lower, upper);
    }
    return clip(x - period * basic_interval<R>{first}, lower, upper);
}

/// `then` if x <= bound, `otherwise` if x > bound, the hull of both if either may be. Sound for any dependence between
/// the three.
template <class R>
[[nodiscard]] constexpr basic_interval<R> where_at_most(const basic_interval<R>& x, double bound,
                                                        const basic_interval<R>& then,
                                                        const basic_interval<R>& otherwise) noexcept {
    switch (at_most(x, bound)) {
    case truth::yes: return then;
    case truth::no: return otherwise;
    case truth::maybe: break;
    }
    return hull(then, otherwise);
}

} // namespace opara::inline OPARA_ABI::abstraction
