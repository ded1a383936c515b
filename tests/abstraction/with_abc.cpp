// Safety, as Berkeley's ABC decides it on the exported circuits (Debian: berkeley-abc).

#include <opara/abstraction/check.hpp>
#include <opara/abstraction/export/aiger.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

using question = std::pair<transition_system, formula>;

// The verdicts of one run of ABC on all questions.
std::vector<bool> ask_abc(const std::vector<question>& questions) {
    const temporary_folder folder;
    std::string script;
    for (std::size_t k = 0; k < questions.size(); ++k) {
        const std::string file = std::to_string(k) + ".aig";
        opara::write_file_atomically(
            folder / file, [&](std::ostream& out) { write_aiger(out, questions[k].first, questions[k].second); });
        // The method of the documentation costs 11 milliseconds even on nothing, so that most questions go to another.
        script += "read_aiger " + file + (k % 20 == 0 ? "\npdr\n" : "\ndprove\n");
    }
    opara::write_file_atomically(folder / "script", script);
    REQUIRE(runs("cd '" + folder / "." + "' && berkeley-abc -f script >log 2>&1"));
    // ABC answers in the order of the questions.
    std::vector<bool> verdicts;
    const std::string log = opara::read_file(folder / "log");
    for (std::size_t at = 0; at < log.size();) {
        const std::size_t end = std::min(log.find('\n', at), log.size());
        const std::string line = log.substr(at, end - at);
        const auto says = [&](const char* what) { return line.find(what) != line.npos; };
        const bool by_pdr = verdicts.size() % 20 == 0;
        if (says(by_pdr ? "Property proved" : "Networks are equivalent") || (!by_pdr && line.rfind("UNSAT", 0) == 0)) {
            verdicts.push_back(true);
        } else if (says(by_pdr ? "was asserted in frame" : "Networks are not equivalent")) {
            verdicts.push_back(false);
        }
        at = end + 1;
    }
    REQUIRE_MESSAGE(verdicts.size() == questions.size(), log.substr(0, 2000));
    return verdicts;
}

bool have_abc() {
    if (!runs("command -v berkeley-abc >/dev/null")) {
        opara::test::skip("the program berkeley-abc is needed (Debian: berkeley-abc)");
        return false;
    }
    return true;
}

} // namespace

TEST_CASE("ABC comes to the same verdicts on random systems") {
    if (!have_abc()) {
        return;
    }
    random_source random{17};
    std::vector<question> questions;
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
