/// @file
/// Multilayer perceptrons as ONNX files, for other tools.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/network.hpp>
#include <opara/onnx/protobuf.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace opara::inline OPARA_ABI::onnx {

namespace detail {

inline void set_row_type(proto::ValueInfoProto& value, const std::string& name, std::size_t numbers) {
    value.set_name(name);
    auto& type = *value.mutable_type()->mutable_tensor_type();
    type.set_elem_type(proto::TensorProto::FLOAT);
    type.mutable_shape()->add_dim()->set_dim_value(1);
    type.mutable_shape()->add_dim()->set_dim_value(static_cast<std::int64_t>(numbers));
}
// @throws controller_error  a number is none of single precision
inline void add_floats(proto::GraphProto& graph, const std::string& name, const std::vector<std::size_t>& dims,
                       std::span<const double> numbers) {
    proto::TensorProto& t = *graph.add_initializer();
    t.set_name(name);
    t.set_data_type(proto::TensorProto::FLOAT);
    for (const std::size_t d : dims) {
        t.add_dims(static_cast<std::int64_t>(d));
    }
    for (const double x : numbers) {
        const auto single = static_cast<float>(x);
        if (static_cast<double>(single) != x) {
            throw abstraction::controller_error{"the weight " + std::to_string(x) + " of '" + name +
                                                "' is no number of single precision, in which the file is written"};
        }
        t.add_float_data(single);
    }
}
inline const char* operator_of(abstraction::activation function) noexcept {
    switch (function) {
    case abstraction::activation::relu: return "Relu";
    case abstraction::activation::sigmoid: return "Sigmoid";
    case abstraction::activation::tanh: return "Tanh";
    case abstraction::activation::identity: break;
    }
    return nullptr;
}

} // namespace detail

/// The bytes of an ONNX file with a perceptron: a Gemm a layer and its activation, in single precision, operator set
/// 13; one row "input" in, one row "output" out. `perceptron_of` reads the same perceptron back.
///
/// @code
/// write_file_atomically("controller.onnx", perceptron_to_onnx(c.net, c.name));
/// @endcode
/// @throws abstraction::controller_error  a weight is no number of single precision
/// Complexity: O(weights).
[[nodiscard]] inline std::string perceptron_to_onnx(const abstraction::network& net, const std::string& name) {
    proto::ModelProto model;
    model.set_ir_version(7);
    model.set_producer_name("opara");
    model.add_opset_import()->set_version(13);
    proto::GraphProto& graph = *model.mutable_graph();
    graph.set_name(name);
    detail::set_row_type(*graph.add_input(), "input", net.inputs());
    detail::set_row_type(*graph.add_output(), "output", net.outputs());
    std::string at = "input";
    const std::vector<abstraction::layer>& layers = net.layers();
    for (std::size_t k = 0; k < layers.size(); ++k) {
        const abstraction::layer& l = layers[k];
        const bool is_last = k + 1 == layers.size();
        const std::string number = std::to_string(k);
        detail::add_floats(graph, "weight" + number, {l.bias.size(), l.inputs}, l.weight);
        detail::add_floats(graph, "bias" + number, {l.bias.size()}, l.bias);
        const char* const function = detail::operator_of(l.function);
        proto::NodeProto& product = *graph.add_node();
        product.set_op_type("Gemm");
        product.set_name("layer" + number);
        product.add_input(at);
        product.add_input("weight" + number);
        product.add_input("bias" + number);
        at = is_last && function == nullptr ? "output" : "sums" + number;
        product.add_output(at);
        proto::AttributeProto& rows = *product.add_attribute(); // the weight has one row an output
        rows.set_name("transB");
        rows.set_type(proto::AttributeProto::INT);
        rows.set_i(1);
        if (function != nullptr) {
            proto::NodeProto& activation = *graph.add_node();
            activation.set_op_type(function);
            activation.set_name("activation" + number);
            activation.add_input(at);
            at = is_last ? "output" : "values" + number;
            activation.add_output(at);
        }
    }
    return model.SerializeAsString();
}

} // namespace opara::inline OPARA_ABI::onnx
