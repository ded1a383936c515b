/// @file
/// Operators that everything else comes before or after, and the segments between them.
#pragma once

#include <opara/graph/frozen.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace opara::inline OPARA_ABI {

/// The operators that are comparable with every other one, in order: each other operator comes before them or after
/// them, whatever the schedule. What lies between two of them is a graph of its own (the cells of a convolutional
/// network), and makespans add up. They are the cut vertices of the transitive reduction between a source
/// before and a sink behind everything. O(V + E).
[[nodiscard]] inline std::vector<op_id> articulation_operators(const frozen_graph& g) {
    const auto order = g.topological_order();
    const std::size_t n = order.size();
    std::vector<std::size_t> position(n);
    for (std::size_t i = 0; i < n; ++i) {
        position[order[i].index()] = i;
    }
    // Of the operators before position i that do not lead to it, the last one has all its successors behind i. So all
    // lead to it exactly if each has a successor at i or before; and likewise backwards.
    std::vector<std::size_t> latest_arrival(n, 0); // over what is before i: the largest position of a first successor
    for (std::size_t i = 0; i + 1 < n; ++i) {
        std::size_t first = n;
        for (const op_id s : g.successors(order[i])) {
            first = std::min(first, position[s.index()]);
        }
        latest_arrival[i + 1] = std::max(latest_arrival[i], first);
    }
    std::vector<op_id> through;
    std::size_t earliest_departure = n; // over what is behind i: the smallest position of a last predecessor, plus one
    for (std::size_t i = n; i-- > 0;) {
        if (latest_arrival[i] <= i && earliest_departure > i) {
            through.push_back(order[i]);
        }
        std::size_t last = 0;
        for (const op_id p : g.predecessors(order[i])) {
            last = std::max(last, position[p.index()] + 1);
        }
        earliest_departure = std::min(earliest_departure, last);
    }
    std::reverse(through.begin(), through.end());
    return through;
}

/// The operators cut into runs that follow one another: every operator of a segment comes before every operator of the
/// next. A segment ends with each articulation operator and with the last operator. In a topological order. O(V + E).
[[nodiscard]] inline std::vector<std::vector<op_id>> segments(const frozen_graph& g) {
    const std::vector<op_id> cuts = articulation_operators(g);
    std::vector<std::vector<op_id>> runs;
    std::size_t next = 0;
    bool open = false;
    for (const op_id v : g.topological_order()) {
        if (!open) {
            runs.emplace_back();
            open = true;
        }
        runs.back().push_back(v);
        if (next < cuts.size() && cuts[next] == v) {
            ++next;
            open = false;
        }
    }
    return runs;
}

} // namespace opara::inline OPARA_ABI
