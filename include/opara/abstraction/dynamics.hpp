/// @file
/// One step of a system, on points and, soundly, on boxes.
#pragma once

#include <opara/abstraction/box.hpp>
#include <opara/abstraction/dual.hpp>

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace opara::inline OPARA_ABI::abstraction {

/// One step of a controlled system, written once: `f(x, u)` is the next state, for a state of doubles, of intervals and
/// of duals. `F::dimension` is the number of coordinates, `F::action` the type of u.
///
/// What is computed of doubles alone is rounded to the nearest one before any interval sees it, and then the post is
/// not that of the real product or sum: a control becomes a `T` first.
///
/// @code
/// struct cart { // a point mass that is pushed
///     static constexpr std::size_t dimension = 2;
///     using action = double;
///     template <class T>
///     std::array<T, 2> operator()(const std::array<T, 2>& x, double u) const {
///         return {x[0] + 0.1 * x[1], clip(x[1] + 0.1 * static_cast<T>(u), -1.0, 1.0)};
///     }
/// };
/// @endcode
template <class F>
concept step_function =
    requires(const F& f, const typename F::action& u, const std::array<double, F::dimension>& x,
             const std::array<interval, F::dimension>& b, const std::array<dual<F::dimension>, F::dimension>& d) {
        { f(x, u) } -> std::same_as<std::array<double, F::dimension>>;
        { f(b, u) } -> std::same_as<std::array<interval, F::dimension>>;
        { f(d, u) } -> std::same_as<std::array<dual<F::dimension>, F::dimension>>;
    };

/// A sound one-step transformer: `d.post(b, u)` contains the next state of every point of the box b under the action u.
template <class D>
concept dynamics = requires(const D& d, const box<D::dimension>& b, const typename D::action& u) {
    { d.post(b, u) } -> std::same_as<box<D::dimension>>;
};

/// Forms of enclosing a step function on a box: each has a static function `enclose(f, b, u)`.
namespace form {

/// Each operation on intervals in turn (Moore). One evaluation; wide where a coordinate occurs more than once.
struct natural {
    /// A box that contains f(x, u) for each x of b.
    template <step_function F>
    [[nodiscard]] static constexpr box<F::dimension> enclose(const F& f, const box<F::dimension>& b,
                                                             const typename F::action& u) {
        return {f(b.sides, u)};
    }
};

/// The natural form, narrowed by derivatives: a coordinate in which f is monotone on the box goes to the end that
/// gives the bound, so the bound is exact (but for rounding) where f is monotone in all. At most 2 dimension + 2
/// evaluations. Moore, Kearfott, Cloud, "Introduction to Interval Analysis", 2009, section 6.4.
struct monotone {
    /// A box that contains f(x, u) for each x of b.
    template <step_function F>
    [[nodiscard]] static constexpr box<F::dimension> enclose(const F& f, const box<F::dimension>& b,
                                                             const typename F::action& u) {
        constexpr std::size_t n = F::dimension;
        std::array<dual<n>, n> variables;
        for (std::size_t j = 0; j < n; ++j) {
            variables[j] = dual<n>::variable(b[j], j);
        }
        const std::array<dual<n>, n> y = f(variables, u);
        std::array<directions<n>, n> ways;
        for (std::size_t i = 0; i < n; ++i) {
            ways[i] = directions<n>{y[i].gradient()};
        }
        box<n> image;
        std::array<bool, n> done{};
        for (std::size_t i = 0; i < n; ++i) {
            if (done[i]) {
                continue;
            }
            // One evaluation tells about all coordinates that have their bounds at the same corners.
            directions<n> way = ways[i];
            std::array<bool, n> here{};
            for (std::size_t k = i; k < n; ++k) {
                here[k] = !done[k] && way.take(ways[k]);
                if (here[k]) {
                    done[k] = true;
                    image[k] = y[k].value;
                }
            }
            if (way.some_known()) {
                narrow(f, b, u, way, here, image);
            }
        }
        return image;
    }

private:
    // In which coordinates a function of n of them rises on a box, in which it falls, and in which nobody knows; on
    // the others it does not depend.
    template <std::size_t n>
    class directions {
    public:
        constexpr directions() = default;
        constexpr explicit directions(const std::array<interval, n>& gradient) noexcept {
            for (std::size_t j = 0; j < n; ++j) {
                const std::uint64_t up = gradient[j].lower() >= 0 ? 1 : 0;
                const std::uint64_t down = gradient[j].upper() <= 0 ? 1 : 0;
                rising_ |= (up & ~down) << j;
                falling_ |= (down & ~up) << j;
                unknown_ |= (1 ^ (up | down)) << j;
            }
        }
        // Makes these the directions of both functions, if there are such.
        constexpr bool take(const directions& other) noexcept {
            if (((rising_ & other.falling_) | (falling_ & other.rising_) | (unknown_ ^ other.unknown_)) != 0) {
                return false;
            }
            rising_ |= other.rising_;
            falling_ |= other.falling_;
            return true;
        }
        [[nodiscard]] constexpr bool some_known() const noexcept { return (rising_ | falling_) != 0; }
        [[nodiscard]] constexpr bool falls(std::size_t j) const noexcept { return (falling_ >> j & 1) != 0; }
        [[nodiscard]] constexpr bool unknown(std::size_t j) const noexcept { return (unknown_ >> j & 1) != 0; }

    private:
        static_assert(n <= 64, "a bit a coordinate");
        std::uint64_t rising_ = 0;
        std::uint64_t falling_ = 0;
        std::uint64_t unknown_ = 0;
    };

    // Narrows the ranges of some coordinates of f, which all go these ways.
    template <step_function F>
    static constexpr void narrow(const F& f, const box<F::dimension>& b, const typename F::action& u,
                                 const directions<F::dimension>& way, const std::array<bool, F::dimension>& which,
                                 box<F::dimension>& image) {
        constexpr std::size_t n = F::dimension;
        box<n> low = b;
        box<n> high = b;
        bool corners = true;
        for (std::size_t j = 0; j < n; ++j) {
            if (!way.unknown(j)) {
                low[j] = end_of(b[j], way.falls(j) ? b[j].upper() : b[j].lower());
                high[j] = end_of(b[j], way.falls(j) ? b[j].lower() : b[j].upper());
            }
            corners = corners && low[j].lower() == low[j].upper() && high[j].lower() == high[j].upper();
        }
        // Coordinates that evaluations at these corners would only burden with rounding errors are left alone: where
        // each variable occurs once, the range is tight already. Plain arithmetic tells, at a tenth of an interval's
        // cost.
        std::array<bool, n> loose = which;
        if (corners) {
            point<n> least;
            point<n> most;
            for (std::size_t j = 0; j < n; ++j) {
                least[j] = low[j].lower();
                most[j] = high[j].lower();
            }
            const point<n> bottom = f(least, u);
            const point<n> top = f(most, u);
            for (std::size_t i = 0; i < n; ++i) {
                loose[i] = which[i] && !is_tight(image[i], bottom[i], top[i]);
            }
        }
        if (std::find(loose.begin(), loose.end(), true) == loose.end()) {
            return;
        }
        const std::array<interval, n> bottom = f(low.sides, u);
        const std::array<interval, n> top = f(high.sides, u);
        for (std::size_t i = 0; i < n; ++i) {
            if (loose[i]) {
                image[i] = interval::unchecked(std::max(image[i].lower(), bottom[i].lower()),
                                               std::min(image[i].upper(), top[i].upper()));
            }
        }
    }
    [[nodiscard]] static constexpr bool is_tight(const interval& range, double bottom, double top) noexcept {
        constexpr double few_units = 16 * DBL_EPSILON;
        const double slack = few_units * std::max(std::abs(range.lower()), std::abs(range.upper()));
        return bottom <= range.lower() + slack && top >= range.upper() - slack;
    }
    // An infinite end is no number: the coordinate keeps its range.
    [[nodiscard]] static constexpr interval end_of(const interval& side, double end) noexcept {
        return end >= -detail::largest && end <= detail::largest ? interval::unchecked(end, end) : side;
    }
};

} // namespace form

namespace detail {
// The form in which a step function is enclosed if none is asked for: its own `usual_form`, if it names one.
template <class F>
struct usual_form_of {
    using type = form::monotone;
};
template <class F>
    requires requires { typename F::usual_form; }
struct usual_form_of<F> {
    using type = typename F::usual_form;
};
} // namespace detail

/// A step function as a sound transformer. Model of `dynamics`.
template <step_function F, class Form = typename detail::usual_form_of<F>::type>
class enclosure {
public:
    static constexpr std::size_t dimension = F::dimension; ///< of the state space
    using action = typename F::action;                     ///< what the controller gives

    /// Encloses this function.
    explicit enclosure(F f = {}) : f_{std::move(f)} {}

    /// Whether the system knows what to do under an action: what its own `accepts` says, if it has one; else that no
    /// number of it is NaN or infinite. The error about one that is refused shows it by its `to_string`, if it has one.
    [[nodiscard]] static constexpr bool accepts(const action& u) noexcept {
        if constexpr (requires { F::accepts(u); }) {
            return F::accepts(u);
        } else if constexpr (std::is_same_v<action, double>) {
            return u >= -detail::largest && u <= detail::largest;
        } else if constexpr (requires {
                                 { *u.begin() } -> std::convertible_to<double>;
                             }) {
            return std::all_of(u.begin(), u.end(),
                               [](double x) { return x >= -detail::largest && x <= detail::largest; });
        } else {
            return true;
        }
    }

    /// A box that contains the next state of every point of b.
    [[nodiscard]] constexpr box<dimension> post(const box<dimension>& b, const action& u) const {
        return Form::enclose(f_, b, u);
    }
    /// The step itself.
    [[nodiscard]] constexpr point<dimension> step(const point<dimension>& x, const action& u) const { return f_(x, u); }

private:
    F f_;
};

/// The explicit Euler method as a step function: `substeps` equal steps over one period, the action held.
///
/// The discrete-time system that results is what is verified; how far it is from the differential equation's flow is
/// not accounted for. @tparam Ode  its operator gives the derivative
template <class Ode>
struct euler {
    static constexpr std::size_t dimension = Ode::dimension; ///< of the state space
    using action = typename Ode::action;                     ///< what the controller gives

    Ode ode{};             ///< the right-hand side
    double step = 0.1;     ///< the length of one sub-step
    unsigned substeps = 1; ///< how many of them make a period

    /// The state one period later.
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, dimension> operator()(std::array<T, dimension> x, const U& u) const {
        for (unsigned k = 0; k < substeps; ++k) {
            const std::array<T, dimension> slope = ode(x, u);
            for (std::size_t i = 0; i < dimension; ++i) {
                x[i] = x[i] + static_cast<T>(step) * slope[i];
            }
        }
        return x;
    }
};

/// The classical Runge-Kutta method of order four as a step function; see `euler`.
template <class Ode>
struct rk4 {
    static constexpr std::size_t dimension = Ode::dimension; ///< of the state space
    using action = typename Ode::action;                     ///< what the controller gives

    Ode ode{};             ///< the right-hand side
    double step = 0.1;     ///< the length of one sub-step
    unsigned substeps = 1; ///< how many of them make a period

    /// The state one period later.
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, dimension> operator()(std::array<T, dimension> x, const U& u) const {
        const T h = static_cast<T>(step);
        const T half = h / static_cast<T>(2.0);
        for (unsigned k = 0; k < substeps; ++k) {
            const std::array<T, dimension> k1 = ode(x, u);
            const std::array<T, dimension> k2 = ode(moved(x, half, k1), u);
            const std::array<T, dimension> k3 = ode(moved(x, half, k2), u);
            const std::array<T, dimension> k4 = ode(moved(x, h, k3), u);
            for (std::size_t i = 0; i < dimension; ++i) {
                x[i] = x[i] + h / static_cast<T>(6.0) * (k1[i] + static_cast<T>(2.0) * (k2[i] + k3[i]) + k4[i]);
            }
        }
        return x;
    }

private:
    template <class T>
    [[nodiscard]] static constexpr std::array<T, dimension> moved(std::array<T, dimension> x, const T& h,
                                                                  const std::array<T, dimension>& slope) {
        for (std::size_t i = 0; i < dimension; ++i) {
            x[i] = x[i] + h * slope[i];
        }
        return x;
    }
};

} // namespace opara::inline OPARA_ABI::abstraction
