/// @file
/// CUDA graphs: templates of work, and what they are instantiated to.
#pragma once

#include <opara/cuda/error.hpp>
#include <opara/cuda/owner.hpp>
#include <opara/cuda/stream.hpp>

#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cuda {

/// An edge as CUDA tells it: its ends, and the ports and the type that make it programmatic.
struct graph_edge {
    cudaGraphNode_t from = nullptr; ///< the node that comes first
    cudaGraphNode_t to = nullptr;   ///< the node that waits for it
    cudaGraphEdgeData data{};       ///< all zero: `to` starts when `from` is over

    /// Whether `to` may start when `from` triggers it.
    [[nodiscard]] bool programmatic() const noexcept { return data.type == cudaGraphDependencyTypeProgrammatic; }
    friend bool operator==(const graph_edge& a, const graph_edge& b) noexcept {
        return a.from == b.from && a.to == b.to && std::memcmp(&a.data, &b.data, sizeof a.data) == 0;
    }
};

/// A graph that somebody else owns. A regular value.
class graph_ref {
public:
    /// Refers to a native graph.
    graph_ref(cudaGraph_t native) noexcept
        : native_{native} {} // NOLINT: a native handle is what a reference stands for

    [[nodiscard]] cudaGraph_t get() const noexcept { return native_; } ///< the native handle

    /// How many nodes it has. @throws cuda_error
    [[nodiscard]] std::size_t size(place where = place::here()) const {
        std::size_t count = 0;
        check(cudaGraphGetNodes(native_, nullptr, &count), "cudaGraphGetNodes", where);
        return count;
    }
    /// Its nodes, as CUDA lists them. @throws cuda_error
    [[nodiscard]] std::vector<cudaGraphNode_t> nodes(place where = place::here()) const {
        std::size_t count = size(where);
        std::vector<cudaGraphNode_t> found(count);
        if (count != 0) {
            check(cudaGraphGetNodes(native_, found.data(), &count), "cudaGraphGetNodes", where);
        }
        return found;
    }
    /// Its edges, as CUDA lists them. @throws cuda_error
    [[nodiscard]] std::vector<graph_edge> edges(place where = place::here()) const {
        std::size_t count = 0;
        check(cudaGraphGetEdges(native_, nullptr, nullptr, nullptr, &count), "cudaGraphGetEdges", where);
        std::vector<cudaGraphNode_t> from(count), to(count);
        std::vector<cudaGraphEdgeData> data(count);
        if (count != 0) {
            check(cudaGraphGetEdges(native_, from.data(), to.data(), data.data(), &count), "cudaGraphGetEdges", where);
        }
        std::vector<graph_edge> found;
        found.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            found.push_back({from[i], to[i], data[i]});
        }
        return found;
    }

    friend bool operator==(graph_ref, graph_ref) = default;

private:
    cudaGraph_t native_;
};

/// A graph of one's own. Move-only.
class graph {
public:
    /// An empty graph. @throws cuda_error
    explicit graph(place where = place::here()) : graph{nullptr} {
        cudaGraph_t native = nullptr;
        check(cudaGraphCreate(&native, 0), "cudaGraphCreate", where);
        handle_ = owner{native};
    }
    /// Takes over a native graph, or nothing (null).
    [[nodiscard]] static graph from_native_handle(cudaGraph_t native) noexcept { return graph{native}; }

    [[nodiscard]] cudaGraph_t get() const noexcept { return handle_.get(); }   ///< the native handle
    [[nodiscard]] cudaGraph_t release() noexcept { return handle_.release(); } ///< gives it away
    operator graph_ref() const noexcept { return handle_.get(); }              ///< refers to it

    /// @copydoc graph_ref::size
    [[nodiscard]] std::size_t size(place where = place::here()) const { return graph_ref{get()}.size(where); }
    /// @copydoc graph_ref::nodes
    [[nodiscard]] std::vector<cudaGraphNode_t> nodes(place where = place::here()) const {
        return graph_ref{get()}.nodes(where);
    }
    /// @copydoc graph_ref::edges
    [[nodiscard]] std::vector<graph_edge> edges(place where = place::here()) const {
        return graph_ref{get()}.edges(where);
    }

private:
    using owner = detail::owner<cudaGraph_t, cudaGraphDestroy>;
    explicit graph(cudaGraph_t native) noexcept : handle_{native} {}

    owner handle_;
};

/// A graph that can be launched, any number of times. Replays of one of these never overlap with each other: make one
/// for each stream that runs at the same time. Move-only.
class graph_exec {
public:
    /// Instantiates a graph; node priorities count.
    /// @param keep  something that must live as long, such as what the kernels of the graph come from
    /// @throws cuda_error
    explicit graph_exec(graph_ref g, std::shared_ptr<const void> keep = nullptr, place where = place::here())
        : graph_exec{nullptr, std::move(keep)} {
        cudaGraphExec_t native = nullptr;
        check(cudaGraphInstantiate(&native, g.get(), cudaGraphInstantiateFlagUseNodePriority), "cudaGraphInstantiate",
              where);
        handle_ = owner{native};
    }
    /// Takes over a native executable graph, or nothing (null).
    [[nodiscard]] static graph_exec from_native_handle(cudaGraphExec_t native) noexcept { return {native, nullptr}; }

    [[nodiscard]] cudaGraphExec_t get() const noexcept { return handle_.get(); } ///< the native handle
    /// Gives the native handle away. What `keep` kept alive is from now on the caller's to keep: see `kept`.
    [[nodiscard]] cudaGraphExec_t release() noexcept { return handle_.release(); }
    /// What lives as long as this does; may be null.
    [[nodiscard]] const std::shared_ptr<const void>& kept() const noexcept { return kept_; }

    /// Enqueues one replay. @throws cuda_error
    void launch(stream_ref s, place where = place::here()) const {
        check(cudaGraphLaunch(get(), s.get()), "cudaGraphLaunch", where);
    }
    /// Moves to the device what the first launch would have to move. @throws cuda_error
    void upload(stream_ref s, place where = place::here()) const {
        check(cudaGraphUpload(get(), s.get()), "cudaGraphUpload", where);
    }

private:
    using owner = detail::owner<cudaGraphExec_t, cudaGraphExecDestroy>;
    graph_exec(cudaGraphExec_t native, std::shared_ptr<const void> keep) noexcept
        : kept_{std::move(keep)}, handle_{native} {}

    std::shared_ptr<const void> kept_; // before the handle, so that it is destroyed after it
    owner handle_;
};

} // namespace opara::inline OPARA_ABI::cuda
