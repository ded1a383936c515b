/// @file
/// Runs a network on a GPU with kernels of its own: the engine that the CUDA interpreters drive.
#pragma once

#include <examples/engine/cuda/precision.hpp>
#include <opara/core/error.hpp>
#include <opara/core/id.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/onnx/network.hpp>
#include <opara/plan/command.hpp>

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>

namespace opara::engine {

/// What a caller may choose of a GPU engine.
struct cuda_options {
    /// Whether operators write straight into the output of a concatenation, which then has nothing to do.
    bool joins_in_place = true;
    /// How float tensors lie on the device. Outside they are floats: inputs and weights are converted when they are
    /// set, what is read when it is read.
    engine::precision precision = engine::precision::tf32;
};

/// A network that is ready to run on the current device: weights on it, a place for every value, every launch prepared.
///
/// Convolutions and matrix products run on the tensor cores with sums in float, everything else in float; between
/// operators numbers are floats, of which the tensor cores see TF32, or of half precision (`cuda_options::precision`).
/// Values share no memory but what views, slices and concatenations are about, so two operators share nothing but what
/// the edges of the graph order. Nothing is allocated after construction: any operator can be captured. Almost every
/// operator is one kernel; operators that hand on what they got are none.
///
/// Every kernel triggers its dependents and waits for what it depends on, so every edge may be programmatic; weights of
/// products are on the way before the wait.
///
/// @code
/// opara::engine::cuda_engine engine{net};
/// engine.set_input(0, image);
/// auto launch = [&](const opara::command& c, cudaStream_t s) { engine.enqueue(c, s); };
/// auto exec = opara::cuda::capture_nodes(plan, launch).instantiate();
/// exec.launch(stream);
/// stream.synchronize();
/// opara::onnx::tensor probabilities = engine.read(net.outputs[0]);
/// @endcode
class cuda_engine {
public:
    /// Prepares every operator once. @pre the network outlives the engine and does not change
    /// @throws operator_error  an operator has no kernel, or not for its types, shapes or attributes; names the node,
    /// its type and the reason
    /// @throws error  the device is older than Hopper (compute capability 9.0)
    /// @throws cuda::cuda_error  there is no device, or no memory
    explicit cuda_engine(const onnx::network& net, cuda_options options = {});
    explicit cuda_engine(onnx::network&&, cuda_options = {}) = delete;
    ~cuda_engine();
    cuda_engine(cuda_engine&&) noexcept;
    cuda_engine& operator=(cuda_engine&&) noexcept;

    /// Feeds the `i`-th input of the network, row-major (what only convolutions read is stored with channels last).
    /// Waits for the device, and for the copy.
    /// @throws error  there is no such input, or the tensor has not the type, the shape and the number of bytes
    /// declared
    void set_input(std::size_t i, const onnx::tensor& t);

    /// Enqueues an operator in its first variant. @throws cuda::cuda_error
    void enqueue(op_id v, cudaStream_t s) const { enqueue(v, variant_id{}, s); }
    /// Enqueues what a plan says. @throws error  there is no such variant @throws cuda::cuda_error
    void enqueue(const command& c, cudaStream_t s) const { enqueue(c.op, c.variant, s); }
    /// Enqueues an operator in one of its variants. @throws error  there is no such variant @throws cuda::cuda_error
    void enqueue(op_id v, variant_id variant, cudaStream_t s) const;

    /// In how many ways an operator can run, at least 1: products in several tiles and splits, by what they are thought
    /// to take, the shortest first, and behind them some that are slower and take little room.
    [[nodiscard]] std::size_t variants(op_id v) const noexcept;
    /// Kernels that an operator launches: 0 for one that hands on what it got.
    [[nodiscard]] std::size_t kernels(op_id v) const noexcept;

    /// The one kernel of an operator, for `cuda::build_graph`; a function of null where it has none. What it points to
    /// lives until the next call. A cluster is no part of it: see `set_clusters`.
    /// @throws operator_error  it has several
    [[nodiscard]] cudaKernelNodeParams kernel(op_id v, variant_id variant = {});
    /// Gives the node of such a kernel the cluster that it needs. @throws cuda::cuda_error
    void set_cluster(cudaGraphNode_t node, op_id v, variant_id variant = {}) const;

    /// The launch shape of an operator's last kernel, as cost models know it, without times; 0 blocks where it has
    /// none. Of a product also the bytes that its blocks read, all together.
    /// @throws cuda::cuda_error
    [[nodiscard]] cost::kernel footprint(op_id v, variant_id variant = {}) const;
    /// Blocks of a cluster of an operator's last kernel. @throws error  there is no such variant
    [[nodiscard]] std::size_t cluster(op_id v, variant_id variant = {}) const;

    /// Overwrites what every operator has yielded (with all-ones bytes: NaN, -1), so that a run which misses an
    /// operator or takes an edge the wrong way round cannot look right thanks to the run before it. Waits for it.
    /// @throws cuda::cuda_error
    void forget();

    /// The elements of any value, row-major: an input, a weight, or what an operator yielded last. Waits for the
    /// device.
    /// @throws operator_error  an operator met data that cannot be computed with (an index out of range, an integer
    /// division by zero) since it was last said; names the node
    /// @throws cuda::cuda_error  also whatever the kernels did wrong
    [[nodiscard]] onnx::tensor read(onnx::value_id v);

    /// Bytes of all activations together, inputs included.
    [[nodiscard]] std::size_t activation_bytes() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace opara::engine
