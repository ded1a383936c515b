/// @file
/// A quadrotor: the system of twelve dimensions among the benchmarks.
#pragma once

#include <opara/abstraction/dynamics.hpp>
#include <opara/abstraction/functions.hpp>

#include <array>
#include <cstddef>

namespace opara::inline OPARA_ABI::abstraction::systems {

/// A quadrotor, the right-hand side, in metres, seconds, radians, kilogrammes: place (north, east, height), velocity in
/// the body's axes (forwards, sideways, down), roll, pitch and yaw, and their rates about the body's axes. The mass is
/// 1.4, the moments of inertia 0.054, 0.054 and 0.104. Not for a pitch of a quarter turn, where yaw has no meaning.
/// ARCH-COMP's QUAD (Lopez et al., ARCH 2022), from Beard, "Quadrotor dynamics and control", 2008.
struct quadrotor_ode {
    static constexpr std::size_t dimension = 12; ///< of the state space
    using action = std::array<double, 3>;        ///< thrust beyond the weight, and the torques of roll and pitch

    /// The derivative.
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, 12> operator()(const std::array<T, 12>& x, const std::array<U, 3>& u) const {
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
struct quadrotor : rk4<quadrotor_ode> {
    /// One Runge-Kutta step a period.
    quadrotor() : rk4<quadrotor_ode>{.ode = {}, .step = 0.05} {}
};

} // namespace opara::inline OPARA_ABI::abstraction::systems
