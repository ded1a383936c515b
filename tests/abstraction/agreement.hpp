/// @file
/// What the comparisons with other model checkers share: random systems, and the smallest one on which two differ.
#pragma once

#include <opara/abstraction/check.hpp>
#include <opara/abstraction/formula.hpp>
#include <opara/abstraction/transition_system.hpp>
#include <opara/testing/random.hpp>
#include <tests/support/temporary_folder.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace opara::abstraction::test {

using opara::test::temporary_folder;

/// Whether a command of the shell succeeds.
inline bool runs(const std::string& command) { return std::system(command.c_str()) == 0; }

/// How many systems to compare: `usual`, or what the environment variable says.
inline std::size_t asked(const char* variable, std::size_t usual) {
    const char* const text = std::getenv(variable);
    return text != nullptr ? static_cast<std::size_t>(std::strtoull(text, nullptr, 10)) : usual;
}

/// Sparse, with long ways and few cycles in some, so that every property holds in some systems and fails in others.
/// Labels p (nearly everywhere) and q (rarely), both `maybe` here and there; one or two initial states.
inline transition_system random_system(opara::testing::random_source& random, std::size_t most_states) {
    const std::size_t n = random.between(1, most_states);
    const bool forward = random.chance(0.6);
    const double rare = 2.0 / static_cast<double>(n + 2);
    std::vector<std::vector<std::uint32_t>> successors(n);
    labelling p{"p", std::vector<truth>(n, truth::yes)};
    labelling q{"q", std::vector<truth>(n, truth::no)};
    for (std::size_t s = 0; s < n; ++s) {
        for (std::size_t k = random.between(1, 3); k > 0; --k) {
            const std::size_t to = forward ? std::min(n - 1, s + random.between(1, 9)) : random.below(n);
            successors[s].push_back(static_cast<std::uint32_t>(to));
        }
        if (random.chance(rare)) {
            p.holds[s] = random.chance(0.5) ? truth::maybe : truth::no;
        }
        if (random.chance(2 * rare) || (forward && s + 9 >= n && random.chance(0.8))) {
            q.holds[s] = random.chance(0.2) ? truth::maybe : truth::yes;
        }
    }
    std::vector<std::uint32_t> initial{static_cast<std::uint32_t>(random.below(1 + n / 8))};
    if (random.chance(0.3)) {
        initial.push_back(static_cast<std::uint32_t>(random.below(n)));
    }
    return transition_system::from_lists(successors, initial, {p, q});
}

/// A formula of CTL over the labels p and q, of all operators, nested this deeply.
inline formula random_formula(opara::testing::random_source& random, std::size_t depth) {
    if (depth == 0 || random.chance(0.1)) {
        return random.chance(0.1) ? formula::constant(random.chance(0.5))
                                  : formula::atom(random.chance(0.5) ? "p" : "q");
    }
    const formula f = random_formula(random, depth - 1);
    switch (random.below(12)) {
    case 0: return EX(f);
    case 1: return AX(f);
    case 2: return EF(f);
    case 3: return AF(f);
    case 4: return EG(f);
    case 5: return AG(f);
    case 6: return EU(f, random_formula(random, depth - 1));
    case 7: return AU(f, random_formula(random, depth - 1));
    case 8: return f && random_formula(random, depth - 1);
    case 9: return f || random_formula(random, depth - 1);
    default: return !f;
    }
}

/// A system in parts that are easy to take away.
struct parts {
    std::vector<std::vector<std::uint32_t>> successors; ///< of each state
    std::vector<std::uint32_t> initial;                 ///< where runs begin
    std::vector<labelling> labels;                      ///< of each state

    explicit parts(const transition_system& t) : labels(t.labels().begin(), t.labels().end()) {
        for (std::size_t s = 0; s < t.size(); ++s) {
            successors.emplace_back();
            for (const state_id to : t.successors(state_id::from_index(s))) {
                successors.back().push_back(to.value);
            }
        }
        for (const state_id s : t.initial()) {
            initial.push_back(s.value);
        }
    }
    [[nodiscard]] transition_system whole() const { return transition_system::from_lists(successors, initial, labels); }

