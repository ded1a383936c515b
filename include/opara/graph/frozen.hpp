/// @file
/// The graph that every algorithm of the library works on.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/id.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI {

/// A dependency: `target` may start when `source` is done.
struct edge {
    op_id source; ///< the operator that comes first
    op_id target; ///< the operator that needs it

    friend constexpr auto operator<=>(const edge&, const edge&) = default;
    friend constexpr bool operator==(const edge&, const edge&) = default; // nvcc declares the implied one, and loses it
};

/// What to do with an edge that is given twice (an operator that reads one tensor twice).
enum class duplicate_edges {
    reject, ///< a `graph_error`
    merge   ///< keep the first
};

/// A finite acyclic directed graph in compressed rows, both ways. Immutable, a regular value.
///
/// Predecessors and successors come in the order in which the edges were given, so "the first argument of an operator"
/// keeps its meaning. Every object is acyclic, free of duplicate edges and knows a topological order: construction
/// checks it once and no algorithm has to ask again. Memory: 8 bytes an edge and 12 an operator.
/// `opara/graph/boost.hpp` makes it a model of Boost.Graph's VertexListGraph, EdgeListGraph and BidirectionalGraph.
class frozen_graph {
public:
    /// The empty graph.
    frozen_graph() = default;

    /// Takes `operators` vertices, numbered from 0, and their edges.
    /// @throws graph_error  an end of an edge is no operator; an edge is there twice (unless they are merged);
    ///         2^32 - 1 operators or edges or more
    /// @throws cycle_error  with the cycle; a self-loop is one of length 1
    /// Complexity: O(V + E), and O(V log V + E) where some edge leads to a smaller number.
    frozen_graph(std::size_t operators, std::span<const edge> edges,
                 duplicate_edges duplicates = duplicate_edges::reject);

    [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }         ///< number of operators
    [[nodiscard]] std::size_t edge_count() const noexcept { return targets_.size(); } ///< number of edges
    [[nodiscard]] bool empty() const noexcept { return order_.empty(); }              ///< no operator at all

    /// The operators that need `v`, in the order in which the edges were given.
    [[nodiscard]] std::span<const op_id> successors(op_id v) const noexcept { return row(out_, targets_, v); }
    /// The operators that `v` needs, in the order in which the edges were given.
    [[nodiscard]] std::span<const op_id> predecessors(op_id v) const noexcept { return row(in_, sources_, v); }

    /// The topological order that is smallest in lexicographic order: by number wherever the edges leave a choice,
    /// hence simply 0, 1, 2, ... for a graph whose edges all lead to larger numbers (a program order).
    [[nodiscard]] std::span<const op_id> topological_order() const noexcept { return order_; }

    /// Calls `f(edge)` for every edge, by source, then in the order given.
    template <class F>
    void for_each_edge(F&& f) const {
        for (std::size_t v = 0; v < size(); ++v) {
            const op_id source = op_id::from_index(v);
            for (const op_id target : successors(source)) {
                f(edge{source, target});
            }
        }
    }

    /// This graph with further edges; those that it has already are ignored. Same errors as the constructor.
    [[nodiscard]] frozen_graph with_edges(std::span<const edge> further) const;

    friend bool operator==(const frozen_graph&, const frozen_graph&) = default;

private:
    static std::span<const op_id> row(const std::vector<std::uint32_t>& offsets, const std::vector<op_id>& ends,
                                      op_id v) noexcept {
        OPARA_ASSERT(v.index() + 1 < offsets.size());
        return {ends.data() + offsets[v.index()], ends.data() + offsets[v.index() + 1]};
    }
    void check_ends(std::size_t operators, std::span<const edge> edges) const;
    std::vector<edge> drop_duplicates(std::size_t operators, std::span<const edge> edges, duplicate_edges) const;
    void fill_rows(std::size_t operators, std::span<const edge> edges);
    void sort();
    [[nodiscard]] std::vector<op_id> find_cycle(const std::vector<std::uint32_t>& left) const;

    std::vector<std::uint32_t> out_{0}; // row offsets into targets_
    std::vector<op_id> targets_;
    std::vector<std::uint32_t> in_{0}; // row offsets into sources_
    std::vector<op_id> sources_;
    std::vector<op_id> order_;
};

// ---- construction

inline frozen_graph::frozen_graph(std::size_t operators, std::span<const edge> edges, duplicate_edges duplicates) {
    check_ends(operators, edges);
    const std::vector<edge> merged = drop_duplicates(operators, edges, duplicates);
    fill_rows(operators, merged.empty() ? edges : std::span<const edge>{merged});
    sort();
}

inline void frozen_graph::check_ends(std::size_t operators, std::span<const edge> edges) const {
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    if (operators >= most || edges.size() >= most) {
        throw graph_error{"a graph may have at most 4294967294 operators and as many edges", operators, edges.size()};
    }
    for (const edge e : edges) {
        if (e.source.index() >= operators || e.target.index() >= operators) {
            throw graph_error{"edge " + std::to_string(e.source.value) + " -> " + std::to_string(e.target.value) +
                                  " leaves the graph, which has " + std::to_string(operators) + " operators",
                              e.source.index(), e.target.index()};
        }
    }
}

