/// @file
/// The network that the user named, and what it is fed.
#pragma once

#include <examples/opara_run/arguments.hpp>
#include <opara/onnx/network.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace opara::run {

/// A network ready to be planned.
struct model {
    onnx::network net;                    ///< the operators that are planned, fused if the user wants it
    std::int64_t batch = 1;               ///< first extent of its first input
    std::vector<onnx::tensor> inputs;     ///< one for each input; filled where plans are run for real
    std::vector<onnx::tensor> references; ///< one for each output, or none at all
};

/// Builds or reads the network that the arguments name, and reads what it is fed.
/// @throws usage_error  the model is neither a network of the zoo nor a file
/// @throws parse_error  a file is not what it should be
/// @throws error  an input or a reference does not fit the network
[[nodiscard]] model load(const arguments& a);

/// The files that the arguments name to be read: no output may be one of them. Networks of the zoo and devices that are
/// known by name are none.
[[nodiscard]] std::vector<std::string> files_read(const arguments& a);

} // namespace opara::run
