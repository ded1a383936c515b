/// @file
/// The benchmark systems of the literature on verified controllers, as step functions.
///
/// Discrete-time systems, as the published verifications define them: explicit Euler steps with saturation, the control
/// held. B1 to B5 and Tora: Huang, Fan, Li, Chen, Zhu, "ReachNN", TECS 2019, and Jin et al., "Trainify", CAV 2022, with
/// the constants of the published code (so B5 has x1^3).
#pragma once

#include <opara/abstraction/dynamics.hpp>

#include <array>
#include <cmath>
#include <cstddef>

namespace opara::inline OPARA_ABI::abstraction::systems {

namespace detail {
// Every coordinate in [-bound, bound].
template <class T, std::size_t N>
[[nodiscard]] constexpr std::array<T, N> saturated(std::array<T, N> x, const std::array<double, N>& bound) {
    for (std::size_t i = 0; i < N; ++i) {
        x[i] = clip(x[i], -bound[i], bound[i]);
    }
    return x;
}
} // namespace detail

/// B1: x1' = x2, x2' = u x2^2 - x1, saturated at 2.
struct b1 {
    static constexpr std::size_t dimension = 2; ///< of the state space
    using action = double;                      ///< the control u
    double dt = 0.1;                            ///< the length of a step

    /// The next state.
    template <class T>
    [[nodiscard]] constexpr std::array<T, 2> operator()(const std::array<T, 2>& x, double u) const {
        const T h = static_cast<T>(dt);
        return detail::saturated<T, 2>({x[0] + h * x[1], x[1] + h * (static_cast<T>(u) * sqr(x[1]) - x[0])}, {2, 2});
    }
};

/// B2: x1' = x2 - x1^3, x2' = u, saturated at 2.
struct b2 {
    static constexpr std::size_t dimension = 2; ///< of the state space
    using action = double;                      ///< the control u
    double dt = 0.05;                           ///< the length of a step

    /// The next state.
    template <class T>
    [[nodiscard]] constexpr std::array<T, 2> operator()(const std::array<T, 2>& x, double u) const {
        const T h = static_cast<T>(dt);
        return detail::saturated<T, 2>({x[0] + h * (x[1] - pow(x[0], 3)), x[1] + h * static_cast<T>(u)}, {2, 2});
    }
};

/// B3: x1' = -x1 q, x2' = (u + x1) q, with q = 0.1 + (x1 + x2)^2, saturated at 2.
struct b3 {
    static constexpr std::size_t dimension = 2; ///< of the state space
    using action = double;                      ///< the control u
    double dt = 0.05;                           ///< the length of a step

    /// The next state.
    template <class T>
    [[nodiscard]] constexpr std::array<T, 2> operator()(const std::array<T, 2>& x, double u) const {
        const T h = static_cast<T>(dt);
        const T q = static_cast<T>(0.1) + sqr(x[0] + x[1]);
        return detail::saturated<T, 2>({x[0] - h * x[0] * q, x[1] + h * (static_cast<T>(u) + x[0]) * q}, {2, 2});
    }
};

/// B4: x1' = -x1 + x2 - x3, x2' = -x1 (x3 + 1) - x2, x3' = -x1 + u, saturated at 2.
struct b4 {
    static constexpr std::size_t dimension = 3; ///< of the state space
    using action = double;                      ///< the control u
    double dt = 0.02;                           ///< the length of a step

    /// The next state.
    template <class T>
    [[nodiscard]] constexpr std::array<T, 3> operator()(const std::array<T, 3>& x, double u) const {
        const T h = static_cast<T>(dt);
        return detail::saturated<T, 3>({x[0] + h * (x[1] - x[0] - x[2]),
                                        x[1] + h * (-x[0] * (x[2] + static_cast<T>(1.0)) - x[1]),
                                        x[2] + h * (static_cast<T>(u) - x[0])},
                                       {2, 2, 2});
    }
};

/// B5: x1' = x1^3 - x2, x2' = x3, x3' = u, saturated at 2, 2 and 5.
struct b5 {
    static constexpr std::size_t dimension = 3; ///< of the state space
    using action = double;                      ///< the control u
    double dt = 0.05;                           ///< the length of a step

    /// The next state.
    template <class T>
    [[nodiscard]] constexpr std::array<T, 3> operator()(const std::array<T, 3>& x, double u) const {
        const T h = static_cast<T>(dt);
        return detail::saturated<T, 3>(
            {x[0] + h * (pow(x[0], 3) - x[1]), x[1] + h * x[2], x[2] + h * static_cast<T>(u)}, {2, 2, 5});
    }
};

/// Tora, a translational oscillator with a rotating mass: x1' = x2, x2' = -x1 + 0.1 sin x3, x3' = x4, x4' = u; u
/// saturated at 10, x1, x2 and x4 at 2, x3 at pi/2.
struct tora {
    static constexpr std::size_t dimension = 4; ///< of the state space
    using action = double;                      ///< the control u
    double dt = 0.02;                           ///< the length of a step

