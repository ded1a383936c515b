/// @file
/// What the check of an abstraction says about the system itself.
#pragma once

#include <opara/abstraction/build.hpp>
#include <opara/abstraction/check.hpp>
#include <opara/abstraction/formula.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace opara::inline OPARA_ABI::abstraction {

/// What follows for the system from the check of an abstraction.
enum class conclusion : unsigned char {
    /// Every run from the initial set satisfies the formula.
    proved,
    /// Nothing: the abstraction fails the formula, perhaps only because it can do more than the system; or the formula
    /// is not universal, so that no abstraction of this kind can show it.
    not_proved,
};

/// The outcome for a fully explored abstraction.
struct cell_verdict {
    conclusion what = conclusion::not_proved; ///< what follows for the system
    verdict abstraction;                      ///< what holds of the abstraction

    friend bool operator==(const cell_verdict&, const cell_verdict&) = default;
};

/// What follows for the system from the check of an abstraction that was not explored to its end.
enum class bounded_conclusion : unsigned char {
    proved,             ///< every run satisfies the formula, whatever is beyond the bound
    holds_within_bound, ///< the steps that were explored do not contradict the formula; nothing is known of later ones
    not_proved,         ///< the explored part alone fails the formula, or the formula is not universal
};

/// The outcome for an abstraction that was explored for `steps` steps.
struct bounded_verdict {
    bounded_conclusion what = bounded_conclusion::not_proved; ///< what follows for the system
    std::size_t steps = 0;                                    ///< the bound
    verdict abstraction; ///< what holds of the explored part, with the best assumed of the rest unless `proved`

    friend bool operator==(const bounded_verdict&, const bounded_verdict&) = default;
};

namespace detail {
// What a verdict on a fully explored abstraction means.
[[nodiscard]] inline cell_verdict conclude(const formula& f, verdict v) {
    return {v.holds && f.is_universal() ? conclusion::proved : conclusion::not_proved, std::move(v)};
}

// What verdicts mean where not all was explored. `check_with(best_at)` checks the explored part.
template <class Check>
[[nodiscard]] bounded_verdict conclude_bounded(const formula& f, std::size_t steps, std::optional<state_id> unexplored,
                                               Check check_with) {
    verdict worst = check_with(std::nullopt);
    if (!f.is_universal() || worst.holds || !unexplored) {
        const bool proved = worst.holds && f.is_universal();
        return {proved ? bounded_conclusion::proved : bounded_conclusion::not_proved, steps, std::move(worst)};
    }
    verdict best = check_with(unexplored);
    const auto what = best.holds ? bounded_conclusion::holds_within_bound : bounded_conclusion::not_proved;
    return {what, steps, std::move(best)};
}
} // namespace detail

/// Checks a fully explored abstraction.
/// @throws system_error,label_error  as `check` of a transition system
[[nodiscard]] inline cell_verdict check(const cell_system& system, const formula& f) {
    return detail::conclude(f, check(system.graph, f));
}

/// Checks an abstraction that was explored for a number of steps: once with the worst assumed of what lies beyond, once
/// with the best.
/// @throws system_error,label_error  as `check` of a transition system
[[nodiscard]] inline bounded_verdict check(const bounded_cell_system& system, const formula& f) {
    return detail::conclude_bounded(f, system.steps, system.unexplored, [&](std::optional<state_id> best_at) {
        return check(system.part.graph, f, best_at);
    });
}

} // namespace opara::inline OPARA_ABI::abstraction
