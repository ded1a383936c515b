#include <opara/learning/action.hpp>
#include <tests/learning/minimal.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace opara::learning;
using opara::test::complaint;
using opara::test::says;

namespace {

template <class S>
std::string refusal(const S& space, const std::vector<double>& action) {
    return complaint<agent_error>([&] { require_action(space, action); });
}

} // namespace

TEST_CASE("an action is the number of one of them") {
    const discrete_actions three{3};
    CHECK(numbers_per_action(three) == 1);
    for (const double a : {0.0, 1.0, 2.0}) {
        CHECK(refusal(three, {a}).empty());
    }
    CHECK(refusal(three, {3}) == "there is no action 3: they are numbered from 0 to 2");
    CHECK(refusal(three, {-1}) == "there is no action -1: they are numbered from 0 to 2");
    CHECK(says(refusal(three, {0.5}), "there is no action 0.5"));
    CHECK(says(refusal(three, {opara::test::not_a_number}), "there is no action nan"));
    CHECK(refusal(three, {1, 1}) == "an action must be 1 number here, not 2");
}

TEST_CASE("controls lie within their bounds, these included") {
    const continuous_actions two{{-1, 0}, {1, 0.5}};
    CHECK(numbers_per_action(two) == 2);
    CHECK(refusal(two, {-1, 0.5}).empty());
    CHECK(refusal(two, {1, 0}).empty());
    CHECK(refusal(two, {0, 0.6}) == "control 1 is 0.6, outside of [0, 0.5]");
    CHECK(says(refusal(two, {opara::test::not_a_number, 0}), "control 0 is nan"));
    CHECK(says(refusal(two, {-opara::test::infinity, 0}), "control 0 is -inf"));
    CHECK(refusal(two, {0}) == "an action must be 2 numbers here, not 1");
}

TEST_CASE("an environment has something to choose from") {
    const auto refused = [](const auto& space) {
        return complaint<environment_error>([&] { require_actions(space); });
    };
    CHECK(refused(discrete_actions{1}).empty());
    CHECK(refused(discrete_actions{0}) == "the environment has no action");
    CHECK(refused(continuous_actions{{1}, {1}}).empty());
    CHECK(says(refused(continuous_actions{}), "0 lower and 0 upper"));
    CHECK(says(refused(continuous_actions{{1, 2}, {3}}), "2 lower and 1 upper"));
    CHECK(says(refused(continuous_actions{{0, 2}, {1, 1}}), "control 1 of the environment is bounded by [2, 1]"));
    CHECK(says(refused(continuous_actions{{-opara::test::infinity}, {1}}), "[-inf, 1]"));
}
