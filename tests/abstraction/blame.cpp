#include <opara/abstraction/blame.hpp>
#include <opara/abstraction/check.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/transition_system.hpp>
#include <opara/testing/random.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

using flags = std::vector<unsigned char>;

labelling label(const char* name, std::vector<int> holds) {
    labelling l{name, {}};
    for (const int h : holds) {
        l.holds.push_back(h == 0 ? truth::no : h == 1 ? truth::yes : truth::maybe);
    }
    return l;
}

// 0 -> 1 -> 2 -> 3 (goal), 1 -> 4 -> 4, 5 -> 4, 3 -> 3, and 6 -> 6 is reached from nowhere.
transition_system ladder(int goal_at_3, int goal_at_2 = 0) {
    return transition_system::from_lists(
        {{1}, {2, 4}, {3}, {3}, {4}, {4}, {6}}, {0, 2},
        {label("goal", {0, 0, goal_at_2, goal_at_3, 0, 0, 0}), label("safe", {1, 1, 1, 1, 0, 1, 0})});
}

} // namespace

TEST_CASE("suspects are the failing states on the way from failing initial states, and no others") {
    const blame b = find_blame(ladder(1), parse_formula("AF goal"));
    CHECK(b.suspects == flags{1, 1, 0, 0, 1, 0, 0}); // 5 and 6 fail as well
    CHECK(b.count == 3);
    CHECK(b.blurred.empty());
    CHECK(find_blame(ladder(1), parse_formula("AG safe")).suspects == flags{1, 1, 0, 0, 1, 0, 0});
    CHECK(find_blame(ladder(1), parse_formula("!EF !safe")).suspects == flags{1, 1, 0, 0, 1, 0, 0});
    CHECK(find_blame(ladder(1), parse_formula("A[safe U goal] | AG safe")).suspects == flags{1, 1, 0, 0, 1, 0, 0});
    CHECK(find_blame(ladder(1), parse_formula("AX AX (goal | !safe)")).suspects == flags{1, 1, 0, 0, 0, 0, 0});
}

TEST_CASE("of alternatives the one with fewer suspects is blamed") {
    CHECK(find_blame(ladder(1), parse_formula("AF goal | AX AX goal")).suspects == flags{1, 1, 0, 0, 0, 0, 0});
    CHECK(find_blame(ladder(1), parse_formula("AX AX goal | (false | AF goal)")).suspects ==
          flags{1, 1, 0, 0, 0, 0, 0});
    // A label alone is no alternative: there is nothing to be done about it.
    CHECK(find_blame(ladder(1), parse_formula("goal | AF goal")).count == 3);
    CHECK(find_blame(ladder(1), parse_formula("AF goal | goal")).count == 3);
}

TEST_CASE("nothing is to blame if the formula holds") {
    for (const char* const text : {"AF (goal | !safe)", "AG true", "A[safe U goal | !safe]", "AX AX AX true"}) {
        CHECK(find_blame(ladder(1), parse_formula(text)) == blame{flags(7, 0), 0, {}});
    }
}

TEST_CASE("labels that nobody is sure of are named where they are in the way") {
    const blame b = find_blame(ladder(2, 2), parse_formula("AF goal"));
    CHECK(b.suspects == flags{1, 1, 1, 1, 1, 0, 0});
    std::size_t at_2 = 0;
    std::size_t at_3 = 0;
    for (const blurred_label& l : b.blurred) {
        CHECK(l.label == "goal");
        CHECK(l.wanted == truth::yes);
        at_2 += l.state == state_id{2} ? 1U : 0U;
        at_3 += l.state == state_id{3} ? 1U : 0U;
    }
    CHECK(at_2 == 1);
    CHECK(at_3 == 1);
    CHECK(b.blurred.size() == 2);
    const blame negated = find_blame(ladder(2), parse_formula("AG !goal"));
    CHECK(negated.blurred == std::vector<blurred_label>{{state_id{3}, "goal", truth::no}});
}

TEST_CASE("on random systems there are suspects where the check fails, and each leads on to another reason") {
    random_source random{3};
    const std::array texts{"AF p",          "AG p",  "A[p U q]", "A[p U q] | AG p", "AG (p -> AF q)", "AF AG p",
                           "AX (p & AF q)", "!EF p", "!EG p"};
    for (int round = 0; round < 2'000; ++round) {
        const std::size_t n = random.between(1, 12);
        std::vector<std::vector<std::uint32_t>> next(n);
        std::vector<int> p(n);
        std::vector<int> q(n);
        for (std::size_t s = 0; s < n; ++s) {
            for (std::size_t k = random.between(1, 3); k > 0; --k) {
                next[s].push_back(static_cast<std::uint32_t>(random.below(n)));
            }
            p[s] = static_cast<int>(random.below(3));
            q[s] = static_cast<int>(random.below(3));
        }
        const auto system = transition_system::from_lists(next, {static_cast<std::uint32_t>(random.below(n))},
                                                          {label("p", p), label("q", q)});
        const formula f = parse_formula(texts[random.below(texts.size())]);
        const blame b = find_blame(system, f);
        REQUIRE(b == find_blame(system, f));
        const bool holds = check(system, f).holds;
        REQUIRE((b.count == 0) == holds);
        std::size_t count = 0;
        for (std::size_t s = 0; s < n; ++s) {
            count += b.suspects[s];
        }
        REQUIRE(count == b.count);
        REQUIRE((holds || b.suspects[system.initial()[0].index()] != 0));
        // Where no label is maybe, none is blurred.
        for (const blurred_label& l : b.blurred) {
            REQUIRE(system.find_label(l.label)->holds[l.state.index()] == truth::maybe);
        }
    }
}
