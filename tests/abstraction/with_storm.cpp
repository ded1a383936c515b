// Formulas of CTL, as Storm decides them on the exported processes. Where stormpy is not installed this is skipped.

#include <tests/abstraction/agreement.hpp>
#include <tests/abstraction/ask_storm.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

TEST_CASE("Storm comes to the same verdicts on random systems and formulas") {
    if (!have_storm()) {
        return;
    }
    random_source random{23};
    std::vector<std::pair<transition_system, formula>> questions;
    for (std::size_t k = asked("OPARA_STORM_SYSTEMS", 3'000); k > 0; --k) {
        questions.emplace_back(random_system(random, k % 50 == 0 ? 300 : 12), random_formula(random, 3));
    }
    compare_verdicts(questions, ask_storm, 0.2);
}