    /// The next state.
    template <class T>
    [[nodiscard]] constexpr std::array<T, 4> operator()(const std::array<T, 4>& x, double u) const {
        const T h = static_cast<T>(dt);
        return detail::saturated<T, 4>({x[0] + h * x[1], x[1] + h * (static_cast<T>(0.1) * sin(x[2]) - x[0]),
                                        x[2] + h * x[3], x[3] + h * clip(static_cast<T>(u), -10, 10)},
                                       {2, 2, 1.5707963267948966, 2});
    }
};

/// Adaptive cruise control, the right-hand side: position, speed and acceleration of the car ahead, then of ours.
struct acc6_ode {
    static constexpr std::size_t dimension = 6; ///< of the state space
    using action = double;                      ///< the control u

    /// The derivative.
    template <class T>
    [[nodiscard]] constexpr std::array<T, 6> operator()(const std::array<T, 6>& x, double u) const {
        const T two = static_cast<T>(2.0);
        const T friction = static_cast<T>(10000.0);
        return {x[1], x[2], static_cast<T>(-4.0) - two * x[2] - sqr(x[1]) / friction,
                x[4], x[5], two * static_cast<T>(u) - two * x[5] - sqr(x[4]) / friction};
    }
};
/// Adaptive cruise control: ten Euler steps of 0.01.
struct acc6 : euler<acc6_ode> {
    /// The published discretisation.
    acc6() : euler<acc6_ode>{.ode = {}, .step = 0.01, .substeps = 10} {}
};

/// Mountain car (Moore 1990, with the constants of gym's MountainCar-v0): position and speed; u is 0, 1 or 2. At the
/// left wall the car stops.
struct mountain_car {
    static constexpr std::size_t dimension = 2; ///< of the state space
    using action = double;                      ///< 0 left, 1 nothing, 2 right

    /// The next state.
    template <class T>
    [[nodiscard]] constexpr std::array<T, 2> operator()(const std::array<T, 2>& x, double u) const {
        using std::max;
        const T push = static_cast<T>(0.001) * (static_cast<T>(u) - static_cast<T>(1.0));
        const T v = clip(x[1] + push - static_cast<T>(0.0025) * cos(static_cast<T>(3.0) * x[0]), -0.07, 0.07);
        const T p = clip(x[0] + v, -1.2, 0.6);
        return {p, where_at_most(p, -1.2, max(v, static_cast<T>(0.0)), v)};
    }
};

/// Pendulum (gym's Pendulum, g = 10): cosine and sine of the angle, and its speed, saturated at 8. The new angle's
/// cosine and sine come from the angle sums, so no angle has to be recovered from a box.
struct pendulum {
    static constexpr std::size_t dimension = 3; ///< of the state space
    using action = double;                      ///< the torque, saturated at 2

    /// The next state.
    template <class T>
    [[nodiscard]] constexpr std::array<T, 3> operator()(const std::array<T, 3>& x, double u) const {
        const T h = static_cast<T>(0.05);
        const T torque = clip(static_cast<T>(u), -2, 2);
        const T speed = clip(x[2] + (static_cast<T>(15.0) * x[1] + static_cast<T>(3.0) * torque) * h, -8, 8);
        const T turn = speed * h;
        return {clip(x[0] * cos(turn) - x[1] * sin(turn), -1, 1), clip(x[1] * cos(turn) + x[0] * sin(turn), -1, 1),
                speed};
    }
};

/// Cart and pole (Barto, Sutton, Anderson 1983, with the constants of gym's CartPole-v1): position, speed, angle, its
/// speed; u is 0 (push left) or 1 (push right).
struct cart_pole {
    static constexpr std::size_t dimension = 4; ///< of the state space
    using action = double;                      ///< 0 left, 1 right

    /// The next state.
    template <class T>
    [[nodiscard]] constexpr std::array<T, 4> operator()(const std::array<T, 4>& x, double u) const {
        const auto c = [](double number) { return static_cast<T>(number); };
        const T force = c(u > 0.5 ? 10.0 : -10.0);
        const T cosine = cos(x[2]);
        const T sine = sin(x[2]);
        const T pushed = (force + c(0.05) * sqr(x[3]) * sine) / c(1.1);
        const T turned =
            (c(9.8) * sine - cosine * pushed) / (c(0.5) * (c(4.0) / c(3.0) - c(0.1) * sqr(cosine) / c(1.1)));
        const T moved = pushed - c(0.05) * turned * cosine / c(1.1);
        const T h = c(0.02);
        return {x[0] + h * x[1], x[1] + h * moved, x[2] + h * x[3], x[3] + h * turned};
    }
};

} // namespace opara::inline OPARA_ABI::abstraction::systems
