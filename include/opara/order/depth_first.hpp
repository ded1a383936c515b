/// @file
/// Finish what was begun before beginning something else.
#pragma once

#include <opara/order/concepts.hpp>
#include <opara/order/ready_list.hpp>

#include <vector>

namespace opara::inline OPARA_ABI::order {

/// Takes the operator that became ready last: follows a branch to its join before it turns to the next branch, so an
/// operator runs soon after the one that made its input (which is then still in the cache). Of operators that become
/// ready together the first in edge order goes first. Asks nothing of the cost model. O(V + E).
struct depth_first {
    /// @return the order
    template <class Cost>
    std::vector<op_id> operator()(const frozen_graph& g, const Cost&) const {
        // Ready operators as a stack. What one operator makes ready comes in edge order and must leave in edge order,
        // so it is collected first and laid on the stack from the back.
        std::vector<op_id> stack, fresh;
        return list_order(
            g, [&](op_id v) { fresh.push_back(v); },
            [&] {
                stack.insert(stack.end(), fresh.rbegin(), fresh.rend());
                fresh.clear();
                const op_id v = stack.back();
                stack.pop_back();
                return v;
            });
    }

    friend bool operator==(const depth_first&, const depth_first&) = default;
};

} // namespace opara::inline OPARA_ABI::order
