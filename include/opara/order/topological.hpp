/// @file
/// The order of the program.
#pragma once

#include <opara/order/concepts.hpp>

#include <vector>

namespace opara::inline OPARA_ABI::order {

/// The topological order that is smallest in lexicographic order: the order in which the graph lists its operators,
/// wherever its edges allow it. Asks nothing of the cost model. O(V).
struct topological {
    /// @return the order
    template <class Cost>
    std::vector<op_id> operator()(const frozen_graph& g, const Cost&) const {
        return {g.topological_order().begin(), g.topological_order().end()};
    }

    friend bool operator==(const topological&, const topological&) = default;
};

} // namespace opara::inline OPARA_ABI::order
