#include <examples/drl/environments/normalised_environment.hpp>
#include <examples/drl/environments/problems.hpp>
#include <opara/learning/vector_environment.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

using namespace opara::examples::drl;
using namespace opara::learning;
using opara::abstraction::box_of;

namespace {

// Its states are told to it.
struct scripted {
    std::array<std::array<double, 2>, 3> states{};
    std::size_t at = 0;

    std::array<double, 2> reset(std::uint64_t) { return states[at = 0]; }
    step_result<std::array<double, 2>> step(std::span<const double> action) {
        ++at;
        return {states[at], action[0], at == 2, at == 1};
    }
    [[nodiscard]] static std::size_t observations() { return 2; }
    [[nodiscard]] static continuous_actions actions() { return {{-3}, {5}}; }
};

} // namespace

TEST_CASE("a box's bounds are -1 and 1, its middle is 0, and what is outside stays outside") {
    normalised_environment env{scripted{{{{-2, 10}, {1, 30}, {4, 15}}}}, box_of<2>({-2, 10}, {4, 20})};
    static_assert(environment<decltype(env)>);
    CHECK(env.observations() == 2);
    CHECK(env.actions() == continuous_actions{{-3}, {5}});
    CHECK(env.reset(7) == std::array<double, 2>{-1, -1});
    const auto first = env.step(std::array{0.25});
    CHECK(first.observation == std::array<double, 2>{0, 3});
    CHECK(first.reward == 0.25); // the action goes through as it is
    CHECK(!first.terminated);
    CHECK(first.truncated);
    const auto second = env.step(std::array{-1.0});
    CHECK(second.observation == std::array<double, 2>{1, 0});
    CHECK(second.terminated);
    CHECK(!second.truncated);
    CHECK(env.reset(8) == std::array<double, 2>{-1, -1});
}

TEST_CASE("it is the same episode in other units") {
    for_each_problem([](const auto& p) {
        CAPTURE(p.name);
        constexpr std::size_t n = std::remove_cvref_t<decltype(p)>::dimension;
        auto plain = p.environment;
        normalised_environment env{p.environment, p.space};
        REQUIRE(env.actions() == plain.actions());
        const std::vector<double> action(numbers_per_action(plain.actions()));
        auto x = plain.reset(3);
        auto seen = env.reset(3);
        for (int step = 0; step < 20; ++step) {
            for (std::size_t i = 0; i < n; ++i) {
                const double half = 0.5 * (p.space[i].upper() - p.space[i].lower());
                REQUIRE((seen[i] + 1) * half + p.space[i].lower() == doctest::Approx(x[i]).epsilon(1e-12).scale(half));
            }
            const auto expected = plain.step(action);
            const auto found = env.step(action);
            REQUIRE(found.reward == expected.reward);
            REQUIRE(found.terminated == expected.terminated);
            REQUIRE(found.truncated == expected.truncated);
            if (found.terminated || found.truncated) {
                return;
            }
            x = expected.observation;
            seen = found.observation;
        }
    });
}

TEST_CASE("what is no number is still said to be none") {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    normalised_environment env{scripted{{{{0, 15}, {0, nan}, {0, 15}}}}, box_of<2>({-2, 10}, {4, 20})};
    vector_environment envs{std::vector{env}, 1};
    CHECK_THROWS_WITH_AS(envs.step(std::array{0.0}), doctest::Contains("observation"), environment_error);
}
