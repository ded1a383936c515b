/// @file
/// Boxes: products of intervals.
#pragma once

#include <opara/abstraction/interval.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace opara::inline OPARA_ABI::abstraction {

/// A point of the state space.
template <std::size_t N>
using point = std::array<double, N>;

/// A closed box: one interval a dimension, never empty. An aggregate: `box<2>{{{{0.8, 0.9}, {0.5, 0.6}}}}`, or by its
/// corners with `box_of`.
template <std::size_t N>
struct box {
    std::array<interval, N> sides{}; ///< one interval a dimension

    [[nodiscard]] constexpr const interval& operator[](std::size_t i) const noexcept { return sides[i]; } ///< a side
    [[nodiscard]] constexpr interval& operator[](std::size_t i) noexcept { return sides[i]; }             ///< a side

    /// Whether a point lies inside; one with a NaN does not.
    [[nodiscard]] constexpr bool contains(const point<N>& x) const noexcept {
        bool inside = true;
        for (std::size_t i = 0; i < N; ++i) {
            inside = inside && sides[i].contains(x[i]);
        }
        return inside;
    }
    /// Whether all of another box lies inside.
    [[nodiscard]] constexpr bool contains(const box& other) const noexcept {
        bool inside = true;
        for (std::size_t i = 0; i < N; ++i) {
            inside = inside && sides[i].contains(other.sides[i]);
        }
        return inside;
    }
    /// Whether there is a common point.
    [[nodiscard]] constexpr bool meets(const box& other) const noexcept {
        bool common = true;
        for (std::size_t i = 0; i < N; ++i) {
            common = common && sides[i].meets(other.sides[i]);
        }
        return common;
    }
    /// A point inside, in the middle but for rounding.
    [[nodiscard]] constexpr point<N> middle() const noexcept {
        point<N> x{};
        for (std::size_t i = 0; i < N; ++i) {
            x[i] = sides[i].middle();
        }
        return x;
    }

    friend constexpr bool operator==(const box&, const box&) = default;
};

/// The box between two corners. @throws domain_error  a bound is NaN, or lower > upper; carries the dimension
template <std::size_t N>
[[nodiscard]] constexpr box<N> box_of(const point<N>& lower, const point<N>& upper) {
    box<N> b;
    for (std::size_t i = 0; i < N; ++i) {
        if (!(lower[i] <= upper[i])) {
            throw domain_error{"no box: dimension " + std::to_string(i) + " goes from " +
                                   detail::number_text(lower[i]) + " to " + detail::number_text(upper[i]),
                               i};
        }
        b[i] = interval{lower[i], upper[i]};
    }
    return b;
}

/// The box that holds one point. @throws domain_error  a coordinate is NaN or infinite
template <std::size_t N>
[[nodiscard]] constexpr box<N> box_of(const point<N>& x) {
    box<N> b;
    for (std::size_t i = 0; i < N; ++i) {
        b[i] = interval{x[i]};
    }
    return b;
}

/// The smallest box that contains both.
template <std::size_t N>
[[nodiscard]] constexpr box<N> hull(const box<N>& a, const box<N>& b) noexcept {
    box<N> h;
    for (std::size_t i = 0; i < N; ++i) {
        h[i] = hull(a[i], b[i]);
    }
    return h;
}

} // namespace opara::inline OPARA_ABI::abstraction
