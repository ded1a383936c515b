/// @file
/// Small transition systems as drawings of Graphviz.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/export/proposition.hpp>
#include <opara/abstraction/export/writer.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// Writes a system for `dot`: a box a state, with its number and its labels ("goal?" where it is `maybe`), initial
/// states with a thick border.
/// @param most_states  larger systems are refused: nobody could read the drawing, and `dot` would not end
/// @throws system_error  there are more states
/// @throws label_error  a name that is no text, or one that comes twice
/// Complexity: O(states * labels + transitions).
inline void write_dot(std::ostream& out, const transition_system& system, std::size_t most_states = 1000) {
    if (system.size() > most_states) {
        throw system_error{"a drawing of " + std::to_string(system.size()) + " states: " + std::to_string(most_states) +
                               " is the most",
                           most_states};
    }
    detail::require_names(propositions(system), [](std::string_view) { return std::string{}; });
    const std::vector<state_id> start = detail::distinct_initial(system);
    detail::writer w{out};
    w << "digraph opara {\n  node [shape=box, style=rounded, fontname=\"Helvetica\", fontsize=11];\n";
    for (std::size_t s = 0; s < system.size(); ++s) {
        const auto state = state_id::from_index(s);
        std::string text = std::to_string(s);
        for (const labelling& l : system.labels()) {
            if (l.holds[s] != truth::no) {
                text += " " + l.name + (l.holds[s] == truth::maybe ? "?" : "");
            }
        }
        w << "  " << s << " [label=" << detail::quoted(text)
          << (std::binary_search(start.begin(), start.end(), state) ? ", penwidth=3];\n" : "];\n");
    }
    for (std::size_t s = 0; s < system.size(); ++s) {
        for (const state_id t : system.successors(state_id::from_index(s))) {
            w << "  " << s << " -> " << t.value << ";\n";
        }
    }
    w << "}\n";
    w.finish();
}

} // namespace opara::inline OPARA_ABI::abstraction
