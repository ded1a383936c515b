/// @file
/// How a plan becomes a CUDA graph.
#pragma once

#include <opara/plan/partial_order.hpp>

#include <cstdint>

namespace opara::inline OPARA_ABI::sim {

/// Whether an emitter adds an empty kernel at an end of the graph.
enum class extra_node : std::uint8_t {
    never,       ///< the graph is emitted as it is
    when_several ///< where it has several sources (a root) or several sinks (a sink)
};

/// How a plan becomes a CUDA graph.
struct simulate_options {
    extra_node root = extra_node::when_several; ///< one channel and a fast launch instead of one for each source
    extra_node sink = extra_node::when_several; ///< one end
    implied_edges edges = implied_edges::keep;  ///< whether edges that others imply are emitted, and paid for
    /// Nodes that may wait for one node directly: where more do, relays pass its end on, as `cuda::emission_options`
    /// says. 0: no limit; else 2 at least.
    std::uint32_t out_degree = 0;
    /// Whether edges between operators are programmatic. Kernels then take what they take in a chain of such edges.
    bool programmatic = false;
};

/// As the emitters of component `cuda` do by default (`cuda::emission_options`).
inline constexpr simulate_options as_emitted{.edges = implied_edges::drop, .out_degree = 6};

} // namespace opara::inline OPARA_ABI::sim
