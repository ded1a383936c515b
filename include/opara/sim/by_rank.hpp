/// @file
/// A plan in the order in which an emitter creates nodes by rank.
#pragma once

#include <opara/core/id.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/command.hpp>
#include <opara/plan/launches_by_rank.hpp>
#include <opara/plan/partial_order.hpp>
#include <opara/plan/plan.hpp>

#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::sim {

/// The plan of the same partial order, variants and priorities that launches its operators as
/// `cuda::creation_order::by_rank` creates their nodes: the longer the path behind an operator, the earlier. Lanes mean
/// nothing to a captured graph, so each operator has one of its own here.
/// @param p  the plan
/// @param cost  how long operators take (`cost::duration_model`)
/// @throws invalid_plan  as `captured_edges`
/// @throws cost_error  the cost model is of another size, or a duration is NaN, negative or infinite
/// Complexity: that of `transitive_reduction`, and O(V log V).
template <cost::duration_model Cost>
[[nodiscard]] plan by_rank(const plan& p, const Cost& cost) {
    cost::require_size(cost, p.operators());
    const frozen_graph order = partial_order(p, implied_edges::drop);
    std::vector<command> launches = launches_by_rank(p, order, cost);
    std::vector<command> commands;
    commands.reserve(2 * launches.size() + order.edge_count());
    for (command& c : launches) {
        c.lane = lane_id{c.op.value};
        for (const op_id before : order.predecessors(c.op)) {
            commands.push_back({.what = action::wait, .lane = c.lane, .op = c.op, .event = event_id{before.value}});
        }
        commands.push_back(c);
        if (!order.successors(c.op).empty()) {
            commands.push_back({.what = action::record, .lane = c.lane, .op = c.op, .event = event_id{c.op.value}});
        }
    }
    return plan{p.operators(), p.operators(), p.operators(), std::move(commands)};
}

} // namespace opara::inline OPARA_ABI::sim
