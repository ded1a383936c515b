/// @file
/// Opara's stream allocation.
#pragma once

#include <opara/assign/concepts.hpp>
#include <opara/order/concepts.hpp>
#include <opara/order/topological.hpp>

#include <concepts>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::assign {

/// Alg. 1 of the Opara paper (IEEE Trans. Computers 74(1), 2025, section 3.1): visits the operators in topological
/// order; each goes on in the lane of its first predecessor (in argument order) whose lane nobody has gone on in, or
/// opens a lane of its own. Every lane is a path of the graph, so lanes add no order to it; lanes are never used again.
///
/// The paper visits in plain topological order. The published prototype visits in Alg. 2's order instead: that is
/// `first_free_predecessor{order::alternating{...}}`.
/// @tparam Visit  the order policy that says in which order operators are visited
/// Complexity: O(V + E).
template <class Visit = order::topological>
struct first_free_predecessor {
    Visit visit{}; ///< in which order operators look for a lane

    /// The paper's.
    first_free_predecessor() = default;
    /// With an order of one's own.
    explicit first_free_predecessor(Visit order) : visit{std::move(order)} {}

    /// @return the assignment
    /// @throws policy_error  `visit` gave no topological order
    template <class Cost>
        requires order_policy<Visit, Cost>
    assignment operator()(const frozen_graph& g, const Cost& cost) const {
        if constexpr (std::same_as<Visit, order::topological>) {
            return follow(g, g.topological_order());
        } else {
            const std::vector<op_id> sequence = visit(g, cost);
            require_topological(sequence, g);
            return follow(g, sequence);
        }
    }

    friend bool operator==(const first_free_predecessor&, const first_free_predecessor&) = default;

private:
    static assignment follow(const frozen_graph& g, std::span<const op_id> sequence) {
        assignment a{.lane = std::vector<lane_id>(g.size()), .lanes = 0, .stage = {}};
        std::vector<char> continued(g.size(), 0);
        for (const op_id v : sequence) {
            bool found = false;
            for (const op_id p : g.predecessors(v)) {
                if (continued[p.index()] == 0) {
                    continued[p.index()] = 1;
                    a.lane[v.index()] = a.lane[p.index()];
                    found = true;
                    break;
                }
            }
            if (!found) {
                a.lane[v.index()] = lane_id::from_index(a.lanes++);
            }
        }
        return a;
    }
};

} // namespace opara::inline OPARA_ABI::assign
