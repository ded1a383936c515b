/// @file
/// Runs a network on the CPU, one operator at a time, whatever the order: the engine that the host executor drives.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/id.hpp>
#include <opara/onnx/network.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace opara::engine {

/// How an engine keeps the activations of convolutional networks.
enum class activation_layout : std::uint8_t {
    plain,        ///< row-major, as ONNX numbers them: simple, and slow in oneDNN
    channels_last ///< what follows from a convolution has its channels innermost, which oneDNN's fast kernels want
};

/// What a caller may choose of an engine.
struct host_options {
    /// How activations lie in memory. It changes the time, and results by rounding only.
    activation_layout layout = activation_layout::channels_last;
    /// OpenMP threads inside one oneDNN call. 1 leaves the cores to operators that run at the same time.
    int threads_per_operator = 1;
};

/// A network that is ready to run: weights made from their rules, a buffer for every value, every kernel prepared.
///
/// Every value has a buffer of its own that lives as long as the engine, and every operator has its own scratch memory
/// and its own oneDNN stream. So two operators share nothing but what the edges of the graph order, and the results do
/// not depend, bit for bit, on the order or on the threads that run them.
///
/// @code
/// opara::engine::host_engine engine{net};
/// engine.set_input(0, image);
/// for (opara::op_id v : opara::onnx::freeze(net).topological_order()) engine.run(v);
/// opara::onnx::tensor probabilities = engine.read(net.outputs[0]);
/// @endcode
class host_engine {
public:
    /// Prepares every operator once. @pre the network outlives the engine and does not change
    /// @throws operator_error  an operator has no kernel, or not for its types, shapes or attributes; names the node,
    /// its
    ///         type and the reason
    explicit host_engine(const onnx::network& net, host_options options = {});
    explicit host_engine(onnx::network&&, host_options = {}) = delete;
    ~host_engine();
    host_engine(host_engine&&) noexcept;
    host_engine& operator=(host_engine&&) noexcept;

    /// Feeds the `i`-th input of the network.
    /// @throws error  there is no such input, or the tensor has not the type, the shape and the number of bytes
    /// declared
    void set_input(std::size_t i, const onnx::tensor& t);

    /// Executes one operator. Several threads may call it at the same time for operators that no path of the graph
    /// connects; everything that `v` reads must have been run and be visible to the calling thread.
    /// @throws operator_error  the data cannot be computed with (an index out of range, an integer division by zero);
    ///         names the node
    void run(op_id v);

    /// Overwrites what every operator has yielded (with all-ones bytes: NaN, -1), so that a run which misses an
    /// operator or takes an edge the wrong way round cannot look right thanks to the run before it.
    void forget() noexcept;

    /// The elements of any value, row-major: an input, a weight, or what an operator yielded last.
    [[nodiscard]] onnx::tensor read(onnx::value_id v) const;

    /// Bytes of all activations together, inputs included.
    [[nodiscard]] std::size_t activation_bytes() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace opara::engine
