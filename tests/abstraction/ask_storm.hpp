/// @file
/// Verdicts of Storm. stormpy comes from PyPI, not from Debian: the environment variable OPARA_STORM_PYTHON names the
/// Python interpreter that has it, if it is not python3.
#pragma once

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
    std::string name;
    for (std::size_t k = 0; k < questions.size(); ++k) {
        const auto& [system, property] = questions[k];
        const bool same = k > 0 && questions[k - 1].first == system; // often there are many questions about one
        name = same ? name : std::to_string(k);
        for (const std::string kind : {"drn", "umb"}) {
            const std::string path = folder / (name + "." + kind);
            if (!same) {
                opara::write_file_atomically(path, [&, &t = system](std::ostream& out) {
                    kind == "drn" ? write_drn(out, t) : write_umb(out, t);
                });
            }
            list += kind + "\t" + path + "\t" + property_text(system, property, dialect::storm) + "\n";
        }
    }
    opara::write_file_atomically(folder / "list", list);
    const std::string script = (std::filesystem::path{__FILE__}.parent_path() / "ask_storm.py").string();
    const bool ran = runs("'" + storm_python() + "' '" + script + "' '" + folder / "list' '" + folder / "answer' >'" +
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

} // namespace opara::abstraction::test
