#include <examples/drl/agents/network_agent.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace opara::examples::drl;
using namespace opara::abstraction;

namespace {

// Whatever it sees, two outputs: the second one is e times as likely.
trained_controller undecided(head_kind head) {
    return {"c", "s", network{{layer{2, {0, 0, 0, 0}, {0, 1}, activation::identity}}}, head, 1, 0, {}, {}, {}};
}
std::vector<double> acts(network_agent agent, std::size_t times) {
    std::vector<double> actions(times);
    agent.act(std::vector<double>(2 * times, 0.5), actions);
    return actions;
}

} // namespace

TEST_CASE("a policy that draws does so by the seed, as often as its chances say") {
    constexpr std::size_t times = 100'000;
    const std::vector<double> drawn = acts(network_agent{undecided(head_kind::softmax), 4}, times);
    CHECK(drawn == acts(network_agent{undecided(head_kind::softmax), 4}, times));
    CHECK(drawn != acts(network_agent{undecided(head_kind::softmax), 5}, times));
    double sum = 0;
    for (const double a : drawn) {
        REQUIRE((a == 0 || a == 1));
        sum += a;
    }
    const double p = std::exp(1.0) / (1 + std::exp(1.0));
    CHECK(std::abs(sum - times * p) <= 4.5 * std::sqrt(times * p * (1 - p)));
}

TEST_CASE("the likeliest, and what it stands for") {
    CHECK(acts(network_agent{undecided(head_kind::argmax)}, 3) == std::vector<double>{1, 1, 1});
    trained_controller c = undecided(head_kind::softmax);
    c.actions = {-2.5, 7};
    for (const double a : acts(network_agent{c}, 100)) {
        CHECK((a == -2.5 || a == 7));
    }
    CHECK_THROWS_AS(network_agent{undecided(head_kind::affine)}, opara::error);
}
