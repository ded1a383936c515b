/// @file
/// The benchmark tasks: initial sets, rewards, ends and partitions of the published trainings.
///
/// `b1_trainify`, `b2_trainify`, `tora_stay`, Mountain Car, Pendulum and CartPole: Jin et al., "Trainify", CAV 2022,
/// with the constants of its code. B1 to B5, Tora and ACC: the BBReach artifact (arXiv 2211.11127). The quadrotor's
/// system and goal are those of PLDNN (NeurIPS 2023); its rewards, controls and grid are ours. A problem has the name
/// by which `opara_verify` knows the same system in the same discretisation.
#pragma once

#include <examples/drl/environments/cascade.hpp>
#include <examples/drl/environments/problem.hpp>
#include <examples/drl/environments/systems.hpp>
#include <opara/abstraction/systems.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

namespace opara::examples::drl {

using abstraction::box;
using abstraction::box_of;
using abstraction::interval;
using abstraction::point;
using learning::anywhere_in;
using learning::continuous_actions;
using learning::discrete_actions;
using learning::outcome;
using learning::system_environment;
namespace systems = abstraction::systems;

namespace detail {
// B1 and B2: each step costs 2, leaving the safe square 600, and at the goal it is over.
template <class System>
auto reach_and_avoid(System system, double control, const box<2>& start, const box<2>& goal, std::size_t steps) {
    const auto task = [goal](const point<2>&, double, const point<2>& x) {
        const bool left = std::abs(x[0]) > 1.5 || std::abs(x[1]) > 1.5;
        return left ? outcome{-600, true} : outcome{-2, goal.contains(x)};
    };
    return system_environment{system, continuous_actions{{-control}, {control}}, anywhere_in<2>{start}, task, steps};
}
// The rest of BBReach's: `cost(x)` a step, and a prize at the goal, where it is over.
template <class System, class Cost, class Goal>
auto reach(System system, const box<System::dimension>& start, std::size_t steps, Cost cost, Goal goal, double prize) {
    const auto task = [=](const auto&, double, const auto& x) {
        const bool arrived = goal(x);
        return outcome{(arrived ? prize : 0) - cost(x), arrived};
    };
    return system_environment{system, continuous_actions{{-1}, {1}}, anywhere_in<System::dimension>{start}, task,
                              steps};
}
inline bool between(double x, double low, double high) { return x > low && x < high; }

inline const box<2> b1_start = box_of<2>({0.8, 0.5}, {0.9, 0.6});
inline const box<2> b1_goal = box_of<2>({0, 0.05}, {0.2, 0.3});
inline const box<2> b2_start = box_of<2>({0.7, 0.7}, {0.9, 0.9});
inline const box<2> b2_goal = box_of<2>({-0.3, -0.35}, {0.1, 0.5});
inline const box<2> square = box_of<2>({-2.5, -2.5}, {2.5, 2.5});
} // namespace detail

/// B1 in BBReach's steps.
inline auto b1() {
    return make_problem("b1", "ddpg",
                        detail::reach_and_avoid(systems::b1{0.1}, 4, detail::b1_start, detail::b1_goal, 150),
                        detail::square, point<2>{0.02, 0.02}, aim{.most_episodes = 2000, .mean = -140, .worst = -140});
}
/// B1 in Trainify's steps, with a control in [-1, 1].
inline auto b1_trainify() {
    return make_problem(
        "b1_trainify", "ddpg", detail::reach_and_avoid(systems::b1{0.2}, 1, detail::b1_start, detail::b1_goal, 150),
        detail::square, point<2>{0.01, 0.01}, aim{.most_episodes = 60, .restarts = 20, .mean = -125, .worst = -130});
}
/// B2 in BBReach's steps.
inline auto b2() {
    return make_problem("b2", "ddpg",
                        detail::reach_and_avoid(systems::b2{0.05}, 2, detail::b2_start, detail::b2_goal, 150),
                        detail::square, point<2>{0.1, 0.1}, aim{.most_episodes = 2000, .mean = -100, .worst = -110});
}
/// B2 in Trainify's steps, with a control in [-1, 1].
inline auto b2_trainify() {
    return make_problem("b2_trainify", "ddpg",
                        detail::reach_and_avoid(systems::b2{0.2}, 1, detail::b2_start, detail::b2_goal, 150),
                        detail::square, point<2>{0.01, 0.01}, aim{.most_episodes = 2000, .mean = -35, .worst = -40});
}
/// B3: to [0.2, 0.29] x [-0.3, -0.05].
inline auto b3() {
    return make_problem("b3", "ddpg",
                        detail::reach(
                            systems::b3{}, box_of<2>({0.8, 0.4}, {0.9, 0.5}), 150,
                            [](const point<2>& x) { return std::abs(x[0] - 0.25) + std::abs(x[1] + 0.2); },
                            [](const point<2>& x) { return box_of<2>({0.2, -0.3}, {0.29, -0.05}).contains(x); }, 200),
                        detail::square, point<2>{0.2, 0.2}, aim{.most_episodes = 2000, .mean = 100, .worst = 100});
}
/// B4: to (-0.05, 0.05) x (-0.05, 0), whatever x3 is.
inline auto b4() {
    return make_problem(
        "b4", "ddpg",
        detail::reach(
            systems::b4{}, box_of<3>({0.25, 0.08, 0.25}, {0.27, 0.1, 0.27}), 60,
            [](const point<3>& x) { return 2 * (std::abs(x[0]) + std::abs(x[1] + 0.03)); },
            [](const point<3>& x) { return detail::between(x[0], -0.05, 0.05) && detail::between(x[1], -0.05, 0); },
            500),
        box_of<3>({-2.5, -2.5, -2.5}, {2.5, 2.5, 2.5}), point<3>{0.2, 0.2, 0.2},
        aim{.most_episodes = 2000, .mean = 400, .worst = 400});
}
/// B5: to (-0.4, -0.28) x (0.05, 0.22), whatever x3 is.
inline auto b5() {
    return make_problem(
        "b5", "ddpg",
        detail::reach(
            systems::b5{}, box_of<3>({0.38, 0.45, 0.25}, {0.4, 0.47, 0.27}), 50,
            [](const point<3>& x) { return std::abs(x[0] + 0.35) + std::abs(x[1] - 0.1); },
            [](const point<3>& x) { return detail::between(x[0], -0.4, -0.28) && detail::between(x[1], 0.05, 0.22); },
            500),
        box_of<3>({-2.5, -2.5, -5.5}, {2.5, 2.5, 5.5}), point<3>{0.1, 0.1, 0.1},
        aim{.most_episodes = 2000, .mean = 400, .worst = 400});
}
/// Tora, saturated as BBReach has it: x1 to [-0.1, 0.2] and x2 to [-0.9, -0.6].
inline auto tora() {
    return make_problem(
        "tora", "ddpg",
        detail::reach(
            systems::tora{}, box_of<4>({-0.77, -0.45, 0.51, -0.3}, {-0.75, -0.43, 0.54, -0.28}), 250,
            [](const point<4>& x) { return std::abs(x[0] - 0.05) + std::abs(x[1] + 0.7); },
            [](const point<4>& x) { return x[0] >= -0.1 && x[0] <= 0.2 && x[1] >= -0.9 && x[1] <= -0.6; }, 1000),
        box_of<4>({-2.5, -2.5, -2, -10}, {2.5, 2.5, 2, 10}), point<4>{0.2, 0.2, 0.2, 0.2},
        aim{.most_episodes = 2000, .mean = 500, .worst = 500});
}
/// Tora as Trainify has it: 1 for each step until a bound is passed. Its code trains in episodes of 100 steps and
/// judges by ones of 1000, of which its networks stay for some 110; here both have 1000.
inline auto tora_stay() {
    const auto task = [](const point<4>&, double, const point<4>& x) {
        constexpr double quarter = 1.5707963267948966;
        const bool left = std::abs(x[0]) > 5 || std::abs(x[1]) > 5 || std::abs(x[2]) > quarter || std::abs(x[3]) > 5;
        return outcome{left ? 0.0 : 1.0, left};
    };
    return make_problem(
        "tora_stay", "ddpg",
        system_environment{tora_unbounded{}, continuous_actions{{-1}, {1}},
                           anywhere_in<4>{box_of<4>({-0.77, -0.45, 0.51, -0.3}, {-0.75, -0.43, 0.54, -0.28})}, task,
                           1000},
        box_of<4>({-10, -10, -10, -10}, {10, 10, 10, 10}), point<4>{0.1, 0.1, 0.1, 0.1},
        aim{.most_episodes = 40, .restarts = 20, .window = 5, .mean = 150, .worst = 150});
}
/// Adaptive cruise control: our speed stays near 30 until the car ahead has slowed down to 22.84.
inline auto acc6() {
    return make_problem("acc6", "ddpg",
                        detail::reach(
                            systems::acc6{}, box_of<6>({90, 32, 0, 10, 30, 0}, {91, 32.05, 0, 11, 30.05, 0}), 55,
                            [](const point<6>& x) { return 2 * std::abs(x[4] - 29.95); },
                            [](const point<6>& x) {
                                return detail::between(x[1], 22.81, 22.87) && detail::between(x[4], 29.88, 30.02);
                            },
                            100),
                        box_of<6>({-300, -100, -100, -300, -100, -100}, {300, 100, 100, 300, 100, 100}),
                        point<6>{1, 0.1, 0.1, 1, 0.1, 0.1}, aim{.most_episodes = 2000, .mean = 50, .worst = 50});
}
/// gym's MountainCar-v0: -1 a step until the hill is climbed.
inline auto mountain_car() {
    const auto task = [](const point<2>&, double, const point<2>& x) { return outcome{-1, x[0] >= 0.5 && x[1] >= 0}; };
    return make_problem("mountain_car", "dqn",
                        system_environment{systems::mountain_car{}, discrete_actions{3},
                                           anywhere_in<2>{box_of<2>({-0.6, 0}, {-0.4, 0})}, task, 200},
                        box_of<2>({-1.4, -0.09}, {0.8, 0.09}), point<2>{0.01, 0.001},
                        aim{.least_episodes = 500,
                            .most_episodes = 20'000,
                            .window = 50,
                            .mean = -130,
                            .evaluations = 100,
                            .worst = -130});
}
/// gym's pendulum, started near the upright, as Trainify does; the state is (cos, sin, speed).
inline auto pendulum() {
    const auto start = [](random_source& random) {
        const double angle = 0.2 * random.unit() - 0.1;
        const double speed = 0.2 * random.unit() - 0.1;
        return point<3>{abstraction::cos(angle), abstraction::sin(angle), speed};
    };
    const auto task = [](const point<3>& x, double u, const point<3>&) {
        const double angle = std::atan2(x[1], x[0]);
        return outcome{-(angle * angle + 0.1 * x[2] * x[2] + 0.001 * u * u), false};
    };
    return make_problem(
        "pendulum", "ddpg", system_environment{systems::pendulum{}, continuous_actions{{-2}, {2}}, start, task, 500},
        box_of<3>({-1.5, -1.5, -10}, {1.5, 1.5, 10}), point<3>{0.16, 0.16, 0.01},
        aim{.most_episodes = 50, .restarts = 20, .window = 3, .mean = -3, .evaluations = 10, .worst = -3});
}
/// The same pendulum, the same start and the same reward, with its angle and rate as the state; the grid is ours.
inline auto pendulum_by_angle() {
    const auto task = [](const point<2>& x, double u, const point<2>&) {
        return outcome{-(x[0] * x[0] + 0.1 * x[1] * x[1] + 0.001 * u * u), false};
    };
    constexpr double pi = 3.141592653589793;
    return make_problem("pendulum_angle", "ddpg",
                        system_environment{pendulum_angle{}, continuous_actions{{-2}, {2}},
                                           anywhere_in<2>{box_of<2>({-0.1, -0.1}, {0.1, 0.1})}, task, 500},
                        box_of<2>({-pi, -8}, {pi, 8}), point<2>{0.02, 0.05},
                        aim{.most_episodes = 1000, .window = 3, .mean = -3, .evaluations = 3, .worst = -3});
}
/// gym's CartPole-v1: 1 for each of 500 steps until the pole falls or the cart leaves.
inline auto cart_pole() {
    const auto task = [](const point<4>&, double, const point<4>& x) {
        constexpr double twelve_degrees = 12 * 2 * 3.141592653589793 / 360;
        return outcome{1, std::abs(x[0]) > 2.4 || std::abs(x[2]) > twelve_degrees};
    };
    return make_problem(
        "cart_pole", "dqn",
        system_environment{systems::cart_pole{}, discrete_actions{2},
                           anywhere_in<4>{box_of<4>({-0.05, -0.05, -0.05, -0.05}, {0.05, 0.05, 0.05, 0.05})}, task,
                           500},
        box_of<4>({-4.8, -10, -0.42, -10}, {4.8, 10, 0.42, 10}), point<4>{0.16, 0.02, 0.016, 0.02},
        aim{.most_episodes = 5000, .window = 50, .mean = 500, .evaluations = 10, .step_limit = 1000, .worst = 1000});
}
/// CartPole on cells that are boxes in the coordinates of `cart_pole_cascade`. As `cart_pole` but for the agent, the
/// cells, where it starts and ends: half of the episodes start where gym's do, the others anywhere in a box that the
/// coordinates keep, as what is proved needs a policy there, too; and all end when a step leads the last coordinate
/// beyond 0.7 (gym's starts are within 0.709), so that 500 steps here are 500 steps of gym's.
inline auto cart_pole_cascaded() {
    const auto start = [](random_source& random) {
        const anywhere_in<4> there{box_of<4>({-0.05, -0.05, -0.05, -0.05}, {0.05, 0.05, 0.05, 0.05})};
        const anywhere_in<4> kept{box_of<4>({-1.5, -0.5, -0.08, -0.6}, {1.5, 0.5, 0.08, 0.6})};
        return random.chance(0.5) ? cart_pole_cascade{}.to(there(random)) : kept(random);
    };
    const auto task = [](const point<4>&, double, const point<4>& z) {
        constexpr double twelve_degrees = 12 * 2 * 3.141592653589793 / 360;
        const point<4> x = cart_pole_cascade{}.from(z);
        return outcome{1, std::abs(x[0]) > 2.4 || std::abs(x[2]) > twelve_degrees || std::abs(z[3]) > 0.7};
    };
    return make_problem(
        "cart_pole_cascade", "ppo", system_environment{cascaded_cart_pole{}, discrete_actions{2}, start, task, 500},
        box_of<4>({-4, -8, -2.4, -24}, {4, 8, 2.4, 24}), point<4>{0.25, 0.1, 0.01, 0.05},
        aim{.most_episodes = 5000, .window = 50, .mean = 500, .evaluations = 10, .step_limit = 1000, .worst = 1000});
}
/// The quadrotor climbs to a height of 1 without tilting too far. A step costs the distance to that height and a tenth
/// of roll and pitch; the height is worth 100, and leaving the safe set costs as much; either is the end, as are 100
/// steps.
inline auto quadrotor_climb() {
    const auto task = [](const point<12>&, const std::array<double, 3>&, const point<12>& x) {
        double most = std::max(std::abs(x[0]), std::abs(x[1])) / 1.5; // 1: the bound of the safe set
        most = std::max(most, std::abs(x[2] - 0.5));
        for (std::size_t i = 3; i < 12; ++i) {
            most = std::max(most, std::abs(x[i]) / (i >= 6 && i < 9 ? 1.0 : 4.0));
        }
        const bool arrived = x[2] >= 0.94 && x[2] <= 1.06;
        const double cost = std::abs(x[2] - 1) + 0.1 * (std::abs(x[6]) + std::abs(x[7]));
        return outcome{(arrived ? 100 : most > 1 ? -100 : 0) - cost, arrived || most > 1};
    };
    box<12> start{};
    box<12> space{};
    for (std::size_t i = 0; i < 12; ++i) {
        start[i] = i < 6 ? interval{0.35, 0.4} : interval{0.0, 0.0};
        space[i] = i < 2   ? interval{-2.0, 2.0}
                   : i < 3 ? interval{-1.0, 2.0}
                   : i < 6 ? interval{-6.0, 6.0}
                   : i < 9 ? interval{-1.5, 1.5}
                           : interval{-6.0, 6.0};
    }
    return make_problem(
        "quadrotor", "ppo",
        system_environment{quadrotor{}, continuous_actions{{-1, -1, -1}, {1, 1, 1}}, anywhere_in<12>{start}, task, 100},
        space, quadrotor_widths, aim{.most_episodes = 10'000, .mean = 70, .worst = 70});
}

/// The names of all problems, with a blank between, for messages.
inline const char* const problem_names = "b1 b1_trainify b2 b2_trainify b3 b4 b5 tora tora_stay acc6 mountain_car "
                                         "pendulum pendulum_angle cart_pole cart_pole_cascade "
                                         "quadrotor";

/// Calls `f(problem)` for each of them.
template <class F>
void for_each_problem(F&& f) {
    f(b1());
    f(b1_trainify());
    f(b2());
    f(b2_trainify());
    f(b3());
    f(b4());
    f(b5());
    f(tora());
    f(tora_stay());
    f(acc6());
    f(mountain_car());
    f(pendulum());
    f(pendulum_by_angle());
    f(cart_pole());
    f(cart_pole_cascaded());
    f(quadrotor_climb());
}

} // namespace opara::examples::drl
