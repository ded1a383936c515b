/// @file
/// Verdicts of the model checker SPIN (Debian: spin), many systems to one run of the C compiler.
#pragma once

#include <opara/abstraction/export/promela.hpp>
#include <opara/abstraction/export/property.hpp>
#include <opara/abstraction/export/proposition.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace opara::abstraction::test {

inline bool have_spin() {
    if (!runs("spin -V >/dev/null 2>&1") || !runs("gcc --version >/dev/null 2>&1")) {
        opara::test::skip("spin and gcc are needed (Debian: spin)");
        return false;
    }
    return true;
}

namespace detail {

/// The tables of many systems, of which the environment variable OPARA_SYSTEM chooses one when the verifier runs.
inline void write_tables(std::ostream& out, const std::vector<const transition_system*>& systems) {
    const std::pair<const char*, const char*> arrays[] = {{"opara_row", "const unsigned long*"},
                                                          {"opara_next", "const unsigned*"},
                                                          {"opara_initial", "int"},
                                                          {"opara_first", "const unsigned*"},
                                                          {"opara_labels", "const unsigned*"}};
    out << "#include <stdlib.h>\n";
    for (std::size_t k = systems.size(); k-- > 0;) { // the model is that of the first, and the last key stays
        out << "#undef opara_key\n";
        for (const auto& [name, type] : arrays) {
            out << "#define " << name << ' ' << name << '_' << k << '\n';
        }
        write_promela_table(out, *systems[k]);
        for (const auto& [name, type] : arrays) {
            out << "#undef " << name << '\n';
        }
    }
    out << "static int opara_chosen;\n"
           "static void __attribute__((constructor)) opara_choose(void) { opara_chosen = "
           "atoi(getenv(\"OPARA_SYSTEM\")); "
           "}\n";
    for (const auto& [name, type] : arrays) {
        if (std::string{name} == "opara_initial") {
            out << "static const int opara_initials[] = {";
            for (const transition_system* const t : systems) {
                out << t->initial().size() << ",\n";
            }
            out << "};\n#define opara_initial opara_initials[opara_chosen]\n";
            continue;
        }
        out << "static " << type << " const " << name << "_of[] = {";
        for (std::size_t k = 0; k < systems.size(); ++k) {
            out << name << '_' << k << ",\n";
        }
        out << "};\n#define " << name << ' ' << name << "_of[opara_chosen]\n";
    }
}

} // namespace detail

/// SPIN's verdict on each question, a pair of a system and a formula as SPIN writes it. Systems with equal propositions
/// share a model; the model is that of the first, as the text of a model depends on nothing else.
inline std::vector<bool> ask_spin(const std::vector<std::pair<const transition_system*, std::string>>& questions) {
    struct question {
        std::size_t number; // among all
        std::size_t system; // of the model's
        std::string claim;
    };
    struct model {
        std::vector<const transition_system*> systems;
        std::vector<std::pair<std::string, std::string>> claims; // name and text
        std::vector<question> asked;
    };
    std::map<std::vector<std::string>, model> models;
    for (std::size_t k = 0; k < questions.size(); ++k) {
        const auto& [system, text] = questions[k];
        std::vector<std::string> names;
        for (const proposition& p : propositions(*system)) {
            names.push_back(p.name);
        }
        model& m = models[names];
        auto claim = m.claims.begin();
        while (claim != m.claims.end() && claim->second != text) {
            ++claim;
        }
        if (claim == m.claims.end()) {
            claim = m.claims.insert(claim, {"claim" + std::to_string(m.claims.size()), text});
        }
        if (m.systems.empty() || !(*m.systems.back() == *system)) { // often there are many questions about one
            m.systems.push_back(system);
        }
        m.asked.push_back({k, m.systems.size() - 1, claim->first});
    }
    std::vector<bool> verdicts(questions.size());
    for (const auto& named : models) {
        const model& m = named.second; // clang 14 captures no structured binding
        const temporary_folder folder;
        opara::write_file_atomically(folder / "model.pml", [&](std::ostream& out) {
            write_promela(out, *m.systems.front(), m.claims, "table.h");
        });
        opara::write_file_atomically(folder / "table.h",
                                     [&](std::ostream& out) { detail::write_tables(out, m.systems); });
        const std::string there = "cd '" + folder / "." + "' && ";
        REQUIRE_MESSAGE(
            runs(there + "spin -a model.pml >spin.log 2>&1 && gcc -w -O0 -DNOFAIR -static -o pan pan.c 2>>spin.log"),
            opara::read_file(folder / "spin.log"));
        std::string script;
        for (const question& q : m.asked) {
            // Room for the search costs more time than the search; of too little, SPIN complains.
            script += "OPARA_SYSTEM=" + std::to_string(q.system) + " ./pan -a -b -w12 -m" +
                      std::to_string(1000 + 100 * m.systems[q.system]->size()) + " -N " + q.claim + " || echo failed\n";
        }
        opara::write_file_atomically(folder / "script", script);
        static_cast<void>(runs(there + "sh script 2>&1 | grep -E 'errors: |failed|too small|^error' >log"));
        const std::string log = opara::read_file(folder / "log");
        std::size_t answers = 0;
        for (std::size_t at = log.find("errors: "); at != log.npos; at = log.find("errors: ", at + 1)) {
            REQUIRE(answers < m.asked.size());
            const char errors = log[at + 8];
            REQUIRE_MESSAGE((errors == '0' || errors == '1'), log.substr(0, 2000));
            verdicts[m.asked[answers++].number] = errors == '0';
        }
        REQUIRE_MESSAGE(answers == m.asked.size(), log.substr(0, 2000));
        REQUIRE_MESSAGE(log.find("too small") == log.npos, log.substr(0, 2000));
    }
    return verdicts;
}

/// SPIN's verdict on each question, a pair of a system and a linear formula of CTL.
inline std::vector<bool> ask_spin(const std::vector<std::pair<transition_system, formula>>& questions) {
    std::vector<std::pair<const transition_system*, std::string>> texts;
    for (const auto& [system, f] : questions) {
        texts.emplace_back(&system, property_text(system, f, dialect::spin));
    }
    return ask_spin(texts);
}

} // namespace opara::abstraction::test
