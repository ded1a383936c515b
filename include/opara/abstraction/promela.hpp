/// @file
/// Transition systems for the model checker SPIN.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// A system as SPIN reads it: two files.
struct promela_model {
    std::string model; ///< the Promela text; it includes the table by the name that was given
    std::string table; ///< C arrays of the transitions and labels

    friend bool operator==(const promela_model&, const promela_model&) = default;
};

/// Writes a system for SPIN, with properties in linear temporal logic over its labels: `{"safe", "[] safe"}`. A run of
/// the model goes through the states of a run of the system, one step each; a label that is `maybe` counts as not
/// holding. Labels appear as macros of their names.
/// @param table_name  the name under which the table will be found when the verifier is compiled
/// @throws system_error  a state has no successor, or there is no initial state
/// @throws label_error  a label's name is no word of letters, digits and `_` that SPIN could use, or there are over 32
/// Complexity: O(states + transitions) time and text.
[[nodiscard]] inline promela_model to_promela(const transition_system& system,
                                              const std::vector<std::pair<std::string, std::string>>& properties,
                                              std::string_view table_name) {
    const std::size_t stuck = system.find_deadlock();
    if (stuck != system.size() || system.initial().empty()) {
        throw system_error{"a system for SPIN needs a beginning and, in each state, a successor", stuck};
    }
    const auto is_word = [](const std::string& name) {
        bool good = !name.empty() && name[0] >= 'a' && name[0] <= 'z';
        for (const char c : name) {
            good = good && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_');
        }
        return good;
    };
    for (std::size_t k = 0; k < system.labels().size(); ++k) {
        if (k >= 32 || !is_word(system.labels()[k].name)) {
            throw label_error{system.labels()[k].name};
        }
    }

    promela_model m;
    const auto array = [&](const char* type, const char* name, std::size_t count, auto value) {
        m.table += std::string{"static const "} + type + " " + name + "[] = {";
        for (std::size_t k = 0; k < count; ++k) {
            m.table += (k == 0 ? "" : k % 16 == 0 ? ",\n" : ",") + std::to_string(value(k));
        }
        m.table += "};\n";
    };
    std::vector<std::uint64_t> ends{0};
    for (std::size_t s = 0; s < system.size(); ++s) {
        ends.push_back(ends.back() + system.successors(state_id::from_index(s)).size());
    }
    array("unsigned long", "opara_row", ends.size(), [&](std::size_t k) { return ends[k]; });
    m.table += "static const unsigned opara_next[] = {";
    for (std::size_t s = 0; s < system.size(); ++s) {
        for (const state_id t : system.successors(state_id::from_index(s))) {
            m.table += std::to_string(t.value) + ",";
        }
        m.table += "\n";
    }
    m.table += "};\n";
    array("unsigned", "opara_first", system.initial().size(), [&](std::size_t k) { return system.initial()[k].value; });
    array("unsigned", "opara_labels", system.size(), [&](std::size_t s) {
        unsigned bits = 0;
        for (std::size_t k = 0; k < system.labels().size(); ++k) {
            bits |= system.labels()[k].holds[s] == truth::yes ? 1U << k : 0U;
        }
        return bits;
    });

    // Choosing a successor takes several of SPIN's steps; atomic makes them one, so that no property sees the
    // state in between. It chooses the number of a successor by counting up for as long as it likes.
    m.model =
        "c_decl { \\#include \"" + std::string{table_name} + "\" }\n" +
        "int opara_state = -1; int opara_count = 0; int opara_pick = 0;\n#define opara_started (opara_state >= 0)\n";
    for (std::size_t k = 0; k < system.labels().size(); ++k) {
        m.model += "#define " + system.labels()[k].name +
                   " (c_expr{ now.opara_state >= 0 && ((opara_labels[now.opara_state] >> " + std::to_string(k) +
                   ") & 1) })\n";
    }
    const std::string pick = "do :: (opara_pick < opara_count - 1) -> opara_pick++ :: break od;\n";
    m.model +=
        "active proctype opara_run() {\n  atomic {\n    opara_count = " + std::to_string(system.initial().size()) +
        ";\n    " + pick +
        "    c_code{ now.opara_state = opara_first[now.opara_pick]; };\n"
        "    opara_pick = 0; opara_count = 0\n  };\n"
        "  do\n  :: atomic {\n"
        "    c_code{ now.opara_count = opara_row[now.opara_state + 1] - opara_row[now.opara_state]; };\n    " +
        pick +
        "    c_code{ now.opara_state = opara_next[opara_row[now.opara_state] + now.opara_pick]; };\n"
        "    opara_pick = 0; opara_count = 0 }\n  od\n}\n";
    for (const auto& [name, text] : properties) {
        m.model += "ltl " + name + " { (!opara_started) U (opara_started && (" + text + ")) }\n";
    }
    return m;
}

} // namespace opara::inline OPARA_ABI::abstraction
