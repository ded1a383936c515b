/// @file
/// Transition systems in Storm's text format, DRN.
#pragma once

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

/// Writes a system as a Markov decision process in which each successor is an action of its own, taken with probability
/// 1. For `storm --explicit-drn FILE.drn --prop 'P>=1 [F "goal"]'`. A proposition that holds nowhere is not in the
/// file, as the format names propositions only where they hold; Storm does not know it then, and `property_text` writes
/// `false` for it.
/// @throws label_error  a name with quotes in it, or "init" or "deadlock"
/// @throws system_error  a state has no successor, or there is no initial state
/// Complexity: O(states * labels + transitions).
inline void write_drn(std::ostream& out, const transition_system& system) {
    detail::require_runs(system);
    const std::vector<proposition> names = propositions(system);
    detail::require_names(names, [](std::string_view name) -> std::string {
        return name.find('"') != name.npos            ? "has quotes, which a .drn file cannot hold"
               : name == "init" || name == "deadlock" ? "means something else to Storm"
                                                      : "";
    });
    const std::vector<state_id> start = detail::distinct_initial(system);
    detail::writer w{out};
    w << "@type: MDP\n@parameters\n\n@reward_models\n\n@nr_states\n"
      << system.size() << "\n@nr_choices\n"
      << system.transitions() << "\n@model\n";
    for (std::size_t s = 0; s < system.size(); ++s) {
        const auto state = state_id::from_index(s);
        w << "state " << s;
        if (std::binary_search(start.begin(), start.end(), state)) {
            w << " init";
        }
        for (const proposition& p : names) {
            if (p(state)) {
                w << ' ';
                detail::is_word(p.name) ? w << p.name : w << '"' << p.name << '"';
            }
        }
        w << '\n';
        std::size_t action = 0;
        for (const state_id t : system.successors(state)) {
            w << "\taction " << action++ << "\n\t\t" << t.value << " : 1\n";
        }
    }
    w.finish();
}

} // namespace opara::inline OPARA_ABI::abstraction
