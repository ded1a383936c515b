/// @file
/// From dynamics and a stochastic policy to a finite Markov decision process with interval probabilities.
#pragma once

#include <opara/abstraction/build.hpp>
#include <opara/abstraction/dynamics.hpp>
#include <opara/abstraction/explore.hpp>
#include <opara/abstraction/interval_process.hpp>
#include <opara/abstraction/partition.hpp>
#include <opara/abstraction/stochastic.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// The abstraction of a closed loop with a stochastic policy.
///
/// First come the cells that were reached, numbered in breadth-first order, the outside among them if it was reached. A
/// cell has one choice: chance draws the policy's action. An action whose post lies in one cell leads to it; any other
/// leads to a state of its own, with as many choices as the post meets cells, each taken with probability 1: which of
/// them it is depends on where in the cell the system is, and nobody knows. These states come behind the cells, and
/// have the labels of the cell in which the action was drawn. So a step of the system is one or two steps here.
///
/// Where the exploration was cut off, cells that were reached and not explored lead to one more, *unexplored*, in which
/// every label is `maybe`. As that counts against the least probability and for the largest, bounds stay bounds, and no
/// other type is needed.
struct cell_process {
    interval_process process;         ///< the states and how they follow each other
    std::vector<std::uint64_t> cells; ///< the cell of each of the first states, as the partition numbers it

    friend bool operator==(const cell_process&, const cell_process&) = default;
};

namespace detail {

template <partition P, dynamics D, stochastic_controller<P::dimension, typename D::action> C>
    requires(P::dimension == D::dimension)
class process_builder {
public:
    static constexpr std::size_t n = P::dimension;
    using action = typename D::action;

    process_builder(const P& cells, const D& system, const C& pilot, const build_options<n>& options)
        : partition_{cells},
          dynamics_{system},
          controller_{pilot},
          options_{options},
          explorer_{cells, options.threads} {
        require_free_names(options.labels);
    }

    template <class Tell>
    cell_process explore(const box<n>& initial, std::size_t steps, Tell& tell) {
        std::vector<state_id> start = explorer_.begin(initial);
        const std::size_t explored = explorer_.run(
            steps, [this](std::span<const std::uint64_t> cells) { return actions_of(cells); },
            [this](const block& b) { keep(b); }, tell);
        const std::size_t reached = explorer_.index.cells().size();
        if (explored < reached) {
            const state_id unexplored = explorer_.index.insert(unexplored_cell);
            for (std::size_t s = explored; s <= reached; ++s) { // the last one is *unexplored* itself
                targets_.push_back(unexplored);
                actions_.push_back({interval{1.0}, targets_.size()});
                rows_.push_back(actions_.size());
            }
        }
        return assemble(std::move(start));
    }

private:
    struct drawn { // an action of a cell
        interval probability;
        std::size_t end; // of its successors in the list of them
    };
    struct block {
        std::vector<std::uint64_t> cells;
        std::vector<drawn> actions;
        std::vector<std::size_t> ends; // where each cell's actions end
    };

    void keep(const block& b) {
        const std::size_t successors = targets_.size();
        const std::size_t actions = actions_.size();
        explorer_.index.insert_all(b.cells, [this](state_id s) { targets_.push_back(s); });
        for (const drawn& d : b.actions) {
            actions_.push_back({d.probability, successors + d.end});
        }
        for (const std::size_t e : b.ends) {
            rows_.push_back(actions + e);
        }
    }

    [[nodiscard]] block actions_of(std::span<const std::uint64_t> cells) const {
        const std::vector<box<n>> boxes = explorer_.boxes_of(cells);
        std::vector<lottery<action>> lots(boxes.size());
        controller_.weigh(std::span<const box<n>>{boxes}, std::span<lottery<action>>{lots});
        block b;
        std::size_t at = 0;
        for (const std::uint64_t cell : cells) {
            const auto add = [&](std::uint64_t next) { b.cells.push_back(next); };
            const bool is_outside = cell == partition_.outside();
            if (is_outside || lies_in_one_of(options_.absorbing, boxes[at])) {
                add(cell);
                b.actions.push_back({interval{1.0}, b.cells.size()});
            } else {
                require_distribution(lots[at], cell);
                for (const weighted_action<action>& w : lots[at]) {
                    if (w.probability.upper() > 0) {
                        require_action<D>(w.action, boxes[at]);
                        partition_.for_each_overlap(dynamics_.post(boxes[at], w.action), add);
                        b.actions.push_back({w.probability, b.cells.size()});
                    }
                }
            }
            at += is_outside ? 0 : 1;
            b.ends.push_back(b.actions.size());
        }
        return b;
    }
    static void require_distribution(const lottery<action>& lots, std::uint64_t cell) {
        std::vector<branch> branches;
        for (const weighted_action<action>& w : lots) {
            if (w.probability != interval{}) {
                branches.push_back({state_id{}, w.probability});
            }
        }
        if (!is_distribution(branches)) {
            throw controller_error{"the controller's probabilities in cell " + std::to_string(cell) +
                                   " admit no distribution"};
        }
    }

