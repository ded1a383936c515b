#include <examples/drl/environments/by_laws.hpp>
#include <examples/drl/environments/problems.hpp>
#include <opara/abstraction/piecewise_linear.hpp>
#include <opara/core/random.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <vector>

using namespace opara::examples::drl;
using namespace opara::abstraction;
using opara::random_source;

TEST_CASE("a law moves the system as the one that is verified") {
    const auto p = b2_trainify();
    auto by_law = by_laws(p).environment;
    CHECK(by_law.actions() == continuous_actions{{-1, -1, -1}, {1, 1, 1}});
    CHECK(by_law.step_limit() == p.environment.step_limit());
    const piecewise_linear<systems::b2> verified{p.environment.system()};
    auto by_control = p.environment;
    random_source random{7};
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        point<2> x = by_law.reset(seed);
        REQUIRE(x == point<2>{by_control.reset(seed)});
        for (bool is_over = false; !is_over;) {
            std::array<double, 3> c{};
            for (double& one : c) {
                one = 2 * random.unit() - 1;
            }
            const auto r = by_law.step(c);
            const point<2> next = r.observation;
            REQUIRE(next == verified(x, {{c[0]}, {{{c[1], c[2]}}}}));
            const auto same = by_control.step(std::array{c[0] + c[1] * x[0] + c[2] * x[1]});
            REQUIRE(next == same.observation);
            REQUIRE(r.reward == same.reward);
            REQUIRE(r.terminated == same.terminated);
            is_over = r.terminated || r.truncated;
            x = next;
        }
    }
}

TEST_CASE("there are laws where there is one control") {
    CHECK(can_take_laws<decltype(b1().environment)>);
    CHECK(can_take_laws<decltype(acc6().environment)>);
    CHECK_FALSE(can_take_laws<decltype(mountain_car().environment)>);
    CHECK_FALSE(can_take_laws<decltype(quadrotor_climb().environment)>);
}
