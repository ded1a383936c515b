#include <examples/drl/environments/systems.hpp>
#include <opara/abstraction/dynamics.hpp>
#include <opara/abstraction/systems.hpp>
#include <tests/abstraction/step_samples.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cfloat>
#include <cmath>
#include <cstddef>
#include <type_traits>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

// As `step_function` shows it: what is made of the control is enclosed, too.
struct cart {
    static constexpr std::size_t dimension = 2;
    using action = double;
    template <class T>
    std::array<T, 2> operator()(const std::array<T, 2>& x, double u) const {
        return {x[0] + 0.1 * x[1], clip(x[1] + 0.1 * static_cast<T>(u), -1.0, 1.0)};
    }
};

// Mountain car as the published artifact's verification codes it: the wall does not stop the car.
struct mountain_car_without_wall {
    static constexpr std::size_t dimension = 2;
    using action = double;
    template <class T>
    std::array<T, 2> operator()(const std::array<T, 2>& x, double u) const {
        using std::cos;
        const T push = static_cast<T>(0.001) * (static_cast<T>(u) - static_cast<T>(1.0));
        const T v = clip(x[1] + push - static_cast<T>(0.0025) * cos(static_cast<T>(3.0) * x[0]), -0.07, 0.07);
        return {clip(x[0] + v, -1.2, 0.6), v};
    }
};

// Everything that a dual can do, in one function with known derivatives.
struct zoo_of_functions {
    static constexpr std::size_t dimension = 2;
    using action = double;
    template <class T>
    std::array<T, 2> operator()(const std::array<T, 2>& x, double) const {
        using std::cos;
        using std::exp;
        using std::max;
        using std::min;
        using std::pow;
        using std::sin;
        using std::tanh;
        const T two = static_cast<T>(2.0);
        return {tanh(x[0]) * exp(-x[1]) + sigmoid(x[0] - x[1]) + min(x[0], sin(x[1])) -
                    pow(x[0], -2) / (two + cos(x[0])),
                wrap(x[0] * x[1], -1.0, 1.0) + max(x[0], x[1]) + where_at_most(x[0], 1.5, x[1], -x[1]) +
                    clip(sqr(x[1]), 0.5, 1.0)};
    }
};

struct decay {
    static constexpr std::size_t dimension = 1;
    using action = double;
    template <class T>
    std::array<T, 1> operator()(const std::array<T, 1>& x, double u) const {
        return {static_cast<T>(u) * x[0]};
    }
};

} // namespace

static_assert(dynamics<enclosure<systems::b1>>);
static_assert(dynamics<enclosure<systems::acc6, form::natural>>);
static_assert(step_function<rk4<decay>>);

TEST_CASE("steps of B1 to B5 land in the post") {
    check_system(systems::b1{}, cube<2>(2.5), some_control{interval{-4.0, 4.0}});
    check_system(systems::b1{.dt = 0.2}, cube<2>(2.5),
                 some_control{interval{-12.0, 1.0}}); // a ReLU net's control: x2 not monotone
    check_system(systems::b2{}, cube<2>(2.5), some_control{interval{-2.0, 2.0}});
    check_system(systems::b2{.dt = 0.2}, cube<2>(2.5), some_control{interval{-2.0, 2.0}});
    check_system(systems::b3{}, cube<2>(2.5), some_control{interval{-1.0, 1.0}});
    check_system(systems::b4{}, cube<3>(2.5), some_control{interval{-1.0, 1.0}});
    check_system(systems::b5{}, cube<3>(2.5), some_control{interval{-1.0, 1.0}});
}

TEST_CASE("steps of Tora and the cruise control land in the post") {
    check_system(systems::tora{}, cube<4>(2.5), some_control{interval{-20.0, 20.0}});
    check_system(systems::acc6{}, box_of<6>({80, 20, -5, 0, 20, -5}, {110, 40, 5, 30, 40, 5}),
                 some_control{interval{-5.0, 5.0}});
}

