/// @file
/// A stream capture that always ends.
#pragma once

#include <opara/cuda/error.hpp>
#include <opara/cuda/graph.hpp>
#include <opara/cuda/stream.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI::cuda {

/// Which other CUDA calls spoil a capture.
enum class capture_mode {
    thread_local_, ///< those of this thread that are unsafe in a capture; other threads do as they like
    relaxed,       ///< fewest: also this thread may, for instance, allocate
    global         ///< unsafe calls of any thread
};

namespace detail {

[[nodiscard]] inline cudaStreamCaptureMode native(capture_mode m) noexcept {
    switch (m) {
    case capture_mode::relaxed: return cudaStreamCaptureModeRelaxed;
    case capture_mode::global: return cudaStreamCaptureModeGlobal;
    case capture_mode::thread_local_: break;
    }
    return cudaStreamCaptureModeThreadLocal;
}

/// How a capture stands.
struct capture_state {
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    cudaGraph_t graph = nullptr;        ///< what it makes
    std::vector<cudaGraphNode_t> tails; ///< what the next node in the stream would wait for
};

/// @throws cuda_error
[[nodiscard]] inline capture_state state_of(stream_ref s) {
    capture_state state;
    const cudaGraphNode_t* nodes = nullptr;
    const cudaGraphEdgeData* data = nullptr; // without a place for it, programmatic edges would be an error
    std::size_t count = 0;
    check(cudaStreamGetCaptureInfo(s.get(), &state.status, nullptr, &state.graph, &nodes, &data, &count),
          "cudaStreamGetCaptureInfo");
    if (state.status == cudaStreamCaptureStatusActive) {
        state.tails.assign(nodes, nodes + count);
    }
    return state;
}

/// A capture of a stream. Leaving the scope without `end` ends it and drops what it made, so that no exception leaves a
/// stream behind that captures for ever.
class capture_scope {
public:
    /// Begins to capture into a new graph. @throws cuda_error
    capture_scope(stream_ref s, capture_mode mode) : stream_{s} {
        check(cudaStreamBeginCapture(s.get(), native(mode)), "cudaStreamBeginCapture");
    }
    /// Begins to capture into a graph, behind some of its nodes. @throws cuda_error
    capture_scope(stream_ref s, capture_mode mode, graph_ref into, std::span<const cudaGraphNode_t> behind,
                  std::span<const cudaGraphEdgeData> data)
        : stream_{s}, into_{into.get()} {
        check(
            cudaStreamBeginCaptureToGraph(s.get(), into.get(), behind.data(), data.data(), behind.size(), native(mode)),
            "cudaStreamBeginCaptureToGraph");
    }
    capture_scope(const capture_scope&) = delete;
    capture_scope& operator=(const capture_scope&) = delete;
    ~capture_scope() {
        if (open_) {
            cudaGraph_t made = nullptr;
            if (end(made) == cudaSuccess && made != nullptr && made != into_) {
                static_cast<void>(cudaGraphDestroy(made));
            }
        }
    }

    /// Ends the capture. @param made  the graph, the caller's to destroy unless the capture went into a graph that was
    /// there
    [[nodiscard]] cudaError_t end(cudaGraph_t& made) noexcept {
        open_ = false;
        const cudaError_t code = cudaStreamEndCapture(stream_.get(), &made);
        if (code != cudaSuccess) {
            static_cast<void>(cudaGetLastError());
        }
        return code;
    }

private:
    stream_ref stream_;
    cudaGraph_t into_ = nullptr;
    bool open_ = true;
};

} // namespace detail

} // namespace opara::inline OPARA_ABI::cuda
