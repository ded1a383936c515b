/// @file
/// Seeded random operator graphs of the shapes that networks have, and of those that break planners.
#pragma once

#include <opara/core/id.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/testing/random.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::testing {

/// A family of graphs. Each has members of every size, 0 and 1 included.
enum class graph_family : std::uint8_t {
    chain,     ///< one operator after another: no parallelism, the deepest recursion
    antichain, ///< no edge at all: as wide as it is large
    diamond,   ///< fork, one operator a branch, join; again and again (2 to 9 branches)
    grid,      ///< as square as can be, each operator needs the one above and the one to the left
    layered,   ///< layers of 1 to 8; each operator needs 1 to 3 of the layer before, some one of the 64 before (a skip)
    series_parallel, ///< grown from one edge by random series and parallel steps
    dense,           ///< each operator needs each of the 32 before it with probability 1/2: mostly redundant edges
    sparse           ///< three random edges for every two operators: many components, sources and sinks
};

/// Every family, to loop over.
inline constexpr std::array all_graph_families{
    graph_family::chain,   graph_family::antichain,       graph_family::diamond, graph_family::grid,
    graph_family::layered, graph_family::series_parallel, graph_family::dense,   graph_family::sparse};

/// The family's name, as in the enumeration.
[[nodiscard]] constexpr std::string_view name(graph_family family) noexcept {
    switch (family) {
    case graph_family::chain: return "chain";
    case graph_family::antichain: return "antichain";
    case graph_family::diamond: return "diamond";
    case graph_family::grid: return "grid";
    case graph_family::layered: return "layered";
    case graph_family::series_parallel: return "series_parallel";
    case graph_family::dense: return "dense";
    case graph_family::sparse: return "sparse";
    }
    return "?";
}

/// How the operators of a random graph are numbered.
enum class numbering : std::uint8_t {
    program, ///< every edge leads to a larger number, as in a program
    shuffled ///< at random, and the edges come in random order, too
};

namespace detail {

inline op_id nth(std::size_t index) { return op_id::from_index(index); }

inline std::vector<edge> chain_edges(std::size_t n) {
    std::vector<edge> edges;
    for (std::size_t v = 1; v < n; ++v) {
        edges.push_back({nth(v - 1), nth(v)});
    }
    return edges;
}

inline std::vector<edge> diamond_edges(std::size_t n, random_source& random) {
    std::vector<edge> edges;
    std::size_t fork = 0;
    while (fork + 1 < n) {
        const std::size_t left = n - fork - 1;
        const std::size_t branches = left < 3 ? left : std::min(left - 1, random.between(2, 9));
        const std::size_t join = fork + branches + 1;
        for (std::size_t branch = fork + 1; branch < join; ++branch) {
            edges.push_back({nth(fork), nth(branch)});
            if (join < n) {
                edges.push_back({nth(branch), nth(join)});
            }
        }
        fork = join;
    }
    return edges;
}

inline std::vector<edge> grid_edges(std::size_t n) {
    std::size_t columns = 1;
    while (columns * columns < n) {
        ++columns;
    }
    std::vector<edge> edges;
    for (std::size_t v = 1; v < n; ++v) {
        if (v >= columns) {
            edges.push_back({nth(v - columns), nth(v)});
        }
        if (v % columns != 0) {
            edges.push_back({nth(v - 1), nth(v)});
        }
    }
    return edges;
}

inline std::vector<edge> layered_edges(std::size_t n, random_source& random) {
    std::vector<edge> edges;
    std::size_t before = 0; // the layer before is [before, begin), this one is [begin, end)
    std::size_t begin = 0;
    std::size_t end = std::min(n, random.between(1, 8));
    while (end < n) {
        before = begin;
        begin = end;
        end = std::min(n, begin + random.between(1, 8));
        for (std::size_t v = begin; v < end; ++v) {
            const std::size_t width = begin - before;
            const std::size_t wanted = std::min(width, random.between(1, 3));
            const std::size_t first = random.below(width);
            for (std::size_t k = 0; k < wanted; ++k) {
                edges.push_back({nth(before + (first + k) % width), nth(v)});
            }
            if (before > 0 && random.chance(0.1)) {
                edges.push_back({nth(before - 1 - random.below(std::min<std::size_t>(before, 64))), nth(v)});
            }
        }
    }
    return edges;
}

// Every step adds one operator: on an edge (series) or beside it (parallel). The numbers are no program order yet.
inline std::vector<edge> series_parallel_edges(std::size_t n, random_source& random) {
    std::vector<edge> edges;
    if (n > 1) {
        edges.push_back({nth(0), nth(1)});
    }
    for (std::size_t v = 2; v < n; ++v) {
        edge& chosen = edges[random.below(edges.size())];
        const edge old = chosen;
        if (random.chance(0.5)) {
            chosen.target = nth(v);
        } else {
            edges.push_back({old.source, nth(v)});
        }
        edges.push_back({nth(v), old.target});
    }
    return edges;
}

inline std::vector<edge> dense_edges(std::size_t n, random_source& random) {
    std::vector<edge> edges;
    for (std::size_t v = 1; v < n; ++v) {
        for (std::size_t p = v < 32 ? 0 : v - 32; p < v; ++p) {
            if (random.chance(0.5)) {
                edges.push_back({nth(p), nth(v)});
            }
        }
    }
    return edges;
}

inline std::vector<edge> sparse_edges(std::size_t n, random_source& random) {
    std::vector<edge> edges;
    for (std::size_t k = 0; n > 1 && k < n + n / 2; ++k) {
        const std::size_t target = random.between(1, n - 1);
        edges.push_back({nth(random.below(target)), nth(target)});
    }
    return edges;
}

inline std::vector<edge> renumbered(std::span<const edge> edges, std::span<const op_id> new_number) {
    std::vector<edge> result;
    result.reserve(edges.size());
    for (const edge e : edges) {
        result.push_back({new_number[e.source.index()], new_number[e.target.index()]});
    }
    return result;
}

} // namespace detail

