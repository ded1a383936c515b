/// @file
/// One wave after another.
#pragma once

#include <opara/assign/concepts.hpp>
#include <opara/graph/levels.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace opara::inline OPARA_ABI::assign {

/// What stands between two waves.
enum class level_barrier {
    full, ///< every operator of a level waits for every operator of the level before
    none  ///< operators wait for their own predecessors only
};

/// All operators of equal distance from a source run side by side, each in a lane of its own: the breadth-first
/// Wavefront schedule of Rammer (Ma et al., OSDI 2020), which the Opara paper compares itself with. Asks nothing of the
/// cost model.
/// Complexity: O(V + E).
struct by_level {
    level_barrier barrier = level_barrier::full; ///< what stands between two levels

    /// @return the assignment
    template <class Cost>
    assignment operator()(const frozen_graph& g, const Cost&) const {
        assignment a{.lane = std::vector<lane_id>(g.size()), .lanes = 0, .stage = levels(g)};
        std::vector<std::uint32_t> taken; // for each level how many lanes it has
        for (const op_id v : g.topological_order()) {
            const std::size_t level = a.stage[v.index()];
            taken.resize(std::max(taken.size(), level + 1), 0);
            a.lane[v.index()] = lane_id{taken[level]++};
            a.lanes = std::max<std::size_t>(a.lanes, taken[level]);
        }
        if (barrier == level_barrier::none) {
            a.stage.clear();
        }
        return a;
    }

    friend bool operator==(const by_level&, const by_level&) = default;
};

} // namespace opara::inline OPARA_ABI::assign
