/// @file
/// The whole search: from a graph and what its operators offer to the best plan that can be found in some time.
#pragma once

#include <opara/cost/device.hpp>
#include <opara/graph/articulation.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/bounds.hpp>
#include <opara/search/budget.hpp>
#include <opara/search/climb.hpp>
#include <opara/search/draft.hpp>
#include <opara/search/parts.hpp>
#include <opara/search/portfolio.hpp>
#include <opara/search/simulated.hpp>
#include <opara/search/static_choice.hpp>
#include <opara/search/variants.hpp>
#include <opara/sim/options.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::search {

/// How to search.
struct improve_options {
    budget limit{};                   ///< when to stop
    std::uint64_t seed = 1;           ///< equal seeds and budgets in steps give equal plans
    sim::simulate_options emission{}; ///< how plans become CUDA graphs
    portfolio_options policies{};     ///< what to begin with
};

/// What a search found. All latencies are simulated.
struct improvement {
    comparison compared;         ///< the policies' plans, then "searched"; the winner is the plan to use
    std::size_t best_policy = 0; ///< the fastest among the policies
    std::size_t parts = 0;       ///< different pieces that the graph was cut into
    std::size_t steps = 0;       ///< moves that were tried
    std::size_t simulations = 0; ///< of plans of the whole graph or of pieces
    double seconds = 0.0;        ///< all of it took
    ending end = ending::budget; ///< why it ended

    [[nodiscard]] const candidate& winner() const noexcept { return compared.winner(); }         ///< the fastest of all
    [[nodiscard]] const candidate& sequential() const noexcept { return compared.sequential(); } ///< one after another
    [[nodiscard]] const candidate& policy() const noexcept { return compared.candidates[best_policy]; } ///< best one
};

namespace detail {

/// The search of one part, and how much of the time it deserves.
struct part_search {
    const part* piece;
    std::unique_ptr<climber> climb; // none where there is nothing to choose
    draft start;
    double bound_us = 0.0;
    double start_us = 0.0;
    double spent = 0.0;   // simulated operators over deserved share: the smallest is next
    std::size_t idle = 0; // steps since it last improved

    [[nodiscard]] double us() const noexcept { return climb ? climb->best_us() : start_us; }
    // What is left to gain at most, times how often; the longer nothing was gained, the less it counts.
    [[nodiscard]] double promise() const noexcept {
        const double left = us() - bound_us;
        const double patience = 500.0 + 50.0 * static_cast<double>(piece->graph.size());
        return !climb || left <= 1e-3 * us()
                   ? 0.0
                   : left * static_cast<double>(piece->copies.size()) / (1.0 + static_cast<double>(idle) / patience);
    }
};

/// The choices of variants that a search begins with: the fastest alone, and those of the static rule.
inline std::vector<std::vector<variant_id>> first_choices(const frozen_graph& g, const variant_table& variants,
                                                          const cost::device& d) {
    std::vector<std::vector<variant_id>> choices{static_choice(g, variants, d, {.off_path = 0.0})};
    std::vector<variant_id> by_rule = static_choice(g, variants, d);
    if (by_rule != choices.front()) {
        choices.push_back(std::move(by_rule));
    }
    return choices;
}

/// The policies' plans with each choice of variants, in one comparison.
inline comparison compare_policies(const frozen_graph& g, const variant_table& variants, const cost::device& d,
                                   simulated& evaluate, const portfolio_options& options) {
    comparison all;
    for (const std::vector<variant_id>& choice : first_choices(g, variants, d)) {
        comparison found = portfolio(g, chosen_costs{variants, choice}, evaluate, options);
        const bool first = all.candidates.empty();
        for (candidate& c : found.candidates) {
            c.name += first ? "" : ", variants by rule";
            all.candidates.push_back(std::move(c));
            if (all.candidates.back().us < all.winner().us) {
                all.best = all.candidates.size() - 1;
            }
        }
    }
    return all;
}

/// The least that every variant allows.
inline double bound_of(const frozen_graph& g, const variant_table& variants, const cost::device& d) {
    double least = 0.0;
    bool choice = false;
    for (std::size_t v = 0; v < g.size(); ++v) {
        choice = choice || variants.of(op_id::from_index(v)).size() > 1;
    }
    const chosen_costs fastest{variants, static_choice(g, variants, d, {.off_path = 0.0})};
    if (choice) { // only durations hold for all variants
        least = find_critical_path(g, fastest).length_us;
    } else {
        least = lower_bounds(g, fastest, d).best();
    }
    return least;
}

// Whether there is anything to choose: a variant, or an order.
inline bool can_change(const part& piece) {
    for (std::size_t v = 0; v < piece.variants.size(); ++v) {
        if (piece.variants.of(op_id::from_index(v)).size() > 1) {
            return true;
        }
    }
    return articulation_operators(piece.graph).size() < piece.graph.size();
}

// A small piece begins with the best policy for it, one that is most of the graph with the best for the graph.
inline part_search begin(const part& piece, std::size_t operators, const draft& best, const cost::device& d,
                         const improve_options& options, std::uint64_t seed) {
    part_search s{.piece = &piece, .climb = nullptr, .start = {}};
    simulated evaluate{piece.variants, d, options.emission};
    if (2 * piece.graph.size() > operators) {
        s.start = restricted(operators, best, piece);
    } else {
        const comparison policies = compare_policies(piece.graph, piece.variants, d, evaluate, options.policies);
        s.start = draft_of(piece.graph, policies.winner().what);
    }
    s.start_us = evaluate(express(piece.graph, s.start));
    s.bound_us = bound_of(piece.graph, piece.variants, d);
    if (can_change(piece)) {
        s.climb = std::make_unique<climber>(piece.graph, piece.variants, d, options.emission, s.start, seed);
    }
    return s;
}

} // namespace detail

