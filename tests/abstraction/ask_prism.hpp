/// @file
/// Verdicts of PRISM, which Debian has no package of: the environment variable OPARA_PRISM names the program, if it is
/// not prism.
#pragma once

#include <opara/abstraction/export/prism.hpp>
#include <opara/abstraction/export/property.hpp>
#include <opara/abstraction/export/umb.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/abstraction/side_by_side.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace opara::abstraction::test {

inline std::string prism_program() {
    const char* const name = std::getenv("OPARA_PRISM");
    return name != nullptr ? name : "prism";
}

inline bool have_prism() {
    if (!runs("command -v '" + prism_program() + "' >/dev/null")) {
        opara::test::skip("the program PRISM is needed (from prismmodelchecker.org; OPARA_PRISM names it)");
        return false;
    }
    return true;
}

/// What PRISM says of each property of a model in the folder, up to the next blank: "true", "0.25".
inline std::vector<std::string> prism_results(const temporary_folder& folder, const std::string& model,
                                              const std::vector<std::string>& properties) {
    std::string text;
    for (const std::string& property : properties) {
        text += property + ";\n";
    }
    opara::write_file_atomically(folder / "asked.props", text);
    const std::string file = folder / "log";
    // Its Java machine would spend more on other threads and on better code than a short run gains.
    const std::string java = "-javaparams '-XX:+UseSerialGC -XX:TieredStopAtLevel=1' ";
    REQUIRE_MESSAGE(runs("cd '" + folder / "" + "' && '" + prism_program() + "' " + java + "-importmodel " + model +
                         " -explicit asked.props >log 2>&1"),
                    opara::read_file(file));
    const std::string log = opara::read_file(file);
    std::vector<std::string> results;
    for (std::size_t at = log.find("\nResult"); at != std::string::npos; at = log.find("\nResult", at + 1)) {
        const std::size_t begin = log.find(": ", at) + 2;
        results.push_back(log.substr(begin, log.find_first_of(" \n", begin) - begin));
    }
    REQUIRE_MESSAGE(results.size() == properties.size(), log);
    return results;
}

/// PRISM's verdicts on properties of a system, in its own words; in both formats, which must say the same.
inline std::vector<bool> ask_prism(const transition_system& system, const std::vector<std::string>& properties) {
    const temporary_folder folder;
    opara::write_file_atomically(folder / "all.tra", [&](std::ostream& out) { write_prism_transitions(out, system); });
    opara::write_file_atomically(folder / "all.lab", [&](std::ostream& out) { write_prism_labels(out, system); });
    opara::write_file_atomically(folder / "all.umb", [&](std::ostream& out) { write_umb(out, system); });
    const std::vector<std::string> results = prism_results(folder, "all.tra,lab -mdp", properties);
    CHECK(prism_results(folder, "all.umb -mdp", properties) == results);
    std::vector<bool> verdicts;
    for (const std::string& result : results) {
        REQUIRE_MESSAGE((result == "true" || result == "false"), result);
        verdicts.push_back(result == "true");
    }
    return verdicts;
}

/// PRISM's verdicts on questions, asked of several systems at once: its start takes a second.
inline std::vector<bool> ask_prism(const std::vector<std::pair<transition_system, formula>>& questions) {
    std::vector<bool> verdicts;
    for (const auto& some : together(questions, 3'000'000)) {
        const auto [all, starts] = beside(some);
        std::vector<std::string> properties;
        for (std::size_t k = 0; k < some.size(); ++k) {
            properties.push_back("filter(forall, " + property_text(all, some[k].second, dialect::prism) + ", \"" +
                                 starts[k] + "\")");
        }
        const std::vector<bool> more = ask_prism(all, properties);
        verdicts.insert(verdicts.end(), more.begin(), more.end());
    }
    return verdicts;
}

/// What PRISM finds for questions on the probabilities of a process.
inline std::vector<double> ask_prism(const interval_process& process, const std::vector<std::string>& questions) {
    const temporary_folder folder;
    opara::write_file_atomically(folder / "all.tra", [&](std::ostream& out) { write_prism_transitions(out, process); });
    opara::write_file_atomically(folder / "all.lab", [&](std::ostream& out) { write_prism_labels(out, process); });
    std::vector<double> values;
    for (const std::string& result : prism_results(folder, "all.tra,lab", questions)) {
        std::size_t end = 0;
        values.push_back(std::stod(result, &end));
        REQUIRE_MESSAGE(end == result.size(), result);
    }
    return values;
}

} // namespace opara::abstraction::test