// The edges without repetitions, or nothing at all where none is repeated (the usual case copies nothing).
inline std::vector<edge> frozen_graph::drop_duplicates(std::size_t operators, std::span<const edge> edges,
                                                       duplicate_edges duplicates) const {
    // Group by source with a counting sort, then mark the targets of one source at a time: linear, no hashing.
    std::vector<std::uint32_t> offset(operators + 1, 0);
    for (const edge e : edges) {
        ++offset[e.source.index() + 1];
    }
    for (std::size_t v = 0; v < operators; ++v) {
        offset[v + 1] += offset[v];
    }
    std::vector<std::uint32_t> by_source(edges.size());
    std::vector<std::uint32_t> next(offset.begin(), offset.end() - (operators == 0 ? 0 : 1));
    for (std::size_t i = 0; i < edges.size(); ++i) {
        by_source[next[edges[i].source.index()]++] = static_cast<std::uint32_t>(i);
    }
    constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> last_source(operators, nobody);
    std::vector<bool> repeated;
    for (std::size_t v = 0; v < operators; ++v) {
        for (std::uint32_t k = offset[v]; k < offset[v + 1]; ++k) {
            const edge e = edges[by_source[k]];
            if (last_source[e.target.index()] != v) {
                last_source[e.target.index()] = static_cast<std::uint32_t>(v);
                continue;
            }
            if (duplicates == duplicate_edges::reject) {
                throw graph_error{"edge " + std::to_string(e.source.value) + " -> " + std::to_string(e.target.value) +
                                      " is there twice (duplicate_edges::merge keeps one)",
                                  e.source.index(), e.target.index()};
            }
            repeated.resize(edges.size());
            repeated[by_source[k]] = true;
        }
    }
    std::vector<edge> kept;
    for (std::size_t i = 0; i < repeated.size(); ++i) {
        if (!repeated[i]) {
            kept.push_back(edges[i]);
        }
    }
    return kept;
}

inline void frozen_graph::fill_rows(std::size_t operators, std::span<const edge> edges) {
    out_.assign(operators + 1, 0);
    in_.assign(operators + 1, 0);
    targets_.resize(edges.size());
    sources_.resize(edges.size());
    for (const edge e : edges) {
        ++out_[e.source.index() + 1];
        ++in_[e.target.index() + 1];
    }
    for (std::size_t v = 0; v < operators; ++v) {
        out_[v + 1] += out_[v];
        in_[v + 1] += in_[v];
    }
    std::vector<std::uint32_t> next_out(out_), next_in(in_);
    for (const edge e : edges) {
        targets_[next_out[e.source.index()]++] = e.target;
        sources_[next_in[e.target.index()]++] = e.source;
    }
}

inline void frozen_graph::sort() {
    const std::size_t n = out_.size() - 1;
    order_.reserve(n);
    bool ascending = true;
    for (std::size_t v = 0; v < n && ascending; ++v) {
        for (std::uint32_t k = out_[v]; k < out_[v + 1]; ++k) {
            ascending = ascending && v < targets_[k].index();
        }
    }
    if (ascending) {
        for (std::size_t v = 0; v < n; ++v) {
            order_.push_back(op_id::from_index(v));
        }
        return;
    }
    std::vector<std::uint32_t> left(n);
    std::vector<op_id> ready;
    for (std::size_t v = 0; v < n; ++v) {
        left[v] = in_[v + 1] - in_[v];
        if (left[v] == 0) {
            ready.push_back(op_id::from_index(v)); // ascending, hence a heap already
        }
    }
    constexpr auto later = [](op_id a, op_id b) { return b < a; };
    while (!ready.empty()) {
        std::pop_heap(ready.begin(), ready.end(), later);
        const op_id v = ready.back();
        ready.pop_back();
        order_.push_back(v);
        for (std::uint32_t k = out_[v.index()]; k < out_[v.index() + 1]; ++k) {
            if (--left[targets_[k].index()] == 0) {
                ready.push_back(targets_[k]);
                std::push_heap(ready.begin(), ready.end(), later);
            }
        }
    }
    if (order_.size() != n) {
        throw cycle_error{find_cycle(left)};
    }
}

// Walks backwards among the operators that were never ready: each has a predecessor of the kind, so the walk closes.
inline std::vector<op_id> frozen_graph::find_cycle(const std::vector<std::uint32_t>& left) const {
    std::size_t v = 0;
    while (left[v] == 0) {
        ++v;
    }
    std::vector<std::uint32_t> step(left.size(), 0);
    std::vector<op_id> walk;
    while (step[v] == 0) {
        walk.push_back(op_id::from_index(v));
        step[v] = static_cast<std::uint32_t>(walk.size());
        std::uint32_t k = in_[v];
        while (left[sources_[k].index()] == 0) {
            ++k;
        }
        v = sources_[k].index();
    }
    std::vector<op_id> cycle(walk.begin() + (step[v] - 1), walk.end());
    std::reverse(cycle.begin(), cycle.end());
    // Begin at the smallest number, so that equal graphs give equal errors.
    std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
    return cycle;
}

inline frozen_graph frozen_graph::with_edges(std::span<const edge> further) const {
    if (further.empty()) {
        return *this;
    }
    std::vector<edge> all;
    all.reserve(edge_count() + further.size());
    // By target: the order of predecessors is the one with a meaning (the arguments of an operator), so it is kept.
    for (std::size_t v = 0; v < size(); ++v) {
        for (const op_id p : predecessors(op_id::from_index(v))) {
            all.push_back({p, op_id::from_index(v)});
        }
    }
    all.insert(all.end(), further.begin(), further.end());
    return frozen_graph{size(), all, duplicate_edges::merge};
}

/// A frozen graph is frozen: returns it as it is, so that generic code may call `freeze` on anything.
inline const frozen_graph& freeze(const frozen_graph& g) noexcept { return g; }

} // namespace opara::inline OPARA_ABI
