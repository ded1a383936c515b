#include <examples/drl/environments/problems.hpp>
#include <opara/abstraction/functions.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

using namespace opara::examples::drl;
using namespace opara::learning;
namespace learning = opara::learning;

namespace {

// Does something else in each step.
std::vector<double> any_action(const discrete_actions& space, opara::random_source& random) {
    return {static_cast<double>(random.below(space.count))};
}
std::vector<double> any_action(const continuous_actions& space, opara::random_source& random) {
    std::vector<double> action;
    for (std::size_t i = 0; i < space.lower.size(); ++i) {
        action.push_back(space.lower[i] + random.unit() * (space.upper[i] - space.lower[i]));
    }
    return action;
}

// The rewards' sum of an episode in which a control is chosen by state.
template <class Environment, class Control>
double drive(Environment env, Control control, std::uint64_t seed = 1) {
    auto x = env.reset(seed);
    for (double sum = 0;;) {
        const auto r = env.step(std::array{control(x)});
        sum += r.reward;
        x = r.observation;
        if (r.terminated || r.truncated) {
            return sum;
        }
    }
}

} // namespace

TEST_CASE("random episodes stay in the partition and end in time") {
    std::set<std::string> names;
    for_each_problem([&](const auto& p) {
        CAPTURE(p.name);
        names.insert(p.name);
        abstract_environment env{p.environment, p.grid()};
        static_assert(environment<decltype(env)>);
        opara::random_source random{p.name.size()};
        std::size_t longest = 0;
        for (std::uint64_t seed = 0; seed < 30; ++seed) {
            env.reset(seed);
            std::size_t steps = 0;
            for (bool over = false; !over; ++steps) {
                const auto r = env.step(any_action(env.actions(), random));
                over = r.terminated || r.truncated;
                REQUIRE(steps < 1000);
            }
            longest = std::max(longest, steps);
        }
        CHECK(longest <= 1000);
        CHECK(p.target.most_episodes > p.target.least_episodes);
        CHECK(p.target.window > 0);
    });
    std::istringstream all{problem_names};
    std::set<std::string> listed;
    for (std::string name; all >> name;) {
        listed.insert(name);
    }
    CHECK(listed == names);
}

TEST_CASE("rewards are the published ones") {
    // B2 backs into its goal at a speed of -0.3: 2 a step. With full force it leaves the safe square, either way.
    const double b2_reward =
        drive(b2_trainify().environment, [](const auto& x) { return std::clamp(5 * (-0.3 - x[1]), -1.0, 1.0); });
    CHECK(b2_reward < 0);
    CHECK(b2_reward >= -40);
    CHECK(std::fmod(b2_reward, 2) == 0);
    CHECK(drive(b2_trainify().environment, [](const auto&) { return 1.0; }) < -600);
    CHECK(drive(b2_trainify().environment, [](const auto&) { return -1.0; }) < -600);
    CHECK(drive(b1_trainify().environment, [](const auto&) { return -1.0; }) < -600);
    // The goals' prizes, with controls that are known to reach them.
    CHECK(drive(b3().environment, [](const auto&) { return -1.0; }) > 100);
    CHECK(drive(mountain_car().environment, [](const auto& x) { return x[1] < 0 ? 0.0 : 2.0; }) > -150);
    CHECK(drive(mountain_car().environment, [](const auto&) { return 1.0; }) == -200);
    CHECK(drive(cart_pole().environment, [](const auto& x) { return x[2] + 0.3 * x[3] > 0 ? 1.0 : 0.0; }) == 500);
    CHECK(drive(cart_pole().environment.limited_to(1000),
                [](const auto& x) { return x[2] + 0.25 * x[3] + 0.02 * x[0] + 0.05 * x[1] > 0 ? 1.0 : 0.0; }) == 1000);
    CHECK(drive(cart_pole().environment, [](const auto&) { return 1.0; }) < 20);
    CHECK(drive(cart_pole_cascaded().environment, [](const auto& z) { return z[3] > 0 ? 1.0 : 0.0; }) == 500);
    CHECK(drive(cart_pole_cascaded().environment.limited_to(1000),
                [](const auto& z) { return z[3] > 0 ? 1.0 : 0.0; }) == 1000);
    CHECK(drive(cart_pole_cascaded().environment, [](const auto&) { return 1.0; }) < 20);
    CHECK(drive(pendulum().environment, [](const auto& x) { return -2 * std::tanh(10 * x[1] + 2 * x[2]); }) > -3);
    CHECK(drive(pendulum_by_angle().environment, [](const auto& x) { return -2 * std::tanh(10 * x[0] + 2 * x[1]); }) >
          -3);
    CHECK(drive(pendulum_by_angle().environment, [](const auto&) { return 0.0; }) < -100);
    // The swing of x1 and x2 goes on for ever, and Euler's steps widen it: it passes 5 late. A push tilts it soon.
    CHECK(drive(tora_stay().environment, [](const auto&) { return 0.0; }) > 100);
    CHECK(drive(tora_stay().environment, [](const auto&) { return 1.0; }) < 100);
}

