/// @file
/// The benchmark systems of the literature on verified controllers, as step functions.
///
/// Discrete-time systems, as the published verifications define them: explicit Euler steps with saturation, the control
/// held. B1 to B5 and Tora: Huang, Fan, Li, Chen, Zhu, "ReachNN", TECS 2019, and Jin et al., "Trainify", CAV 2022, with
/// the constants of the published code (so B5 has x1^3). The single pendulum, the unicycle, attitude control and
/// vertical collision avoidance: the competition ARCH-COMP, category AINNCS (Lopez et al., ARCH 2022), whose
/// differential equations become Runge-Kutta steps of one control period.
///
/// Controls may be numbers of the state's type, too: then they depend on the state (see `piecewise_linear`).
#pragma once

#include <opara/abstraction/dynamics.hpp>
#include <opara/abstraction/mode_switch.hpp>

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
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, 2> operator()(const std::array<T, 2>& x, const U& u) const {
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
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, 2> operator()(const std::array<T, 2>& x, const U& u) const {
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
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, 2> operator()(const std::array<T, 2>& x, const U& u) const {
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
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, 3> operator()(const std::array<T, 3>& x, const U& u) const {
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
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, 3> operator()(const std::array<T, 3>& x, const U& u) const {
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
    using usual_form = form::natural;           ///< as tight as any: each coordinate occurs once in each equation
    double dt = 0.02;                           ///< the length of a step

    /// The next state.
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, 4> operator()(const std::array<T, 4>& x, const U& u) const {
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
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, 6> operator()(const std::array<T, 6>& x, const U& u) const {
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

    /// Whether this is one of the three.
    [[nodiscard]] static constexpr bool accepts(double u) noexcept { return u == 0 || u == 1 || u == 2; }

    /// The next state.
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, 2> operator()(const std::array<T, 2>& x, const U& u) const {
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
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, 3> operator()(const std::array<T, 3>& x, const U& u) const {
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

    /// Whether this is one of the two.
    [[nodiscard]] static constexpr bool accepts(double u) noexcept { return u == 0 || u == 1; }

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

/// A pendulum on a rod of 0.5 with a mass of 0.5 in a field of 1, without friction, from the upright: angle and its
/// speed. The right-hand side: x1' = x2, x2' = 2 sin x1 + 8 u.
struct single_pendulum_ode {
    static constexpr std::size_t dimension = 2; ///< of the state space
    using action = double;                      ///< the torque

    /// The derivative.
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, 2> operator()(const std::array<T, 2>& x, const U& u) const {
        return {x[1], static_cast<T>(2.0) * sin(x[0]) + static_cast<T>(8.0) * static_cast<T>(u)};
    }
};
/// The single pendulum in control periods of 0.05.
struct single_pendulum : rk4<single_pendulum_ode> {
    /// One Runge-Kutta step a period.
    single_pendulum() : rk4<single_pendulum_ode>{.ode = {}, .step = 0.05} {}
};

/// A vehicle on one wheel: place, direction and speed. The right-hand side: x1' = x4 cos x3, x2' = x4 sin x3, x3' = u2,
/// x4' = u1 + w, where nobody knows the disturbance w.
struct unicycle_ode {
    static constexpr std::size_t dimension = 4; ///< of the state space
    using action = std::array<double, 2>;       ///< acceleration and steering
    double disturbance = 1e-4;                  ///< the largest |w|
    double share = 0; ///< w as a part of it, between -1 and 1, where one number has to be taken

    /// The derivative.
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, 4> operator()(const std::array<T, 4>& x, const std::array<U, 2>& u) const {
        const T w = uncertain<T>(-disturbance, disturbance, share);
        return {x[3] * cos(x[2]), x[3] * sin(x[2]), static_cast<T>(u[1]), static_cast<T>(u[0]) + w};
    }
};
/// The unicycle in control periods of 0.2.
struct unicycle : rk4<unicycle_ode> {
    /// One Runge-Kutta step a period.
    unicycle() : rk4<unicycle_ode>{.ode = {}, .step = 0.2} {}
};

/// The attitude of a rigid body: three angular velocities, then three Rodrigues parameters psi. The right-hand side;
/// Prajna, Parrilo, Rantzer, "Nonlinear control synthesis by convex optimization", IEEE TAC 49, 2004.
struct attitude_ode {
    static constexpr std::size_t dimension = 6; ///< of the state space
    using action = std::array<double, 3>;       ///< the torques

    /// The derivative.
    template <class T, class U>
    [[nodiscard]] constexpr std::array<T, 6> operator()(const std::array<T, 6>& x, const std::array<U, 3>& u) const {
        const auto c = [](double number) { return static_cast<T>(number); };
        const T length = sqr(x[3]) + sqr(x[4]) + sqr(x[5]);
        const T more = length + c(1.0);
        return {c(0.25) * (static_cast<T>(u[0]) + x[1] * x[2]),
                c(0.5) * (static_cast<T>(u[1]) - c(3.0) * x[0] * x[2]),
                static_cast<T>(u[2]) + c(2.0) * x[0] * x[1],
                c(0.5) * (x[1] * (length - x[5]) + x[2] * (length + x[4]) + x[0] * more),
                c(0.5) * (x[0] * (length + x[5]) + x[2] * (length - x[3]) + x[1] * more),
                c(0.5) * (x[0] * (length - x[4]) + x[1] * (length + x[3]) + x[2] * more)};
    }
};
/// Attitude control in periods of 0.1.
struct attitude : rk4<attitude_ode> {
    /// One Runge-Kutta step a period.
    attitude() : rk4<attitude_ode>{.ode = {}, .step = 0.1} {}
};

/// How the pilots of `vertical_cas` follow advice.
enum class pilot_response : unsigned char {
    middle, ///< with the middle one of the accelerations that the advisory allows, as the competition's tools assume
    any,    ///< with any acceleration between the least and the largest of them
};

/// Vertical collision avoidance, in seconds: the height of the intruder over us (feet), our rate of climb (feet a
/// second), the time until we pass (seconds), and the last advisory as a mode: 0 clear of conflict, 1 do not climb, 2
/// do not descend, 3 descend at 1500 feet a minute at least, 4 climb so, 5 and 6 strengthen that, 7 and 8 to 2500.
///
/// A pilot who complies with an advisory that has not changed flies on; else the advisory sets the acceleration.
/// Julian, Kochenderfer, "A reachability method for verifying dynamical systems with deep neural network controllers",
/// arXiv 1903.00520, 2019; Akintunde et al., AAMAS 2020.
struct vertical_cas {
    static constexpr std::size_t dimension = 4;       ///< of the state space
    using action = mode_switch;                       ///< from the last advisory to the next
    pilot_response response = pilot_response::middle; ///< how pilots follow it
    double share = 0; ///< the acceleration between the least (-1) and the largest (1), where one number has to be taken

    /// Whether there is such an advisory.
    [[nodiscard]] static constexpr bool accepts(const mode_switch& u) noexcept { return u.from < 9 && u.to < 9; }

    /// The next state. @pre u.to < 9
    template <class T>
    [[nodiscard]] constexpr std::array<T, 4> operator()(const std::array<T, 4>& x, const mode_switch& u) const {
        const advice& given = advisories[u.to];
        T push = response == pilot_response::middle ? static_cast<T>(given.middle)
                                                    : uncertain<T>(given.least, given.largest, share);
        if (u.from == u.to && given.sign != 0) {
            const T against = static_cast<T>(-60.0 * given.sign) * x[1]; // feet a minute, the wrong way
            push = where_at_most(against, -given.rate, static_cast<T>(0.0), push);
        }
        return {x[0] - x[1] - static_cast<T>(0.5) * push, x[1] + push, x[2] - static_cast<T>(1.0),
                static_cast<T>(static_cast<double>(u.to))};
    }

private:
    struct advice {
        double sign;                   // -1: down at `rate` at least, 1: up, 0: as you like
        double rate;                   // feet a minute
        double least, middle, largest; // accelerations, feet a second squared
    };
    static constexpr double g = 32.2;
    static constexpr std::array<advice, 9> advisories{{{0, 0, -g / 8, 0, g / 8},
                                                       {-1, 0, -g / 3, -7 * g / 24, -g / 4},
                                                       {1, 0, g / 4, 7 * g / 24, g / 3},
                                                       {-1, 1500, -g / 3, -7 * g / 24, -g / 4},
                                                       {1, 1500, g / 4, 7 * g / 24, g / 3},
                                                       {-1, 1500, -g / 3, -g / 3, -g / 3},
                                                       {1, 1500, g / 3, g / 3, g / 3},
                                                       {-1, 2500, -g / 3, -g / 3, -g / 3},
                                                       {1, 2500, g / 3, g / 3, g / 3}}};
};

} // namespace opara::inline OPARA_ABI::abstraction::systems
