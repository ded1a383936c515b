/// @file
/// Nimble's stream assignment.
#pragma once

#include <opara/assign/concepts.hpp>
#include <opara/graph/matching.hpp>
#include <opara/graph/path_cover.hpp>
#include <opara/graph/reachability.hpp>
#include <opara/graph/reduction.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI::assign {

/// Whether chains that cannot overlap share a lane.
enum class lane_reuse {
    when_ordered, ///< a chain goes on in the lane of one that ends before it begins, whatever the schedule (Nimble)
    never         ///< each chain has a lane of its own
};

/// The assignment of Nimble (Kwon et al., NeurIPS 2020, section 4.2): independent operators never share a lane, with
/// the fewest waits that this allows, |E| - |M| for E the edges of the minimum equivalent graph and M a maximum
/// matching of its vertices with their successors. The matching cuts the graph into chains; a second matching, between
/// chains of which one ends before the other begins, then brings the number of lanes down to near the width. Lanes add
/// no order to the graph. Asks nothing of the cost model.
///
/// Complexity: O(E sqrt(V)) for the chains and O(C V / 64 + C^2.5) for their reuse, C chains; memory C V / 8
/// bytes, and 4 for each pair of chains that cannot overlap.
struct chain_cover {
    lane_reuse reuse = lane_reuse::when_ordered; ///< whether chains share lanes

    /// @return the assignment
    template <class Cost>
    assignment operator()(const frozen_graph& g, const Cost&) const {
        const frozen_graph reduced = transitive_reduction(g);
        const path_cover chains = minimum_path_cover(reduced);
        const std::vector<std::uint32_t> lane_of_chain =
            reuse == lane_reuse::when_ordered ? share_lanes(reduced, chains) : own_lanes(chains.size());
        assignment a{.lane = std::vector<lane_id>(g.size()), .lanes = 0, .stage = {}};
        for (std::size_t v = 0; v < g.size(); ++v) {
            a.lane[v] = lane_id{lane_of_chain[chains.chain[v]]};
            a.lanes = std::max(a.lanes, a.lane[v].index() + 1);
        }
        return a;
    }

    friend bool operator==(const chain_cover&, const chain_cover&) = default;

private:
    static std::vector<std::uint32_t> own_lanes(std::size_t chains) {
        std::vector<std::uint32_t> lane(chains);
        for (std::size_t c = 0; c < chains; ++c) {
            lane[c] = static_cast<std::uint32_t>(c);
        }
        return lane;
    }

    // For each chain the chains that can only begin after its end. Only the beginnings of chains are asked for, so the
    // closure is kept towards them alone: a column for each chain instead of one for each operator.
    static std::vector<std::vector<std::uint32_t>> followers(const frozen_graph& g, const path_cover& chains) {
        const std::size_t words = (chains.size() + 63) / 64;
        std::vector<std::uint64_t> begins(g.size() * words, 0);
        const auto order = g.topological_order();
        for (std::size_t i = order.size(); i-- > 0;) {
            std::uint64_t* const own = begins.data() + order[i].index() * words;
            for (const op_id s : g.successors(order[i])) {
                const std::uint64_t* const other = begins.data() + s.index() * words;
                for (std::size_t w = 0; w < words; ++w) {
                    own[w] |= other[w];
                }
                const std::uint32_t c = chains.chain[s.index()];
                if (chains.operators[c].front() == s) {
                    own[c / 64] |= std::uint64_t{1} << (c % 64);
                }
            }
        }
        std::vector<std::vector<std::uint32_t>> after(chains.size());
        for (std::size_t c = 0; c < chains.size(); ++c) {
            const std::uint64_t* const row = begins.data() + chains.operators[c].back().index() * words;
            for (std::size_t d = 0; d < chains.size(); ++d) {
                if ((row[d / 64] >> (d % 64) & 1U) != 0) {
                    after[c].push_back(static_cast<std::uint32_t>(d));
                }
            }
        }
        return after;
    }

    static std::vector<std::uint32_t> share_lanes(const frozen_graph& g, const path_cover& chains) {
        const auto after = followers(g, chains);
        const auto pairs = maximum_matching(chains.size(), chains.size(),
                                            [&](std::uint32_t c) { return std::span<const std::uint32_t>{after[c]}; });
        std::vector<std::uint32_t> lane(chains.size());
        std::uint32_t lanes = 0;
        for (std::size_t c = 0; c < chains.size(); ++c) {
            if (pairs.right[c] == bipartite_matching::nobody) {
                for (auto d = static_cast<std::uint32_t>(c); d != bipartite_matching::nobody; d = pairs.left[d]) {
                    lane[d] = lanes;
                }
                ++lanes;
            }
        }
        return lane;
    }
};

} // namespace opara::inline OPARA_ABI::assign
