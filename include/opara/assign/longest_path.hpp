/// @file
/// The longest path in a lane of its own, the rest in turn.
#pragma once

#include <opara/assign/concepts.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace opara::inline OPARA_ABI::assign {

/// Puts a path of the most operators into lane 0 and deals all others out to the other lanes, in topological order:
/// what apex's torchsched does, which knows no costs (NVIDIA/apex, `contrib/torchsched`, 2025; it has 8 lanes beside
/// the first). Of equally long paths it takes the one whose operators come first among their predecessors. Asks nothing
/// of the cost model. O(V + E).
struct longest_path {
    std::size_t lanes = 4; ///< how many, that of the path included; at least 1

    /// @return the assignment
    /// @throws policy_error  `lanes` is 0
    template <class Cost>
    assignment operator()(const frozen_graph& g, const Cost&) const {
        if (lanes == 0) {
            throw policy_error{"assign::longest_path needs at least one lane"};
        }
        std::vector<std::uint32_t> length(g.size(), 1); // of the longest path that ends here, in operators
        op_id last{0};
        for (const op_id v : g.topological_order()) {
            for (const op_id p : g.predecessors(v)) {
                length[v.index()] = std::max(length[v.index()], length[p.index()] + 1);
            }
            if (length[v.index()] > length[last.index()]) {
                last = v;
            }
        }
        std::vector<char> on_path(g.size(), 0);
        for (std::uint32_t left = g.empty() ? 0 : length[last.index()]; left != 0; --left) {
            on_path[last.index()] = 1;
            for (const op_id p : g.predecessors(last)) {
                if (length[p.index()] + 1 == left) {
                    last = p;
                    break;
                }
            }
        }
        assignment a{.lane = std::vector<lane_id>(g.size()), .lanes = g.empty() ? 0U : 1U, .stage = {}};
        std::size_t next = 0;
        for (const op_id v : g.topological_order()) {
            if (on_path[v.index()] == 0 && lanes > 1) {
                const std::size_t lane = 1 + next++ % (lanes - 1);
                a.lane[v.index()] = lane_id::from_index(lane);
                a.lanes = std::max(a.lanes, lane + 1);
            }
        }
        return a;
    }

    friend bool operator==(const longest_path&, const longest_path&) = default;
};

} // namespace opara::inline OPARA_ABI::assign
