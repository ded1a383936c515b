/// @file
/// The command line of opara_run.
#pragma once

#include <examples/engine/cuda/precision.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace opara::run {

/// Where plans are carried out.
enum class backend {
    simulate, ///< on a model of a GPU
    host,     ///< there, and for real on the threads of this machine
    cuda      ///< there, and for real on this machine's GPU
};

/// Whether a network is planned as a framework runs it, with its operators fused, or with convolutions that read the
/// same value merged, too.
enum class granularity { framework, fused, merged };

/// What the user asked for.
struct arguments {
    std::string model;                 ///< a network of the zoo, or an ONNX file
    std::optional<std::int64_t> batch; ///< the model's own where not given
    granularity operators = granularity::framework;
    std::vector<std::string> inputs;     ///< TensorProto files, in the order of the model's inputs
    std::vector<std::string> references; ///< TensorProto files, in the order of the model's outputs
    backend where = backend::simulate;
    std::optional<std::string> device; ///< a name, or a JSON file; else the GPU that is there, or h200
    bool programmatic = false;         ///< whether edges between kernels are programmatic, with the CUDA backend
    engine::precision precision = engine::precision::tf32; ///< of the CUDA backend
    std::vector<std::string> policies;                     ///< names; empty: all
    std::size_t lanes = 4;                                 ///< for the policies that want a number of lanes
    std::optional<double> search;                          ///< seconds for searching a plan better than the policies'
    std::optional<double> memory;          ///< how many times the sequential plan's peak a plan may take
    std::optional<std::string> plan_cache; ///< folder of plans that were searched before
    std::size_t threads = 0;               ///< of the host backend; 0: as many as the machine has
    std::optional<std::string> report;     ///< JSON file
    std::optional<std::string> timeline;   ///< SVG file
    std::optional<std::string> trace;      ///< Chrome trace file
    std::optional<std::string> plan;       ///< JSON file
};

/// A command line that cannot be understood; the message says what is right.
class usage_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Reads the command line. Empty if it asks for help.
/// @throws usage_error
[[nodiscard]] std::optional<arguments> parse(int argc, const char* const* argv);

/// The text of `--help`, complete.
[[nodiscard]] std::string help();

} // namespace opara::run
