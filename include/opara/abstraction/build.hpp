/// @file
/// From dynamics and a controller to a finite transition system.
#pragma once

#include <opara/abstraction/checked_actions.hpp>
#include <opara/abstraction/controller.hpp>
#include <opara/abstraction/dynamics.hpp>
#include <opara/abstraction/explore.hpp>
#include <opara/abstraction/linear_image.hpp>
#include <opara/abstraction/partition.hpp>
#include <opara/abstraction/segments.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// A proposition on the state space: "x lies in this (closed) box", or "A x lies in this box".
template <std::size_t N>
struct region {
    std::string name;                      ///< as formulas call it; not empty, "outside" or "unexplored"
    box<N> set;                            ///< where it holds; bounds may be infinite
    std::optional<linear_image<N>> seen{}; ///< A, where the box is one of A x: of other coordinates than x

    /// What is known of it in all of a (closed) box: `yes` if it holds everywhere, `no` only if it holds nowhere.
    [[nodiscard]] truth holds_in(const box<N>& b) const noexcept {
        const box<N> image = seen ? seen->of(b) : b;
        return set.contains(image) ? truth::yes : set.meets(image) ? truth::maybe : truth::no;
    }
    /// What is known of it in a state: `maybe` only where the box is one of A x and rounding hides the face.
    [[nodiscard]] truth holds_at(const point<N>& x) const noexcept {
        if (!seen) {
            return set.contains(x) ? truth::yes : truth::no;
        }
        box<N> here;
        for (std::size_t i = 0; i < N; ++i) {
            if (!(x[i] >= -detail::largest && x[i] <= detail::largest)) {
                return truth::maybe;
            }
            here[i] = interval::unchecked(x[i], x[i]);
        }
        return holds_in(here);
    }

    friend bool operator==(const region&, const region&) = default;
};

/// What to build besides states and transitions.
template <std::size_t N>
struct build_options {
    std::vector<region<N>> labels{}; ///< the propositions
    std::vector<box<N>> absorbing{}; ///< the system stops (stays where it is) in cells that lie inside one of these
    std::size_t threads = 0;         ///< how many work; 0 means as many as the machine runs at once
};

/// A closed loop's abstraction, explored to its end: every run of the system from the initial set is a run of the
/// graph.
///
/// States are the cells that were reached, numbered in breadth-first order; the *outside* is a state, if it was
/// reached, that goes nowhere else and of which no proposition is known (each is `maybe`). A label is `yes` in a state
/// if it holds in the whole closed cell, and `no` if nowhere there. One more label, "outside", holds in the outside
/// only.
struct cell_system {
    transition_system graph;          ///< the states and how they follow each other
    std::vector<std::uint64_t> cells; ///< the cell of each state, as the partition numbers it

    friend bool operator==(const cell_system&, const cell_system&) = default;
};

/// An abstraction that was explored for a number of steps only. States that were reached, but not explored, lead to one
/// more state, *unexplored*, of which nothing is known. It is another type than `cell_system` so that what holds of it
/// cannot be taken for what holds of all runs.
struct bounded_cell_system {
    cell_system part;                   ///< what was explored; its last label is "unexplored"
    std::size_t steps = 0;              ///< for how many steps
    std::optional<state_id> unexplored; ///< nothing if the exploration came to its end before

    friend bool operator==(const bounded_cell_system&, const bounded_cell_system&) = default;
};

namespace detail {

inline constexpr std::uint64_t unexplored_cell =
    std::numeric_limits<std::uint64_t>::max(); // the "cell" of *unexplored*

template <std::size_t N>
void require_free_names(const std::vector<region<N>>& labels) {
    for (const region<N>& r : labels) {
        if (r.name.empty()) {
            throw domain_error{"a label has no name"};
        }
        if (r.name == "outside" || r.name == "unexplored") {
            throw domain_error{"the label \"" + r.name + "\" is reserved: every abstraction has one of its own"};
        }
        if (std::count_if(labels.begin(), labels.end(), [&](const region<N>& other) { return other.name == r.name; }) !=
            1) {
            throw domain_error{"the label \"" + r.name + "\" is given twice"};
        }
    }
}

template <std::size_t N>
[[nodiscard]] bool lies_in_one_of(const std::vector<box<N>>& sets, const box<N>& b) {
    return std::any_of(sets.begin(), sets.end(), [&](const box<N>& a) { return a.contains(b); });
}

// The labels of states that are cells, and "outside" and "unexplored" behind them.
template <partition P>
[[nodiscard]] std::vector<labelling> label_cells(const P& where, const std::vector<region<P::dimension>>& regions,
                                                 const std::vector<std::uint64_t>& cells) {
    constexpr std::size_t n = P::dimension;
    std::vector<labelling> labels;
    for (const region<n>& r : regions) {
        labels.push_back({r.name, std::vector<truth>(cells.size(), truth::maybe)});
    }
    labels.push_back({"outside", std::vector<truth>(cells.size(), truth::no)});
    labels.push_back({"unexplored", std::vector<truth>(cells.size(), truth::no)});
    for (std::size_t s = 0; s < cells.size(); ++s) {
        if (cells[s] == unexplored_cell) {
            labels[regions.size()].holds[s] = truth::maybe;
            labels[regions.size() + 1].holds[s] = truth::yes;
        } else if (cells[s] == where.outside()) {
            labels[regions.size()].holds[s] = truth::yes;
        } else {
            const box<n> b = where.cell_box(static_cast<decltype(where.size())>(cells[s]));
            for (std::size_t k = 0; k < regions.size(); ++k) {
                labels[k].holds[s] = regions[k].holds_in(b);
            }
        }
    }
    return labels;
}

// Explores the cells of a deterministic controller.
template <partition P, dynamics D, controller<P::dimension, typename D::action> C>
    requires(P::dimension == D::dimension)
class builder {
public:
    static constexpr std::size_t n = P::dimension;

