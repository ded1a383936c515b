/// @file
/// More forms of enclosing a step function on a box, for those who want narrower posts and have the time.
#pragma once

#include <opara/abstraction/dynamics.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace opara::inline OPARA_ABI::abstraction::form {

namespace detail {
[[nodiscard]] constexpr bool is_finite(const interval& side) noexcept {
    return side.upper() - side.lower() <= abstraction::detail::largest;
}
} // namespace detail

/// The mean-value form: f at the middle, and the derivatives' ranges times the distances from there; never wider than
/// the natural form, with which it is cut. Its excess shrinks with the square of the box's width (that of the natural
/// form with the width), but it knows nothing of monotony. Two evaluations. Moore, Kearfott, Cloud, "Introduction to
/// Interval Analysis", 2009, section 6.2; at kinks by Clarke's mean-value theorem (see `dual`).
struct mean_value {
    /// A box that contains f(x, u) for each x of b.
    template <step_function F>
    [[nodiscard]] static constexpr box<F::dimension> enclose(const F& f, const box<F::dimension>& b,
                                                             const typename F::action& u) {
        constexpr std::size_t n = F::dimension;
        if (!std::all_of(b.sides.begin(), b.sides.end(), detail::is_finite)) {
            return natural::enclose(f, b, u); // there is no middle
        }
        std::array<dual<n>, n> variables;
        std::array<interval, n> middle;
        for (std::size_t j = 0; j < n; ++j) {
            variables[j] = dual<n>::variable(b[j], j);
            const double m = b[j].middle();
            middle[j] = interval::unchecked(m, m);
        }
        const std::array<dual<n>, n> y = f(variables, u);
        const std::array<interval, n> at_middle = f(middle, u);
        box<n> image;
        for (std::size_t i = 0; i < n; ++i) {
            interval sum = at_middle[i];
            for (std::size_t j = 0; j < n; ++j) {
                sum = sum + y[i].gradient()[j] * (b[j] - middle[j]);
            }
            image[i] = interval::unchecked(std::max(sum.lower(), y[i].value.lower()),
                                           std::min(sum.upper(), y[i].value.upper()));
        }
        return image;
    }
};

/// Another form on the pieces of a box, so many in each dimension, and the hull of what comes out. Costs as many
/// evaluations of that form as there are pieces. A side that is infinite stays whole.
///
/// @code
/// const enclosure<systems::b1, form::subdivided<form::natural, 4, 2>> dynamics; // 8 pieces
/// @endcode
template <class Form, std::size_t... Parts>
struct subdivided {
    static_assert(((Parts > 0) && ...), "a side has one part at least");

    /// A box that contains f(x, u) for each x of b.
    template <step_function F>
        requires(sizeof...(Parts) == F::dimension)
    [[nodiscard]] static constexpr box<F::dimension> enclose(const F& f, const box<F::dimension>& b,
                                                             const typename F::action& u) {
        constexpr std::size_t n = F::dimension;
        constexpr std::array<std::size_t, n> parts{Parts...};
        std::array<std::size_t, n> at{};
        box<n> image;
        for (std::size_t count = 0; count < (Parts * ...); ++count) {
            box<n> piece = b;
            for (std::size_t i = 0; i < n; ++i) {
                if (detail::is_finite(b[i])) {
                    piece[i] = interval::unchecked(cut(b[i], at[i], parts[i]), cut(b[i], at[i] + 1, parts[i]));
                }
            }
            const box<n> y = Form::enclose(f, piece, u);
            for (std::size_t i = 0; i < n; ++i) {
                image[i] = count == 0 ? y[i]
                                      : interval::unchecked(std::min(image[i].lower(), y[i].lower()),
                                                            std::max(image[i].upper(), y[i].upper()));
            }
            for (std::size_t i = 0; i < n && ++at[i] == parts[i]; ++i) {
                at[i] = 0;
            }
        }
        return image;
    }

private:
    // Neighbours share their end exactly, and rounding is monotone, so no point is lost between them.
    [[nodiscard]] static constexpr double cut(const interval& side, std::size_t k, std::size_t count) noexcept {
        const double share = static_cast<double>(k) / static_cast<double>(count);
        return k == count
                   ? side.upper()
                   : std::clamp(side.lower() + share * (side.upper() - side.lower()), side.lower(), side.upper());
    }
};

} // namespace opara::inline OPARA_ABI::abstraction::form
