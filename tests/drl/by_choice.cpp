#include <examples/drl/environments/by_choice.hpp>
#include <examples/drl/environments/problems.hpp>
#include <opara/core/random.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace opara::examples::drl;
using opara::random_source;

TEST_CASE("controls lie evenly between the bounds, which are among them") {
    CHECK(evenly(-1, 1, 3) == std::vector<double>{-1, 0, 1});
    CHECK(evenly(-2, 2, 5) == std::vector<double>{-2, -1, 0, 1, 2});
    CHECK(evenly(0.1, 0.7, 2) == std::vector<double>{0.1, 0.7});
    CHECK(choices_of(b2(), 3) == std::vector<double>{-2, 0, 2});
}

TEST_CASE("a number moves the system as the control that it stands for") {
    const auto p = b2_trainify();
    const std::vector<double> controls{-0.75, 0.25, 1};
    const auto chosen = by_choice(p, controls);
    CHECK(chosen.agent == "ppo");
    CHECK(chosen.name == p.name);
    CHECK(chosen.grid() == p.grid());
    auto by_number = chosen.environment;
    auto direct = p.environment;
    CHECK(by_number.actions() == discrete_actions{3});
    CHECK(by_number.step_limit() == direct.step_limit());
    random_source random{91};
    for (std::uint64_t episode = 0; episode < 20; ++episode) {
        REQUIRE(by_number.reset(episode) == direct.reset(episode));
        for (bool over = false; !over;) {
            const std::size_t k = random.below(3);
            const auto number = static_cast<double>(k);
            const auto one = by_number.step(std::array{number});
            const auto other = direct.step(std::array{controls[k]});
            REQUIRE(one == other);
            over = one.terminated || one.truncated;
        }
    }
}