TEST_CASE("the pendulum by its angle does what that by cosine and sine does, and earns as much") {
    auto by_angle = pendulum_by_angle().environment;
    auto by_cosine = pendulum().environment;
    opara::random_source random{3};
    point<2> x{0.05, -0.02};
    point<3> y{std::cos(x[0]), std::sin(x[0]), x[1]};
    double turned = 0;
    for (std::size_t k = 0; k < 200; ++k) { // over the top several times; at the bottom its angle jumps by a turn
        const double u = 5 * random.unit() - 2.5;
        const point<2> next = by_angle.system()(x, u);
        const point<3> expected = by_cosine.system()(y, u);
        CHECK(by_angle.task()(x, u, next).reward == doctest::Approx(by_cosine.task()(y, u, expected).reward));
        x = next;
        y = expected;
        turned = std::max(turned, std::abs(x[0]));
        CHECK(std::abs(x[0]) <= 3.141592653589793);
        CHECK(std::abs(x[1]) <= 8);
        CHECK(std::cos(x[0]) == doctest::Approx(y[0]).epsilon(1e-9));
        CHECK(std::sin(x[0]) == doctest::Approx(y[1]).epsilon(1e-9));
        CHECK(x[1] == doctest::Approx(y[2]).epsilon(1e-9));
    }
    CHECK(turned > 3);
    static_assert(opara::abstraction::step_function<pendulum_angle>);
}

TEST_CASE("an episode of CartPole in other coordinates is one of CartPole, and ends no later") {
    const cart_pole_cascade change;
    opara::random_source random{7};
    std::size_t from_gym = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        auto moved = cart_pole_cascaded().environment;
        const point<4> z = moved.reset(seed);
        auto plain = cart_pole().environment.starting([&](opara::random_source&) { return change.from(z); });
        point<4> x = plain.reset(seed);
        from_gym +=
            std::all_of(x.begin(), x.end(), [](double side) { return std::abs(side) <= 0.05 + 1e-15; }) ? 1U : 0U;
        REQUIRE(std::abs(x[0]) < 1.7);
        REQUIRE(std::abs(x[2]) < 0.2);
        REQUIRE(std::abs(z[3]) < 0.71);
        for (std::size_t step = 0;; ++step) {
            const double u = static_cast<double>(random.below(2));
            const auto here = moved.step(std::array{u});
            const auto there = plain.step(std::array{u});
            const point<4> back = change.from(here.observation);
            for (std::size_t i = 0; i < 4; ++i) {
                REQUIRE(back[i] == doctest::Approx(there.observation[i]).epsilon(1e-10));
            }
            REQUIRE(here.reward == 1);
            REQUIRE((here.terminated || !there.terminated));
            if (here.terminated) {
                break;
            }
        }
    }
    CHECK(from_gym > 10);
    CHECK(from_gym < 30);
}

TEST_CASE("the quadrotor hovers where nothing is done, climbs under thrust, and tilts under torque") {
    const quadrotor system;
    const point<12> rest{0.1, 0.2, 0.3};
    CHECK(system(rest, quadrotor::action{0, 0, 0}) == rest);
    const point<12> up = system(rest, quadrotor::action{1, 0, 0});
    CHECK(up[2] == doctest::Approx(0.3 + 0.5 * 0.05 * 0.05 / 1.4));
    CHECK(up[5] == doctest::Approx(-0.05 / 1.4)); // downwards is positive
    const point<12> tilted = system(rest, quadrotor::action{0, 0.1, 0});
    CHECK(tilted[9] == doctest::Approx(0.05 * 0.1 / 0.054));
    CHECK(tilted[6] == doctest::Approx(0.5 * 0.05 * 0.05 * 0.1 / 0.054).epsilon(1e-3));
    static_assert(opara::abstraction::step_function<quadrotor>);
    static_assert(opara::abstraction::step_function<tora_unbounded>);
}
