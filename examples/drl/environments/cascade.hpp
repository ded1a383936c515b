/// @file
/// Coordinates in which the cart and the pole are a cascade.
#pragma once

#include <opara/abstraction/coordinates.hpp>
#include <opara/abstraction/systems.hpp>

#include <array>
#include <cstddef>

namespace opara::examples::drl {

/// Coordinates of `systems::cart_pole` in which each is drawn to where the next one says, and the force acts on the
/// last alone. With y = x + 2/3 angle (for small angles: where the pole's centre of percussion is), its speed v and the
/// field g, near the upright y' = v and v' = g angle. The coordinates are
///
///   y,    w = v + a y,    p = angle + ((a + b) v + a b y) / g,    s = angle' + c p + (a + b) angle + a b v / g,
///
/// and near the upright y' = w - a y, w' = g p - b w and p' = s - c p: whatever the controller does, y, w and p stay
/// where |w| <= a |y|, g |p| <= b |w| and |s| <= c |p| at the ends ("backstepping": Krstic, Kanellakopoulos, Kokotovic,
/// "Nonlinear and Adaptive Control Design", 1995, section 2.2). All that is left to the controller is to keep s small.
/// The system itself is taken as it is, with its sines: only the coordinates know of "near".
struct cart_pole_cascade {
    static constexpr std::size_t dimension = 4; ///< of the state space

    double a = 0.35; ///< how fast y follows w, a second
    double b = 1.5;  ///< how fast w follows p
    double c = 8;    ///< how fast p follows s

    /// The new coordinates of (x, x', angle, angle').
    template <class T>
    [[nodiscard]] constexpr std::array<T, 4> to(const std::array<T, 4>& x) const {
        const T y = x[0] + number<T>(reduced_length) * x[2];
        const T v = x[1] + number<T>(reduced_length) * x[3];
        const T p = x[2] + (number<T>(a + b) * v + number<T>(a * b) * y) / number<T>(field);
        const T s = x[3] + number<T>(c) * p + number<T>(a + b) * x[2] + number<T>(a * b) * v / number<T>(field);
        return {y, v + number<T>(a) * y, p, s};
    }
    /// The state with these coordinates.
    template <class T>
    [[nodiscard]] constexpr std::array<T, 4> from(const std::array<T, 4>& z) const {
        const T v = z[1] - number<T>(a) * z[0];
        const T angle = z[2] - (number<T>(a + b) * v + number<T>(a * b) * z[0]) / number<T>(field);
        const T turn = z[3] - number<T>(c) * z[2] - number<T>(a + b) * angle - number<T>(a * b) * v / number<T>(field);
        return {z[0] - number<T>(reduced_length) * angle, v - number<T>(reduced_length) * turn, angle, turn};
    }

private:
    static constexpr double reduced_length = 2.0 / 3.0; // two thirds of the pole of length 1
    static constexpr double field = 9.8;
    template <class T>
    [[nodiscard]] static constexpr T number(double x) {
        return static_cast<T>(x);
    }
};

/// CartPole in these coordinates.
using cascaded_cart_pole = abstraction::in_coordinates<abstraction::systems::cart_pole, cart_pole_cascade>;

} // namespace opara::examples::drl
