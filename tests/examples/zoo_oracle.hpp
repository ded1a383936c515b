/// @file
/// The structure of an operator graph, worked out without the library's algorithms: whole tables and brute force.
#pragma once

#include <opara/graph/frozen.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace zoo_oracle {

using edge_list = std::vector<std::pair<std::size_t, std::size_t>>;

// Row u, column v: whether a path of one edge or more leads from u to v.
using table = std::vector<std::vector<bool>>;

inline edge_list edges_of(const opara::frozen_graph& g) {
    edge_list list;
    for (std::size_t v = 0; v < g.size(); ++v) {
        for (const opara::op_id p : g.predecessors(opara::op_id::from_index(v))) { // in argument order
            list.emplace_back(p.index(), v);
        }
    }
    return list;
}

// The zoo's operators are numbered in program order, so every edge leads upwards.
inline table closure(std::size_t n, const edge_list& edges) {
    table reach(n, std::vector<bool>(n, false));
    std::vector<std::vector<std::size_t>> next(n);
    for (const auto& [u, v] : edges) {
        next[u].push_back(v);
    }
    for (std::size_t u = n; u-- > 0;) {
        for (const std::size_t v : next[u]) {
            reach[u][v] = true;
            for (std::size_t w = v + 1; w < n; ++w) {
                reach[u][w] = reach[u][w] || reach[v][w];
            }
        }
    }
    return reach;
}

// An edge stays unless the other end is also reached from another successor.
inline edge_list reduced(std::size_t n, const edge_list& edges) {
    const table reach = closure(n, edges);
    edge_list kept;
    for (const auto& [u, v] : edges) {
        bool implied = false;
        for (const auto& [from, to] : edges) {
            implied = implied || (from == u && to != v && reach[to][v]);
        }
        if (!implied) {
            kept.emplace_back(u, v);
        }
    }
    return kept;
}

// Kuhn's augmenting paths.
inline bool augment(std::size_t u, const table& pairs, std::vector<bool>& seen, std::vector<std::size_t>& partner) {
    for (std::size_t v = 0; v < pairs.size(); ++v) {
        if (!pairs[u][v] || seen[v]) {
            continue;
        }
        seen[v] = true;
        if (partner[v] == pairs.size() || augment(partner[v], pairs, seen, partner)) {
            partner[v] = u;
            return true;
        }
    }
    return false;
}

// The most edges of the relation without a common left or right end.
inline std::size_t matching(const table& pairs) {
    std::vector<std::size_t> partner(pairs.size(), pairs.size());
    std::size_t matched = 0;
    for (std::size_t u = 0; u < pairs.size(); ++u) {
        std::vector<bool> seen(pairs.size(), false);
        matched += augment(u, pairs, seen, partner) ? 1U : 0U;
    }
    return matched;
}

// Dilworth: the fewest chains that cover the order.
inline std::size_t width(std::size_t n, const edge_list& edges) { return n - matching(closure(n, edges)); }

// Nimble's theorem: |E| - |M| waits on the minimum equivalent graph.
inline std::size_t fewest_waits(std::size_t n, const edge_list& edges) {
    const edge_list meg = reduced(n, edges);
    table direct(n, std::vector<bool>(n, false));
    for (const auto& [u, v] : meg) {
        direct[u][v] = true;
    }
    return meg.size() - matching(direct);
}

struct lanes {
    std::vector<std::size_t> of;
    std::size_t count = 0;
};

// Opara's Alg. 1 as the paper prints it.
inline lanes alg1(std::size_t n, const edge_list& edges) {
    lanes s{std::vector<std::size_t>(n, n), 0};
    std::vector<bool> flag(n, false);
    for (std::size_t v = 0; v < n; ++v) {
        for (const auto& [p, target] : edges) {
            if (target == v && !flag[p]) {
                s.of[v] = s.of[p];
                flag[p] = true;
                break;
            }
        }
        if (s.of[v] == n) {
            s.of[v] = s.count++;
        }
    }
    return s;
}

// Edges between lanes: the waits of an executor that reduces nothing.
inline std::size_t crossing(const edge_list& edges, const lanes& s) {
    std::size_t count = 0;
    for (const auto& [u, v] : edges) {
        count += s.of[u] != s.of[v] ? 1U : 0U;
    }
    return count;
}

// The waits that are left when those go which data or the order within lanes imply.
inline std::size_t minimal_waits(std::size_t n, edge_list edges, const lanes& s) {
    std::vector<std::size_t> last(s.count, n);
    for (std::size_t v = 0; v < n; ++v) {
        const std::size_t before = std::exchange(last[s.of[v]], v);
        bool known = before == n;
        for (const auto& [from, to] : edges) {
            known = known || (from == before && to == v);
        }
        if (!known) {
            edges.emplace_back(before, v);
        }
    }
    return crossing(reduced(n, edges), s);
}

} // namespace zoo_oracle
