/// @file
/// How likely is it that a Markov decision process with interval probabilities comes to a goal, from each state?
#pragma once

#include <opara/abstraction/expectation.hpp>
#include <opara/abstraction/process_graph.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// Whom to expect behind choices and intervals.
enum class extreme : unsigned char {
    least, ///< somebody who avoids the goal
    most,  ///< somebody who seeks it
};

/// When to stop.
struct reachability_options {
    double precision = 1e-6;      ///< how close lower and upper bounds shall come in every state
    std::size_t sweeps = 100'000; ///< over all states, at most
};

/// Bounds on a probability in each state. They hold whether or not they came as close as was asked for.
struct reachability {
    std::vector<double> lower; ///< at most the probability
    std::vector<double> upper; ///< at least the probability
    std::size_t sweeps = 0;    ///< over all states
    bool is_precise = false;   ///< whether they are as close as was asked for

    friend bool operator==(const reachability&, const reachability&) = default;
};

namespace detail {

template <bool Most>
class interval_iteration {
public:
    interval_iteration(const interval_process& process, const std::vector<unsigned char>& goal,
                       const std::vector<unsigned char>& hold, const reachability_options& options)
        : process_{process}, graph_{process}, options_{options}, inner_(process.size()) {
        const std::size_t n = process.size();
        result_.lower.assign(n, 0.0);
        result_.upper.assign(n, 0.0);
        // Where the goal cannot be reached (most) or can be avoided (least) the probability is 0, and 1 at the goal.
        std::vector<unsigned char> not_zero;
        if (Most) {
            not_zero = graph_.backward(goal, [&](std::size_t s) { return hold[s] != 0; });
        } else {
            const auto negated = [](std::vector<unsigned char> set) {
                for (unsigned char& x : set) {
                    x = x != 0 ? 0 : 1;
                }
                return set;
            };
            // Who is neither at the goal nor in `hold` has failed for good.
            not_zero = negated(graph_.where_one_can_stay(negated(goal), [&](std::size_t s) { return hold[s] == 0; }));
        }
        for (std::size_t s = 0; s < n; ++s) {
            if (goal[s] != 0) {
                result_.lower[s] = result_.upper[s] = 1;
            } else if (not_zero[s] != 0 && hold[s] != 0) {
                result_.upper[s] = 1;
                inner_[s] = 1;
            }
        }
        std::vector<std::uint32_t> component;
        order_ = graph_.components(inner_, [](std::size_t) { return true; }, component);
        if (Most) {
            find_end_components();
        }
    }

    reachability run() {
        for (bool moved = true; moved && !is_precise() && result_.sweeps < options_.sweeps; ++result_.sweeps) {
            moved = false;
            for (const std::uint32_t s : order_) {
                moved = improve(s) || moved;
            }
            for (std::size_t k = 0; k + 1 < ends_.size(); ++k) {
                moved = deflate(std::span{members_}.subspan(ends_[k], ends_[k + 1] - ends_[k])) || moved;
            }
        }
        result_.is_precise = is_precise();
        return std::move(result_);
    }

private:
    [[nodiscard]] bool is_precise() const {
        for (const std::uint32_t s : order_) {
            if (!(result_.upper[s] - result_.lower[s] <= options_.precision)) {
                return false;
            }
        }
        return true;
    }
    // Both bounds of one state from those of its successors. Bounds only ever improve, so each is a bound at any time.
    bool improve(std::uint32_t s) {
        double& lower = result_.lower[s];
        double& upper = result_.upper[s];
        if (lower == upper) {
            return false;
        }
        double low = Most ? 0.0 : 1.0;
        double high = low;
        for (std::size_t c = process_.first_choice(state_id{s}); c < process_.end_of_choices(state_id{s}); ++c) {
            const std::span<const branch> row = process_.outcomes(c);
            const double below = from_below_(row, result_.lower);
            const double above = from_above_(row, result_.upper);
            low = Most ? std::max(low, below) : std::min(low, below);
            high = Most ? std::max(high, above) : std::min(high, above);
        }
        const bool moved = low > lower || high < upper;
        lower = std::max(lower, low);
        upper = std::min(upper, high);
        return moved;
    }

