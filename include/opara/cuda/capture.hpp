/// @file
/// A plan as a CUDA graph by stream capture.
#pragma once

#include <opara/cuda/capture_scope.hpp>
#include <opara/cuda/graph.hpp>
#include <opara/cuda/lanes.hpp>
#include <opara/cuda/launcher.hpp>
#include <opara/cuda/plan_graph.hpp>
#include <opara/cuda/priority.hpp>
#include <opara/cuda/stream.hpp>
#include <opara/plan/plan.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cuda {

/// How to capture a plan.
struct capture_options {
    capture_mode mode = capture_mode::thread_local_;          ///< which calls of others spoil it
    node_priorities priorities = node_priorities::as_planned; ///< whether nodes get the priorities of the plan
};

namespace detail {

/// Watches a capture operator by operator.
class capture_watch {
public:
    explicit capture_watch(std::size_t operators) : ends_(operators) {}

    /// Looks at the capture after an operator. @throws capture_error  it is spoilt, or over
    void look(const command& c, stream_ref s) {
        const cudaError_t left = cudaGetLastError();
        capture_state state = state_of(s);
        if (state.status != cudaStreamCaptureStatusActive) {
            throw capture_error{
                name(c.op) +
                    (state.status == cudaStreamCaptureStatusInvalidated
                         ? " did what no capture allows (it waited, allocated, or used the default stream)"
                         : " ended the capture that it was enqueued in") +
                    (left == cudaSuccess ? std::string{} : std::string{": "} + cudaGetErrorName(left)),
                c.op, left};
        }
        if (left != cudaSuccess) {
            throw operator_error{
                name(c.op) + " failed: " + cudaGetErrorName(left) + " (" + cudaGetErrorString(left) + ")", c.op};
        }
        const std::size_t count = graph_ref{state.graph}.size();
        if (count != nodes_) {
            ends_[c.op.index()] = std::move(state.tails);
            made_.push_back({c.op, count});
            nodes_ = count;
        }
    }

    /// Looks for work that no stream has joined, when everything else is. @throws capture_error
    void require_joined(stream_ref origin) const {
        const capture_state state = state_of(origin);
        if (state.status != cudaStreamCaptureStatusActive) {
            return; // `look` would have said so; what spoilt it came after the last operator
        }
        const graph_ref g{state.graph};
        std::unordered_set<cudaGraphNode_t> followed(state.tails.begin(), state.tails.end());
        for (const graph_edge& e : g.edges()) {
            followed.insert(e.from);
        }
        const std::vector<cudaGraphNode_t> nodes = g.nodes(); // in order of creation
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            if (followed.count(nodes[i]) == 0) {
                const auto maker = std::find_if(made_.begin(), made_.end(), [&](const made& m) { return i < m.count; });
                if (maker != made_.end()) {
                    throw capture_error{name(maker->op) +
                                            " left work in a stream of its own that it did not join again",
                                        maker->op, cudaErrorStreamCaptureUnjoined};
                }
            }
        }
    }

    [[nodiscard]] std::vector<std::vector<cudaGraphNode_t>> ends() && { return std::move(ends_); }

private:
    struct made {
        op_id op;
        std::size_t count; // nodes of the graph when the operator was enqueued
    };
    std::vector<std::vector<cudaGraphNode_t>> ends_;
    std::vector<made> made_;
    std::size_t nodes_ = 0;
};

} // namespace detail

/// Captures a plan: lanes become streams and events, and CUDA makes edges of them. The graph has the edges of
/// `partial_order(p)`, in the order of emission, and no helper nodes.
///
/// An operator that may not be captured spoils the whole capture; then the graph is dropped, every stream has left the
/// capture, and the exception names the operator. The way out is to run the plan with `eager` and the same launcher,
/// once (for operators that allocate at their first run) or always. `capture_nodes` gives fewer edges and faster
/// graphs.
/// @param p  the plan
/// @param launch  a `launcher`; called once for each operator, in the order of the plan
/// @throws invalid_plan  an id is out of range, an operator is launched twice or never, an event is awaited before it
/// is
///         recorded
/// @throws capture_error  an operator waited, allocated, used the default stream, or left work unjoined
/// @throws operator_error  an operator threw (nested) or left a CUDA error
/// @throws cuda_error
/// Complexity: one capture; O(nodes + edges) besides.
template <launcher L>
[[nodiscard]] plan_graph capture(const plan& p, L&& launch, const capture_options& options = {}) {
    detail::lanes lanes{p, options.priorities};
    const stream origin;
    detail::capture_watch watch{p.operators()};
    static_cast<void>(cudaGetLastError()); // what is not ours must not be taken for the first operator's
    detail::capture_scope scope{origin, options.mode};
    lanes.play(origin, launch, [&](const command& c, stream_ref s) { watch.look(c, s); });
    watch.require_joined(origin);
    cudaGraph_t made = nullptr;
    const cudaError_t code = scope.end(made);
    graph g = graph::from_native_handle(made);
    check(code, "cudaStreamEndCapture");
    return {std::move(g), std::move(watch).ends(), {}, nullptr};
}

} // namespace opara::inline OPARA_ABI::cuda