    /// Without a state; who went there goes on to where it went, or to itself.
    [[nodiscard]] std::optional<parts> without(std::uint32_t state) const {
        parts less = *this;
        const auto pass_by = [&](std::vector<std::uint32_t>& states) {
            if (std::find(states.begin(), states.end(), state) == states.end()) {
                return;
            }
            states.insert(states.end(), successors[state].begin(), successors[state].end());
            std::sort(states.begin(), states.end());
            states.erase(std::unique(states.begin(), states.end()), states.end());
            states.erase(std::remove(states.begin(), states.end(), state), states.end());
        };
        for (std::size_t s = 0; s < successors.size(); ++s) {
            pass_by(less.successors[s]);
            if (less.successors[s].empty()) {
                less.successors[s].push_back(static_cast<std::uint32_t>(s));
            }
        }
        pass_by(less.initial);
        if (less.initial.empty()) {
            return std::nullopt;
        }
        less.successors.erase(less.successors.begin() + state);
        for (std::vector<std::uint32_t>& row : less.successors) {
            for (std::uint32_t& s : row) {
                s -= s > state ? 1U : 0U;
            }
        }
        for (std::uint32_t& s : less.initial) {
            s -= s > state ? 1U : 0U;
        }
        for (labelling& l : less.labels) {
            l.holds.erase(l.holds.begin() + state);
        }
        return less;
    }
    /// Without a block of states and all that leads there; who went nowhere else stays where it is.
    [[nodiscard]] std::optional<parts> without_block(std::size_t first, std::size_t count) const {
        const std::size_t end = std::min(first + count, successors.size());
        parts less = *this;
        const auto leave_out = [&](std::vector<std::uint32_t>& states) {
            const auto is_gone = [&](std::uint32_t s) { return s >= first && s < end; };
            states.erase(std::remove_if(states.begin(), states.end(), is_gone), states.end());
            for (std::uint32_t& s : states) {
                s -= s >= end ? static_cast<std::uint32_t>(end - first) : 0U;
            }
        };
        const auto block = [&](auto& list) {
            list.erase(list.begin() + static_cast<std::ptrdiff_t>(first),
                       list.begin() + static_cast<std::ptrdiff_t>(end));
        };
        block(less.successors);
        for (std::size_t s = 0; s < less.successors.size(); ++s) {
            leave_out(less.successors[s]);
            if (less.successors[s].empty()) {
                less.successors[s].push_back(static_cast<std::uint32_t>(s));
            }
        }
        leave_out(less.initial);
        for (labelling& l : less.labels) {
            block(l.holds);
        }
        return less.initial.empty() ? std::nullopt : std::optional<parts>{std::move(less)};
    }
    /// Offers systems that are a step smaller, by a state, a transition, an initial state or half a label, until one is
    /// taken: that one, if any.
    template <class Take>
    [[nodiscard]] std::optional<parts> smaller(Take take) const {
        for (std::size_t s = 0; s < successors.size(); ++s) {
            std::optional<parts> less = without(static_cast<std::uint32_t>(s));
            if (less && take(*less)) {
                return less;
            }
        }
        parts less = *this;
        const auto dropped = [&](std::vector<std::uint32_t>& list) {
            const std::vector<std::uint32_t> whole = list;
            for (std::size_t k = 0; whole.size() > 1 && k < whole.size(); ++k) {
                list = whole;
                list.erase(list.begin() + static_cast<std::ptrdiff_t>(k));
                if (take(less)) {
                    return true;
                }
            }
            list = whole;
            return false;
        };
        if (dropped(less.initial) ||
            std::any_of(less.successors.begin(), less.successors.end(), [&](auto& row) { return dropped(row); })) {
            return less;
        }
        for (labelling& l : less.labels) {
            for (truth& t : l.holds) {
                const truth before = t;
                t = truth::no;
                if (before != truth::no && take(less)) {
                    return less;
                }
                t = before;
            }
        }
        return std::nullopt;
    }
};

