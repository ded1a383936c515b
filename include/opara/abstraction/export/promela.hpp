/// @file
/// Transition systems for the model checker SPIN.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/export/proposition.hpp>
#include <opara/abstraction/export/writer.hpp>
#include <opara/abstraction/transition_system.hpp>
#include <opara/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {

// Words of the language and of its formulas, and names that the model has for itself. A label becomes a macro of its
// name, which would change what these say, and some without a word about it.
inline bool is_taken_in_promela(std::string_view name) {
    for (const std::string_view taken :
         {"active",   "always",      "assert",   "atomic",  "bit",          "bool",         "break",      "byte",
          "c_code",   "c_decl",      "c_expr",   "c_state", "c_track",      "chan",         "d_proctype", "d_step",
          "defined",  "do",          "else",     "empty",   "enabled",      "equivalent",   "eval",       "eventually",
          "false",    "fi",          "for",      "full",    "get_priority", "goto",         "hidden",     "if",
          "implies",  "in",          "init",     "inline",  "int",          "len",          "local",      "ltl",
          "mtype",    "nempty",      "never",    "next",    "nfull",        "notrace",      "now",        "np_",
          "od",       "of",          "pc_value", "pid",     "printf",       "printm",       "priority",   "proctype",
          "provided", "release",     "return",   "run",     "select",       "set_priority", "short",      "show",
          "skip",     "stronguntil", "timeout",  "trace",   "true",         "typedef",      "unless",     "unsigned",
          "until",    "weakuntil",   "xr",       "xs"}) {
        if (name == taken) {
            return true;
        }
    }
    return name.starts_with("opara_");
}

// What SPIN can take, or an exception.
inline std::vector<proposition> promela_propositions(const transition_system& system) {
    require_runs(system);
    std::vector<proposition> names = propositions(system);
    require_names(names, [](std::string_view name) -> std::string {
        return !is_word(name) || name[0] < 'a' || name[0] > 'z' ? "is no name of SPIN's: a small letter comes first"
               : is_taken_in_promela(name)                      ? "means something else to SPIN"
                                                                : "";
    });
    if (names.size() > 32) {
        throw label_error{names[32].name, "is one too many: the table has room for 32"};
    }
    return names;
}

// A number that another system is unlikely to have: a model and a table go together only if they have the same. Of 64
// bits, by Fowler, Noll and Vo (FNV-1a), over all that the table says and the names of what it says.
inline std::uint64_t promela_key(const transition_system& system, const std::vector<proposition>& names) {
    std::uint64_t key = 14695981039346656037U;
    const auto add = [&](std::uint64_t number) {
        key = (key ^ number) * 1099511628211U;
        key ^= key >> 32U; // numbers are more than the bytes that the method is for
    };
    add(system.size());
    for (std::size_t s = 0; s < system.size(); ++s) {
        const auto row = system.successors(state_id::from_index(s));
        add(row.size());
        for (const state_id t : row) {
            add(t.value);
        }
    }
    add(system.initial().size());
    for (const state_id s : system.initial()) {
        add(s.value);
    }
    for (const proposition& p : names) {
        for (const char c : p.name) {
            add(static_cast<unsigned char>(c));
        }
        for (std::size_t s = 0; s < system.size(); ++s) {
            add(p(state_id::from_index(s)) ? 1 : 0);
        }
    }
    return key;
}

} // namespace detail

/// Makes sure that SPIN and the C compiler can find a table by its name. @throws error  they cannot
inline void require_promela_table_name(std::string_view name) {
    const auto breaks = [](char c) {
        return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    };
    if (name.empty() || std::any_of(name.begin(), name.end(), breaks)) {
        throw error{"SPIN cannot include a table from \"" + std::string{name} +
                    "\": quotes, backslashes and line breaks have no place in such a name"};
    }
}

/// Writes the Promela text of a system, with properties in linear temporal logic over its labels: `{"safe", "[]
/// safe"}`. A run of the model goes through the states of a run of the system, one step each. Propositions appear as
/// macros of their names; all else that belongs to this system is in the table, and the table of another system does
/// not compile with it. For `spin -a FILE.pml; gcc -O2 -o pan pan.c; ./pan -a -N safe`.
/// @param table_name  the name under which the table (`write_promela_table`) lies when the verifier is compiled
/// @throws system_error  a state has no successor, or there is no initial state
/// @throws label_error  a name is no word of letters, digits and `_` that SPIN could use, is a property's, too, or
///         there are over 32
/// @throws error  the table's name is empty or has quotes, backslashes or line breaks in it
/// Complexity: O(labels * states + transitions + properties).
inline void write_promela(std::ostream& out, const transition_system& system,
                          const std::vector<std::pair<std::string, std::string>>& properties,
                          std::string_view table_name) {
    require_promela_table_name(table_name);
    const std::vector<proposition> names = detail::promela_propositions(system);
    for (const proposition& p : names) {
        for (const auto& [name, text] : properties) {
            if (name == p.name) {
                throw label_error{name, "is the name of a property, too"};
            }
        }
    }
    // Choosing a successor takes several of SPIN's steps; atomic makes them one, so that no property sees the
    // state in between. It chooses the number of a successor by counting up for as long as it likes.
    detail::writer w{out};
    w << "c_decl {\n\\#include \"" << table_name << "\"\n\\#if opara_key != " << detail::promela_key(system, names)
      << "U\n\\#error \"the table is of another system than the model\"\n\\#endif\n}\n"
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
    w << "#define opara_key " << detail::promela_key(system, names) << "U\n";
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
