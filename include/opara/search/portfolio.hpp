/// @file
/// Every policy of the library on one graph, and which is best.
#pragma once

#include <opara/assign/by_level.hpp>
#include <opara/assign/chain_cover.hpp>
#include <opara/assign/earliest_finish.hpp>
#include <opara/assign/first_free_predecessor.hpp>
#include <opara/assign/round_robin.hpp>
#include <opara/assign/single.hpp>
#include <opara/assign/stages.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/order/alternating.hpp>
#include <opara/order/critical_first.hpp>
#include <opara/order/depth_first.hpp>
#include <opara/order/smallest_demand.hpp>
#include <opara/order/topological.hpp>
#include <opara/plan/plan.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/search/evaluator.hpp>
#include <opara/search/variants.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::search {

/// A plan, where it comes from and what it takes.
struct candidate {
    std::string name; ///< ASSIGNMENT+ORDER, "sequential", or what a search calls itself
    plan what;        ///< the plan
    double us = 0.0;  ///< its latency by some evaluator

    friend bool operator==(const candidate&, const candidate&) = default;
};

/// Plans that were compared. A regular value.
struct comparison {
    std::vector<candidate> candidates; ///< the sequential one first
    std::size_t best = 0;              ///< the fastest; of equal ones the first

    [[nodiscard]] const candidate& winner() const noexcept { return candidates[best]; }       ///< the fastest
    [[nodiscard]] const candidate& sequential() const noexcept { return candidates.front(); } ///< the one to beat
    /// By how much it beats the sequential plan; 1 where that is the fastest itself, or nothing takes any time.
    [[nodiscard]] double speedup() const noexcept { return winner().us > 0.0 ? sequential().us / winner().us : 1.0; }

    friend bool operator==(const comparison&, const comparison&) = default;
};

/// Which policies are tried with what.
struct portfolio_options {
    std::vector<std::size_t> lanes{2, 3, 4, 6, 8, 12, 16}; ///< numbers of lanes for list scheduling
    /// Graphs of more operators are planned without the policies that take more than linear time (`chain_cover`,
    /// `stages`).
    std::size_t most_operators = 5000;
};

/// For each operator the variant that a plan launches; 0 for one that it does not launch.
[[nodiscard]] inline std::vector<variant_id> variants_of(const plan& p) {
    std::vector<variant_id> choice(p.operators());
    for (const command& c : p.commands()) {
        if (c.what == action::launch) {
            choice[c.op.index()] = c.variant;
        }
    }
    return choice;
}

/// The same plan with each operator's variant chosen.
[[nodiscard]] inline plan with_variants(const plan& p, std::span<const variant_id> choice) {
    std::vector<command> commands(p.commands().begin(), p.commands().end());
    for (command& c : commands) {
        if (c.what == action::launch) {
            c.variant = choice[c.op.index()];
        }
    }
    return plan{p.operators(), p.lanes(), p.events(), std::move(commands)};
}

/// Plans a graph with every policy, list scheduling on several numbers of lanes, and one after another, and evaluates
/// each plan.
/// @param g  the graph
/// @param cost  the chosen variants; the plans say them
/// @param evaluate  an `evaluator`
/// @throws as the policies and the evaluator
/// Complexity: that of the policies and some twenty evaluations.
template <evaluator E>
[[nodiscard]] comparison portfolio(const frozen_graph& g, const chosen_costs& cost, E&& evaluate,
                                   const portfolio_options& options = {}) {
    comparison found;
    const auto offer = [&](std::string name, const auto& schedule) {
        plan p = with_variants(schedule(g, cost), cost.choice());
        const double us = static_cast<double>(evaluate(std::as_const(p)));
        found.candidates.push_back({std::move(name), std::move(p), us});
        if (us < found.winner().us) {
            found.best = found.candidates.size() - 1;
        }
    };
    offer("sequential", scheduler{assign::single{}, order::topological{}});
    const auto with_orders = [&](const std::string& name, const auto& assigned) {
        offer(name + "+topological", scheduler{assigned, order::topological{}});
        offer(name + "+depth_first", scheduler{assigned, order::depth_first{}});
        offer(name + "+critical_first", scheduler{assigned, order::critical_first{}});
        offer(name + "+smallest_demand", scheduler{assigned, order::smallest_demand{}});
        offer(name + "+alternating", scheduler{assigned, order::alternating{}});
        offer(name + "+alternating_by_shared_memory",
              scheduler{assigned, order::alternating{.demand = order::demand_rule::shared_memory_of_block}});
    };
    with_orders("first_free_predecessor", assign::first_free_predecessor{});
    for (const std::size_t lanes : options.lanes) {
        offer("earliest_finish(" + std::to_string(lanes) + ")+critical_first",
              scheduler{assign::earliest_finish{.lanes = lanes}, order::critical_first{}});
    }
    offer("round_robin+topological", scheduler{assign::round_robin{}, order::topological{}});
    offer("by_level+topological", scheduler{assign::by_level{}, order::topological{}});
    if (g.size() <= options.most_operators) {
        offer("chain_cover+topological", scheduler{assign::chain_cover{}, order::topological{}});
        offer("chain_cover+critical_first", scheduler{assign::chain_cover{}, order::critical_first{}});
        offer("stages+topological", scheduler{assign::stages{}, order::topological{}});
    }
    return found;
}

} // namespace opara::inline OPARA_ABI::search
