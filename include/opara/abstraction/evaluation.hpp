/// @file
/// Which states satisfy a formula.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/fixpoints.hpp>
#include <opara/abstraction/formula.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// The satisfying states of a CTL formula and of all its parts, operator by operator (Clarke, Emerson, Sistla,
/// "Automatic verification of finite-state concurrent systems using temporal logic", TOPLAS 1986), and each by a search
/// along the transitions, so that nobody has to keep the way back.
///
/// Where a label is `maybe`, it is taken for false under an even number of negations and for true under an odd one: the
/// satisfying states are those of which it is sure. With two-valued labels this is CTL's own semantics.
class evaluation {
public:
    /// One flag a state.
    using state_set = std::vector<unsigned char>;

    /// @param best_at  a state of which the best is assumed: every label has the value there that helps the formula
    /// @throws system_error  a state has no successor: infinite runs, of which the formula speaks, would be missing
    /// @throws label_error  the formula has a label that the system has not
    /// Complexity: O(nodes * (states + transitions)); a byte a state and node stays, and up to 20 a state go.
    evaluation(const transition_system& system, const formula& f, std::optional<state_id> best_at = std::nullopt)
        : system_{&system}, best_at_{best_at}, sets_(f.nodes().size()) {
        const std::size_t stuck = system.find_deadlock();
        if (stuck != system.size()) {
            throw system_error{"state " + std::to_string(stuck) + " has no successor", stuck};
        }
        const std::vector<bool> positive = f.positions();
        for (std::size_t i = 0; i < sets_.size(); ++i) { // operands come first
            evaluate(f.nodes()[i], i, positive[i] ? truth::yes : truth::maybe);
        }
    }

    /// The satisfying states of a part. @pre node < number of nodes of the formula
    [[nodiscard]] const state_set& of(std::size_t node) const noexcept { return sets_[node]; }
    /// The satisfying states of the formula.
    [[nodiscard]] const state_set& result() const noexcept { return sets_.back(); }

private:
    using kind = formula::kind;

    void evaluate(const formula::node& n, std::size_t i, truth at_least_so) {
        if (n.what == kind::constant) {
            sets_[i].assign(system_->size(), n.value ? 1 : 0);
            return;
        }
        if (n.what == kind::atom) {
            sets_[i] = states_with(n.label, at_least_so);
            return;
        }
        const state_set& left = sets_[n.left];
        switch (n.what) {
        case kind::negation: sets_[i] = complement(left); return;
        case kind::EX: sets_[i] = some_next(left); return;
        case kind::AX: sets_[i] = complement(some_next(complement(left))); return;
        case kind::EF: sets_[i] = some_until(nullptr, left); return;
        case kind::AF: sets_[i] = every_until(nullptr, left); return;
        case kind::EG: sets_[i] = complement(every_until(nullptr, complement(left))); return;
        case kind::AG: sets_[i] = complement(some_until(nullptr, complement(left))); return;
        default: break;
        }
        const state_set& right = sets_[n.right];
        switch (n.what) {
        case kind::EU: sets_[i] = some_until(&left, right); return;
        case kind::AU: sets_[i] = every_until(&left, right); return;
        default: break;
        }
        const bool both = n.what == kind::conjunction;
        sets_[i].resize(system_->size());
        std::transform(left.begin(), left.end(), right.begin(), sets_[i].begin(),
                       [&](unsigned a, unsigned b) { return static_cast<unsigned char>(both ? a & b : a | b); });
    }

    [[nodiscard]] state_set states_with(const std::string& name, truth at_least_so) const {
        const labelling* const l = system_->find_label(name);
        if (l == nullptr) {
            throw label_error{name};
        }
        state_set set(system_->size());
        std::transform(l->holds.begin(), l->holds.end(), set.begin(),
                       [&](truth t) { return static_cast<unsigned char>(t >= at_least_so ? 1 : 0); });
        if (best_at_) {
            set[best_at_->index()] = at_least_so == truth::yes ? 1 : 0; // under a negation it helps not to hold
        }
        return set;
    }
    [[nodiscard]] static state_set complement(const state_set& set) {
        state_set rest(set.size());
        std::transform(set.begin(), set.end(), rest.begin(),
                       [](unsigned x) { return static_cast<unsigned char>(x ^ 1U); });
        return rest;
    }
    [[nodiscard]] state_set some_next(const state_set& set) const {
        state_set result(set.size());
        for (std::size_t s = 0; s < set.size(); ++s) {
            const auto next = system_->successors(state_id::from_index(s));
            result[s] = std::any_of(next.begin(), next.end(), [&](state_id t) { return set[t.index()] != 0; }) ? 1 : 0;
        }
        return result;
    }
    // E[hold U goal], `hold` null meaning everywhere.
    [[nodiscard]] state_set some_until(const state_set* hold, const state_set& goal) const {
        return detail::some_until_search::run(*system_, hold, goal);
    }
    // A[hold U goal].
    [[nodiscard]] state_set every_until(const state_set* hold, const state_set& goal) const {
        return detail::every_until_search::run(*system_, hold, goal);
    }

    const transition_system* system_;
    std::optional<state_id> best_at_;
    std::vector<state_set> sets_;
};

} // namespace opara::inline OPARA_ABI::abstraction
