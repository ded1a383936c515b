/// @file
/// Verdicts of Storm. stormpy comes from PyPI, not from Debian: the environment variable OPARA_STORM_PYTHON names the
/// Python interpreter that has it, if it is not python3.
#pragma once

#include <opara/abstraction/export/drn.hpp>
#include <opara/abstraction/export/property.hpp>
#include <opara/abstraction/export/umb.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/abstraction/side_by_side.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace opara::abstraction::test {

inline std::string storm_python() {
    const char* const name = std::getenv("OPARA_STORM_PYTHON");
    return name != nullptr ? name : "python3";
}

inline bool have_storm() {
    if (!runs("'" + storm_python() + "' -c 'import stormpy' >/dev/null 2>&1")) {
        opara::test::skip("the Python package stormpy is needed (from PyPI; OPARA_STORM_PYTHON names the interpreter)");
        return false;
    }
    return true;
}

/// The verdicts of one run of Storm, each twice: the two formats must agree.
inline std::vector<bool> ask_storm(const std::vector<std::pair<transition_system, formula>>& questions) {
    const temporary_folder folder;
    std::string list;
    std::size_t files = 0;
    for (const auto& some : together(questions, 20'000)) { // to read a file takes it longer than to answer a question
        const auto [all, starts] = beside(some);
        const std::string name = folder / std::to_string(files++);
        opara::write_file_atomically(name + ".drn", [&, &t = all](std::ostream& out) { write_drn(out, t); });
        opara::write_file_atomically(name + ".umb", [&, &t = all](std::ostream& out) { write_umb(out, t); });
        for (std::size_t k = 0; k < some.size(); ++k) {
            list += name + "\t" + starts[k] + "\t" + property_text(all, some[k].second, dialect::storm) + "\n";
        }
    }
    opara::write_file_atomically(folder / "list", list);
    const std::string script = (std::filesystem::path{__FILE__}.parent_path() / "ask_storm.py").string();
    const bool ran = runs("'" + storm_python() + "' '" + script + "' '" + folder / "list' '" + folder / "answer' >'" +
                          folder / "log' 2>&1");
    REQUIRE_MESSAGE(ran, opara::read_file(folder / "log"));
    const std::string answer = opara::read_file(folder / "answer");
    REQUIRE(answer.size() == 3 * questions.size()); // two digits and the end of the line
    std::vector<bool> verdicts;
    for (std::size_t k = 0; k < questions.size(); ++k) {
        REQUIRE_MESSAGE(answer[3 * k] == answer[3 * k + 1], describe(questions[k].first));
        verdicts.push_back(answer[3 * k] == '1');
    }
    return verdicts;
}

} // namespace opara::abstraction::test
