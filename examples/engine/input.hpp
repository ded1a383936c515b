/// @file
/// What every engine asks of the tensors that it is given.
#pragma once

#include <opara/core/error.hpp>
#include <opara/onnx/element.hpp>
#include <opara/onnx/network.hpp>

#include <cstddef>
#include <string>

namespace opara::engine {

/// Makes sure that a tensor can be a network's i-th input.
/// @throws error  there is no such input, or the tensor has another type, shape or size
inline void require_input(const onnx::network& net, std::size_t i, const onnx::tensor& t) {
    if (i >= net.inputs.size()) {
        throw error{"network '" + net.name + "' has " + std::to_string(net.inputs.size()) +
                    " inputs, there is no input " + std::to_string(i)};
    }
    const onnx::value& value = net[net.inputs[i]];
    if (t.type != value.type || t.dims != value.dims || t.bytes.size() != static_cast<std::size_t>(value.bytes())) {
        const auto show = [](onnx::element type, const onnx::shape& dims) {
            return std::string{onnx::name_of(type)} + onnx::describe(dims);
        };
        throw error{"input '" + value.name + "' is " + show(value.type, value.dims) + ", given was " +
                    show(t.type, t.dims) + " in " + std::to_string(t.bytes.size()) + " bytes"};
    }
}

} // namespace opara::engine
