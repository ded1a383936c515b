/// @file
/// How fast any plan of a graph can be at best: lower bounds on the makespan.
#pragma once

#include <opara/core/id.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/cost/device.hpp>
#include <opara/graph/articulation.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/demand.hpp>
#include <opara/plan/head_tail.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI {

/// The arguments by which a makespan is bounded from below.
enum class bound_kind : std::uint8_t {
    critical_path, ///< the longest path
    area,          ///< all the work that one resource has to do
    head_tail,     ///< the same for a part of the operators, plus what must come before and after all of these
    articulation   ///< segments between operators that everything else comes before or after, one by one
};

/// Lower bounds in microseconds on the latency of one replay of a CUDA graph, whatever the plan.
struct bounds {
    double critical_path_us = 0.0;     ///< durations and edges on the longest path, launch of the graph included
    double area_us = 0.0;              ///< the busiest resource's work
    resource busiest = resource::dram; ///< which one that is; the first in the enumeration where none has any work
    double head_tail_us = 0.0;         ///< at least as large as both above
    double articulation_us = 0.0;      ///< at least as large as the critical path

    /// The best of them: the largest.
    [[nodiscard]] double best() const noexcept {
        return std::max({critical_path_us, area_us, head_tail_us, articulation_us});
    }
    /// The simplest argument that gives `best()`.
    [[nodiscard]] bound_kind binding() const noexcept {
        if (critical_path_us >= best()) {
            return bound_kind::critical_path;
        }
        if (area_us >= best()) {
            return bound_kind::area;
        }
        return head_tail_us >= best() ? bound_kind::head_tail : bound_kind::articulation;
    }

    friend bool operator==(const bounds&, const bounds&) = default;
};

namespace detail {

/// Longest paths on both sides of every operator, with the least that an edge costs. Operators that launch nothing cost
/// nothing and no edge: a captured graph has no node for them.
struct path_lengths {
    std::vector<double> head;   // launch of the graph to the earliest start of v
    std::vector<double> behind; // the end of v to the end of the graph, at least
    double longest = 0.0;
};

inline path_lengths measure_paths(const frozen_graph& g, std::span<const kernel_demand> demands, double replay_us) {
    path_lengths p{std::vector<double>(g.size(), 0.0), std::vector<double>(g.size(), 0.0), 0.0};
    const auto order = g.topological_order();
    std::vector<bool> node_before(g.size()); // whether a node is among what must come first, or v is one itself
    for (const op_id v : order) {
        const kernel_demand& d = demands[v.index()];
        double start = d.launches ? replay_us : 0.0;
        for (const op_id u : g.predecessors(v)) {
            if (node_before[u.index()]) {
                const double end = p.head[u.index()] + demands[u.index()].duration_us;
                start = std::max(start, end + (d.launches ? d.edge_us : 0.0));
                node_before[v.index()] = true;
            }
        }
        p.head[v.index()] = start;
        if (d.launches) {
            node_before[v.index()] = true;
            p.longest = std::max(p.longest, start + d.duration_us);
        }
    }
    for (std::size_t i = order.size(); i-- > 0;) {
        double& behind = p.behind[order[i].index()];
        for (const op_id s : g.successors(order[i])) {
            const kernel_demand& d = demands[s.index()];
            behind = std::max(behind, p.behind[s.index()] + (d.launches ? d.edge_us + d.duration_us : 0.0));
        }
    }
    return p;
}

/// The best head-tail bound over all resources on the time from `begin` (on the scale of the heads) until `rest` before
/// the end of the graph, for operators that lie wholly between.
inline double head_tail_of(std::span<const op_id> operators, const path_lengths& paths,
                           std::span<const kernel_demand> demands, double begin, double rest) {
    double best = 0.0;
    std::vector<head_tail_job> jobs;
    for (const resource r : all_resources) {
        jobs.clear();
        for (const op_id v : operators) {
            const kernel_demand& d = demands[v.index()];
            if (!d.launches) {
                continue;
            }
            // The front end is busy with a node from its start on, and done before the node is: all of the node's
            // duration comes behind.
            const double behind =
                paths.behind[v.index()] - rest + (r == resource::front_end ? d.duration_us - d.area_us[index(r)] : 0.0);
            jobs.push_back({paths.head[v.index()] - begin, d.area_us[index(r)], behind});
        }
        best = std::max(best, head_tail_bound(jobs));
    }
    return best;
}

} // namespace detail