/// A graph of a family, the same for the same arguments on every machine.
/// @param operators  exactly so many
/// @param seed  chain, antichain and grid have one member a size and use it for the shuffled numbering only
/// Complexity: linear (dense graphs have 16 edges an operator), times log V for series_parallel and shuffled ones;
/// a million operators take about a second.
[[nodiscard]] inline frozen_graph random_graph(graph_family family, std::size_t operators, std::uint64_t seed,
                                               numbering numbers = numbering::program) {
    random_source random{seed ^ (static_cast<std::uint64_t>(family) << 56U)};
    std::vector<edge> edges;
    switch (family) {
    case graph_family::chain: edges = detail::chain_edges(operators); break;
    case graph_family::antichain: break;
    case graph_family::diamond: edges = detail::diamond_edges(operators, random); break;
    case graph_family::grid: edges = detail::grid_edges(operators); break;
    case graph_family::layered: edges = detail::layered_edges(operators, random); break;
    case graph_family::series_parallel: edges = detail::series_parallel_edges(operators, random); break;
    case graph_family::dense: edges = detail::dense_edges(operators, random); break;
    case graph_family::sparse: edges = detail::sparse_edges(operators, random); break;
    }
    std::vector<op_id> new_number(operators);
    if (numbers == numbering::shuffled) {
        for (std::size_t v = 0; v < operators; ++v) {
            new_number[v] = detail::nth(v);
        }
        random.shuffle(std::span{new_number});
        random.shuffle(std::span{edges});
        return frozen_graph{operators, detail::renumbered(edges, new_number), duplicate_edges::merge};
    }
    frozen_graph g{operators, edges, duplicate_edges::merge};
    if (family != graph_family::series_parallel) {
        return g;
    }
    for (std::size_t place = 0; place < operators; ++place) {
        new_number[g.topological_order()[place].index()] = detail::nth(place);
    }
    return frozen_graph{operators, detail::renumbered(edges, new_number), duplicate_edges::merge};
}

} // namespace opara::inline OPARA_ABI::testing
