/// @file
/// Transition systems for the model checker SPIN.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/export/proposition.hpp>
#include <opara/abstraction/export/writer.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {

// What SPIN can take, or an exception.
inline std::vector<proposition> promela_propositions(const transition_system& system) {
    require_runs(system);
    std::vector<proposition> names = propositions(system);
    require_names(names, [](std::string_view name) -> std::string {
        return is_word(name) && name[0] >= 'a' && name[0] <= 'z' ? ""
                                                                 : "is no name of SPIN's: a small letter comes first";
    });
    if (names.size() > 32) {
        throw label_error{names[32].name, "is one too many: the table has room for 32"};
    }
    return names;
}

} // namespace detail

/// Writes the Promela text of a system, with properties in linear temporal logic over its labels: `{"safe", "[]
/// safe"}`. A run of the model goes through the states of a run of the system, one step each. Propositions appear as
/// macros of their names; all else that belongs to this system is in the table. For `spin -a FILE.pml; gcc -O2 -o pan
/// pan.c; ./pan -a -N safe`.
/// @param table_name  the name under which the table (`write_promela_table`) lies when the verifier is compiled
/// @throws system_error  a state has no successor, or there is no initial state
/// @throws label_error  a name is no word of letters, digits and `_` that SPIN could use, or there are over 32
/// Complexity: O(labels * states + properties).
inline void write_promela(std::ostream& out, const transition_system& system,
                          const std::vector<std::pair<std::string, std::string>>& properties,
                          std::string_view table_name) {
    const std::vector<proposition> names = detail::promela_propositions(system);
    // Choosing a successor takes several of SPIN's steps; atomic makes them one, so that no property sees the
    // state in between. It chooses the number of a successor by counting up for as long as it likes.
    detail::writer w{out};
    w << "c_decl { \\#include \"" << table_name
      << "\" }\n"
         "int opara_state = -1; int opara_count = 0; int opara_pick = 0;\n#define opara_started (opara_state >= 0)\n";
    for (std::size_t k = 0; k < names.size(); ++k) {
        w << "#define " << names[k].name << " (c_expr{ now.opara_state >= 0 && ((opara_labels[now.opara_state] >> " << k
          << ") & 1) })\n";
    }
    const std::string_view pick = "do :: (opara_pick < opara_count - 1) -> opara_pick++ :: break od;\n";
    w << "active proctype opara_run() {\n  atomic {\n    c_code{ now.opara_count = opara_initial; };\n    " << pick
      << "    c_code{ now.opara_state = opara_first[now.opara_pick]; };\n"
         "    opara_pick = 0; opara_count = 0\n  };\n"
         "  do\n  :: atomic {\n"
         "    c_code{ now.opara_count = opara_row[now.opara_state + 1] - opara_row[now.opara_state]; };\n    "
      << pick
      << "    c_code{ now.opara_state = opara_next[opara_row[now.opara_state] + now.opara_pick]; };\n"
         "    opara_pick = 0; opara_count = 0 }\n  od\n}\n";
    for (const auto& [name, text] : properties) {
        w << "ltl " << name << " { (!opara_started) U (opara_started && (" << text << ")) }\n";
    }
    w.finish();
}

/// Writes the table that the Promela text includes: the transitions and labels as arrays of C.
/// @throws system_error,label_error  as `write_promela`
/// Complexity: O(labels * states + transitions).
inline void write_promela_table(std::ostream& out, const transition_system& system) {
    const std::vector<proposition> names = detail::promela_propositions(system);
    detail::writer w{out};
    const auto array = [&](const char* type, const char* name, std::size_t count, auto value) {
        w << "static const " << type << ' ' << name << "[] = {";
        for (std::size_t k = 0; k < count; ++k) {
            w << (k == 0 ? "" : k % 16 == 0 ? ",\n" : ",") << value(k);
        }
        w << "};\n";
    };
    std::uint64_t row = 0;
    array("unsigned long", "opara_row", system.size() + 1, [&](std::size_t k) {
        const std::uint64_t begin = row;
        row += k < system.size() ? system.successors(state_id::from_index(k)).size() : 0;
        return begin;
    });
    w << "static const unsigned opara_next[] = {";
    for (std::size_t s = 0; s < system.size(); ++s) {
        for (const state_id t : system.successors(state_id::from_index(s))) {
            w << t.value << ',';
        }
        w << '\n';
    }
    w << "};\n";
    w << "static const int opara_initial = " << system.initial().size() << ";\n";
    array("unsigned", "opara_first", system.initial().size(), [&](std::size_t k) { return system.initial()[k].value; });
    array("unsigned", "opara_labels", system.size(), [&](std::size_t s) {
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < names.size(); ++k) {
            bits |= names[k](state_id::from_index(s)) ? std::uint32_t{1} << k : 0;
        }
        return bits;
    });
    w.finish();
}

} // namespace opara::inline OPARA_ABI::abstraction