/// A smallest system of which something is still true that is true of this one: nothing can be taken away from it.
/// First in blocks, as large ones would take for ever state by state.
template <class Property>
transition_system shrink(const transition_system& t, Property still_true) {
    const auto take = [&](const parts& less) { return still_true(less.whole()); };
    parts least{t};
    for (std::size_t count = t.size() / 2; count > 1; count /= 2) {
        for (std::size_t first = 0; first < least.successors.size();) {
            std::optional<parts> less = least.without_block(first, count);
            if (less && take(*less)) {
                least = *std::move(less);
            } else {
                first += count;
            }
        }
    }
    while (std::optional<parts> less = least.smaller(take)) {
        least = *std::move(less);
    }
    return least.whole();
}

/// A system as the call that makes it.
inline std::string describe(const transition_system& t) {
    const parts p{t};
    const auto list = [](const std::vector<std::uint32_t>& numbers) {
        std::string text = "{";
        for (std::size_t k = 0; k < numbers.size(); ++k) {
            text += (k == 0 ? "" : ", ") + std::to_string(numbers[k]);
        }
        return text + "}";
    };
    std::string text = "transition_system::from_lists({";
    for (std::size_t s = 0; s < p.successors.size(); ++s) {
        text += (s == 0 ? "" : ", ") + list(p.successors[s]);
    }
    text += "}, " + list(p.initial) + ", {";
    for (std::size_t l = 0; l < p.labels.size(); ++l) {
        text += (l == 0 ? "{\"" : ", {\"") + p.labels[l].name + "\", {";
        for (std::size_t s = 0; s < p.successors.size(); ++s) {
            const truth x = p.labels[l].holds[s];
            text += std::string{s == 0 ? "" : ", "} + (x == truth::yes     ? "truth::yes"
                                                       : x == truth::maybe ? "truth::maybe"
                                                                           : "truth::no");
        }
        text += "}}";
    }
    return text + "})";
}

/// Compares verdicts on questions that another checker has answered; of those on which the two differ it reports one of
/// the smallest systems, made smaller as long as they differ.
/// @param ask  `ask(questions)` is the other checker's verdict on each question, a pair of a system and a formula
/// @param low  the least part of the questions that must hold, and that must not: else they would show nothing
template <class Ask>
void compare_verdicts(const std::vector<std::pair<transition_system, formula>>& questions, Ask ask, double low) {
    using question = std::pair<transition_system, formula>;
    const auto ours = [](const question& q) { return check(q.first, q.second).holds; };
    const std::vector<bool> theirs = ask(questions);
    REQUIRE(theirs.size() == questions.size());
    std::size_t held = 0;
    const question* least = nullptr;
    for (std::size_t k = 0; k < questions.size(); ++k) {
        held += theirs[k] ? 1U : 0U;
        if (ours(questions[k]) != theirs[k] && (least == nullptr || questions[k].first.size() < least->first.size())) {
            least = &questions[k];
        }
    }
    if (least != nullptr) {
        const auto differ = [&](const transition_system& t) {
            const question q{t, least->second};
            return ours(q) != ask(std::vector<question>{q})[0];
        };
        const transition_system t = shrink(least->first, differ);
        FAIL_CHECK("opara says " << ours({t, least->second}) << ", the other " << !ours({t, least->second}) << " of "
                                 << to_string(least->second) << " on " << describe(t));
    }
    const auto enough = static_cast<std::size_t>(low * static_cast<double>(questions.size()));
    CHECK(held >= enough);
    CHECK(questions.size() - held >= enough);
}

} // namespace opara::abstraction::test