/// Lower bounds on the makespan of every plan of a graph on a device, from the kernels alone on it.
///
/// * Critical path: the longest path, with the least that an edge to each kernel can cost.
/// * Area: for each resource the work of all kernels over what the device delivers at most.
/// * Head-tail (Carlier 1982; energetic reasoning): for each resource and any h and q, the operators that cannot start
///   before h and have at least q to come behind them need h + their area + q. The best over all h and q.
/// * Articulation: operators that are comparable with every other one run alone, so the time before, between and behind
///   them adds up; each of these parts gets its own head-tail bound.
///
/// What they rest on: a kernel beside others is no faster than alone (not true where one finds in the cache what the
/// other has just read: use warm durations), edges are full edges (programmatic launch is cheaper), the durations and
/// rates hold at the same clock.
/// @param g  the graph
/// @param cost  every operator's kernel; the bounds hold for these variants
/// @param d  the device
/// @throws cost_error  a duration, traffic or amount of arithmetic is NaN, negative or infinite
/// Complexity: O(E + V log V).
template <cost::kernel_model Cost>
[[nodiscard]] bounds lower_bounds(const frozen_graph& g, const Cost& cost, const cost::device& d) {
    cost::require_size(cost, g.size());
    std::vector<detail::kernel_demand> demands;
    demands.reserve(g.size());
    std::size_t nodes = 0;
    for (std::size_t v = 0; v < g.size(); ++v) {
        const op_id op = op_id::from_index(v);
        demands.push_back(detail::demand_on(cost.kernel(op), d, op));
        nodes += demands.back().launches ? 1U : 0U;
    }
    bounds result;
    if (nodes == 0) {
        return result; // no node, no graph, no time
    }
    const double replay = d.graph.replay_us;
    const detail::path_lengths paths = detail::measure_paths(g, demands, replay);
    result.critical_path_us = paths.longest;
    for (const resource r : all_resources) {
        double sum = replay;
        for (const detail::kernel_demand& k : demands) {
            sum += k.area_us[index(r)];
        }
        // Nothing needs to come behind the front end's last node.
        sum -= r == resource::front_end ? d.graph.front_end_us : 0.0;
        if (sum > result.area_us) {
            result.area_us = sum;
            result.busiest = r;
        }
    }
    result.head_tail_us =
        std::max(result.critical_path_us, detail::head_tail_of(g.topological_order(), paths, demands, 0.0, 0.0));

    // The parts before, between and behind the articulations that are nodes, and the articulations themselves.
    double now = 0.0;   // what the parts so far take, at least
    double begin = 0.0; // end of the last articulation, on the scale of the heads
    std::vector<op_id> part;
    const auto order = g.topological_order();
    const std::vector<op_id> cuts = articulation_operators(g);
    std::size_t next_cut = 0;
    for (const op_id v : order) {
        const detail::kernel_demand& k = demands[v.index()];
        const bool cut = next_cut < cuts.size() && cuts[next_cut] == v;
        next_cut += cut ? 1U : 0U;
        if (!cut || !k.launches) {
            part.push_back(v);
            continue;
        }
        const double rest = paths.behind[v.index()] + k.duration_us; // from the start of v
        now += std::max(paths.head[v.index()] - begin, detail::head_tail_of(part, paths, demands, begin, rest));
        now += k.duration_us;
        begin = paths.head[v.index()] + k.duration_us;
        part.clear();
    }
    now += std::max(paths.longest - begin, detail::head_tail_of(part, paths, demands, begin, 0.0));
    result.articulation_us = now;
    return result;
}

} // namespace opara::inline OPARA_ABI
