#include <examples/drl/environments/any_environment.hpp>
#include <examples/drl/environments/problems.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <vector>

using namespace opara::examples::drl;
using opara::learning::abstract_environment;
using opara::learning::continuous_actions;

TEST_CASE("it is what it holds, and a copy goes its own way") {
    const auto p = b2_trainify();
    abstract_environment plain{p.environment, p.grid()};
    any_environment<continuous_actions> any{plain};
    CHECK(any.observations() == 4);
    CHECK(any.actions() == continuous_actions{{-1}, {1}});
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        auto seen = plain.reset(seed);
        const auto first = any.reset(seed);
        REQUIRE(std::vector<double>(first.begin(), first.end()) == std::vector<double>(seen.begin(), seen.end()));
        any_environment<continuous_actions> other{any};
        for (int step = 0; step < 5; ++step) {
            const std::array<double, 1> u{0.2 * step - 0.5};
            const auto expected = plain.step(u);
            const auto found = any.step(u);
            REQUIRE(std::vector<double>(found.observation.begin(), found.observation.end()) ==
                    std::vector<double>(expected.observation.begin(), expected.observation.end()));
            REQUIRE(found.reward == expected.reward);
            REQUIRE(found.terminated == expected.terminated);
        }
        const auto late = other.step(std::array{-0.5}); // the copy is still at the beginning
        plain.reset(seed);
        const auto again = plain.step(std::array{-0.5});
        CHECK(std::vector<double>(late.observation.begin(), late.observation.end()) ==
              std::vector<double>(again.observation.begin(), again.observation.end()));
        any = other;
    }
}
