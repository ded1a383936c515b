/// @file
/// Longest paths, weighted by durations: how much of the work still hangs on an operator.
#pragma once

#include <opara/cost/concepts.hpp>
#include <opara/graph/frozen.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace opara::inline OPARA_ABI {

/// For each operator the length in microseconds of the longest path from its start to the end of the graph, its own
/// duration included: HEFT's upward rank (Topcuoglu et al., IEEE TPDS 13(3), 2002, section 4) on one kind of processor.
/// @param edge_us  what it costs to follow an edge
/// @throws cost_error  a duration is NaN, negative or infinite
/// Complexity: O(V + E).
template <cost::duration_model Cost>
[[nodiscard]] std::vector<double> upward_rank(const frozen_graph& g, const Cost& cost, double edge_us = 0.0) {
    std::vector<double> rank(g.size(), 0.0);
    const auto order = g.topological_order();
    for (std::size_t i = order.size(); i-- > 0;) {
        const op_id v = order[i];
        double behind = 0.0;
        for (const op_id s : g.successors(v)) {
            behind = std::max(behind, edge_us + rank[s.index()]);
        }
        rank[v.index()] = cost::duration_of(cost, v) + behind;
    }
    return rank;
}

/// For each operator the length in microseconds of the longest path that must be over before it can start (HEFT's
/// downward rank). Same parameters, errors and complexity as `upward_rank`.
template <cost::duration_model Cost>
[[nodiscard]] std::vector<double> downward_rank(const frozen_graph& g, const Cost& cost, double edge_us = 0.0) {
    std::vector<double> head(g.size(), 0.0);
    for (const op_id v : g.topological_order()) {
        const double end = head[v.index()] + cost::duration_of(cost, v);
        for (const op_id s : g.successors(v)) {
            head[s.index()] = std::max(head[s.index()], end + edge_us);
        }
    }
    return head;
}

/// A path whose length is a lower bound on every schedule.
struct critical_path {
    std::vector<op_id> operators; ///< from a source to a sink
    double length_us = 0.0;       ///< durations and edges on it, in microseconds
};

/// The longest path of the graph; of several the one with the smallest numbers, from the front. Same parameters, errors
/// and complexity as `upward_rank`.
template <cost::duration_model Cost>
[[nodiscard]] critical_path find_critical_path(const frozen_graph& g, const Cost& cost, double edge_us = 0.0) {
    critical_path path;
    const std::vector<double> rank = upward_rank(g, cost, edge_us);
    const auto longest = [&](auto candidates, auto admissible) {
        op_id best;
        double length = -1.0;
        for (const op_id v : candidates) {
            if (admissible(v) && (rank[v.index()] > length || (rank[v.index()] == length && v < best))) {
                best = v;
                length = rank[v.index()];
            }
        }
        return best;
    };
    if (g.empty()) {
        return path;
    }
    op_id v = longest(g.topological_order(), [&](op_id u) { return g.predecessors(u).empty(); });
    path.length_us = rank[v.index()];
    path.operators.push_back(v);
    while (!g.successors(v).empty()) {
        v = longest(g.successors(v), [](op_id) { return true; });
        path.operators.push_back(v);
    }
    return path;
}

} // namespace opara::inline OPARA_ABI