/// Searches for the fastest plan of a graph by simulation.
///
/// It begins with the policies' plans, each with the fastest variants and with those of `static_choice`. Then it cuts
/// the graph into pieces that run alone (`split`), begins each different piece with the best policy's plan for it, and
/// improves the pieces by moves (`climber`). Pieces share the time by what their lower bounds leave to gain, times how
/// often they occur. The result is never slower than any policy's plan, the sequential one included.
/// @param g  the graph
/// @param variants  what its operators offer (`single_variants` where there is no choice)
/// @param d  the device
/// @param options  budget, seed and so on
/// @param tell  called before each step with a `progress`; returns whether to go on
/// @throws cost_error  a block of a variant does not fit the device
/// @throws as `portfolio`
template <class Tell = always_on>
[[nodiscard]] improvement improve(const frozen_graph& g, const variant_table& variants, const cost::device& d,
                                  const improve_options& options = {}, Tell&& tell = {}) {
    stopwatch watch;
    simulated evaluate{variants, d, options.emission};
    improvement found;
    found.compared = detail::compare_policies(g, variants, d, evaluate, options.policies);
    found.best_policy = found.compared.best;
    const pieces cut = split(g, variants, d);
    std::vector<detail::part_search> searches;
    progress now{.steps = 0,
                 .seconds = 0.0,
                 .best_us = found.policy().us,
                 .policy_us = found.policy().us,
                 .sequential_us = found.sequential().us};
    const draft best_of_policies = draft_of(g, found.policy().what);
    for (const part& piece : cut.parts) {
        searches.push_back(
            detail::begin(piece, g.size(), best_of_policies, d, options, options.seed + searches.size()));
    }
    const auto join_all = [&](assign::lane_reuse reuse) {
        std::vector<draft> drafts;
        drafts.reserve(searches.size());
        for (const detail::part_search& s : searches) {
            drafts.push_back(s.climb ? s.climb->best() : s.start);
        }
        return express(g, join(g.size(), cut, drafts, reuse));
    };
    double joined_us = evaluate(join_all(assign::lane_reuse::never)); // goes down by what the pieces gain
    now.best_us = std::min(now.best_us, joined_us);
    while (true) {
        detail::part_search* next = nullptr;
        for (detail::part_search& s : searches) {
            if (s.promise() > 0.0 && (next == nullptr || s.spent < next->spent)) {
                next = &s;
            }
        }
        now.seconds = watch.seconds();
        if (next == nullptr) {
            found.end = ending::nothing_left;
            break;
        }
        if (now.steps >= options.limit.steps || now.seconds >= options.limit.seconds) {
            found.end = ending::budget;
            break;
        }
        if (tell(std::as_const(now)) == go::stop) {
            found.end = ending::stopped;
            break;
        }
        const double before = next->us();
        ++now.steps;
        ++next->idle;
        if (next->climb->step()) {
            next->idle = 0;
            joined_us -= (before - next->us()) * static_cast<double>(next->piece->copies.size());
            now.best_us = std::min(now.best_us, joined_us);
        }
        next->spent += static_cast<double>(next->piece->graph.size()) / std::max(next->promise(), 1e-9);
    }
    plan best = join_all(assign::lane_reuse::never);
    double us = evaluate(best);
    if (plan fewer_lanes = join_all(assign::lane_reuse::when_ordered); evaluate(fewer_lanes) <= us) {
        us = evaluate(fewer_lanes);
        best = std::move(fewer_lanes);
    }
    found.compared.candidates.push_back({"searched", std::move(best), us});
    if (us < found.winner().us) {
        found.compared.best = found.compared.candidates.size() - 1;
    }
    found.parts = cut.parts.size();
    found.steps = now.steps;
    found.simulations = evaluate.simulations();
    for (const detail::part_search& s : searches) {
        found.simulations += s.climb ? s.climb->simulations() : 0;
    }
    found.seconds = watch.seconds();
    return found;
}

} // namespace opara::inline OPARA_ABI::search
