/// @file
/// How far an operator is from the beginning.
#pragma once

#include <opara/graph/frozen.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace opara::inline OPARA_ABI {

/// For each operator the number of edges on the longest path that leads to it; 0 for sources. O(V + E).
[[nodiscard]] inline std::vector<std::uint32_t> levels(const frozen_graph& g) {
    std::vector<std::uint32_t> level(g.size(), 0);
    for (const op_id v : g.topological_order()) {
        const std::uint32_t next = level[v.index()] + 1;
        for (const op_id s : g.successors(v)) {
            level[s.index()] = std::max(level[s.index()], next);
        }
    }
    return level;
}

} // namespace opara::inline OPARA_ABI
