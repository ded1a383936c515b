/// @file
/// How likely is it that a Markov decision process with interval probabilities comes to a goal?
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/interval_process.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
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

// The least or largest expectation of numbers from [0, 1] over the distributions of a choice: every branch gets its
// lower bound, and what is left of 1 goes to the best ones first. A bound from below (Up false) or above.
//
// With exact numbers, the part beyond the lower bounds is g(r, w): mass r spread over room w, best values first. g
// grows with r, because values are not negative. More room makes the largest one larger and the least one smaller. So r
// is rounded the way of the result, w that way for the largest one and the other way for the least one, and each
// product and sum the way of the result; mass that finds no room in the rounded w lies somewhere, where the value is at
// most the worst one that was tried last.
template <bool Most, bool Up>
class expectation {
public:
    [[nodiscard]] double operator()(std::span<const branch> choice, const std::vector<double>& values) {
        if (choice.size() == 1) {
            return values[choice[0].target.index()]; // its probability is 1
        }
        sorted_.clear();
        double given = 0;
        for (const branch& b : choice) {
            sorted_.push_back({values[b.target.index()], b.probability.lower(), b.probability.upper()});
            given = add<!Up>(given, b.probability.lower());
        }
        std::sort(sorted_.begin(), sorted_.end(),
                  [](const item& a, const item& b) { return Most ? a.value > b.value : a.value < b.value; });
        double left = std::max(0.0, add<Up>(1.0, -given));
        double sum = 0;
        for (const item& i : sorted_) {
            const double more = std::min(left, std::max(0.0, add<(Most == Up)>(i.upper, -i.lower)));
            left = std::max(0.0, add<Up>(left, -more));
            sum = add<Up>(sum, times(add<Up>(i.lower, more), i.value));
        }
        if (!Most && Up) {
            sum = add<Up>(sum, times(left, sorted_.back().value));
        }
        return std::clamp(sum, 0.0, 1.0);
    }

private:
    struct item {
        double value;
        double lower;
        double upper;
    };
    template <bool RoundUp>
    [[nodiscard]] static double add(double a, double b) noexcept {
        return RoundUp ? outward::add_up(a, b) : outward::add_down(a, b);
    }
    [[nodiscard]] static double times(double a, double b) noexcept {
        return a == 0 || b == 0 ? 0.0 : Up ? outward::up(a * b) : std::max(0.0, outward::down(a * b));
    }

    std::vector<item> sorted_;
};

// The graph of a process, and what can be said without numbers. `inner` are the states whose probability is not known
// at once; they alone matter below.
class process_graph {
public:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    explicit process_graph(const interval_process& process) : process_{process}, from_(process.size() + 1) {
        const auto each = [&](auto f) {
            for (std::size_t s = 0; s < process.size(); ++s) {
                for_each_branch(s, [&](const branch& b) { f(b.target.index(), s); });
            }
        };
        each([&](std::size_t t, std::size_t) { ++from_[t + 1]; });
        for (std::size_t s = 0; s < process.size(); ++s) {
            from_[s + 1] += from_[s];
        }
        sources_.resize(static_cast<std::size_t>(from_.back()));
        std::vector<std::uint64_t> next(from_.begin(), from_.end() - 1);
        each([&](std::size_t t, std::size_t s) {
            sources_[static_cast<std::size_t>(next[t]++)] = static_cast<std::uint32_t>(s);
        });
    }

