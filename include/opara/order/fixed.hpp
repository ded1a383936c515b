/// @file
/// An order that somebody else found.
#pragma once

#include <opara/order/concepts.hpp>

#include <vector>

namespace opara::inline OPARA_ABI::order {

/// The given order: of a search, a profile, a stored plan. A scheduler rejects it (`policy_error`) if it is no
/// topological order of its graph.
struct fixed {
    std::vector<op_id> sequence; ///< every operator once

    /// @return the sequence
    template <class Cost>
    const std::vector<op_id>& operator()(const frozen_graph&, const Cost&) const {
        return sequence;
    }

    friend bool operator==(const fixed&, const fixed&) = default;
};

} // namespace opara::inline OPARA_ABI::order
