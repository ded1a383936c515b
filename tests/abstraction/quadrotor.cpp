#include <opara/abstraction/quadrotor.hpp>
#include <tests/abstraction/step_samples.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

using vec = std::array<double, 3>;
using mat = std::array<vec, 3>;

vec times(const mat& m, const vec& v) {
    vec y{};
    for (std::size_t i = 0; i < 3; ++i) {
        y[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
    }
    return y;
}
mat times(const mat& a, const mat& b) {
    mat m{};
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
            m[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j];
        }
    }
    return m;
}
vec cross(const vec& a, const vec& b) {
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

// Newton's and Euler's equations of a rigid body, with matrices: nothing of how the system writes them. North, east and
// down; the rotation from the body's axes is Rz(yaw) Ry(pitch) Rx(roll).
std::array<double, 12> by_newton_and_euler(const std::array<double, 12>& x, const std::array<double, 3>& u) {
    const double mass = 1.4;
    const double g = 9.81;
    const vec inertia{0.054, 0.054, 0.104};
    const double r = x[6];
    const double p = x[7];
    const double y = x[8];
    const mat rx{vec{1, 0, 0}, vec{0, std::cos(r), -std::sin(r)}, vec{0, std::sin(r), std::cos(r)}};
    const mat ry{vec{std::cos(p), 0, std::sin(p)}, vec{0, 1, 0}, vec{-std::sin(p), 0, std::cos(p)}};
    const mat rz{vec{std::cos(y), -std::sin(y), 0}, vec{std::sin(y), std::cos(y), 0}, vec{0, 0, 1}};
    const mat rotation = times(rz, times(ry, rx));
    const vec velocity{x[3], x[4], x[5]};
    const vec rates{x[9], x[10], x[11]};
    const vec place = times(rotation, velocity);
    mat back{}; // the transpose: from the earth's axes to the body's
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
            back[i][j] = rotation[j][i];
        }
    }
    const vec weight = times(back, vec{0, 0, mass * g});
    const vec thrust{0, 0, -(mass * g + u[0])};
    const vec turned = cross(rates, velocity);
    const vec spin{inertia[0] * rates[0], inertia[1] * rates[1], inertia[2] * rates[2]};
    const vec gyroscopic = cross(rates, spin);
    const vec torque{u[1], u[2], 0};
    std::array<double, 12> d{};
    d[0] = place[0];
    d[1] = place[1];
    d[2] = -place[2]; // height is upwards
    for (std::size_t i = 0; i < 3; ++i) {
        d[3 + i] = (weight[i] + thrust[i]) / mass - turned[i];
        d[9 + i] = (torque[i] - gyroscopic[i]) / inertia[i];
    }
    // How the angles change: rates = E(roll, pitch) angles'.
    d[6] = rates[0] + std::tan(p) * (std::sin(r) * rates[1] + std::cos(r) * rates[2]);
    d[7] = std::cos(r) * rates[1] - std::sin(r) * rates[2];
    d[8] = (std::sin(r) * rates[1] + std::cos(r) * rates[2]) / std::cos(p);
    return d;
}

// A control period in a thousand steps of the midpoint rule, under a derivative.
template <class F>
std::array<double, 12> followed(F derivative, std::array<double, 12> x, const std::array<double, 3>& u) {
    constexpr int steps = 1000;
    constexpr double h = 0.05 / steps;
    for (int k = 0; k < steps; ++k) {
        const auto first = derivative(x, u);
        std::array<double, 12> middle = x;
        for (std::size_t i = 0; i < 12; ++i) {
            middle[i] += 0.5 * h * first[i];
        }
        const auto second = derivative(middle, u);
        for (std::size_t i = 0; i < 12; ++i) {
            x[i] += h * second[i];
        }
    }
    return x;
}

const box<12> flying =
    box_of<12>({-2, -2, -1, -2, -2, -2, -0.7, -0.7, -3, -2, -2, -2}, {2, 2, 2, 2, 2, 2, 0.7, 0.7, 3, 2, 2, 2});

} // namespace

TEST_CASE("the derivative is that of a rigid body") {
    random_source random{81};
    for (int k = 0; k < 10'000; ++k) {
        const point<12> x = point_of(flying, random);
        const std::array<double, 3> u = some_controls<3>{{-1.0, 1.0}}(random);
        const auto found = systems::quadrotor_ode{}(x, u);
        const auto expected = by_newton_and_euler(x, u);
        for (std::size_t i = 0; i < 12; ++i) {
            REQUIRE(std::abs(found[i] - expected[i]) <= 1e-11);
        }
    }
}

TEST_CASE("a step is the flow of a control period, but for the error of one Runge-Kutta step") {
    random_source random{82};
    double worst = 0;
    for (int k = 0; k < 200; ++k) {
        const point<12> x = point_of(flying, random);
        const std::array<double, 3> u = some_controls<3>{{-0.2, 0.2}}(random);
        const auto step = systems::quadrotor{}(x, u);
        const auto flow = followed(by_newton_and_euler, x, u);
        for (std::size_t i = 0; i < 12; ++i) {
            worst = std::max(worst, std::abs(step[i] - flow[i]));
        }
    }
    CHECK(worst < 2e-5);
    CHECK(worst > 1e-9); // they are two computations
}

TEST_CASE("steps of the quadrotor land in the post") {
    check_system(systems::quadrotor{}, flying, some_controls<3>{{-1.0, 1.0}});
}
