// The concepts: what they take, and what they do not.

#include <opara/learning/agent.hpp>
#include <opara/learning/environment.hpp>
#include <tests/learning/minimal.hpp>

#include <doctest/doctest.h>

using namespace opara::learning;
using opara::test::line;
using opara::test::stubborn;

namespace {

struct without_reset : line {
    void reset(std::uint64_t) = delete;
};
struct with_other_actions : line {
    [[nodiscard]] int actions() const { return 3; } // how many, but of what?
};
struct changes_when_asked : line {
    std::size_t observations() { return 1; }
};
struct without_act : stubborn {
    void act(std::span<const double>, std::span<double>) = delete;
};
struct learns_from_one : stubborn {
    void learn(double reward);
};

static_assert(environment<line> && agent<stubborn>);
static_assert(!environment<without_reset> && !environment<with_other_actions> && !environment<changes_when_asked>);
static_assert(!environment<stubborn> && !agent<line>);
static_assert(!agent<without_act> && !agent<learns_from_one>);
static_assert(std::same_as<actions_of<line>, discrete_actions>);

} // namespace

TEST_CASE("a step's result compares") {
    const step_result<double> r{.observation = 1, .reward = -1, .terminated = false, .truncated = true};
    CHECK(r == step_result<double>{1, -1, false, true});
    CHECK(r != step_result<double>{1, -1, true, false});
}
