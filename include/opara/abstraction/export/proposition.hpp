/// @file
/// Labels as other checkers know them, true or false in each state.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/interval_process.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// A label as exports name it. No other checker has a third truth value, so a label L that is `maybe` somewhere becomes
/// two propositions: "L", which holds where the label is `yes`, and "possibly_L", which holds where it is not `no`. A
/// formula means there what it means here if L stands where it is not negated and "possibly_L" where it is: with `left`
/// being `maybe` somewhere, `AG (left -> right)` becomes `AG (!possibly_left | right)`. `property_text` does that.
struct proposition {
    std::string name;               ///< as the other checker calls it
    const labelling* label;         ///< what it tells of; belongs to the system
    truth at_least_so = truth::yes; ///< it holds where the label is at least this

    /// Whether it holds in a state. @pre s is a state of the system
    [[nodiscard]] bool operator()(state_id s) const noexcept { return label->holds[s.index()] >= at_least_so; }
};

/// The propositions of the exports of a system, or of a process: label by label, "possibly_L" after "L" where there is
/// one. The system must outlive them. Complexity: O(labels * states).
template <class System>
[[nodiscard]] std::vector<proposition> propositions(const System& system) {
    std::vector<proposition> all;
    for (const labelling& l : system.labels()) {
        all.push_back({l.name, &l, truth::yes});
        if (std::find(l.holds.begin(), l.holds.end(), truth::maybe) != l.holds.end()) {
            all.push_back({"possibly_" + l.name, &l, truth::maybe});
        }
    }
    return all;
}

namespace detail {

// One well-formed character of UTF-8 that is no control character: its length, or 0.
inline std::size_t character_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0U; };
    if (byte(0) < 0x80) {
        return byte(0) >= 0x20 && byte(0) != 0x7F ? 1 : 0;
    }
    const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
    if (byte(0) < 0xC2 || byte(0) > 0xF4 || (byte(0) == 0xE0 && byte(1) < 0xA0) ||
        (byte(0) == 0xED && byte(1) > 0x9F) || (byte(0) == 0xF0 && byte(1) < 0x90) ||
        (byte(0) == 0xF4 && byte(1) > 0x8F)) {
        return 0; // too long a form, half a pair, or beyond the last character
    }
    for (std::size_t k = 1; k < length; ++k) {
        if ((byte(k) & 0xC0U) != 0x80) {
            return 0;
        }
    }
    return length;
}

inline bool is_word(std::string_view name) noexcept {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !name.empty() && letter(name[0]) &&
           std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

// Names that no format could tell apart, or hold, are refused; and what `refusal(name)` has to say, if anything.
template <class Refusal>
void require_names(const std::vector<proposition>& all, Refusal refusal) {
    std::vector<std::string_view> seen;
    for (const proposition& p : all) {
        std::string_view rest = p.name;
        while (!rest.empty() && character_length(rest) != 0) {
            rest.remove_prefix(character_length(rest));
        }
        if (p.name.empty() || !rest.empty()) {
            throw label_error{p.name, "is no text that can be written to a file"};
        }
        if (std::find(seen.begin(), seen.end(), p.name) != seen.end()) {
            throw label_error{p.name, "would stand for two things in the file"};
        }
        seen.push_back(p.name);
        if (const std::string why = refusal(std::string_view{p.name}); !why.empty()) {
            throw label_error{p.name, why};
        }
    }
}

// The same for processes, whose states all have a choice.
inline void require_runs(const interval_process& process) {
    if (process.initial().empty()) {
        throw system_error{"a process without initial states", 0};
    }
}

// Checkers differ on what they make of a state without a successor, so they do not get any.
inline void require_runs(const transition_system& system) {
    if (system.initial().empty()) {
        throw system_error{"a transition system without initial states", 0};
    }
    const std::size_t stuck = system.find_deadlock();
    if (stuck != system.size()) {
        throw system_error{"state " + std::to_string(stuck) + " has no successor", stuck};
    }
}

// The initial states in ascending order, each once.
template <class System>
std::vector<state_id> distinct_initial(const System& system) {
    std::vector<state_id> states(system.initial().begin(), system.initial().end());
    std::sort(states.begin(), states.end());
    states.erase(std::unique(states.begin(), states.end()), states.end());
    return states;
}

} // namespace detail

} // namespace opara::inline OPARA_ABI::abstraction
