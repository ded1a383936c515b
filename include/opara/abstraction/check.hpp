/// @file
/// Does a transition system satisfy a formula, and if not, which run shows it?
#pragma once

#include <opara/abstraction/evaluation.hpp>
#include <opara/abstraction/formula.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// The beginning of a run, or a whole one that repeats.
struct path {
    std::vector<state_id> states;      ///< each a successor of the one before
    std::optional<std::size_t> repeat; ///< the position to which the run returns from its last state, if it does
    /// Whether this run alone shows what it is to show. False where a fact about all runs belongs to it, or two runs.
    bool conclusive = true;

    friend bool operator==(const path&, const path&) = default;
};

/// What a check found.
struct verdict {
    bool holds = false;                 ///< whether every initial state satisfies the formula, for sure
    std::size_t satisfying = 0;         ///< how many states do
    std::optional<path> counterexample; ///< from the first initial state that does not

    friend bool operator==(const verdict&, const verdict&) = default;
};

namespace detail {

// Finds runs that show why a state satisfies, or does not satisfy, a formula. `sets.of(node)` has one flag a state, for
// each part of the formula.
template <class Sets>
class explainer {
public:
    explainer(const transition_system& system, const formula& f, const Sets& sets)
        : system_{system}, nodes_{f.nodes()}, temporal_{f.temporal()}, sets_{sets} {}

    path explain(state_id s, bool satisfied) {
        path_.states.push_back(s);
        follow(nodes_.size() - 1, satisfied);
        return std::move(path_);
    }

private:
    using kind = formula::kind;

    [[nodiscard]] bool in(std::size_t node, state_id s) const { return sets_.of(node)[s.index()] != 0; }
    [[nodiscard]] bool is_temporal(std::size_t i) const { return temporal_[i]; }

    // Goes on from the path's last state, which satisfies node i, or does not.
    void follow(std::size_t i, bool satisfied) {
        const formula::node& n = nodes_[i];
        const state_id s = path_.states.back();
        switch (n.what) {
        case kind::constant:
        case kind::atom: return;
        case kind::negation: return follow(n.left, !satisfied);
        case kind::conjunction:
        case kind::disjunction:
            if ((n.what == kind::disjunction) == satisfied) { // one side is enough
                return follow(in(n.left, s) == satisfied ? n.left : n.right, satisfied);
            }
            if (is_temporal(n.left) && is_temporal(n.right)) {
                path_.conclusive = false;
            }
            return follow(is_temporal(n.left) ? n.left : n.right, satisfied);
        default: break;
        }
        const bool speaks_of_some =
            n.what == kind::EX || n.what == kind::EF || n.what == kind::EG || n.what == kind::EU;
        if (speaks_of_some != satisfied) { // all runs are the evidence
            path_.conclusive = false;
            return;
        }
        switch (n.what) {
        case kind::EX:
        case kind::AX: {
            const auto next = system_.successors(s);
            path_.states.push_back(
                *std::find_if(next.begin(), next.end(), [&](state_id t) { return in(n.left, t) == satisfied; }));
            return follow(n.left, satisfied);
        }
        case kind::EF:
        case kind::AG:
            walk([](state_id) { return true; }, [&](state_id t) { return in(n.left, t) == satisfied; });
            return follow(n.left, satisfied);
        case kind::EU:
            walk([&](state_id t) { return in(n.left, t); }, [&](state_id t) { return in(n.right, t); });
            if (path_.states.back() != s) {
                branches_off(n.left);
            }
            return follow(n.right, true);
        case kind::AU:
            // Either the first part breaks before the second comes, or the second never comes.
            if (walk([&](state_id t) { return !in(n.right, t); },
                     [&](state_id t) { return !in(n.left, t) && !in(n.right, t); })) {
                if (path_.states.back() != s || is_temporal(n.left)) {
                    branches_off(n.right);
                }
                return follow(is_temporal(n.left) ? n.left : n.right, false);
            }
            return circle(i, false, n.right);
        default: return circle(i, satisfied, n.left); // EG holds or AF does not
        }
    }

