/// @file
/// A plan as a CUDA graph of explicit kernel nodes.
#pragma once

#include <opara/cuda/emission.hpp>
#include <opara/cuda/launcher.hpp>
#include <opara/cuda/plan_graph.hpp>
#include <opara/plan/plan.hpp>

#include <exception>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

namespace opara::inline OPARA_ABI::cuda {

/// Tells the one kernel of an operator: function, grid, blocks, shared memory and parameters. It takes the operator's
/// number, or the whole launch command for the sake of its variant. What the parameters point to must live until the
/// next call. A function of null means that the operator launches nothing.
/// @code
/// [&](opara::op_id v) { return engine.kernel_of(v); }
/// @endcode
template <class S>
concept kernel_source = std::is_invocable_r_v<cudaKernelNodeParams, S&, op_id> ||
                        std::is_invocable_r_v<cudaKernelNodeParams, S&, const command&>;

/// Makes a CUDA graph of a plan whose operators are one kernel each, without any capture: no operator can spoil it, and
/// no stream is needed.
/// @param p  the plan
/// @param kernels  a `kernel_source`; called once for each operator, in the order of creation
/// @param options  the rules of emission
/// @throws invalid_plan  as `partial_order`
/// @throws operator_error  CUDA refuses an operator's kernel; the `cuda_error` is nested
/// @throws std::invalid_argument  the options do not fit the plan
/// @throws cuda_error
/// Complexity: that of `partial_order` and one call an operator.
template <kernel_source Source>
[[nodiscard]] plan_graph build_graph(const plan& p, Source&& kernels, const emission_options& options = {}) {
    detail::emission emission{p, options};
    const auto kernel_of = [&](const command& c) -> cudaKernelNodeParams {
        if constexpr (std::is_invocable_r_v<cudaKernelNodeParams, Source&, const command&>) {
            return kernels(c);
        } else {
            return kernels(c.op);
        }
    };
    return emission.run([&](const command& c, std::span<const cudaGraphNode_t> behind,
                            std::span<const cudaGraphEdgeData> data) -> std::optional<std::vector<cudaGraphNode_t>> {
        const cudaKernelNodeParams kernel = kernel_of(c);
        if (kernel.func == nullptr) {
            return std::nullopt;
        }
        cudaGraphNodeParams node{};
        node.type = cudaGraphNodeTypeKernel;
        node.kernel.func = kernel.func;
        node.kernel.gridDim = kernel.gridDim;
        node.kernel.blockDim = kernel.blockDim;
        node.kernel.sharedMemBytes = kernel.sharedMemBytes;
        node.kernel.kernelParams = kernel.kernelParams;
        node.kernel.extra = kernel.extra;
        cudaGraphNode_t made = nullptr;
        try {
            check(cudaGraphAddNode(&made, emission.graph_so_far().get(), behind.data(), data.data(), behind.size(),
                                   &node),
                  "cudaGraphAddNode");
        } catch (const cuda_error& reason) {
            std::throw_with_nested(operator_error{detail::name(c.op) + " failed: " + reason.what(), c.op});
        }
        if (emission.levels().count() > 1) {
            detail::set_priority(made, emission.levels().native(emission.levels().level(c)));
        }
        return std::vector{made};
    });
}

} // namespace opara::inline OPARA_ABI::cuda
