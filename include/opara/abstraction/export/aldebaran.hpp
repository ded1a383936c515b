/// @file
/// Transition systems in Aldebaran's format (`.aut`), for mCRL2, CADP and LTSmin.
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

/// Writes a system as a labelled transition system. The format labels transitions and no states, so a proposition is a
/// loop: where "goal" holds, there is a transition "goal" from the state to itself, and `<"goal">true` asks for it. The
/// system's own transitions are called "step". The format knows one initial state; where there are several, one more
/// state comes last, with transitions "start" to each of them.
/// @throws label_error  a name that the format cannot hold, or that its readers take for something else
/// @throws system_error  there is no initial state
/// Complexity: O(states * labels + transitions).
inline void write_aldebaran(std::ostream& out, const transition_system& system) {
    const std::vector<proposition> names = propositions(system);
    detail::require_names(names, [](std::string_view name) -> std::string {
        if (name == "step" || name == "start" || name == "i" || name == "tau") {
            return "means something else in an .aut file";
        }
        return name.find_first_of("\"\\") != name.npos ? "has characters that an .aut file cannot hold"
               : name.size() > 5000                    ? "is longer than the 5000 characters of an .aut file"
                                                       : "";
    });
    const std::vector<state_id> start = detail::distinct_initial(system);
    if (start.empty()) {
        throw system_error{"a transition system without initial states", 0};
    }
    const std::size_t extra = start.size() == 1 ? 0 : 1;
    std::size_t transitions = system.transitions() + extra * start.size();
    for (const proposition& p : names) {
        for (std::size_t s = 0; s < system.size(); ++s) {
            transitions += p(state_id::from_index(s)) ? 1U : 0U;
        }
    }

    detail::writer w{out};
    w << "des (" << (extra == 0 ? start[0].index() : system.size()) << "," << transitions << ","
      << system.size() + extra << ")\n";
    for (std::size_t s = 0; s < system.size(); ++s) {
        const auto state = state_id::from_index(s);
        for (const proposition& p : names) {
            if (p(state)) {
                w << '(' << s << ",\"" << p.name << "\"," << s << ")\n";
            }
        }
        for (const state_id t : system.successors(state)) {
            w << '(' << s << ",\"step\"," << t.value << ")\n";
        }
    }
    if (extra != 0) {
        for (const state_id s : start) {
            w << '(' << system.size() << ",\"start\"," << s.value << ")\n";
        }
    }
    w.finish();
}

} // namespace opara::inline OPARA_ABI::abstraction
