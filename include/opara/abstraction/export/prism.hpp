/// @file
/// Transition systems in PRISM's explicit format: `.tra`, `.lab` and `.sta`.
#pragma once

#include <opara/abstraction/export/coordinates.hpp>
#include <opara/abstraction/export/proposition.hpp>
#include <opara/abstraction/export/writer.hpp>
#include <opara/abstraction/interval_process.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// Writes the transitions (`.tra`) as a Markov decision process: each successor is a choice of its own, taken with
/// probability 1, so that "for all schedulers" says "on all runs". For
/// `prism -importmodel FILE.tra,lab -mdp -explicit -pf 'A [ F "goal" ]'`.
/// @throws system_error  a state has no successor, or there is no initial state
/// Complexity: O(states + transitions).
inline void write_prism_transitions(std::ostream& out, const transition_system& system) {
    detail::require_runs(system);
    detail::writer w{out};
    w << system.size() << ' ' << system.transitions() << ' ' << system.transitions() << '\n';
    for (std::size_t s = 0; s < system.size(); ++s) {
        std::size_t choice = 0;
        for (const state_id t : system.successors(state_id::from_index(s))) {
            w << s << ' ' << choice++ << ' ' << t.value << " 1\n";
        }
    }
    w.finish();
}

/// Writes the transitions (`.tra`) of a Markov decision process with interval probabilities. For PRISM from 4.8, which
/// sees by itself what they are: `prism -importmodel FILE.tra,lab -explicit -pf 'Pminmin=? [ F "goal" ]'`, and
/// `Pmaxmax` for the other bound.
/// @throws system_error  there is no initial state
/// Complexity: O(states + branches).
inline void write_prism_transitions(std::ostream& out, const interval_process& process) {
    detail::require_runs(process);
    detail::writer w{out};
    w << process.size() << ' ' << process.choices() << ' ' << process.branches() << '\n';
    for (std::size_t s = 0; s < process.size(); ++s) {
        const auto state = state_id::from_index(s);
        for (std::size_t c = process.first_choice(state); c < process.end_of_choices(state); ++c) {
            for (const branch& b : process.outcomes(c)) {
                w << s << ' ' << c - process.first_choice(state) << ' ' << b.target.value << " ["
                  << b.probability.lower() << ',' << b.probability.upper() << "]\n";
            }
        }
    }
    w.finish();
}

namespace detail {

template <class System>
void write_prism_label_file(std::ostream& out, const System& system) {
    require_runs(system);
    const std::vector<proposition> names = propositions(system);
    require_names(names, [](std::string_view name) -> std::string {
        return !is_word(name)                         ? "is no identifier of PRISM"
               : name == "init" || name == "deadlock" ? "means something else to PRISM"
                                                      : "";
    });
    const std::vector<state_id> start = distinct_initial(system);
    writer w{out};
    w << "0=\"init\" 1=\"deadlock\"";
    for (std::size_t k = 0; k < names.size(); ++k) {
        w << ' ' << k + 2 << "=\"" << names[k].name << '"';
    }
    w << '\n';
    for (std::size_t s = 0; s < system.size(); ++s) {
        const auto state = state_id::from_index(s);
        bool first = true;
        const auto say = [&](std::size_t number) {
            if (first) {
                w << s << ':';
                first = false;
            }
            w << ' ' << number;
        };
        if (std::binary_search(start.begin(), start.end(), state)) {
            say(0);
        }
        for (std::size_t k = 0; k < names.size(); ++k) {
            if (names[k](state)) {
                say(k + 2);
            }
        }
        if (!first) {
            w << '\n';
        }
    }
    w.finish();
}

} // namespace detail

/// Writes the propositions and which states are initial (`.lab`).
/// @throws label_error  a name that is no identifier, or "init" or "deadlock"
/// @throws system_error  as `write_prism_transitions`
/// Complexity: O(states * labels).
inline void write_prism_labels(std::ostream& out, const transition_system& system) {
    detail::write_prism_label_file(out, system);
}
/// The same of a process.
inline void write_prism_labels(std::ostream& out, const interval_process& process) {
    detail::write_prism_label_file(out, process);
}

/// Writes where each state lies (`.sta`), so that PRISM's properties can speak of coordinates: `A [ G x0<5 ]`.
/// @param system  a `transition_system` or an `interval_process`
/// Complexity: O(states * dimensions).
template <class System, state_coordinates Coordinates>
    requires std::same_as<System, transition_system> || std::same_as<System, interval_process>
void write_prism_states(std::ostream& out, const System& system, const Coordinates& coordinates) {
    detail::writer w{out};
    for (std::size_t i = 0; i < coordinates.dimensions(); ++i) {
        w << (i == 0 ? "(" : ",") << coordinates.name(i);
    }
    w << ")\n";
    for (std::size_t s = 0; s < system.size(); ++s) {
        w << s << ':';
        for (std::size_t i = 0; i < coordinates.dimensions(); ++i) {
            w << (i == 0 ? "(" : ",") << coordinates.at(state_id::from_index(s), i);
        }
        w << ")\n";
    }
    w.finish();
}

} // namespace opara::inline OPARA_ABI::abstraction