    // A shortest way to a state of `goal` through states of `through`; false and no change if there is none.
    template <class Through, class Goal>
    bool walk(Through through, Goal goal) {
        constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();
        const state_id start = path_.states.back();
        std::vector<std::uint32_t> from(system_.size(), nowhere);
        std::vector<state_id> queue{start};
        from[start.index()] = start.value;
        for (std::size_t next = 0; next < queue.size(); ++next) {
            const state_id s = queue[next];
            if (goal(s)) {
                std::vector<state_id> way;
                for (state_id t = s; t != start; t = state_id{from[t.index()]}) {
                    way.push_back(t);
                }
                path_.states.insert(path_.states.end(), way.rbegin(), way.rend());
                return true;
            }
            if (!through(s)) {
                continue;
            }
            for (const state_id t : system_.successors(s)) {
                if (from[t.index()] == nowhere) {
                    from[t.index()] = s.value;
                    queue.push_back(t);
                }
            }
        }
        return false;
    }
    // Round and round in the states that satisfy node i, or do not: each has a successor that does the same.
    void circle(std::size_t i, bool satisfied, std::size_t part) {
        constexpr std::size_t unseen = std::numeric_limits<std::size_t>::max();
        std::vector<std::size_t> position(system_.size(), unseen);
        state_id s = path_.states.back();
        position[s.index()] = path_.states.size() - 1;
        for (;;) {
            const auto next = system_.successors(s);
            s = *std::find_if(next.begin(), next.end(), [&](state_id t) { return in(i, t) == satisfied; });
            if (position[s.index()] != unseen) {
                break;
            }
            position[s.index()] = path_.states.size();
            path_.states.push_back(s);
        }
        path_.repeat = position[s.index()];
        branches_off(part);
    }
    // What a part says of each state on the way may be a fact about runs that branch off there.
    void branches_off(std::size_t part) {
        if (is_temporal(part)) {
            path_.conclusive = false;
        }
    }

    const transition_system& system_;
    const std::vector<formula::node>& nodes_;
    std::vector<bool> temporal_;
    const Sets& sets_;
    path path_;
};

} // namespace detail

/// Decides whether all initial states satisfy a CTL formula.
/// @param best_at  a state of which the best is assumed (see `evaluation`)
/// @throws system_error  there is no initial state, or a state without a successor
/// @throws label_error  the formula has a label that the system has not
/// Complexity: O(nodes * (states + transitions)).
[[nodiscard]] inline verdict check(const transition_system& system, const formula& f,
                                   std::optional<state_id> best_at = std::nullopt) {
    if (system.initial().empty()) {
        throw system_error{"a transition system without initial states", 0};
    }
    const evaluation sets{system, f, best_at};
    verdict v;
    v.satisfying = static_cast<std::size_t>(std::count(sets.result().begin(), sets.result().end(), 1));
    const auto bad = std::find_if(system.initial().begin(), system.initial().end(),
                                  [&](state_id s) { return sets.result()[s.index()] == 0; });
    v.holds = bad == system.initial().end();
    if (!v.holds) {
        v.counterexample = detail::explainer{system, f, sets}.explain(*bad, false);
    }
    return v;
}

/// A run from the first initial state that satisfies the formula, to show why it does; nothing if none does.
/// @throws system_error,label_error  as `check`
[[nodiscard]] inline std::optional<path> witness(const transition_system& system, const formula& f) {
    const evaluation sets{system, f};
    const auto good = std::find_if(system.initial().begin(), system.initial().end(),
                                   [&](state_id s) { return sets.result()[s.index()] != 0; });
    if (good == system.initial().end()) {
        return std::nullopt;
    }
    return detail::explainer{system, f, sets}.explain(*good, true);
}

} // namespace opara::inline OPARA_ABI::abstraction
