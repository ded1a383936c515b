/// @file
/// A scheduler: an assignment policy and an order policy make a plan.
#pragma once

#include <opara/assign/concepts.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/graph/concepts.hpp>
#include <opara/graph/dag.hpp>
#include <opara/graph/freeze.hpp>
#include <opara/order/concepts.hpp>
#include <opara/plan/plan.hpp>
#include <opara/plan/sync.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI {

/// Plans any operator graph with one assignment policy and one order policy. A regular value; a function object.
///
/// @code
/// opara::scheduler sched{opara::assign::first_free_predecessor{}, opara::order::alternating{}};
/// opara::plan p = sched(graph, cost);
/// @endcode
/// @tparam Assign  an `assignment_policy`
/// @tparam Order  an `order_policy`
template <class Assign, class Order>
class scheduler {
public:
    /// A scheduler of these two policies.
    scheduler(Assign assign, Order order) : assign_{std::move(assign)}, order_{std::move(order)} {}

    /// Plans a graph: freezes it, assigns lanes, orders, and ties lanes together with the fewest waits.
    /// @param graph  any `operator_graph`
    /// @param cost  what both policies want to know about its operators
    /// @throws graph_error, cycle_error  the graph is none
    /// @throws cost_error  a cost that a policy asked for is NaN, negative or infinite, or the model is of another size
    /// @throws policy_error  a policy broke its contract
    /// Complexity: that of the policies and of `synchronise`.
    template <operator_graph Graph, class Cost>
        requires assignment_policy<Assign, Cost> && order_policy<Order, Cost>
    [[nodiscard]] plan operator()(const Graph& graph, const Cost& cost) const {
        auto&& frozen = freeze(graph); // a graph of its own, a reference to one, or what converts to one
        const frozen_graph& g = frozen;
        cost::require_size(cost, g.size());
        const assignment lanes = assign_(g, cost);
        const std::vector<op_id>& sequence = order_(g, cost); // also of what only converts to a vector
        if (lanes.stage.empty()) {
            return synchronise(g, lanes, sequence);
        }
        require_complete(lanes, g.size());
        return synchronise(g, lanes, stage_by_stage(sequence, lanes.stage));
    }

    friend bool operator==(const scheduler&, const scheduler&) = default;

private:
    // The same order within each stage. An operator that does not exist stays for `synchronise` to find.
    static std::vector<op_id> stage_by_stage(std::vector<op_id> sequence, const std::vector<std::uint32_t>& stage) {
        const auto stage_of = [&](op_id v) { return v.index() < stage.size() ? stage[v.index()] : 0; };
        std::stable_sort(sequence.begin(), sequence.end(), [&](op_id a, op_id b) { return stage_of(a) < stage_of(b); });
        return sequence;
    }

    Assign assign_;
    Order order_;
};

} // namespace opara::inline OPARA_ABI
