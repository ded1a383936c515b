/// @file
/// Transition systems in Storm's text format, DRN.
#pragma once

#include <opara/abstraction/export/proposition.hpp>
#include <opara/abstraction/export/writer.hpp>
#include <opara/abstraction/interval_process.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {

// A file: the header, for each state its number and labels, and what `choices(state)` writes below.
template <class System, class Choices>
void write_drn_file(writer& w, const System& system, std::size_t count, bool intervals, Choices choices) {
    require_runs(system);
    const std::vector<proposition> names = propositions(system);
    require_names(names, [](std::string_view name) -> std::string {
        return name.find('"') != name.npos            ? "has quotes, which a .drn file cannot hold"
               : name == "init" || name == "deadlock" ? "means something else to Storm"
                                                      : "";
    });
    const std::vector<state_id> start = distinct_initial(system);
    w << "@type: MDP\n" << (intervals ? "@value_type: double-interval\n" : "") << "@parameters\n\n@reward_models\n\n";
    w << "@nr_states\n" << system.size() << "\n@nr_choices\n" << count << "\n@model\n";
    for (std::size_t s = 0; s < system.size(); ++s) {
        const auto state = state_id::from_index(s);
        w << "state " << s;
        if (std::binary_search(start.begin(), start.end(), state)) {
            w << " init";
        }
        for (const proposition& p : names) {
            if (p(state)) {
                w << ' ';
                is_word(p.name) ? w << p.name : w << '"' << p.name << '"';
            }
        }
        w << '\n';
        choices(state);
    }
    w.finish();
}

} // namespace detail

/// Writes a system as a Markov decision process in which each successor is an action of its own, taken with probability
/// 1. For `storm --explicit-drn FILE.drn --prop 'P>=1 [F "goal"]'`. A proposition that holds nowhere is not in the
/// file, as the format names propositions only where they hold; Storm does not know it then, and `property_text` writes
/// `false` for it.
/// @throws label_error  a name with quotes in it, or "init" or "deadlock"
/// @throws system_error  a state has no successor, or there is no initial state
/// Complexity: O(states * labels + transitions).
inline void write_drn(std::ostream& out, const transition_system& system) {
    detail::writer w{out};
    detail::write_drn_file(w, system, system.transitions(), false, [&](state_id s) {
        std::size_t action = 0;
        for (const state_id t : system.successors(s)) {
            w << "\taction " << action++ << "\n\t\t" << t.value << " : 1\n";
        }
    });
}

/// Writes a Markov decision process with interval probabilities. For Storm from 1.10, with the resolution of the
/// uncertainty set to "minimize" for `Pmin=? [F "goal"]` and to "maximize" for `Pmax=? [F "possibly_goal"]` (or "goal",
/// where the label is `maybe` nowhere), which `until_probability` encloses. Storm takes such questions only of
/// processes whose lower bounds are all above 0.
/// @throws label_error  as the other
/// @throws system_error  there is no initial state
/// Complexity: O(states * labels + branches).
inline void write_drn(std::ostream& out, const interval_process& process) {
    detail::writer w{out};
    detail::write_drn_file(w, process, process.choices(), true, [&](state_id s) {
        for (std::size_t c = process.first_choice(s); c < process.end_of_choices(s); ++c) {
            w << "\taction " << c - process.first_choice(s) << '\n';
            for (const branch& b : process.outcomes(c)) {
                w << "\t\t" << b.target.value << " : [" << b.probability.lower() << ", " << b.probability.upper()
                  << "]\n";
            }
        }
    });
}

} // namespace opara::inline OPARA_ABI::abstraction