    builder(const P& cells, const D& system, const C& pilot, const build_options<n>& options)
        : partition_{cells},
          dynamics_{system},
          controller_{pilot},
          options_{options},
          explorer_{cells, options.threads} {
        require_free_names(options.labels);
        offsets_.push_back(0);
    }

    template <class Tell>
    bounded_cell_system explore(const box<n>& initial, std::size_t steps, Tell& tell) {
        std::vector<state_id> start = explorer_.begin(initial);
        const std::size_t explored = explorer_.run(
            steps, [this](std::span<const std::uint64_t> cells) { return successors(cells); },
            [this](const block& b) { keep(b); }, tell);
        bounded_cell_system result;
        result.steps = steps;
        cell_index& index = explorer_.index;
        if (explored < index.cells().size()) {
            const std::size_t reached = index.cells().size();
            result.unexplored = index.insert(unexplored_cell);
            for (std::size_t s = explored; s <= reached; ++s) { // the last one is *unexplored* itself
                targets_.push_back(*result.unexplored);
                offsets_.push_back(targets_.size());
            }
        }
        result.part.cells = index.release();
        std::vector<std::uint64_t> offsets = offsets_.release();
        std::vector<state_id> targets = targets_.release();
        std::vector<labelling> labels = label_cells(partition_, options_.labels, result.part.cells);
        result.part.graph =
            transition_system{std::move(offsets), std::move(targets), std::move(start), std::move(labels)};
        return result;
    }

private:
    struct block {
        std::vector<std::uint64_t> cells; // successors, state after state
        std::vector<std::size_t> ends;    // where each state's end
    };

    [[nodiscard]] block successors(std::span<const std::uint64_t> cells) const {
        const std::vector<box<n>> boxes = explorer_.boxes_of(cells);
        std::vector<typename D::action> actions(boxes.size());
        ask<D>(controller_, std::span<const box<n>>{boxes}, std::span<typename D::action>{actions});
        block b;
        std::size_t at = 0;
        for (const std::uint64_t cell : cells) {
            const auto add = [&](std::uint64_t next) { b.cells.push_back(next); };
            if (cell == partition_.outside()) {
                add(cell);
            } else {
                if (lies_in_one_of(options_.absorbing, boxes[at])) {
                    add(cell);
                } else {
                    partition_.for_each_overlap(dynamics_.post(boxes[at], actions[at]), add);
                }
                ++at;
            }
            b.ends.push_back(b.cells.size());
        }
        return b;
    }
    void keep(const block& b) {
        const std::size_t first = targets_.size();
        explorer_.index.insert_all(b.cells, [this](state_id s) { targets_.push_back(s); });
        for (const std::size_t end : b.ends) {
            offsets_.push_back(first + end);
        }
    }

    const P& partition_;
    const D& dynamics_;
    const C& controller_;
    const build_options<n>& options_;
    explorer<P> explorer_;
    segments<std::uint64_t> offsets_;
    segments<state_id> targets_;
};

} // namespace detail

/// Explores the closed loop from all cells that meet the initial set, to the end.
///
/// It ends, because there are finitely many cells, but how many are reached nobody knows before.
/// @param tell  called with a `build_progress` now and then, by the calling thread; it may throw to end the exploration
/// @throws error  the program was compiled so that its arithmetic proves nothing, or the rounding mode was changed
/// @throws domain_error  the initial set does not lie inside the domain (carries the dimension), or a label's name is
///         empty or taken
/// @throws system_error  more than 2^32 - 1 states are reached
/// @throws controller_error  from the controller
/// Complexity: O(states * (controller + post) / threads + transitions).
template <partition P, dynamics D, controller<P::dimension, typename D::action> C,
          std::invocable<const build_progress&> Tell = untold>
    requires(P::dimension == D::dimension)
[[nodiscard]] cell_system build(const P& cells, const D& system, const C& pilot, const box<P::dimension>& initial,
                                const build_options<P::dimension>& options = {}, Tell tell = {}) {
    detail::builder<P, D, C> b{cells, system, pilot, options};
    return b.explore(initial, detail::explorer<P>::to_the_end, tell).part;
}

/// Explores the closed loop for so many steps.
/// @param tell  as for `build`
/// @throws domain_error,system_error,controller_error  as `build`
/// Complexity: as `build`, over the states that are reached in so many steps.
template <partition P, dynamics D, controller<P::dimension, typename D::action> C,
          std::invocable<const build_progress&> Tell = untold>
    requires(P::dimension == D::dimension)
[[nodiscard]] bounded_cell_system build_bounded(const P& cells, const D& system, const C& pilot,
                                                const box<P::dimension>& initial, std::size_t steps,
                                                const build_options<P::dimension>& options = {}, Tell tell = {}) {
    detail::builder<P, D, C> b{cells, system, pilot, options};
    return b.explore(initial, steps, tell);
}

} // namespace opara::inline OPARA_ABI::abstraction