    // The states from which somebody can come to one of the marked ones, through states for which `through` holds.
    template <class Through>
    [[nodiscard]] std::vector<unsigned char> backward(std::vector<unsigned char> marked, Through through) const {
        std::vector<std::uint32_t> work;
        for (std::size_t s = 0; s < marked.size(); ++s) {
            if (marked[s] != 0) {
                work.push_back(static_cast<std::uint32_t>(s));
            }
        }
        while (!work.empty()) {
            const std::uint32_t t = work.back();
            work.pop_back();
            for (const std::uint32_t s : sources(t)) {
                if (marked[s] == 0 && through(s)) {
                    marked[s] = 1;
                    work.push_back(s);
                }
            }
        }
        return marked;
    }
    // The states of the marked ones in which somebody can stay within them for ever, for sure. One can stay in those
    // for which `ends` holds, whatever their choices are.
    template <class Ends>
    [[nodiscard]] std::vector<unsigned char> where_one_can_stay(std::vector<unsigned char> marked, Ends ends) const {
        const auto leaves = [&](std::size_t s) {
            const auto state = state_id::from_index(s);
            bool must = !ends(s);
            for (std::size_t c = process_.first_choice(state); must && c < process_.end_of_choices(state); ++c) {
                must = !stays(c, true, [&](std::size_t t) { return marked[t] != 0; });
            }
            return must;
        };
        std::vector<std::uint32_t> work;
        for (std::size_t s = 0; s < marked.size(); ++s) {
            if (marked[s] != 0 && leaves(s)) {
                work.push_back(static_cast<std::uint32_t>(s));
                marked[s] = 0;
            }
        }
        while (!work.empty()) {
            const std::uint32_t t = work.back();
            work.pop_back();
            for (const std::uint32_t s : sources(t)) {
                if (marked[s] != 0 && leaves(s)) {
                    marked[s] = 0;
                    work.push_back(s);
                }
            }
        }
        return marked;
    }
    // Whether a choice has a distribution that stays within a set: certainly, or else perhaps.
    template <class In>
    [[nodiscard]] bool stays(std::size_t choice, bool certainly, In in) const {
        careful_sum<false> at_least;
        careful_sum<true> at_most;
        for (const branch& b : process_.outcomes(choice)) {
            if (in(b.target.index())) {
                at_least.add(b.probability.upper());
                at_most.add(b.probability.upper());
            } else if (b.probability.lower() > 0) {
                return false;
            }
        }
        return certainly ? at_least.to_one() <= 0 : at_most.to_one() <= 0;
    }
    // The inner states, strongly connected component by component, those that lead to none of the others first: sweeps
    // in this order carry values furthest. Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1,
    // 1972; with a stack of its own. `keeps(choice)` says which choices count, and each state gets its component.
    template <class Keeps>
    [[nodiscard]] std::vector<std::uint32_t> components(const std::vector<unsigned char>& inner, Keeps keeps,
                                                        std::vector<std::uint32_t>& component) const {
        struct frame {
            std::uint32_t state;
            std::size_t choice;
            std::size_t branch;
        };
        std::vector<std::uint32_t> order;
        std::vector<std::uint32_t> number(process_.size(), none);
        std::vector<std::uint32_t> low(process_.size());
        std::vector<std::uint32_t> open;
        std::vector<frame> stack;
        component.assign(process_.size(), none);
        std::uint32_t numbers = 0;
        std::uint32_t found = 0;
        const auto enter = [&](std::uint32_t s) {
            number[s] = low[s] = numbers++;
            open.push_back(s);
            stack.push_back({s, process_.first_choice(state_id{s}), 0});
        };
        for (std::size_t root = 0; root < process_.size(); ++root) {
            if (inner[root] == 0 || number[root] != none) {
                continue;
            }
            enter(static_cast<std::uint32_t>(root));
            while (!stack.empty()) {
                frame& f = stack.back();
                if (f.choice == process_.end_of_choices(state_id{f.state})) {
                    const std::uint32_t s = f.state;
                    stack.pop_back();
                    if (!stack.empty()) {
                        low[stack.back().state] = std::min(low[stack.back().state], low[s]);
                    }
                    if (low[s] == number[s]) {
                        std::uint32_t member = none;
                        do {
                            member = open.back();
                            open.pop_back();
                            component[member] = found;
                            order.push_back(member);
                        } while (member != s);
                        ++found;
                    }
                    continue;
                }
                const std::span<const branch> row = process_.outcomes(f.choice);
                if (f.branch == row.size() || (f.branch == 0 && !keeps(f.choice))) {
                    ++f.choice;
                    f.branch = 0;
                    continue;
                }
                const std::uint32_t t = row[f.branch++].target.value;
                if (inner[t] == 0) {
                    continue;
                }
                if (number[t] == none) {
                    enter(t);
                } else if (component[t] == none) {
                    low[f.state] = std::min(low[f.state], number[t]);
                }
            }
        }
        return order;
    }

private:
    template <class F>
    void for_each_branch(std::size_t s, F f) const {
        const auto state = state_id::from_index(s);
        for (std::size_t c = process_.first_choice(state); c < process_.end_of_choices(state); ++c) {
            for (const branch& b : process_.outcomes(c)) {
                f(b);
            }
        }
    }
    [[nodiscard]] std::span<const std::uint32_t> sources(std::uint32_t t) const {
        const auto first = static_cast<std::size_t>(from_[t]);
        return std::span{sources_}.subspan(first, static_cast<std::size_t>(from_[t + 1]) - first);
    }

    const interval_process& process_;
    std::vector<std::uint64_t> from_;
    std::vector<std::uint32_t> sources_;
};

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

/// How likely it is that a run reaches a goal, between the least and the largest probability.
struct probability_range {
    interval least;          ///< holds the least probability from the worst initial state
    interval most;           ///< holds the largest one from the best
    bool is_precise = false; ///< whether both are as narrow as was asked for

    friend bool operator==(const probability_range&, const probability_range&) = default;
};

/// How likely it is that a run from an initial state comes to where the label `goal` holds, through states where the
/// label `hold` does (empty: through any). Of a stochastic policy's abstraction (`build_process`) it follows that the
/// probability of the closed loop, from each state of the initial set, is in [least.lower(), most.upper()].
///
/// Where a label is `maybe` it counts as false for the least probability and as true for the largest.
///
/// @code
/// const probability_range p = until_probability(built.process, "goal", "safe");
/// bool is_safe_enough = p.least.lower() >= 0.99;
/// @endcode
/// @throws label_error  the process has no such label
/// @throws system_error  there is no initial state
[[nodiscard]] inline probability_range until_probability(const interval_process& process, std::string_view goal,
                                                         std::string_view hold = {},
                                                         const reachability_options& options = {}) {
    if (process.initial().empty()) {
        throw system_error{"a process without initial states", 0};
    }
    const auto states_with = [&](std::string_view name, truth at_least_so) {
        std::vector<unsigned char> set(process.size(), 1);
        if (!name.empty()) {
            const labelling* const l = process.find_label(name);
            if (l == nullptr) {
                throw label_error{std::string{name}};
            }
            std::transform(l->holds.begin(), l->holds.end(), set.begin(),
                           [&](truth t) { return static_cast<unsigned char>(t >= at_least_so ? 1 : 0); });
        }
        return set;
    };
    const reachability low = reach_probability(process, states_with(goal, truth::yes), states_with(hold, truth::yes),
                                               extreme::least, options);
    const reachability high = reach_probability(process, states_with(goal, truth::maybe),
                                                states_with(hold, truth::maybe), extreme::most, options);
    probability_range p{interval{1.0}, interval{0.0}, low.is_precise && high.is_precise};
    for (const state_id s : process.initial()) {
        const std::size_t i = s.index();
        p.least = interval::unchecked(std::min(p.least.lower(), low.lower[i]), std::min(p.least.upper(), low.upper[i]));
        p.most = interval::unchecked(std::max(p.most.lower(), high.lower[i]), std::max(p.most.upper(), high.upper[i]));
    }
    return p;
}

} // namespace opara::inline OPARA_ABI::abstraction
