// Safety, as Berkeley's ABC decides it on the exported circuits (Debian: berkeley-abc).

#include <opara/abstraction/check.hpp>
#include <opara/abstraction/parse.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/abstraction/ask_abc.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

TEST_CASE("ABC comes to the same verdicts on random systems") {
    if (!have_abc()) {
        return;
    }
    random_source random{17};
    std::vector<std::pair<transition_system, formula>> questions;
    const char* const formulas[] = {"AG p", "AG !q", "AG (q -> p)", "AG (p | q)", "AG !(p & q)"};
    for (std::size_t k = asked("OPARA_ABC_SYSTEMS", 2000); k > 0; --k) {
        questions.emplace_back(random_system(random, k % 100 == 0 ? 300 : 24), parse_formula(formulas[k % 5]));
    }
    compare_verdicts(questions, ask_abc, 0.2);
}

TEST_CASE("two checkers that differ are shown the smallest system on which they do") {
    // One of the two forgets that a run can take a second step, which shows on a chain of three.
    const auto forgetful = [](const transition_system& t) {
        return check(t, parse_formula("AG p")).holds != check(t, parse_formula("p & AX p")).holds;
    };
    random_source random{4};
    int found = 0;
    for (int k = 0; k < 200; ++k) {
        const transition_system t = random_system(random, 24);
        if (forgetful(t)) {
            const transition_system least = shrink(t, forgetful);
            REQUIRE(forgetful(least));
            REQUIRE(least.size() == 3);
            REQUIRE(least.transitions() == 3);
            ++found;
        }
    }
    CHECK(found > 10);
    CHECK(describe(transition_system::from_lists({{1, 0}, {1}}, {0}, {{"p", {truth::yes, truth::maybe}}})) ==
          "transition_system::from_lists({{1, 0}, {1}}, {0}, {{\"p\", {truth::yes, truth::maybe}}})");
}
