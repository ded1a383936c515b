/// @file
/// Transition systems as automata in the Hanoi format, for Spot and Owl.
#pragma once

#include <opara/abstraction/export/proposition.hpp>
#include <opara/abstraction/export/writer.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// Writes a system as an automaton (HOA v1, Babiak et al., "The Hanoi omega-automata format", CAV 2015) whose words are
/// the runs of the system: state labels, every infinite run accepted.
/// @throws label_error  a name that is no text, or one that comes twice
/// @throws system_error  there is no initial state
/// Complexity: O(states * labels + transitions).
inline void write_hoa(std::ostream& out, const transition_system& system) {
    const std::vector<proposition> names = propositions(system);
    detail::require_names(names, [](std::string_view) { return std::string{}; });
    if (system.initial().empty()) {
        throw system_error{"a transition system without initial states", 0};
    }
    detail::writer w{out};
    w << "HOA: v1\nStates: " << system.size() << '\n';
    for (const state_id s : detail::distinct_initial(system)) {
        w << "Start: " << s.value << '\n';
    }
    w << "AP: " << names.size();
    for (const proposition& p : names) {
        w << ' ' << detail::quoted(p.name);
    }
    w << "\nacc-name: all\nAcceptance: 0 t\nproperties: state-labels explicit-labels state-acc\ntool: \"opara\"\n"
         "--BODY--\n";
    for (std::size_t s = 0; s < system.size(); ++s) {
        const auto state = state_id::from_index(s);
        w << "State: [" << (names.empty() ? "t" : "");
        for (std::size_t k = 0; k < names.size(); ++k) {
            w << (k == 0 ? "" : " & ") << (names[k](state) ? "" : "!") << k;
        }
        w << "] " << s << '\n';
        for (const state_id t : system.successors(state)) {
            w << t.value << '\n';
        }
    }
    w << "--END--\n";
    w.finish();
}

} // namespace opara::inline OPARA_ABI::abstraction
