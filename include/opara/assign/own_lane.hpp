/// @file
/// Everything in a lane of its own: no order but the graph's.
#pragma once

#include <opara/assign/concepts.hpp>

#include <cstddef>

namespace opara::inline OPARA_ABI::assign {

/// A lane for each operator, so that the plan orders no two operators that the graph does not: all the parallelism
/// there is, at the price of a wait for every edge that no other edges imply. In a CUDA graph, which keeps no lanes,
/// that is the graph's own edges. Asks nothing of the cost model. O(V).
struct own_lane {
    /// @return the assignment
    template <class Cost>
    assignment operator()(const frozen_graph& g, const Cost&) const {
        assignment a{.lane = std::vector<lane_id>(g.size()), .lanes = g.size(), .stage = {}};
        for (std::size_t v = 0; v < g.size(); ++v) {
            a.lane[v] = lane_id::from_index(v);
        }
        return a;
    }

    friend bool operator==(const own_lane&, const own_lane&) = default;
};

} // namespace opara::inline OPARA_ABI::assign
