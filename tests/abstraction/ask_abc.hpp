/// @file
/// Verdicts of Berkeley's ABC (Debian: berkeley-abc) on safety.
#pragma once

#include <opara/abstraction/export/aiger.hpp>
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

namespace opara::abstraction::test {

inline bool have_abc() {
    if (!runs("command -v berkeley-abc >/dev/null")) {
        opara::test::skip("the program berkeley-abc is needed (Debian: berkeley-abc)");
        return false;
    }
    return true;
}

/// The verdicts of one run of ABC on all questions, which are AG of propositions. By `pdr`, as the documentation says;
/// `dprove` is faster on small circuits, but aborts now and then.
inline std::vector<bool> ask_abc(const std::vector<std::pair<transition_system, formula>>& questions) {
    const temporary_folder folder;
    std::string script;
    for (std::size_t k = 0; k < questions.size(); ++k) {
        const std::string file = std::to_string(k) + ".aig";
        opara::write_file_atomically(
            folder / file, [&](std::ostream& out) { write_aiger(out, questions[k].first, questions[k].second); });
        script += "read_aiger " + file + "\npdr\n";
    }
    opara::write_file_atomically(folder / "script", script);
    REQUIRE(runs("cd '" + folder / "." + "' && berkeley-abc -f script >log 2>&1"));
    // ABC answers in the order of the questions.
    std::vector<bool> verdicts;
    const std::string log = opara::read_file(folder / "log");
    for (std::size_t at = 0; at < log.size();) {
        const std::size_t end = std::min(log.find('\n', at), log.size());
        const std::string line = log.substr(at, end - at);
        if (line.find("Property proved") != line.npos) {
            verdicts.push_back(true);
        } else if (line.find("was asserted in frame") != line.npos) {
            verdicts.push_back(false);
        }
        at = end + 1;
    }
    REQUIRE_MESSAGE(verdicts.size() == questions.size(), log.substr(0, 2000));
    return verdicts;
}

} // namespace opara::abstraction::test
