/// @file
/// The same system in other coordinates, so that boxes there are parallelepipeds here.
#pragma once

#include <opara/abstraction/dynamics.hpp>
#include <opara/abstraction/error.hpp>
#include <opara/abstraction/forms.hpp>
#include <opara/abstraction/linear_image.hpp>

#include <array>
#include <concepts>
#include <cstddef>

namespace opara::inline OPARA_ABI::abstraction {

/// An invertible change of coordinates, written once for doubles, intervals and duals: `c.to(x)` are the new
/// coordinates of the state x, `c.from(z)` is the state that has the new coordinates z. Over the real numbers, with
/// each constant the double that is written, one has to be the inverse of the other; adding a multiple of one
/// coordinate to another, as often as one likes, is such a change.
template <class C>
concept coordinates =
    requires(const C& c, const std::array<double, C::dimension>& x, const std::array<interval, C::dimension>& b,
             const std::array<dual<C::dimension>, C::dimension>& d) {
        { c.to(x) } -> std::same_as<std::array<double, C::dimension>>;
        { c.from(x) } -> std::same_as<std::array<double, C::dimension>>;
        { c.to(b) } -> std::same_as<std::array<interval, C::dimension>>;
        { c.from(b) } -> std::same_as<std::array<interval, C::dimension>>;
        { c.to(d) } -> std::same_as<std::array<dual<C::dimension>, C::dimension>>;
        { c.from(d) } -> std::same_as<std::array<dual<C::dimension>, C::dimension>>;
    };

namespace detail {
// A linear map by its derivatives, which have to be the same everywhere. @throws domain_error  they are not
template <std::size_t N, class Map>
[[nodiscard]] constexpr linear_image<N> linear_map(Map map) {
    const auto on = [&](double size) {
        std::array<dual<N>, N> z;
        for (std::size_t i = 0; i < N; ++i) {
            z[i] = dual<N>::variable(interval{-size, size}, i);
        }
        return map(z);
    };
    const std::array<dual<N>, N> origin = map(std::array<dual<N>, N>{});
    const std::array<dual<N>, N> on_small = on(1);
    const std::array<dual<N>, N> on_large = on(0x1p20);
    linear_image<N> image;
    for (std::size_t i = 0; i < N; ++i) {
        if (on_small[i].gradient() != on_large[i].gradient() || origin[i].value != interval{0.0}) {
            throw domain_error{"the coordinates are not linear in each other", i};
        }
        image.rows[i] = on_small[i].gradient();
    }
    return image;
}
} // namespace detail

/// The old coordinates as linear combinations of the new ones, for propositions that are boxes in the old ones
/// (`region::seen`). @throws domain_error  they are none
template <coordinates C>
[[nodiscard]] constexpr linear_image<C::dimension> old_coordinates(const C& change) {
    return detail::linear_map<C::dimension>([&](const auto& z) { return change.from(z); });
}
/// The new coordinates as linear combinations of the old ones: `new_coordinates(c).of(b)` is a box around all states of
/// b. @throws domain_error  they are none
template <coordinates C>
[[nodiscard]] constexpr linear_image<C::dimension> new_coordinates(const C& change) {
    return detail::linear_map<C::dimension>([&](const auto& x) { return change.to(x); });
}

/// A system in other coordinates: its runs are the images of the system's runs, so what is proved of the one holds of
/// the other. Model of `step_function`.
///
/// A grid rounds each image up to whole cells. Where a box's image sticks out of the box a little in each step, as that
/// of a position does whose speed is not 0, the abstraction drifts, however narrow the cells are. In coordinates in
/// which each one is drawn to where the one after it says (x1' = -a x1 + x2, x2' = -b x2 + x3, ...), images of boxes
/// that are large enough stay inside, and cells of any width will do.
///
/// Its enclosures take the mean-value form unless another is asked for: old coordinates occur in several of the new
/// ones, and this form alone knows how they cancel.
///
/// @code
/// struct pushed { // a point mass: place, and the speed at which it lags behind
///     static constexpr std::size_t dimension = 2;
///     template <class T> std::array<T, 2> to(const std::array<T, 2>& x) const { return {x[0], x[1] + x[0]}; }
///     template <class T> std::array<T, 2> from(const std::array<T, 2>& z) const { return {z[0], z[1] - z[0]}; }
/// };
/// const enclosure<in_coordinates<cart, pushed>> dynamics;
/// @endcode
template <step_function F, coordinates C>
    requires(F::dimension == C::dimension)
struct in_coordinates {
    static constexpr std::size_t dimension = F::dimension; ///< of the state space
    using action = typename F::action;                     ///< what the controller gives
    using usual_form = form::mean_value;                   ///< how `enclosure` encloses it

    F system{}; ///< one step in the old coordinates
    C change{}; ///< to the new ones

    /// Whether the system knows what to do under an action.
    [[nodiscard]] static constexpr bool accepts(const action& u) noexcept { return enclosure<F>::accepts(u); }

    /// The next state.
    template <class T>
    [[nodiscard]] constexpr std::array<T, dimension> operator()(const std::array<T, dimension>& z,
                                                                const action& u) const {
        return change.to(system(change.from(z), u));
    }
};

} // namespace opara::inline OPARA_ABI::abstraction
