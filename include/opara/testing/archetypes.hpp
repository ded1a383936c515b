/// @file
/// For each concept the poorest type that models it. What compiles with archetypes needs no more than it says.
#pragma once

#include <opara/assign/concepts.hpp>
#include <opara/core/id.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/graph/concepts.hpp>
#include <opara/order/concepts.hpp>

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::testing {

/// `boost_operator_graph` and no more: the four functions of Boost.Graph's VertexListGraph and IncidenceGraph, vertices
/// that are no numbers, iterators that can only be copied, compared for equality, dereferenced and stepped.
/// It has the shape 100 -> 101 -> 102, 100 -> 102.
class graph_archetype {
public:
    /// A vertex: ordered, copyable, not default-constructible, no integer.
    class vertex {
    public:
        explicit constexpr vertex(int number) noexcept : number_{number} {}     ///< for the archetype itself
        [[nodiscard]] constexpr int number() const noexcept { return number_; } ///< for the archetype itself

        friend constexpr auto operator<=>(vertex, vertex) = default;

    private:
        int number_;
    };
    /// An edge: says nothing of itself.
    class edge {
    public:
        explicit constexpr edge(vertex leads_to) noexcept : leads_to_{leads_to} {}     ///< for the archetype itself
        [[nodiscard]] constexpr vertex leads_to() const noexcept { return leads_to_; } ///< for the archetype itself

    private:
        vertex leads_to_;
    };
    /// Over the vertices.
    class vertex_iterator {
    public:
        explicit constexpr vertex_iterator(int number) noexcept : number_{number} {} ///< for the archetype itself
        constexpr vertex operator*() const noexcept { return vertex{number_}; }      ///< the vertex
        /// The next one.
        constexpr vertex_iterator& operator++() noexcept {
            ++number_;
            return *this;
        }
        friend constexpr bool operator==(vertex_iterator, vertex_iterator) = default;

    private:
        int number_;
    };
    /// Over the edges of a vertex.
    class out_edge_iterator {
    public:
        explicit constexpr out_edge_iterator(int leads_to) noexcept
            : leads_to_{leads_to} {}                                                  ///< for the archetype itself
        constexpr edge operator*() const noexcept { return edge{vertex{leads_to_}}; } ///< the edge
        /// The next one.
        constexpr out_edge_iterator& operator++() noexcept {
            ++leads_to_;
            return *this;
        }
        friend constexpr bool operator==(out_edge_iterator, out_edge_iterator) = default;

    private:
        int leads_to_;
    };

    graph_archetype() = default;
    graph_archetype(const graph_archetype&) = delete;            ///< a graph need not be copied to be planned
    graph_archetype& operator=(const graph_archetype&) = delete; ///< nor assigned

    /// @cond
    friend constexpr std::pair<vertex_iterator, vertex_iterator> vertices(const graph_archetype&) noexcept {
        return {vertex_iterator{100}, vertex_iterator{103}};
    }
    friend constexpr std::size_t num_vertices(const graph_archetype&) noexcept { return 3; }
    friend constexpr std::pair<out_edge_iterator, out_edge_iterator> out_edges(vertex v,
                                                                               const graph_archetype&) noexcept {
        return {out_edge_iterator{v.number() + 1}, out_edge_iterator{103}};
    }
    friend constexpr vertex target(edge e, const graph_archetype&) noexcept { return e.leads_to(); }
    /// @endcond
};

/// `cost::duration_model` and no more; every operator takes 1 us.
struct duration_archetype {
    duration_archetype() = default;
    duration_archetype(const duration_archetype&) = delete;            ///< a cost model need not be copied
    duration_archetype& operator=(const duration_archetype&) = delete; ///< nor assigned
    [[nodiscard]] float duration_us(op_id) const { return 1.0F; }      ///< converts to double, is none
};

/// `cost::bound_model` and no more; operators of odd number are limited by memory.
struct bound_archetype {
    bound_archetype() = default;
    bound_archetype(const bound_archetype&) = delete;            ///< a cost model need not be copied
    bound_archetype& operator=(const bound_archetype&) = delete; ///< nor assigned
    /// Converts to a bound, is none.
    struct answer {
        opara::bound is;                                      ///< what it converts to
        operator opara::bound() const noexcept { return is; } ///< the conversion
    };
    [[nodiscard]] answer bound(op_id v) const {
        return {v.value % 2 == 1 ? opara::bound::memory : opara::bound::compute};
    } ///< see above
};

/// `cost::demand_model` and no more; every operator wants half the device.
struct demand_archetype {
    demand_archetype() = default;
    demand_archetype(const demand_archetype&) = delete;            ///< a cost model need not be copied
    demand_archetype& operator=(const demand_archetype&) = delete; ///< nor assigned
    [[nodiscard]] float demand(op_id) const { return 0.5F; }       ///< converts to double, is none
};

/// `cost::kernel_model` and no more; every operator is one block of 1 us.
struct kernel_archetype {
    kernel_archetype() = default;
    kernel_archetype(const kernel_archetype&) = delete;            ///< a cost model need not be copied
    kernel_archetype& operator=(const kernel_archetype&) = delete; ///< nor assigned
    /// Converts to a kernel, is none.
    struct answer {
        operator cost::kernel() const noexcept { return {.duration_us = 1.0}; } ///< the conversion
    };
    [[nodiscard]] answer kernel(op_id) const { return {}; } ///< see above
};

/// `assignment_policy` for any cost model and no more: cannot be default-constructed or compared, answers with
/// something that converts to an assignment. Puts everything in one lane.
class assignment_archetype {
public:
    explicit assignment_archetype(int) noexcept {} ///< instead of a default constructor
    /// Converts to an assignment, is none.
    struct answer {
        std::size_t operators; ///< how many
        operator assignment() const { return {std::vector<lane_id>(operators), operators == 0 ? 0U : 1U, {}}; } ///< it
    };
    /// The assignment.
    template <class Cost>
    [[nodiscard]] answer operator()(const frozen_graph& g, const Cost&) const {
        return {g.size()};
    }
};

/// `order_policy` for any cost model and no more: cannot be default-constructed or compared, answers with something
/// that converts to a vector. Takes the topological order.
class order_archetype {
public:
    explicit order_archetype(int) noexcept {} ///< instead of a default constructor
    /// Converts to an order, is none.
    struct answer {
        const frozen_graph& graph;            ///< of which
        operator std::vector<op_id>() const { ///< the conversion
            return {graph.topological_order().begin(), graph.topological_order().end()};
        }
    };
    /// The order.
    template <class Cost>
    [[nodiscard]] answer operator()(const frozen_graph& g, const Cost&) const {
        return {g};
    }
};

/// A cost model that knows nothing at all.
struct cost_archetype {
    cost_archetype() = default;
    cost_archetype(const cost_archetype&) = delete;            ///< a cost model need not be copied
    cost_archetype& operator=(const cost_archetype&) = delete; ///< nor assigned
};

static_assert(assignment_policy<assignment_archetype, cost_archetype> &&
              !std::default_initializable<assignment_archetype>);
static_assert(order_policy<order_archetype, cost_archetype> && !std::default_initializable<order_archetype>);
static_assert(operator_graph<graph_archetype> && boost_operator_graph<graph_archetype>);
static_assert(cost::duration_model<duration_archetype> && !cost::bound_model<duration_archetype>);
static_assert(cost::bound_model<bound_archetype> && !cost::demand_model<bound_archetype>);
static_assert(cost::demand_model<demand_archetype> && !cost::kernel_model<demand_archetype>);
static_assert(cost::kernel_model<kernel_archetype> && !cost::duration_model<kernel_archetype>);

} // namespace opara::inline OPARA_ABI::testing
