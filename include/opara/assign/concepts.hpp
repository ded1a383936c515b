/// @file
/// What an assignment policy is, and what it returns.
#pragma once

#include <opara/core/error.hpp>
#include <opara/graph/frozen.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace opara::inline OPARA_ABI {

/// Which lane runs each operator. Operators of one lane run one after another.
struct assignment {
    std::vector<lane_id> lane; ///< for each operator its lane
    std::size_t lanes = 0;     ///< number of lanes; every lane is used
    /// For each operator its stage, or empty where there are none. Everything of a stage waits for everything of the
    /// stages before it; no edge leads to an earlier stage.
    std::vector<std::uint32_t> stage;

    friend bool operator==(const assignment&, const assignment&) = default;
};

/// Decides what may run beside what: a callable value that takes a graph and a cost model and gives each operator a
/// lane.
template <class Policy, class Cost>
concept assignment_policy =
    std::copyable<Policy> && requires(const Policy& assign, const frozen_graph& g, const Cost& cost) {
        { assign(g, cost) } -> std::convertible_to<assignment>;
    };

/// Makes sure that an assignment fits a graph of `operators` operators. O(V).
/// @throws policy_error  it has the wrong size, more lanes than operators, or names a lane that does not exist
inline void require_complete(const assignment& a, std::size_t operators) {
    if (a.lane.size() != operators) {
        throw policy_error{"the assignment has lanes for " + std::to_string(a.lane.size()) +
                           " operators, the graph has " + std::to_string(operators)};
    }
    if (a.lanes > std::max<std::size_t>(1, operators)) {
        throw policy_error{"the assignment has " + std::to_string(a.lanes) + " lanes for " + std::to_string(operators) +
                           " operators"};
    }
    for (std::size_t v = 0; v < operators; ++v) {
        if (a.lane[v].index() >= a.lanes) {
            throw policy_error{"the assignment puts operator " + std::to_string(v) + " in lane " +
                               std::to_string(a.lane[v].value) + " of " + std::to_string(a.lanes)};
        }
    }
    if (!a.stage.empty() && a.stage.size() != operators) {
        throw policy_error{"the assignment has stages for " + std::to_string(a.stage.size()) +
                           " operators, the graph has " + std::to_string(operators)};
    }
}

} // namespace opara::inline OPARA_ABI
