/// @file
/// Makes `frozen_graph` a graph of Boost.Graph's, so that any algorithm of Boost's runs on it.
///
/// Models VertexListGraph, EdgeListGraph, AdjacencyGraph and BidirectionalGraph, with `boost::vertex_index`. Vertices
/// are plain numbers. Only this header needs Boost; graphs of Boost's are accepted without it (graph/freeze.hpp).
#pragma once

#include <opara/graph/frozen.hpp>

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/iterator/transform_iterator.hpp>
#include <boost/property_map/property_map.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace opara::inline OPARA_ABI {

namespace detail {
struct number_of {
    std::uint32_t operator()(op_id v) const noexcept { return v.value; }
};
struct edge_from {
    op_id source;
    edge operator()(op_id target) const noexcept { return {source, target}; }
};
struct edge_to {
    op_id target;
    edge operator()(op_id source) const noexcept { return {source, target}; }
};

/// Walks all edges by source.
class edge_iterator : public boost::iterator_facade<edge_iterator, edge, boost::forward_traversal_tag, edge> {
public:
    edge_iterator() = default;
    edge_iterator(const frozen_graph& g, std::size_t source) : g_{&g}, source_{source} { skip_empty_rows(); }

private:
    friend class boost::iterator_core_access;
    [[nodiscard]] edge dereference() const {
        const op_id source = op_id::from_index(source_);
        return {source, g_->successors(source)[at_]};
    }
    [[nodiscard]] bool equal(const edge_iterator& other) const noexcept {
        return source_ == other.source_ && at_ == other.at_;
    }
    void increment() {
        if (++at_ == g_->successors(op_id::from_index(source_)).size()) {
            at_ = 0;
            ++source_;
            skip_empty_rows();
        }
    }
    void skip_empty_rows() {
        while (source_ < g_->size() && g_->successors(op_id::from_index(source_)).empty()) {
            ++source_;
        }
    }

    const frozen_graph* g_ = nullptr;
    std::size_t source_ = 0;
    std::size_t at_ = 0;
};

struct frozen_traversal : boost::bidirectional_graph_tag,
                          boost::adjacency_graph_tag,
                          boost::vertex_list_graph_tag,
                          boost::edge_list_graph_tag {};
} // namespace detail

} // namespace opara::inline OPARA_ABI

/// Boost.Graph's own names.
namespace boost {

/// What Boost.Graph knows of a frozen graph.
template <>
struct graph_traits<opara::frozen_graph> {
    using vertex_descriptor = std::uint32_t;                          ///< the number of an operator
    using edge_descriptor = opara::edge;                              ///< its two ends
    using directed_category = boost::bidirectional_tag;               ///< both ways
    using edge_parallel_category = boost::disallow_parallel_edge_tag; ///< no edge is there twice
    using traversal_category = opara::detail::frozen_traversal;       ///< all that it offers
    using vertices_size_type = std::size_t;                           ///< counts vertices
    using edges_size_type = std::size_t;                              ///< counts edges
    using degree_size_type = std::size_t;                             ///< counts the edges of a vertex
    using vertex_iterator = boost::counting_iterator<std::uint32_t>;  ///< over all vertices
    using edge_iterator = opara::detail::edge_iterator;               ///< over all edges
    using adjacency_iterator =
        boost::transform_iterator<opara::detail::number_of, const opara::op_id*>; ///< over successors
    using out_edge_iterator =
        boost::transform_iterator<opara::detail::edge_from, const opara::op_id*>;                    ///< over edges out
    using in_edge_iterator = boost::transform_iterator<opara::detail::edge_to, const opara::op_id*>; ///< over edges in

    /// A vertex that is none.
    static vertex_descriptor null_vertex() { return ~vertex_descriptor{0}; }
};

/// Its vertices are their own index.
template <>
struct property_map<opara::frozen_graph, boost::vertex_index_t> {
    using type = boost::typed_identity_property_map<std::uint32_t>; ///< the map
    using const_type = type;                                        ///< the map
};

} // namespace boost

namespace opara::inline OPARA_ABI {

// Boost.Graph's functions, found by argument-dependent lookup.
/// @cond
using frozen_traits = boost::graph_traits<frozen_graph>;

inline std::size_t num_vertices(const frozen_graph& g) noexcept { return g.size(); }
inline std::size_t num_edges(const frozen_graph& g) noexcept { return g.edge_count(); }
inline std::pair<frozen_traits::vertex_iterator, frozen_traits::vertex_iterator> vertices(const frozen_graph& g) {
    return {frozen_traits::vertex_iterator{0}, frozen_traits::vertex_iterator{static_cast<std::uint32_t>(g.size())}};
}
inline std::pair<frozen_traits::edge_iterator, frozen_traits::edge_iterator> edges(const frozen_graph& g) {
    return {frozen_traits::edge_iterator{g, 0}, frozen_traits::edge_iterator{g, g.size()}};
}
inline std::uint32_t source(edge e, const frozen_graph&) noexcept { return e.source.value; }
inline std::uint32_t target(edge e, const frozen_graph&) noexcept { return e.target.value; }
inline std::size_t out_degree(std::uint32_t v, const frozen_graph& g) noexcept { return g.successors(op_id{v}).size(); }
inline std::size_t in_degree(std::uint32_t v, const frozen_graph& g) noexcept {
    return g.predecessors(op_id{v}).size();
}
inline std::size_t degree(std::uint32_t v, const frozen_graph& g) noexcept {
    return out_degree(v, g) + in_degree(v, g);
}
inline auto adjacent_vertices(std::uint32_t v, const frozen_graph& g) {
    const auto row = g.successors(op_id{v});
    using it = frozen_traits::adjacency_iterator;
    return std::pair{it{row.data(), detail::number_of{}}, it{row.data() + row.size(), detail::number_of{}}};
}
inline auto out_edges(std::uint32_t v, const frozen_graph& g) {
    const auto row = g.successors(op_id{v});
    using it = frozen_traits::out_edge_iterator;
    return std::pair{it{row.data(), detail::edge_from{op_id{v}}},
                     it{row.data() + row.size(), detail::edge_from{op_id{v}}}};
}
inline auto in_edges(std::uint32_t v, const frozen_graph& g) {
    const auto row = g.predecessors(op_id{v});
    using it = frozen_traits::in_edge_iterator;
    return std::pair{it{row.data(), detail::edge_to{op_id{v}}}, it{row.data() + row.size(), detail::edge_to{op_id{v}}}};
}
inline boost::typed_identity_property_map<std::uint32_t> get(boost::vertex_index_t, const frozen_graph&) { return {}; }
inline std::uint32_t get(boost::vertex_index_t, const frozen_graph&, std::uint32_t v) { return v; }
/// @endcond

} // namespace opara::inline OPARA_ABI
