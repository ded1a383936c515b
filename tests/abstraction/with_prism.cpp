// Formulas of CTL, as PRISM decides them on the exported processes. Debian has no package of it: where it is not
// installed this is skipped. OPARA_PRISM names the program, if it is not prism.

#include <opara/abstraction/export/prism.hpp>
#include <opara/abstraction/export/property.hpp>
#include <opara/abstraction/export/umb.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

using question = std::pair<transition_system, formula>;

std::string prism() {
    const char* const name = std::getenv("OPARA_PRISM");
    return name != nullptr ? name : "prism";
}

// Systems side by side as one, because PRISM takes a second to begin: the initial states of the k-th have the label
// "start<k>".
transition_system side_by_side(const std::vector<question>& questions) {
    std::vector<std::vector<std::uint32_t>> successors;
    std::vector<std::uint32_t> initial;
    std::vector<labelling> labels{{"p", {}}, {"q", {}}};
    std::vector<std::vector<std::uint32_t>> starts;
    for (const auto& [system, property] : questions) {
        const auto first = static_cast<std::uint32_t>(successors.size());
        const parts p{system};
        for (const auto& row : p.successors) {
            successors.emplace_back();
            for (const std::uint32_t s : row) {
                successors.back().push_back(first + s);
            }
        }
        starts.emplace_back();
        for (const std::uint32_t s : p.initial) {
            starts.back().push_back(first + s);
        }
        initial.insert(initial.end(), starts.back().begin(), starts.back().end());
        for (labelling& l : labels) {
            const std::vector<truth>& holds = system.find_label(l.name)->holds;
            l.holds.insert(l.holds.end(), holds.begin(), holds.end());
        }
    }
    for (std::size_t k = 0; k < starts.size(); ++k) {
        labelling start{"start" + std::to_string(k), std::vector<truth>(successors.size(), truth::no)};
        for (const std::uint32_t s : starts[k]) {
            start.holds[s] = truth::yes;
        }
        labels.push_back(std::move(start));
    }
    return transition_system::from_lists(successors, initial, labels);
}

// PRISM's verdicts on what is in the folder.
std::vector<bool> verdicts_on(const temporary_folder& folder, const std::string& model) {
    const std::string log = folder / "log";
    REQUIRE_MESSAGE(runs("cd '" + folder / "" + "' && '" + prism() + "' -importmodel " + model +
                         " -mdp -explicit asked.props >log 2>&1"),
                    opara::read_file(log));
    const std::string text = opara::read_file(log);
    std::vector<bool> verdicts;
    for (std::size_t at = text.find("\nResult: "); at != std::string::npos; at = text.find("\nResult: ", at + 1)) {
        const std::string verdict = text.substr(at + 9, 4);
        REQUIRE_MESSAGE((verdict == "true" || verdict == "fals"), text);
        verdicts.push_back(verdict == "true");
    }
    return verdicts;
}

std::vector<bool> ask_prism(const std::vector<question>& questions) {
    const temporary_folder folder;
    const transition_system all = side_by_side(questions);
    opara::write_file_atomically(folder / "all.tra", [&](std::ostream& out) { write_prism_transitions(out, all); });
    opara::write_file_atomically(folder / "all.lab", [&](std::ostream& out) { write_prism_labels(out, all); });
    opara::write_file_atomically(folder / "all.umb", [&](std::ostream& out) { write_umb(out, all); });
    std::string properties;
    for (std::size_t k = 0; k < questions.size(); ++k) {
        properties += "filter(forall, " + property_text(all, questions[k].second, dialect::prism) + ", \"start" +
                      std::to_string(k) + "\");\n";
    }
    opara::write_file_atomically(folder / "asked.props", properties);
    const std::vector<bool> verdicts = verdicts_on(folder, "all.tra,lab");
    CHECK(verdicts.size() == questions.size());
    CHECK(verdicts_on(folder, "all.umb") == verdicts); // the two formats say the same
    return verdicts;
}

} // namespace

TEST_CASE("PRISM comes to the same verdicts on random systems and formulas") {
    if (!runs("command -v '" + prism() + "' >/dev/null")) {
        opara::test::skip("the program PRISM is needed (from prismmodelchecker.org; OPARA_PRISM names it)");
        return;
    }
    random_source random{31};
    for (std::size_t left = asked("OPARA_PRISM_SYSTEMS", 400); left > 0;) {
        std::vector<question> questions;
        for (std::size_t k = std::min<std::size_t>(left, 200); k > 0; --k, --left) {
            questions.emplace_back(random_system(random, k % 50 == 0 ? 300 : 12), random_formula(random, 3));
        }
        compare_verdicts(questions, ask_prism, 0.2);
    }
}
