// Formulas of CTL, as Storm decides them on the exported processes. stormpy comes from PyPI, not from Debian: without
// it this is skipped. OPARA_STORM_PYTHON names the Python interpreter that has it, if it is not python3.

#include <opara/abstraction/export/drn.hpp>
#include <opara/abstraction/export/property.hpp>
#include <opara/abstraction/export/umb.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

using question = std::pair<transition_system, formula>;

std::string python() {
    const char* const name = std::getenv("OPARA_STORM_PYTHON");
    return name != nullptr ? name : "python3";
}

// The verdicts of one run of Storm, each twice: the two formats must agree.
std::vector<bool> ask_storm(const std::vector<question>& questions) {
    const temporary_folder folder;
    std::string list;
    for (std::size_t k = 0; k < questions.size(); ++k) {
        const auto& [system, property] = questions[k];
        for (const std::string kind : {"drn", "umb"}) {
            const std::string path = folder / (std::to_string(k) + "." + kind);
            opara::write_file_atomically(
                path, [&, &t = system](std::ostream& out) { kind == "drn" ? write_drn(out, t) : write_umb(out, t); });
            list += kind + "\t" + path + "\t" + property_text(system, property, dialect::storm) + "\n";
        }
    }
    opara::write_file_atomically(folder / "list", list);
    const std::string script = (std::filesystem::path{__FILE__}.parent_path() / "ask_storm.py").string();
    const bool ran = runs("'" + python() + "' '" + script + "' '" + folder / "list' '" + folder / "answer' >'" +
                          folder / "log' 2>&1");
    REQUIRE_MESSAGE(ran, opara::read_file(folder / "log"));
    const std::string answer = opara::read_file(folder / "answer");
    REQUIRE(answer.size() == 4 * questions.size());
    std::vector<bool> verdicts;
    for (std::size_t k = 0; k < questions.size(); ++k) {
        REQUIRE_MESSAGE(answer[4 * k] == answer[4 * k + 2], describe(questions[k].first));
        verdicts.push_back(answer[4 * k] == '1');
    }
    return verdicts;
}

} // namespace

TEST_CASE("Storm comes to the same verdicts on random systems and formulas") {
    if (!runs("'" + python() + "' -c 'import stormpy' >/dev/null 2>&1")) {
        opara::test::skip("the Python package stormpy is needed (from PyPI; OPARA_STORM_PYTHON names the interpreter)");
        return;
    }
    random_source random{23};
    std::vector<question> questions;
    for (std::size_t k = asked("OPARA_STORM_SYSTEMS", 1000); k > 0; --k) {
        questions.emplace_back(random_system(random, k % 50 == 0 ? 300 : 12), random_formula(random, 3));
    }
    compare_verdicts(questions, ask_storm, 0.2);
}