TEST_CASE("steps of the gym systems land in the post") {
    check_system(systems::mountain_car{}, box_of<2>({-1.2, -0.07}, {0.6, 0.07}), some_choice{3});
    check_system(systems::pendulum{}, box_of<3>({-1, -1, -8}, {1, 1, 8}), some_control{interval{-3.0, 3.0}});
    check_system(systems::cart_pole{}, box_of<4>({-4.8, -10, -0.42, -10}, {4.8, 10, 0.42, 10}), some_choice{2});
}

TEST_CASE("steps of the systems that are only trained here land in the post") {
    namespace drl = opara::examples::drl;
    constexpr double pi = 3.141592653589793;
    check_system(drl::pendulum_angle{}, box_of<2>({-pi, -8}, {pi, 8}), some_control{interval{-3.0, 3.0}});
    check_system(drl::tora_unbounded{}, box_of<4>({-3, -3, -pi, -5}, {3, 3, pi, 5}), some_control{interval{-1.0, 1.0}});
}

TEST_CASE("where each coordinate occurs once in each equation, the natural form is as tight as the monotone one") {
    random_source random{17};
    const auto compare = [&](const auto& system, const box<4>& domain) {
        using system_type = std::remove_cvref_t<decltype(system)>;
        const enclosure<system_type> usual{system};
        const enclosure<system_type, form::monotone> monotone{system};
        for (int k = 0; k < 2'000; ++k) {
            box<4> b;
            for (std::size_t i = 0; i < 4; ++i) {
                const double width = domain[i].upper() - domain[i].lower();
                const double low = domain[i].lower() + random.unit() * width;
                b[i] = interval{low, low + random.unit() * (random.chance(0.5) ? 0.01 : width)};
            }
            const double u = 2 * random.unit() - 1;
            const box<4> natural = usual.post(b, u);
            const box<4> narrowed = monotone.post(b, u);
            for (std::size_t i = 0; i < 4; ++i) {
                REQUIRE(natural[i].lower() == doctest::Approx(narrowed[i].lower()).epsilon(1e-13));
                REQUIRE(natural[i].upper() == doctest::Approx(narrowed[i].upper()).epsilon(1e-13));
            }
        }
    };
    compare(systems::tora{}, cube<4>(2.5));
    compare(opara::examples::drl::tora_unbounded{}, box_of<4>({-3, -3, -3.5, -5}, {3, 3, 3.5, 5}));
}

TEST_CASE("steps of the pendulum, the unicycle and the attitude of ARCH-COMP land in the post") {
    check_system(systems::single_pendulum{}, box_of<2>({-2, -4}, {2, 4}), some_control{{-2.0, 2.0}});
    check_system(systems::unicycle{}, box_of<4>({-10, -10, -4, -3}, {10, 10, 4, 3}), some_controls<2>{{-5.0, 5.0}});
    check_system(systems::attitude{}, cube<6>(1.5), some_controls<3>{{-3.0, 3.0}});
}

TEST_CASE("steps of the collision avoidance land in the post") {
    const auto domain = box_of<4>({-400, -60, 0, 0}, {400, 60, 40, 8});
    check_system(systems::vertical_cas{}, domain, some_advice{});
    check_system(systems::vertical_cas{.response = systems::pilot_response::any}, domain, some_advice{});
}

