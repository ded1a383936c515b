/// @file
/// Covering an operator graph by chains; its width.
#pragma once

#include <opara/graph/frozen.hpp>
#include <opara/graph/matching.hpp>
#include <opara/graph/reachability.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI {

/// A partition of the operators into chains, each in a topological order.
struct path_cover {
    std::vector<std::uint32_t> chain;          ///< for each operator the number of its chain
    std::vector<std::vector<op_id>> operators; ///< for each chain its operators, in order

    [[nodiscard]] std::size_t size() const noexcept { return operators.size(); } ///< number of chains
};

namespace detail {
// Follows the pairs of a matching (left copy of an operator with the right copy of the next) into chains, numbered by
// their first operators in topological order.
inline path_cover chains_of(const frozen_graph& g, const bipartite_matching& pairs) {
    path_cover cover;
    cover.chain.resize(g.size());
    for (const op_id v : g.topological_order()) {
        if (pairs.right[v.index()] != bipartite_matching::nobody) {
            continue;
        }
        std::vector<op_id> chain;
        for (std::uint32_t u = v.value; u != bipartite_matching::nobody; u = pairs.left[u]) {
            cover.chain[u] = static_cast<std::uint32_t>(cover.operators.size());
            chain.push_back(op_id{u});
        }
        cover.operators.push_back(std::move(chain));
    }
    return cover;
}
} // namespace detail

/// The fewest vertex-disjoint *paths* of the graph that cover it: n - |maximum matching| (Fulkerson 1956).
/// Complexity: O(E sqrt(V)).
[[nodiscard]] inline path_cover minimum_path_cover(const frozen_graph& g) {
    std::vector<std::uint32_t> targets;
    targets.reserve(g.edge_count());
    g.for_each_edge([&](edge e) { targets.push_back(e.target.value); });
    std::size_t at = 0;
    std::vector<std::size_t> row{0};
    for (std::size_t v = 0; v < g.size(); ++v) {
        at += g.successors(op_id::from_index(v)).size();
        row.push_back(at);
    }
    const auto pairs = maximum_matching(g.size(), g.size(), [&](std::uint32_t v) {
        return std::span<const std::uint32_t>{targets.data() + row[v], targets.data() + row[v + 1]};
    });
    return detail::chains_of(g, pairs);
}

/// The fewest *chains* that cover the graph, where the next operator of a chain needs only be reachable from the one
/// before. By Dilworth's theorem their number is the width: the most operators that can ever run at the same time.
/// @param order  reachability in `g`
/// Complexity: O(P sqrt(V)) for P reachable pairs, and 4 P bytes.
[[nodiscard]] inline path_cover minimum_chain_cover(const frozen_graph& g, const reachability& order) {
    std::vector<std::uint32_t> targets;
    std::vector<std::size_t> row{0};
    for (std::size_t v = 0; v < g.size(); ++v) {
        const auto words = order.from(op_id::from_index(v));
        for (std::size_t w = 0; w < words.size(); ++w) {
            for (std::uint64_t bits = words[w]; bits != 0; bits &= bits - 1) {
                targets.push_back(static_cast<std::uint32_t>(w * 64 + static_cast<unsigned>(std::countr_zero(bits))));
            }
        }
        row.push_back(targets.size());
    }
    const auto pairs = maximum_matching(g.size(), g.size(), [&](std::uint32_t v) {
        return std::span<const std::uint32_t>{targets.data() + row[v], targets.data() + row[v + 1]};
    });
    return detail::chains_of(g, pairs);
}

/// The width of a graph: the size of its largest antichain, hence the most lanes that can be of use. 0 for the empty
/// graph. For graphs of some ten thousand operators at most (see `reachability`).
[[nodiscard]] inline std::size_t width(const frozen_graph& g) { return minimum_chain_cover(g, reachability{g}).size(); }

} // namespace opara::inline OPARA_ABI
