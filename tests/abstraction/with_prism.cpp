// Formulas of CTL, as PRISM decides them on the exported processes, and probabilities, as it finds them on those with
// intervals. Where PRISM is not installed this is skipped.

#include <opara/abstraction/export/property.hpp>
#include <opara/abstraction/interval_process.hpp>
#include <opara/abstraction/until_probability.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/abstraction/ask_prism.hpp>
#include <tests/abstraction/random_process.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

using question = std::pair<transition_system, formula>;

// Processes side by side as one, because PRISM takes a second to begin: the initial state of the k-th, its first, has
// the label "start<k>".
interval_process beside(const std::vector<interval_process>& processes) {
    std::vector<std::vector<std::vector<branch>>> lists;
    std::vector<std::uint32_t> initial;
    std::vector<labelling> labels{{"p", {}}, {"q", {}}};
    for (const interval_process& process : processes) {
        const auto first = static_cast<std::uint32_t>(lists.size());
        initial.push_back(first);
        for (std::size_t s = 0; s < process.size(); ++s) {
            const auto state = state_id::from_index(s);
            lists.emplace_back();
            for (std::size_t c = process.first_choice(state); c < process.end_of_choices(state); ++c) {
                lists.back().emplace_back(process.outcomes(c).begin(), process.outcomes(c).end());
                for (branch& b : lists.back().back()) {
                    b.target.value += first;
                }
            }
        }
        for (labelling& l : labels) {
            const std::vector<truth>& holds = process.find_label(l.name)->holds;
            l.holds.insert(l.holds.end(), holds.begin(), holds.end());
        }
    }
    for (std::size_t k = 0; k < initial.size(); ++k) {
        labels.push_back({"start" + std::to_string(k), std::vector<truth>(lists.size(), truth::no)});
        labels.back().holds[initial[k]] = truth::yes;
    }
    return interval_process::from_lists(lists, initial, labels);
}

} // namespace

TEST_CASE("PRISM comes to the same verdicts on random systems and formulas") {
    if (!have_prism()) {
        return;
    }
    random_source random{31};
    std::vector<question> questions;
    for (std::size_t k = asked("OPARA_PRISM_SYSTEMS", 3'000); k > 0; --k) {
        questions.emplace_back(random_system(random, k % 50 == 0 ? 300 : 12), random_formula(random, 3));
    }
    compare_verdicts(questions, [](const auto& all) { return ask_prism(all); }, 0.2);
}

TEST_CASE("PRISM finds probabilities within our bounds on random processes") {
    if (!have_prism()) {
        return;
    }
    random_source random{32};
    std::vector<interval_process> processes;
    for (std::size_t k = asked("OPARA_PRISM_PROCESSES", 40); k > 0; --k) {
        processes.push_back(random_process(random, random.between(2, k % 20 == 0 ? 50 : 10), true));
    }
    std::vector<std::string> questions;
    std::vector<interval> bounds;
    for (std::size_t k = 0; k < processes.size(); ++k) {
        const probability_range range = until_probability(processes[k], "q", "p");
        REQUIRE(range.is_precise);
        const std::string start = ", \"start" + std::to_string(k) + "\")";
        questions.push_back("filter(min, Pminmin=? [ \"p\" U \"q\" ]" + start);
        bounds.push_back(range.least);
        questions.push_back("filter(max, Pmaxmax=? [ \"possibly_p\" U \"possibly_q\" ]" + start);
        bounds.push_back(range.most);
    }
    const std::vector<double> values = ask_prism(beside(processes), questions);
    std::size_t between = 0;
    for (std::size_t k = 0; k < values.size(); ++k) {
        constexpr double prism = 1e-4; // its iteration stops where it moves by less than 1e-6
        CHECK(values[k] >= bounds[k].lower() - prism);
        CHECK(values[k] <= bounds[k].upper() + prism);
        between += values[k] > 0.01 && values[k] < 0.99 ? 1U : 0U;
    }
    CHECK(between >= values.size() / 20);
}