    // Maximal end components: sets of states within which somebody can stay, and go from each to each. Upper bounds
    // could uphold each other there for ever. (de Alfaro, "Formal verification of probabilistic systems", 1997, 3.4.)
    void find_end_components() {
        std::vector<unsigned char> candidates = inner_;
        std::vector<std::uint32_t> component;
        std::vector<unsigned char> kept(process_.choices(), 1);
        for (bool again = true; again;) {
            order_of_ends_ = graph_.components(candidates, [&](std::size_t c) { return kept[c] != 0; }, component);
            again = false;
            for (const std::uint32_t s : order_of_ends_) {
                bool any = false;
                for (std::size_t c = process_.first_choice(state_id{s}); c < process_.end_of_choices(state_id{s});
                     ++c) {
                    if (kept[c] != 0 &&
                        !graph_.stays(c, false, [&](std::size_t t) { return component[t] == component[s]; })) {
                        kept[c] = 0;
                        again = true;
                    }
                    any = any || kept[c] != 0;
                }
                if (!any) {
                    candidates[s] = 0;
                    again = true;
                }
            }
        }
        for (const std::uint32_t s : order_of_ends_) {
            if (members_.empty() || component[s] != component[members_.back()]) {
                ends_.push_back(members_.size());
            }
            members_.push_back(s);
        }
        ends_.push_back(members_.size());
        end_component_ = std::move(component);
        order_of_ends_.clear();
    }
    // From anywhere in a set without a goal, the probability is at most that of the best way out: a choice that cannot
    // stay, by its own expectation, or, of a choice that can, the best state outside (Kelmendi, Kraemer, Kretinsky,
    // Weininger, "Value iteration for simple stochastic games", CAV 2018). True for any set and any verdict on what can
    // stay: where the probability is largest in the set, an optimal choice that leaves now and then attains it.
    bool deflate(std::span<const std::uint32_t> set) {
        const std::uint32_t name = end_component_[set.front()];
        const auto in_set = [&](std::size_t t) { return end_component_[t] == name; };
        double best = 0;
        for (const std::uint32_t s : set) {
            for (std::size_t c = process_.first_choice(state_id{s}); c < process_.end_of_choices(state_id{s}); ++c) {
                const std::span<const branch> row = process_.outcomes(c);
                if (!graph_.stays(c, false, in_set)) {
                    best = std::max(best, from_above_(row, result_.upper));
                    continue;
                }
                for (const branch& b : row) {
                    if (!in_set(b.target.index())) {
                        best = std::max(best, result_.upper[b.target.index()]);
                    }
                }
            }
        }
        bool moved = false;
        for (const std::uint32_t s : set) {
            moved = moved || best < result_.upper[s];
            result_.upper[s] = std::min(result_.upper[s], best);
        }
        return moved;
    }

    const interval_process& process_;
    process_graph graph_;
    const reachability_options& options_;
    std::vector<unsigned char> inner_;
    std::vector<std::uint32_t> order_;
    std::vector<std::uint32_t> order_of_ends_;
    std::vector<std::uint32_t> members_; // of end components, one after another
    std::vector<std::size_t> ends_;      // where each begins, and the end of the last
    std::vector<std::uint32_t> end_component_;
    expectation<Most, false> from_below_;
    expectation<Most, true> from_above_;
    reachability result_;
};

} // namespace detail

/// Bounds, for each state, on the least or largest probability that a run from there comes to a state of `goal`, and is
/// in states of `hold` until then. Least and largest over both: who takes the choices, and who picks distributions from
/// their intervals. So the two together enclose the probability of every process that the abstract one stands for.
///
/// Interval iteration: a lower bound rises from 0 and an upper one falls from 1, each through rounded-outward steps, so
/// both are bounds whenever it stops; end components, where upper bounds would not fall by themselves, fall to their
/// best way out. Haddad, Monmege, "Interval iteration algorithm for MDPs and IMDPs", TCS 735, 2018.
/// @param goal,hold  one flag a state
/// @pre both have as many entries as the process has states
/// Complexity: O(branches * log(branches of a choice)) a sweep; acyclic parts take one.
[[nodiscard]] inline reachability reach_probability(const interval_process& process,
                                                    const std::vector<unsigned char>& goal,
                                                    const std::vector<unsigned char>& hold, extreme which,
                                                    const reachability_options& options = {}) {
    OPARA_ASSERT(goal.size() == process.size() && hold.size() == process.size());
    return which == extreme::least ? detail::interval_iteration<false>{process, goal, hold, options}.run()
                                   : detail::interval_iteration<true>{process, goal, hold, options}.run();
}

} // namespace opara::inline OPARA_ABI::abstraction