    [[nodiscard]] cell_process assemble(std::vector<state_id> start) {
        cell_process result;
        result.cells = explorer_.index.release();
        const std::size_t count = result.cells.size();
        // An action with several successors becomes a state; `sources[k]` is the cell of the k-th such state.
        std::vector<std::uint32_t> sources;
        std::vector<std::pair<std::size_t, std::size_t>> posts; // its successors
        std::vector<std::uint64_t> choices{0};
        std::vector<std::uint64_t> rows{0};
        std::vector<branch> branches;
        std::vector<branch> row;
        std::size_t a = 0;
        std::size_t first = 0;
        for (std::size_t s = 0; s < count; ++s) {
            row.clear();
            for (; a < rows_[s]; ++a) {
                const std::size_t end = actions_[a].end;
                if (end - first == 1) {
                    row.push_back({targets_[first], actions_[a].probability});
                } else {
                    if (count + sources.size() >= std::numeric_limits<std::uint32_t>::max()) {
                        throw system_error{"more states are reached than 32 bits can number", count + sources.size()};
                    }
                    row.push_back({state_id::from_index(count + sources.size()), actions_[a].probability});
                    sources.push_back(static_cast<std::uint32_t>(s));
                    posts.emplace_back(first, end);
                }
                first = end;
            }
            append_merged(row, branches);
            rows.push_back(branches.size());
            choices.push_back(rows.size() - 1);
        }
        for (const auto& [from, to] : posts) {
            for (std::size_t k = from; k < to; ++k) {
                branches.push_back({targets_[k], interval{1.0}});
                rows.push_back(branches.size());
            }
            choices.push_back(rows.size() - 1);
        }
        std::vector<labelling> labels = label_cells(partition_, options_.labels, result.cells);
        for (labelling& l : labels) {
            l.holds.reserve(count + sources.size());
            for (const std::uint32_t s : sources) {
                l.holds.push_back(l.holds[s]);
            }
        }
        result.process = interval_process{std::move(choices), std::move(rows), std::move(branches), std::move(start),
                                          std::move(labels)};
        return result;
    }
    // Actions that lead to the same state are one outcome.
    static void append_merged(std::vector<branch>& row, std::vector<branch>& branches) {
        std::sort(row.begin(), row.end(), [](const branch& a, const branch& b) { return a.target < b.target; });
        const std::size_t begin = branches.size();
        for (const branch& b : row) {
            if (branches.size() == begin || branches.back().target != b.target) {
                branches.push_back(b);
            } else {
                interval& p = branches.back().probability;
                p = clip(p + b.probability, 0, 1);
            }
        }
        if (branches.size() == begin + 1) {
            branches.back().probability = interval{1.0}; // whatever was lost to rounding
        }
    }

    const P& partition_;
    const D& dynamics_;
    const C& controller_;
    const build_options<n>& options_;
    explorer<P> explorer_;
    std::vector<std::size_t> rows_; // where each cell's actions end
    std::vector<drawn> actions_;    // of all cells
    std::vector<state_id> targets_; // of all actions
};

} // namespace detail

/// Explores the closed loop of a stochastic policy from all cells that meet the initial set, to the end.
///
/// For each state of the initial set, the probability with which the system comes to a goal is between the least and
/// the largest one of the process (`until_probability`): the process can follow each run of the system, action by
/// action with the policy's own probabilities, by taking the cell in which the system is.
/// @param tell  as for `build`
/// @throws error  the program was compiled so that its arithmetic proves nothing, or the rounding mode was changed
/// @throws domain_error  the initial set does not lie inside the domain, or a label's name is taken
/// @throws controller_error  from the controller, or its probabilities admit no distribution for sure, or one that may
///         be taken is no action of the system
/// @throws system_error  more than 2^32 - 1 states are reached
/// Source: Yang, Zhang, Chen, Li, VMCAI 2025, for the idea of choices among cells after an action that is drawn by lot.
/// Complexity: O(cells * actions * post / threads + transitions).
///
/// @code
/// const cell_process built = build_process(grid, dynamics, softmax_network<2>{net}, initial, {.labels = labels});
/// const probability_range p = until_probability(built.process, "goal", "safe");
/// @endcode
template <partition P, dynamics D, stochastic_controller<P::dimension, typename D::action> C,
          std::invocable<const build_progress&> Tell = untold>
    requires(P::dimension == D::dimension)
[[nodiscard]] cell_process build_process(const P& cells, const D& system, const C& pilot,
                                         const box<P::dimension>& initial,
                                         const build_options<P::dimension>& options = {}, Tell tell = {}) {
    return detail::process_builder<P, D, C>{cells, system, pilot, options}.explore(
        initial, detail::explorer<P>::to_the_end, tell);
}

/// Explores the closed loop of a stochastic policy for so many steps of the system. Bounds for as many steps
/// (`until_probability_within`) are those of the whole; bounds without end hold, and are wide.
/// @param tell,cells,system,pilot,initial,options  as for `build_process`, with the same errors
/// Complexity: as `build_process`, over the cells that are reached in so many steps.
template <partition P, dynamics D, stochastic_controller<P::dimension, typename D::action> C,
          std::invocable<const build_progress&> Tell = untold>
    requires(P::dimension == D::dimension)
[[nodiscard]] cell_process build_process_bounded(const P& cells, const D& system, const C& pilot,
                                                 const box<P::dimension>& initial, std::size_t steps,
                                                 const build_options<P::dimension>& options = {}, Tell tell = {}) {
    return detail::process_builder<P, D, C>{cells, system, pilot, options}.explore(initial, steps, tell);
}

} // namespace opara::inline OPARA_ABI::abstraction
