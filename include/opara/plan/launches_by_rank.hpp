/// @file
/// The launches of a plan in the order of their ranks.
#pragma once

#include <opara/cost/critical_path.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/command.hpp>
#include <opara/plan/plan.hpp>

#include <algorithm>
#include <vector>

namespace opara::inline OPARA_ABI {

/// The launches of a plan, the longer the path behind an operator (upward rank), the earlier; those of equal rank as
/// the plan has them.
/// @param order  the plan's partial order
/// @param cost  `duration_us(v)` tells how long an operator takes
/// @throws cost_error  as `upward_rank`
/// Complexity: O(V log V + E).
template <class Cost>
[[nodiscard]] std::vector<command> launches_by_rank(const plan& p, const frozen_graph& order, const Cost& cost) {
    constexpr double edge_us = 0.6; // more than 0, so that ranks fall along every edge
    const std::vector<double> rank = upward_rank(order, cost, edge_us);
    std::vector<command> launches;
    for (const command& c : p.commands()) {
        if (c.what == action::launch) {
            launches.push_back(c);
        }
    }
    std::stable_sort(launches.begin(), launches.end(),
                     [&](const command& a, const command& b) { return rank[a.op.index()] > rank[b.op.index()]; });
    return launches;
}

} // namespace opara::inline OPARA_ABI
