/// @file
/// What an order policy is.
#pragma once

#include <opara/core/error.hpp>
#include <opara/graph/frozen.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace opara::inline OPARA_ABI {

/// Decides in which order operators are handed to the device: a callable value that takes a graph and a cost model and
/// returns every operator once, in some topological order.
template <class Policy, class Cost>
concept order_policy = std::copyable<Policy> && requires(const Policy& order, const frozen_graph& g, const Cost& cost) {
    { order(g, cost) } -> std::convertible_to<std::vector<op_id>>;
};

/// Makes sure that `sequence` is a topological order of `g`. O(V + E).
/// @throws policy_error  it has the wrong length, repeats an operator or puts one before its predecessor
inline void require_topological(std::span<const op_id> sequence, const frozen_graph& g) {
    if (sequence.size() != g.size()) {
        throw policy_error{"the order has " + std::to_string(sequence.size()) + " operators, the graph " +
                           std::to_string(g.size())};
    }
    std::vector<bool> done(g.size(), false);
    for (std::size_t i = 0; i < sequence.size(); ++i) {
        const op_id v = sequence[i];
        if (v.index() >= g.size() || done[v.index()]) {
            throw policy_error{"place " + std::to_string(i) + " of the order names operator " +
                               std::to_string(v.value) +
                               (v.index() >= g.size() ? ", which does not exist" : " for the second time")};
        }
        for (const op_id p : g.predecessors(v)) {
            if (!done[p.index()]) {
                throw policy_error{"the order puts operator " + std::to_string(v.value) + " before operator " +
                                   std::to_string(p.value) + ", which it needs"};
            }
        }
        done[v.index()] = true;
    }
}

} // namespace opara::inline OPARA_ABI
