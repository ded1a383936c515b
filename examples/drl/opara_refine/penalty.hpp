/// @file
/// A task in which it costs something to violate an invariant.
#pragma once

#include <opara/abstraction/build.hpp>
#include <opara/abstraction/formula.hpp>
#include <opara/learning/system_environment.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace opara::examples::drl {

/// The states of which `AG p` says that none is reached: those in which p, a proposition over labels, does not hold.
template <std::size_t N>
class forbidden_states {
public:
    /// None are forbidden.
    forbidden_states() = default;
    /// @param f  of no meaning if it is no invariant: then none are forbidden
    forbidden_states(const abstraction::formula& f, std::vector<abstraction::region<N>> labels)
        : nodes_{f.is_invariant() ? f.nodes() : std::vector<abstraction::formula::node>{}},
          labels_{std::move(labels)} {}

    [[nodiscard]] bool empty() const noexcept { return nodes_.empty(); } ///< whether none are forbidden
    /// Whether this one is. O(nodes * labels).
    [[nodiscard]] bool contains(const abstraction::point<N>& x) const {
        return !nodes_.empty() && !holds(nodes_[nodes_.back().left], x);
    }

private:
    using node = abstraction::formula::node;
    using kind = abstraction::formula::kind;

    [[nodiscard]] bool holds(const node& n, const abstraction::point<N>& x) const {
        switch (n.what) {
        case kind::constant: return n.value;
        case kind::negation: return !holds(nodes_[n.left], x);
        case kind::conjunction: return holds(nodes_[n.left], x) && holds(nodes_[n.right], x);
        case kind::disjunction: return holds(nodes_[n.left], x) || holds(nodes_[n.right], x);
        default: break;
        }
        for (const abstraction::region<N>& r : labels_) {
            if (r.name == n.label) {
                return r.holds_at(x) == abstraction::truth::yes;
            }
        }
        return false; // "outside", where no episode goes on, and "unexplored"
    }

    std::vector<node> nodes_;
    std::vector<abstraction::region<N>> labels_;
};

/// What a forbidden state costs in a training: nothing before a run has violated the property.
/// @param starts  states of such runs
template <class Starts>
[[nodiscard]] double price_after(const Starts& starts, double penalty) {
    return starts.empty() ? 0 : penalty;
}

/// A task that is over, at a price, where a forbidden state is reached; otherwise it is as it was.
template <std::size_t N, class Task>
struct penalised {
    Task task;                     ///< as it was
    forbidden_states<N> forbidden; ///< where it is over
    double penalty = 0;            ///< the price

    /// What a step means.
    template <class Action>
    [[nodiscard]] learning::outcome operator()(const abstraction::point<N>& before, const Action& action,
                                               const abstraction::point<N>& after) const {
        const learning::outcome o = task(before, action, after);
        return forbidden.contains(after) ? learning::outcome{o.reward - penalty, true} : o;
    }
};

} // namespace opara::examples::drl
