/// @file
/// The most modest operator goes first.
#pragma once

#include <opara/cost/concepts.hpp>
#include <opara/order/concepts.hpp>
#include <opara/order/ready_list.hpp>

#include <vector>

namespace opara::inline OPARA_ABI::order {

/// Of the ready operators the one that asks for the smallest share of the device, so that large ones do not keep small
/// ones out: Alg. 2 of the Opara paper (IEEE Trans. Computers 74(1), 2025, section 3.3) without its alternation. Ties
/// by the moment at which they became ready. O(V log V + E).
struct smallest_demand {
    /// @return the order
    /// @throws cost_error  a demand is NaN, negative or infinite
    template <cost::demand_model Cost>
    std::vector<op_id> operator()(const frozen_graph& g, const Cost& cost) const {
        keyed_queue<double> ready;
        return list_order(g, [&](op_id v) { ready.push(cost::demand_of(cost, v), v); }, [&] { return ready.pop(); });
    }

    friend bool operator==(const smallest_demand&, const smallest_demand&) = default;
};

} // namespace opara::inline OPARA_ABI::order
