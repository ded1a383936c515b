/// @file
/// Systems that are trained here, besides those of `opara/abstraction/systems.hpp`.
#pragma once

#include <opara/abstraction/dynamics.hpp>
#include <opara/abstraction/functions.hpp>
#include <opara/abstraction/quadrotor.hpp>

#include <array>
#include <cstddef>

namespace opara::examples::drl {

/// Tora as Trainify trains it: Euler steps of 0.02 without saturation, the angle kept in [-pi, pi).
struct tora_unbounded {
    static constexpr std::size_t dimension = 4;    ///< of the state space
    using action = double;                         ///< the control u
    using usual_form = abstraction::form::natural; ///< as tight as any: each coordinate occurs once in each equation

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

using abstraction::systems::quadrotor;

/// The cells on which the quadrotor is learned: fine in what decides on thrust and torques (height and the speed of
/// sinking, roll and pitch and their rates), and one or a few in the rest, so that a tube is cut in few dimensions.
inline constexpr std::array<double, 12> quadrotor_widths{4, 4, 0.1, 12, 12, 0.4, 0.1, 0.1, 3, 0.4, 0.4, 12};

} // namespace opara::examples::drl
