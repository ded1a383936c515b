/// @file
/// Systems that are trained here and that the library does not have.
#pragma once

#include <opara/abstraction/dynamics.hpp>
#include <opara/abstraction/functions.hpp>

#include <array>
#include <cstddef>

namespace opara::examples::drl {

/// Tora as Trainify trains it: Euler steps of 0.02 without saturation, the angle kept in [-pi, pi).
struct tora_unbounded {
    static constexpr std::size_t dimension = 4; ///< of the state space
    using action = double;                      ///< the control u

    /// The next state.
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, 4> operator()(const std::array<T, 4>& x, const U& u) const {
        using abstraction::sin;
        using abstraction::wrap;
        constexpr double pi = 3.141592653589793;
        const T h = static_cast<T>(0.02);
        return {x[0] + h * x[1], x[1] + h * (static_cast<T>(0.1) * sin(x[2]) - x[0]), wrap(x[2] + h * x[3], -pi, pi),
                x[3] + h * static_cast<T>(u)};
    }
};

/// gym's pendulum by its angle from the upright, kept in [-pi, pi), and its rate, saturated at 8: the same motion as
/// `systems::pendulum`, whose state is the angle's cosine and sine. Of a box of those two a grid forgets that they lie
/// on the circle; of an angle there is nothing to forget.
struct pendulum_angle {
    static constexpr std::size_t dimension = 2; ///< of the state space
    using action = double;                      ///< the torque, saturated at 2

    /// The next state.
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, 2> operator()(const std::array<T, 2>& x, const U& u) const {
        using abstraction::clip;
        using abstraction::sin;
        using abstraction::wrap;
        constexpr double pi = 3.141592653589793;
        const T h = static_cast<T>(0.05);
        const T torque = clip(static_cast<T>(u), -2, 2);
        const T rate = clip(x[1] + (static_cast<T>(15.0) * sin(x[0]) + static_cast<T>(3.0) * torque) * h, -8, 8);
        return {wrap(x[0] + rate * h, -pi, pi), rate};
    }
};

/// A quadrotor, the right-hand side: place (north, east, height), velocity in the body's axes (forwards, sideways,
/// down), roll, pitch and yaw, and their rates; ARCH-COMP's QUAD (Lopez et al., ARCH 2022; Beard, "Quadrotor dynamics
/// and control", 2008) with mass 1.4 and moments of inertia 0.054, 0.054 and 0.104.
struct quadrotor_ode {
    static constexpr std::size_t dimension = 12; ///< of the state space
    using action = std::array<double, 3>;        ///< thrust beyond the weight, and the torques of roll and pitch

    /// The derivative.
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, 12> operator()(const std::array<T, 12>& x, const std::array<U, 3>& u) const {
        using abstraction::cos;
        using abstraction::sin;
        const auto c = [](double number) { return static_cast<T>(number); };
        const T sr = sin(x[6]);
        const T cr = cos(x[6]);
        const T sp = sin(x[7]);
        const T cp = cos(x[7]);
        const T sy = sin(x[8]);
        const T cy = cos(x[8]);
        const T g = c(9.81);
        const T turn = sr * x[10] + cr * x[11]; // of the yaw, but for the pitch
        return {cp * cy * x[3] + (sr * sp * cy - cr * sy) * x[4] + (cr * sp * cy + sr * sy) * x[5],
                cp * sy * x[3] + (sr * sp * sy + cr * cy) * x[4] + (cr * sp * sy - sr * cy) * x[5],
                sp * x[3] - sr * cp * x[4] - cr * cp * x[5],
                x[11] * x[4] - x[10] * x[5] - g * sp,
                x[9] * x[5] - x[11] * x[3] + g * cp * sr,
                x[10] * x[3] - x[9] * x[4] + g * cp * cr - g - static_cast<T>(u[0]) / c(1.4),
                x[9] + sp / cp * turn,
                cr * x[10] - sr * x[11],
                turn / cp,
                c((0.054 - 0.104) / 0.054) * x[10] * x[11] + static_cast<T>(u[1]) / c(0.054),
                c((0.104 - 0.054) / 0.054) * x[9] * x[11] + static_cast<T>(u[2]) / c(0.054),
                c(0.0)}; // two equal moments of inertia, and no torque of yaw
    }
};
/// The quadrotor in control periods of 0.05.
struct quadrotor : abstraction::rk4<quadrotor_ode> {
    /// One Runge-Kutta step a period.
    quadrotor() : abstraction::rk4<quadrotor_ode>{.ode = {}, .step = 0.05} {}
};

} // namespace opara::examples::drl