TEST_CASE("a post without the disturbance loses states, and this test sees it") {
    systems::unicycle calm;
    calm.ode.disturbance = 0;
    const enclosure<systems::unicycle> mutant{calm};
    CHECK(escapes([&](const auto& b, const std::array<double, 2>& u) { return mutant.post(b, u); }, systems::unicycle{},
                  box_of<4>({-10, -10, -4, -3}, {10, 10, 4, 3}), some_controls<2>{{-5.0, 5.0}}, 2'000) > 500);
    const enclosure<systems::vertical_cas> obedient;
    CHECK(escapes([&](const auto& b, const mode_switch& u) { return obedient.post(b, u); },
                  systems::vertical_cas{.response = systems::pilot_response::any},
                  box_of<4>({-400, -60, 0, 0}, {400, 60, 40, 8}), some_advice{}, 2'000) > 500);
}

TEST_CASE("pilots follow advice as published") {
    const systems::vertical_cas system;
    const auto from = [](double climb, double mode) { return point<4>{-130, climb, 25, mode}; };
    // Clear of conflict: fly on. Down, when it is news: at 7g/24, even if the rate complies already.
    CHECK(system(from(-20, 0), {0, 0}) == point<4>{-110, -20, 24, 0});
    const double push = -7 * 32.2 / 24;
    CHECK(system(from(-20, 0), {0, 1}) == point<4>{-110 - 0.5 * push, -20 + push, 24, 1});
    // When it is not, whoever complies flies on, the bounds included.
    CHECK(system(from(0, 1), {1, 1})[1] == 0);
    CHECK(system(from(1, 1), {1, 1})[1] == 1 + push);
    CHECK(system(from(25, 4), {4, 4})[1] == 25);
    CHECK(system(from(24.9, 4), {4, 4})[1] == 24.9 - push);
    CHECK(system(from(-42, 7), {7, 7})[1] == -42);
    CHECK(system(from(-41, 7), {7, 7})[1] == -41 - 32.2 / 3);
    // A cell on both sides of the bound: both.
    const auto image = enclosure<systems::vertical_cas>{}.post(box_of<4>({0, 24, 25, 4}, {0, 26, 25, 4}), {4, 4});
    CHECK(image[1].contains(24 - push));
    CHECK(image[1].contains(26.0));
    CHECK(image[3] == interval{4.0});
}

TEST_CASE("Runge-Kutta steps follow known solutions of the pendulum and the unicycle") {
    // Without torque the pendulum's energy w^2 / 2 + 2 cos x stays.
    point<2> x{1.0, 0.2};
    const auto energy = [](const point<2>& p) { return p[1] * p[1] / 2 + 2 * std::cos(p[0]); };
    const double before = energy(x);
    for (int k = 0; k < 20; ++k) {
        x = systems::single_pendulum{}(x, 0.0);
    }
    CHECK(energy(x) == doctest::Approx(before).epsilon(1e-6));
    // With a constant speed v and steering s the unicycle drives a circle of radius v / s.
    point<4> p{0, 0, 0, 2};
    for (int k = 0; k < 10; ++k) {
        p = systems::unicycle{}(p, std::array{0.0, 0.5});
    }
    CHECK(p[0] == doctest::Approx(4 * std::sin(1.0)).epsilon(1e-6));
    CHECK(p[1] == doctest::Approx(4 * (1 - std::cos(1.0))).epsilon(1e-6));
    // The derivative of the attitude by hand.
    CHECK(systems::attitude_ode{}(point<6>{1, 2, 3, 0.5, -0.5, 1}, std::array{2.0, 1.0, -1.0}) ==
          point<6>{2, -4, 3, 3.25, 5.25, 6.75});
}

TEST_CASE("every function of the duals lands in the post") {
    check_system(zoo_of_functions{}, box_of<2>({-3, -3}, {3, 3}), some_control{interval{0.0}});
}

TEST_CASE("the published verification of mountain car loses states at the wall, and this test sees it") {
    // Its own counterexample: from (-1.195, -0.0195) the car stands at the wall with speed 0.
    const auto cell = box_of<2>({-1.2, -0.02}, {-1.19, -0.019});
    const point<2> landed = systems::mountain_car{}(point<2>{-1.195, -0.0195}, 0.0);
    CHECK(landed == point<2>{-1.2, 0.0});
    CHECK_FALSE(enclosure<mountain_car_without_wall>{}.post(cell, 0.0).contains(landed));
    CHECK(enclosure<systems::mountain_car>{}.post(cell, 0.0).contains(landed));
    // And by sampling, against the true system.
    const enclosure<mountain_car_without_wall> mutant;
    CHECK(escapes([&](const auto& b, double u) { return mutant.post(b, u); }, systems::mountain_car{},
                  box_of<2>({-1.2, -0.07}, {0.6, 0.07}), some_choice{3}, 5'000) > 50);
    // It also missed that cos 3p has its minimum at p = -pi/3.
    const auto around = box_of<2>({-1.06, 0.0}, {-1.03, 0.0});
    CHECK(enclosure<systems::mountain_car>{}
              .post(around, 1.0)
              .contains(systems::mountain_car{}(point<2>{-1.0471975511965976, 0.0}, 1.0)));
}

TEST_CASE("the published post of B1 turns inside out under a large control, ours does not") {
    const auto cell = box_of<2>({0.87, 0.57}, {0.88, 0.58});
    const auto image = enclosure<systems::b1>{}.post(cell, -11.9045);
    CHECK(image[1].lower() == doctest::Approx(0.09153).epsilon(1e-4));
    CHECK(image[1].upper() == doctest::Approx(0.09622).epsilon(1e-4));
    CHECK(image.contains(systems::b1{}(point<2>{0.88, 0.58}, -11.9045)));
}

TEST_CASE("the monotone form is exact where the step is monotone") {
    const systems::b1 system{.dt = 0.2};
    const auto cell = box_of<2>({0.5, 1.0}, {0.51, 1.01});
    const auto image = enclosure<systems::b1>{system}.post(cell, -1.0);
    const double low = system(point<2>{0.51, 1.0}, -1.0)[1];
    const double high = system(point<2>{0.5, 1.01}, -1.0)[1];
    CHECK(image[1].lower() == doctest::Approx(low).epsilon(1e-14));
    CHECK(image[1].upper() == doctest::Approx(high).epsilon(1e-14));
    CHECK((enclosure<systems::b1, form::natural>{system}.post(cell, -1.0)[1].upper()) > high + 1e-3);
}

TEST_CASE("saturated and unbounded boxes stay sound") {
    const enclosure<systems::b1> system;
    const auto image = system.post(box<2>{{interval::whole(), interval{-1.0, 1.0}}}, 1.0);
    CHECK(image == box_of<2>({-2, -2}, {2, 2}));
    CHECK(system.post(box_of<2>({2.5, 2.4}, {2.5, 2.5}), 0.0)[0] == interval{2.0});
}

TEST_CASE("the post of a step with a control contains the real product") {
    const double rounded = 0.1 * 0.7;
    const double rest = std::fma(0.1, 0.7, -rounded); // the product is exactly rounded + rest
    REQUIRE(rest > 0);
    const box<2> at_rest = box_of<2>({0, 0});
    for (const box<2>& b :
         {enclosure<cart>{}.post(at_rest, 0.7), enclosure<cart, form::natural>{}.post(at_rest, 0.7)}) {
        CHECK(b[1].lower() <= rounded);
        CHECK(rounded < b[1].upper());
    }
}

TEST_CASE("Euler and Runge-Kutta steps approach the flow, in their orders") {
    const double exact = std::exp(-1.0);
    CHECK(euler<decay>{.step = 0.001, .substeps = 1000}(point<1>{1.0}, -1.0)[0] ==
          doctest::Approx(exact).epsilon(1e-3));
    CHECK(rk4<decay>{.step = 0.1, .substeps = 10}(point<1>{1.0}, -1.0)[0] == doctest::Approx(exact).epsilon(1e-6));
    CHECK(euler<decay>{.step = 0.5}(point<1>{1.0}, -1.0)[0] == 0.5);
    CHECK(rk4<decay>{.step = 1.0}(point<1>{1.0}, -1.0)[0] == doctest::Approx(0.375).epsilon(1e-15)); // Taylor, order 4
    check_system(euler<decay>{.step = 0.1, .substeps = 5}, cube<1>(3), some_control{interval{-1.0, 1.0}});
    check_system(rk4<decay>{.step = 0.1, .substeps = 2}, cube<1>(3), some_control{interval{-1.0, 1.0}});
}
