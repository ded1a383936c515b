/// @file
/// A plan in the form in which a search changes it.
#pragma once

#include <opara/assign/concepts.hpp>
#include <opara/core/id.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/partial_order.hpp>
#include <opara/plan/plan.hpp>
#include <opara/plan/sync.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::search {

/// Everything that a plan says, without its commands: whatever changes here, as long as `sequence` stays a topological
/// order of the graph with `order_edges`, `express` makes a valid plan of it. A regular value.
struct draft {
    std::vector<op_id> sequence;        ///< every operator, in the order of launch
    std::vector<lane_id> lane;          ///< by operator; the numbers need not be without gaps
    std::vector<std::int32_t> priority; ///< by operator
    std::vector<variant_id> variant;    ///< by operator
    std::vector<edge> order_edges;      ///< waits that the graph does not ask for

    friend bool operator==(const draft&, const draft&) = default;
};

/// The plan of a draft, with the fewest waits.
/// @param g  the graph
/// @param d  as `draft` says, of `g`
/// @throws policy_error  the sequence is no topological order of `g` with the order edges
/// @throws cycle_error  the order edges close a cycle
/// Complexity: that of `synchronise`.
[[nodiscard]] inline plan express(const frozen_graph& g, const draft& d) {
    constexpr std::uint32_t unused = std::numeric_limits<std::uint32_t>::max();
    assignment a{.lane = std::vector<lane_id>(d.lane.size()), .lanes = 0, .stage = {}};
    std::uint32_t largest = 0;
    for (const lane_id l : d.lane) {
        largest = std::max(largest, l.value);
    }
    std::vector<std::uint32_t> number(std::size_t{largest} + 1, unused);
    for (const op_id v : d.sequence) { // lanes are numbered by their first launch
        std::uint32_t& n = number[d.lane[v.index()].index()];
        if (n == unused) {
            n = static_cast<std::uint32_t>(a.lanes++);
        }
        a.lane[v.index()] = lane_id{n};
    }
    const plan bare =
        d.order_edges.empty() ? synchronise(g, a, d.sequence) : synchronise(g.with_edges(d.order_edges), a, d.sequence);
    std::vector<command> commands(bare.commands().begin(), bare.commands().end());
    for (command& c : commands) {
        if (c.what == action::launch) {
            c.variant = d.variant[c.op.index()];
            c.priority = d.priority[c.op.index()];
        }
    }
    return plan{bare.operators(), bare.lanes(), bare.events(), std::move(commands)};
}

/// The draft of a plan: what `express` makes of it has the same order of launches, lanes, priorities and variants and
/// the same partial order, though perhaps fewer waits.
/// @param g  the graph
/// @param p  a valid plan of it
/// @throws invalid_plan  as `captured_edges`
/// Complexity: O(V + E + commands); barriers become an edge for each pair of operators that they part.
[[nodiscard]] inline draft draft_of(const frozen_graph& g, const plan& p) {
    draft d{.sequence = {},
            .lane = std::vector<lane_id>(p.operators()),
            .priority = std::vector<std::int32_t>(p.operators(), 0),
            .variant = std::vector<variant_id>(p.operators()),
            .order_edges = {}};
    d.sequence.reserve(p.operators());
    for (const command& c : p.commands()) {
        if (c.what == action::launch) {
            d.sequence.push_back(c.op);
            d.lane[c.op.index()] = c.lane;
            d.priority[c.op.index()] = c.priority;
            d.variant[c.op.index()] = c.variant;
        }
    }
    partial_order(p).for_each_edge([&](edge e) {
        const auto row = g.successors(e.source);
        if (d.lane[e.source.index()] != d.lane[e.target.index()] &&
            std::find(row.begin(), row.end(), e.target) == row.end()) {
            d.order_edges.push_back(e);
        }
    });
    return d;
}

} // namespace opara::inline OPARA_ABI::search
