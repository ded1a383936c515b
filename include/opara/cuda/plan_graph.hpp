/// @file
/// A plan as a CUDA graph.
#pragma once

#include <opara/core/id.hpp>
#include <opara/cuda/graph.hpp>
#include <opara/cuda/helper_kernels.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cuda {

/// A CUDA graph that was made of a plan, and which node is whose. Move-only.
class plan_graph {
public:
    /// @param g  the graph
    /// @param ends  for each operator the nodes that its work ends with; none if it enqueued nothing
    /// @param helpers  nodes that no operator asked for: root, relays, sink
    /// @param kernels  where the helpers' kernels come from; may be null
    plan_graph(graph g, std::vector<std::vector<cudaGraphNode_t>> ends, std::vector<cudaGraphNode_t> helpers,
               std::shared_ptr<const helper_kernels> kernels)
        : kernels_{std::move(kernels)}, graph_{std::move(g)}, ends_{std::move(ends)}, helpers_{std::move(helpers)} {}

    [[nodiscard]] graph_ref native() const noexcept { return graph_; }            ///< the CUDA graph
    [[nodiscard]] std::size_t operators() const noexcept { return ends_.size(); } ///< operators of the plan
    /// The nodes that an operator's work ends with.
    [[nodiscard]] std::span<const cudaGraphNode_t> ends(op_id v) const noexcept { return ends_[v.index()]; }
    /// The root, relays and the sink, in order of creation.
    [[nodiscard]] std::span<const cudaGraphNode_t> helpers() const noexcept { return helpers_; }

    /// Makes it ready to launch. What comes of it may outlive this object. Two of them can run at the same time.
    /// @throws cuda_error
    [[nodiscard]] graph_exec instantiate(place where = place::here()) const {
        return graph_exec{graph_, kernels_, where};
    }

private:
    std::shared_ptr<const helper_kernels> kernels_; // before the graph, so that it is destroyed after it
    graph graph_;
    std::vector<std::vector<cudaGraphNode_t>> ends_;
    std::vector<cudaGraphNode_t> helpers_;
};

} // namespace opara::inline OPARA_ABI::cuda
