/// @file
/// Lanes in turn.
#pragma once

#include <opara/assign/concepts.hpp>

#include <algorithm>
#include <cstddef>

namespace opara::inline OPARA_ABI::assign {

/// Deals the operators out to a fixed number of lanes, in topological order: what a pool of streams does that knows
/// nothing of the graph. Asks nothing of the cost model. O(V).
struct round_robin {
    std::size_t lanes = 4; ///< how many, at least 1

    /// @return the assignment
    /// @throws policy_error  `lanes` is 0
    template <class Cost>
    assignment operator()(const frozen_graph& g, const Cost&) const {
        if (lanes == 0) {
            throw policy_error{"assign::round_robin needs at least one lane"};
        }
        assignment a{.lane = std::vector<lane_id>(g.size()), .lanes = std::min(lanes, g.size()), .stage = {}};
        std::size_t next = 0;
        for (const op_id v : g.topological_order()) {
            a.lane[v.index()] = lane_id::from_index(next++ % lanes);
        }
        return a;
    }

    friend bool operator==(const round_robin&, const round_robin&) = default;
};

} // namespace opara::inline OPARA_ABI::assign
