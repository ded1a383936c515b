/// @file
/// Makes transition systems graphs of Boost.Graph's, so that any algorithm of Boost's runs on them.
///
/// `transition_system` models VertexListGraph, EdgeListGraph, AdjacencyGraph and IncidenceGraph, with
/// `boost::vertex_index`; `bidirectional_system`, which is one with its way back, also BidirectionalGraph. Vertices are
/// `state_id`s, edges `transition_system::edge`s. Only this header needs Boost.
#pragma once

#include <opara/abstraction/predecessors.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/iterator/transform_iterator.hpp>
#include <boost/property_map/property_map.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace opara::inline OPARA_ABI::abstraction {

/// A transition system with its way back, for algorithms that go both ways. Twice the memory of the system alone.
class bidirectional_system : public transition_system {
public:
    /// From a system; move it here if nobody else needs it. Complexity: O(states + transitions).
    explicit bidirectional_system(transition_system system) : transition_system{std::move(system)}, back_{*this} {}
    /// The way back.
    [[nodiscard]] const predecessors& back() const noexcept { return back_; }

private:
    predecessors back_;
};

namespace detail {
struct transition_to {
    state_id target;
    transition_system::edge operator()(state_id source) const noexcept { return {source, target}; }
};

/// Walks all transitions by source.
class transition_iterator : public boost::iterator_facade<transition_iterator, transition_system::edge,
                                                          boost::forward_traversal_tag, transition_system::edge> {
public:
    transition_iterator() = default;
    transition_iterator(const transition_system& t, std::size_t source) : t_{&t}, source_{source} { skip_empty_rows(); }

private:
    friend class boost::iterator_core_access;
    [[nodiscard]] auto row() const { return t_->successors(state_id::from_index(source_)); }
    [[nodiscard]] transition_system::edge dereference() const { return {state_id::from_index(source_), row()[at_]}; }
    [[nodiscard]] bool equal(const transition_iterator& other) const noexcept {
        return source_ == other.source_ && at_ == other.at_;
    }
    void increment() {
        if (++at_ == row().size()) {
            at_ = 0;
            ++source_;
            skip_empty_rows();
        }
    }
    void skip_empty_rows() {
        while (source_ < t_->size() && row().empty()) {
            ++source_;
        }
    }

    const transition_system* t_ = nullptr;
    std::size_t source_ = 0;
    std::size_t at_ = 0;
};

template <class Way> // boost::incidence_graph_tag, or what is derived from it
struct transition_traversal : Way,
                              boost::adjacency_graph_tag,
                              boost::vertex_list_graph_tag,
                              boost::edge_list_graph_tag {};

/// The number of a state.
struct state_index_map {
    using key_type = state_id;
    using value_type = std::size_t;
    using reference = std::size_t;
    using category = boost::readable_property_map_tag;
    friend std::size_t get(const state_index_map&, state_id s) noexcept { return s.index(); }
};
} // namespace detail

} // namespace opara::inline OPARA_ABI::abstraction

/// Boost.Graph's own names.
namespace boost {

/// What Boost.Graph knows of a transition system.
template <>
struct graph_traits<opara::abstraction::transition_system> {
    using system = opara::abstraction::transition_system;          ///< whose traits these are
    using vertex_descriptor = opara::abstraction::state_id;        ///< a state
    using edge_descriptor = system::edge;                          ///< a transition
    using directed_category = boost::directed_tag;                 ///< forward
    using edge_parallel_category = boost::allow_parallel_edge_tag; ///< a transition may be there twice
    using traversal_category =
        opara::abstraction::detail::transition_traversal<boost::incidence_graph_tag>; ///< all that it offers
    using vertices_size_type = std::size_t;                                           ///< counts states
    using edges_size_type = std::size_t;                                              ///< counts transitions
    using degree_size_type = std::size_t; ///< counts the transitions of a state
    using vertex_iterator = system::counter<vertex_descriptor, system::state_access>; ///< over all states
    using edge_iterator = opara::abstraction::detail::transition_iterator;            ///< over all transitions
    using adjacency_iterator = const vertex_descriptor*;                              ///< over successors
    using out_edge_iterator = system::counter<edge_descriptor, system::edge_access>;  ///< over transitions out

    /// A state that is none.
    static vertex_descriptor null_vertex() { return vertex_descriptor{~std::uint32_t{0}}; }
};

/// What it knows of one with its way back.
template <>
struct graph_traits<opara::abstraction::bidirectional_system> : graph_traits<opara::abstraction::transition_system> {
    using directed_category = boost::bidirectional_tag; ///< both ways
    using traversal_category =
        opara::abstraction::detail::transition_traversal<boost::bidirectional_graph_tag>; ///< all that it offers
    using in_edge_iterator = boost::transform_iterator<opara::abstraction::detail::transition_to,
                                                       const vertex_descriptor*>; ///< over transitions in
};

/// States have their numbers as index.
template <>
struct property_map<opara::abstraction::transition_system, boost::vertex_index_t> {
    using type = opara::abstraction::detail::state_index_map; ///< the map
    using const_type = type;                                  ///< the map
};
/// States have their numbers as index.
template <>
struct property_map<opara::abstraction::bidirectional_system, boost::vertex_index_t>
    : property_map<opara::abstraction::transition_system, boost::vertex_index_t> {};

} // namespace boost

namespace opara::inline OPARA_ABI::abstraction {

// Boost.Graph's functions, found by argument-dependent lookup; the others are the transition system's own. What takes a
// transition system takes one with its way back, which is one.
/// @cond
using transition_traits = boost::graph_traits<transition_system>;

inline std::size_t num_edges(const transition_system& t) noexcept { return t.transitions(); }
inline std::pair<transition_traits::edge_iterator, transition_traits::edge_iterator> edges(const transition_system& t) {
    return {transition_traits::edge_iterator{t, 0}, transition_traits::edge_iterator{t, t.size()}};
}
inline std::size_t out_degree(state_id s, const transition_system& t) noexcept { return t.successors(s).size(); }
inline std::size_t in_degree(state_id s, const bidirectional_system& t) noexcept { return t.back().of(s).size(); }
inline std::size_t degree(state_id s, const bidirectional_system& t) noexcept {
    return out_degree(s, t) + in_degree(s, t);
}
inline auto adjacent_vertices(state_id s, const transition_system& t) {
    const auto row = t.successors(s);
    return std::pair{row.data(), row.data() + row.size()};
}
inline auto in_edges(state_id s, const bidirectional_system& t) {
    const auto row = t.back().of(s);
    using it = boost::graph_traits<bidirectional_system>::in_edge_iterator;
    return std::pair{it{row.data(), detail::transition_to{s}}, it{row.data() + row.size(), detail::transition_to{s}}};
}
inline detail::state_index_map get(boost::vertex_index_t, const transition_system&) { return {}; }
inline std::size_t get(boost::vertex_index_t, const transition_system&, state_id s) { return s.index(); }
/// @endcond

} // namespace opara::inline OPARA_ABI::abstraction
