/// @file
/// Everything in one lane: the sequential plan, the one to beat.
#pragma once

#include <opara/assign/concepts.hpp>

namespace opara::inline OPARA_ABI::assign {

/// One lane for all. Asks nothing of the cost model. O(V).
struct single {
    /// @return the assignment
    template <class Cost>
    assignment operator()(const frozen_graph& g, const Cost&) const {
        return {.lane = std::vector<lane_id>(g.size()), .lanes = g.empty() ? 0U : 1U, .stage = {}};
    }

    friend bool operator==(const single&, const single&) = default;
};

} // namespace opara::inline OPARA_ABI::assign
