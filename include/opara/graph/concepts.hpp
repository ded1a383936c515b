/// @file
/// What an operator graph is, for generic code.
#pragma once

#include <opara/graph/frozen.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace opara::inline OPARA_ABI {

namespace detail {
// Boost.Graph's functions are found by argument-dependent lookup, so no Boost header is needed to accept its graphs.
template <class G>
using vertex_of = std::remove_cvref_t<decltype(*vertices(std::declval<const G&>()).first)>;
} // namespace detail

/// Boost.Graph's VertexListGraph: `vertices(g)` is a pair of iterators and `num_vertices(g)` their number.
template <class G>
concept vertex_list_graph = requires(const G& g) {
    { vertices(g).first == vertices(g).second } -> std::convertible_to<bool>;
    { num_vertices(g) } -> std::convertible_to<std::size_t>;
    typename detail::vertex_of<G>;
};

/// Boost.Graph's IncidenceGraph: `out_edges(v, g)` is a pair of iterators over edges, `target(e, g)` where one leads.
template <class G>
concept incidence_graph = vertex_list_graph<G> && requires(const G& g, const detail::vertex_of<G>& v) {
    { out_edges(v, g).first == out_edges(v, g).second } -> std::convertible_to<bool>;
    { target(*out_edges(v, g).first, g) } -> std::convertible_to<detail::vertex_of<G>>;
};

/// A graph of Boost.Graph's kind whose vertices can be listed, told apart and followed: any `boost::adjacency_list`,
/// `boost::compressed_sparse_row_graph`, or a type of one's own with these four functions.
template <class G>
concept boost_operator_graph = incidence_graph<G> && std::totally_ordered<detail::vertex_of<G>> &&
                               !std::same_as<std::remove_cv_t<G>, frozen_graph>;

/// Anything that can be planned: `freeze(g)`, found by argument-dependent lookup, gives its `frozen_graph`, or it is a
/// graph of Boost.Graph's kind. Models: `frozen_graph`, `dag<Op>`, `boost::adjacency_list<...>`.
template <class G>
concept operator_graph = boost_operator_graph<G> || requires(const G& g) {
    { freeze(g) } -> std::convertible_to<const frozen_graph&>;
};

static_assert(operator_graph<frozen_graph>);

} // namespace opara::inline OPARA_ABI
