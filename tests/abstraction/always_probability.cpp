#include <opara/abstraction/always_probability.hpp>
#include <opara/abstraction/until_probability.hpp>
#include <tests/abstraction/random_process.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

TEST_CASE("to stay is not to leave: the probability is one less that of reaching the complement") {
    random_source random{91};
    for (int round = 0; round < 2'000; ++round) {
        const std::size_t states = random.between(1, 12);
        std::vector<std::vector<std::vector<branch>>> lists(states);
        labelling good{"good", std::vector<truth>(states, truth::yes)};
        labelling bad{"bad", std::vector<truth>(states, truth::no)};
        for (std::size_t s = 0; s < states; ++s) {
            for (std::size_t k = random.chance(0.3) ? 2 : 1; k > 0; --k) {
                lists[s].push_back(test::random_choice(random, states, false));
            }
            if (random.chance(0.3)) {
                const bool nobody_knows = random.chance(0.4);
                good.holds[s] = nobody_knows ? truth::maybe : truth::no;
                bad.holds[s] = nobody_knows ? truth::maybe : truth::yes;
            }
        }
        const auto process = interval_process::from_lists(lists, {0}, {good, bad});
        const probability_range stay = always_probability(process, "good");
        const probability_range leave = until_probability(process, "bad");
        REQUIRE(stay.is_precise);
        REQUIRE(stay.least.lower() <= 1 - leave.most.upper() + 1e-15);
        REQUIRE(stay.least.lower() >= 1 - leave.most.upper() - 1e-15);
        REQUIRE(stay.most.upper() <= 1 - leave.least.lower() + 1e-15);
        REQUIRE(stay.most.upper() >= 1 - leave.least.lower() - 1e-15);
        REQUIRE(stay.least.lower() >= 0);
        REQUIRE(stay.least.lower() <= stay.most.upper());
    }
}

TEST_CASE("one step of luck, by hand") {
    // From 0 to the good 1 with probability 3/8 to 1/2, else to the bad 2, or to 3, of which nobody knows.
    const std::vector<branch> luck{
        {state_id{1}, interval{0.375, 0.5}}, {state_id{2}, interval{0.25, 0.5}}, {state_id{3}, interval{0.125, 0.25}}};
    const auto stays = [](std::uint32_t s) { return std::vector<std::vector<branch>>{{{state_id{s}, interval{1.0}}}}; };
    const labelling good{"good", {truth::yes, truth::yes, truth::no, truth::maybe}};
    const auto process = interval_process::from_lists({{luck}, stays(1), stays(2), stays(3)}, {0}, {good});
    const probability_range p = always_probability(process, "good");
    CHECK(p.least.contains(0.375));
    CHECK(p.least.upper() - p.least.lower() < 1e-6);
    CHECK(p.most.contains(0.75)); // all but a quarter
    CHECK_THROWS_AS((void)always_probability(process, "gone"), label_error);
    CHECK_THROWS_AS((void)always_probability(interval_process::from_lists({stays(0)}, {}, {}), "good"), system_error);
}
