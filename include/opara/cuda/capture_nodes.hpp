/// @file
/// A plan as a CUDA graph, each operator captured on its own.
#pragma once

#include <opara/cuda/capture_scope.hpp>
#include <opara/cuda/emission.hpp>
#include <opara/cuda/launcher.hpp>
#include <opara/cuda/plan_graph.hpp>
#include <opara/cuda/stream.hpp>
#include <opara/plan/plan.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cuda {

namespace detail {

/// Captures one operator into a graph.
/// @return the nodes that its work ends with; nothing if it made none
/// @throws capture_error, operator_error, cuda_error
template <launcher L>
[[nodiscard]] std::optional<std::vector<cudaGraphNode_t>>
capture_operator(const command& c, L& launch, stream_ref s, capture_mode mode, graph_ref into,
                 std::span<const cudaGraphNode_t> behind, std::span<const cudaGraphEdgeData> data) {
    const std::size_t before = into.size();
    capture_scope scope{s, mode, into, behind, data};
    enqueue(launch, c, s.get());
    const cudaError_t left = cudaGetLastError();
    capture_state state = state_of(s);
    const auto spoilt = [&](const char* what, cudaError_t code) {
        return capture_error{
            name(c.op) + what + (code == cudaSuccess ? "" : std::string{": "} + cudaGetErrorName(code)), c.op, code};
    };
    if (state.status == cudaStreamCaptureStatusInvalidated) {
        throw spoilt(" did what no capture allows (it waited, allocated, or used the default stream)", left);
    }
    if (state.status == cudaStreamCaptureStatusNone) {
        throw spoilt(" ended the capture that it was enqueued in", left);
    }
    if (left != cudaSuccess) {
        throw operator_error{name(c.op) + " failed: " + cudaGetErrorName(left) + " (" + cudaGetErrorString(left) + ")",
                             c.op};
    }
    cudaGraph_t made = nullptr;
    if (const cudaError_t code = scope.end(made); code != cudaSuccess) {
        throw spoilt(" left work in a stream of its own that it did not join again", code);
    }
    if (into.size() == before) {
        return std::nullopt;
    }
    return std::move(state.tails);
}

} // namespace detail

/// Makes a CUDA graph of a plan by capturing its operators one at a time, each right behind the nodes that it has to
/// wait for: the graph has exactly the edges that are asked for, and no lane or event of a capture adds others. Works
/// with whatever can be captured, calls of libraries and operators of many kernels included.
///
/// An operator that enqueues nothing makes no node, and what waits for it waits for what it waits for.
/// @param p  the plan
/// @param launch  a `launcher`; called once for each operator, in the order of creation
/// @param options  the rules of emission
/// @param mode  which calls of others spoil a capture
/// @throws invalid_plan  as `partial_order`
/// @throws capture_error  an operator waited, allocated, used the default stream, or left work unjoined: nothing
/// captures
///         any more, and `eager` can run the plan
/// @throws operator_error  an operator threw (nested) or left a CUDA error
/// @throws std::invalid_argument  the options do not fit the plan
/// @throws cuda_error
/// Complexity: that of `partial_order` and one capture an operator.
template <launcher L>
[[nodiscard]] plan_graph capture_nodes(const plan& p, L&& launch, const emission_options& options = {},
                                       capture_mode mode = capture_mode::thread_local_) {
    detail::emission emission{p, options};
    std::vector<stream>
        streams; // one a level, because nodes take their priority from the stream that they are captured in
    for (std::size_t level = 0; level < emission.levels().count(); ++level) {
        streams.emplace_back(emission.levels().native(level));
    }
    static_cast<void>(cudaGetLastError()); // what is not ours must not be taken for the first operator's
    return emission.run(
        [&](const command& c, std::span<const cudaGraphNode_t> behind, std::span<const cudaGraphEdgeData> data) {
            return detail::capture_operator(c, launch, streams[emission.levels().level(c)], mode,
                                            emission.graph_so_far(), behind, data);
        });
}

} // namespace opara::inline OPARA_ABI::cuda
