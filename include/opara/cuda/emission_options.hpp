/// @file
/// The rules by which a plan becomes a CUDA graph: edges, order, root, sink, relays, priorities.
#pragma once

#include <opara/cuda/priority.hpp>
#include <opara/plan/partial_order.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI::cuda {

/// Whether an empty kernel is put at an end of the graph.
enum class end_node : std::uint8_t {
    never,       ///< the graph is as the plan says
    when_several ///< where it has several sources (a root) or several sinks (a sink)
};

/// In which order nodes are created: of several that could start, a device starts the one first that was created first.
enum class creation_order : std::uint8_t {
    planned, ///< that of the plan's launches
    by_rank  ///< the longer the path behind an operator, the earlier (upward rank over the plan's edges)
};

/// How a plan is emitted. docs/cuda.md says what each option is worth, and on which device that was measured.
struct emission_options {
    end_node root = end_node::when_several;    ///< one source: all nodes share a hardware queue, and edges are fast
    end_node sink = end_node::when_several;    ///< one end: replays follow each other faster
    implied_edges edges = implied_edges::drop; ///< the fewest edges with the same order, or all that the plan makes
    /// Nodes that may wait for one node directly. Where more do, empty kernels (relays) pass its end on to all but the
    /// first, as a tree that is as flat as can be. 0: no limit, else 2 at least. The limit is not strict where
    /// operators turn out to enqueue nothing.
    std::uint32_t out_degree = 6;
    node_priorities priorities = node_priorities::as_planned; ///< whether nodes get the priorities of the plan
    creation_order order = creation_order::by_rank;           ///< in which order nodes are created
    /// For `by_rank`: how long each operator takes, in microseconds; empty: all the same, which is worth little.
    std::span<const double> duration_us = {};
    /// For each operator whether all its kernels trigger their dependents (`cudaTriggerProgrammaticLaunchCompletion`,
    /// or they end, which does it too) and wait for what they depend on (`cudaGridDependencySynchronize`) before they
    /// read or write anything that others do. An edge between two of them is programmatic. Empty: none. A wrong `true`
    /// is a data race.
    std::vector<bool> programmatic = {};
};

} // namespace opara::inline OPARA_ABI::cuda
