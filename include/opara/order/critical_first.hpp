/// @file
/// What most work hangs on goes first.
#pragma once

#include <opara/cost/critical_path.hpp>
#include <opara/order/concepts.hpp>
#include <opara/order/ready_list.hpp>

#include <vector>

namespace opara::inline OPARA_ABI::order {

/// Descending upward rank: of the ready operators the one with the longest path still behind it (list scheduling as in
/// HEFT, Topcuoglu et al., IEEE TPDS 13(3), 2002). Ties by the moment at which they became ready. Emitting a CUDA graph
/// in this order was the best of four on every graph measured. O(V log V + E).
struct critical_first {
    double edge_us = 0.61; ///< what it costs to follow an edge, in microseconds (measured on an H200)

    /// @return the order
    /// @throws cost_error  a duration is NaN, negative or infinite
    template <cost::duration_model Cost>
    std::vector<op_id> operator()(const frozen_graph& g, const Cost& cost) const {
        const std::vector<double> rank = upward_rank(g, cost, edge_us);
        keyed_queue<double> ready;
        return list_order(g, [&](op_id v) { ready.push(-rank[v.index()], v); }, [&] { return ready.pop(); });
    }

    friend bool operator==(const critical_first&, const critical_first&) = default;
};

} // namespace opara::inline OPARA_ABI::order
