/// @file
/// Anything that is a graph becomes a `frozen_graph`: a `dag`, any Boost.Graph graph, or a number and a callable.
#pragma once

#include <opara/graph/concepts.hpp>
#include <opara/graph/frozen.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI {

/// Freezes any Boost.Graph graph. Operators are numbered as `vertices(g)` lists them.
///
/// Vertices need no index of their own: integral descriptors that count from 0 (vecS) are used as they are, any other
/// (listS, setS, a user's type) is looked up by its place.
/// @throws graph_error, cycle_error  as `frozen_graph`'s constructor
/// Complexity: O(V + E), and O((V + E) log V) for descriptors that are no index.
template <boost_operator_graph G>
[[nodiscard]] frozen_graph freeze(const G& g, duplicate_edges duplicates = duplicate_edges::reject) {
    using vertex = detail::vertex_of<G>;
    std::vector<edge> edges;
    const auto [first, last] = vertices(g);
    if constexpr (std::integral<vertex>) {
        std::size_t count = 0;
        bool counts_from_zero = true;
        for (auto v = first; v != last; ++v) {
            counts_from_zero = counts_from_zero && static_cast<std::size_t>(*v) == count;
            ++count;
        }
        if (counts_from_zero) {
            for (auto v = first; v != last; ++v) {
                const auto [e, e_last] = out_edges(*v, g);
                for (auto it = e; it != e_last; ++it) {
                    edges.push_back({op_id::from_index(static_cast<std::size_t>(*v)),
                                     op_id::from_index(static_cast<std::size_t>(target(*it, g)))});
                }
            }
            return frozen_graph{count, edges, duplicates};
        }
    }
    std::vector<std::pair<vertex, op_id>> place;
    for (auto v = first; v != last; ++v) {
        place.emplace_back(*v, op_id::from_index(place.size()));
    }
    const auto before = [](const auto& a, const auto& b) { return a.first < b.first; };
    std::sort(place.begin(), place.end(), before);
    for (auto v = first; v != last; ++v) {
        const auto [e, e_last] = out_edges(*v, g);
        const op_id source = std::lower_bound(place.begin(), place.end(), std::pair{*v, op_id{}}, before)->second;
        for (auto it = e; it != e_last; ++it) {
            const vertex to = target(*it, g);
            const auto found = std::lower_bound(place.begin(), place.end(), std::pair{to, op_id{}}, before);
            if (found == place.end() || to < found->first) {
                throw graph_error{"an edge of operator " + std::to_string(source.value) +
                                      " leads to a vertex that is not in the graph",
                                  source.index(), place.size()};
            }
            edges.push_back({source, found->second});
        }
    }
    return frozen_graph{place.size(), edges, duplicates};
}

/// Freezes the graph of an engine that knows nothing of Boost: how many operators, and who needs each.
///
/// @code
/// const auto users_of = [&](std::size_t v) -> const std::vector<std::size_t>& { return nodes[v].users; };
/// auto g = opara::freeze(nodes.size(), users_of);
/// @endcode
/// @param operators  how many there are; they are numbered from 0
/// @param successors  called once for each operator with its number; returns a range of numbers
/// @throws graph_error, cycle_error  as `frozen_graph`'s constructor
template <std::invocable<std::size_t> Successors>
[[nodiscard]] frozen_graph freeze(std::size_t operators, Successors&& successors,
                                  duplicate_edges duplicates = duplicate_edges::reject) {
    std::vector<edge> edges;
    for (std::size_t v = 0; v < operators; ++v) {
        auto&& row = successors(v);
        for (const auto target : row) {
            const auto number = static_cast<std::size_t>(target);
            if (number >= operators) {
                throw graph_error{"edge " + std::to_string(v) + " -> " + std::to_string(number) +
                                      " leaves the graph, which has " + std::to_string(operators) + " operators",
                                  v, number};
            }
            edges.push_back({op_id::from_index(v), op_id::from_index(number)});
        }
    }
    return frozen_graph{operators, edges, duplicates};
}

} // namespace opara::inline OPARA_ABI
