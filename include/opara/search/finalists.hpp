/// @file
/// Which plans are worth measuring.
#pragma once

#include <opara/assign/earliest_finish.hpp>
#include <opara/assign/first_free_predecessor.hpp>
#include <opara/cost/device.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/order/critical_first.hpp>
#include <opara/plan/command.hpp>
#include <opara/plan/partial_order.hpp>
#include <opara/plan/plan.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/search/improve.hpp>
#include <opara/search/portfolio.hpp>
#include <opara/search/simulated.hpp>
#include <opara/search/static_choice.hpp>
#include <opara/search/variants.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::search {

/// Which plans are taken beside the sequential one and what the searches found.
struct finalist_options {
    std::size_t policies = 4; ///< so many policies' plans, the fastest in simulation
    /// Prices of area off the critical path (`static_choice_options::off_path`), each with plans of its own: what room
    /// is worth is what a simulator knows least about.
    std::vector<double> prices{0.0, 0.5, 1.0, 2.0, 4.0};
    std::size_t lanes = 8; ///< for those of these plans that have a bounded number of lanes
    /// Plans of the caller's own, in variants of the same table: what a search is not to fall behind.
    std::vector<plan> also{};
};

namespace detail {

/// What a device sees of a plan: lanes are gone.
class plan_as_seen {
public:
    explicit plan_as_seen(const plan& p) : order_{partial_order(p, implied_edges::drop)} {
        for (const command& c : p.commands()) {
            if (c.what == action::launch) {
                launches_.push_back({.op = c.op, .variant = c.variant, .priority = c.priority});
            }
        }
    }

    friend bool operator==(const plan_as_seen&, const plan_as_seen&) = default;

private:
    std::vector<command> launches_; // in order of creation
    frozen_graph order_;
};

/// How some operators' variants are written in a plan.
[[nodiscard]] inline std::string priced(double price) {
    std::string text = std::to_string(price);
    text.erase(text.find_last_not_of('0') + 1);
    return text + (text.back() == '.' ? "0" : "");
}

} // namespace detail

/// The plans that are to be measured against each other, the sequential one first, all different to a device: the
/// winners of searches, the fastest policies, the caller's own, and, for each price of area, a plan that keeps all the
/// parallelism of the graph and one of few lanes. A simulator errs by more than good plans differ, so what it likes
/// best is one guess among several.
/// @param g,variants,d  as for `improve`
/// @param searches  what `improve` found, at least once
/// @param evaluate  an `evaluator`, which says what a finalist's latency is; `simulated`, as a rule
/// @throws as `improve`; invalid_plan  a plan of the caller's is none of this graph
/// Complexity: that of two policies a price, and a transitive reduction a plan.
template <evaluator E>
[[nodiscard]] std::vector<candidate> find_finalists(const frozen_graph& g, const variant_table& variants,
                                                    const cost::device& d, std::span<const improvement> searches,
                                                    E&& evaluate, const finalist_options& options = {}) {
    OPARA_ASSERT(!searches.empty());
    std::vector<candidate> found;
    std::vector<detail::plan_as_seen> seen;
    const auto offer = [&](std::string name, plan p) {
        detail::plan_as_seen as_seen{p};
        if (std::find(seen.begin(), seen.end(), as_seen) != seen.end()) {
            return false;
        }
        seen.push_back(std::move(as_seen));
        const double us = static_cast<double>(evaluate(std::as_const(p)));
        found.push_back({std::move(name), std::move(p), us});
        return true;
    };
    const improvement& first = searches.front();
    offer("sequential", first.sequential().what);
    std::vector<const candidate*> winners;
    for (const improvement& one : searches) {
        winners.push_back(&one.winner());
    }
    std::stable_sort(winners.begin(), winners.end(),
                     [](const candidate* a, const candidate* b) { return a->us < b->us; });
    for (const candidate* w : winners) {
        offer(w->name, w->what);
    }
    std::vector<const candidate*> policies;
    for (const candidate& c : first.compared.candidates) {
        policies.push_back(&c);
    }
    std::stable_sort(policies.begin(), policies.end(),
                     [](const candidate* a, const candidate* b) { return a->us < b->us; });
    std::size_t taken = 0;
    for (std::size_t i = 0; i < policies.size() && taken < options.policies; ++i) {
        taken += offer(policies[i]->name, policies[i]->what) ? 1U : 0U;
    }
    for (const plan& p : options.also) {
        offer("given", p);
    }
    for (const double price : options.prices) {
        const chosen_costs cost{variants, static_choice(g, variants, d, {.off_path = price})};
        const std::string with = ", area at " + detail::priced(price);
        offer("first_free_predecessor+critical_first" + with,
              with_variants(scheduler{assign::first_free_predecessor{}, order::critical_first{}}(g, cost),
                            cost.choice()));
        offer(
            "earliest_finish(" + std::to_string(options.lanes) + ")+critical_first" + with,
            with_variants(scheduler{assign::earliest_finish{.lanes = options.lanes}, order::critical_first{}}(g, cost),
                          cost.choice()));
    }
    return found;
}

} // namespace opara::inline OPARA_ABI::search
