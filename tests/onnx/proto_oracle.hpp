/// @file
/// Compares a network with what ONNX's own shape inference says of the same model.
#pragma once

#include <opara/onnx/reader.hpp>
#include <tests/onnx/proto.hpp>

#include <doctest/doctest.h>
#include <onnx/shape_inference/implementation.h>

#include <cstddef>
#include <string>
#include <unordered_map>

namespace opara::test {

/// Whether the oracle follows the contents of shapes.
enum class contents {
    followed,
    ignored ///< for odd models: ONNX 1.12 reads out of bounds while it follows arithmetic on lists of different lengths
};

/// Checks every value whose shape ONNX infers completely. Symbolic dimensions must be fixed beforehand.
/// @return how many there were
inline std::size_t compare_with_oracle(::onnx::ModelProto model, contents follow = contents::followed) {
    const onnx::network net = onnx::read(proto_model::bytes_of(model));
    ::onnx::shape_inference::InferShapes(model, ::onnx::OpSchemaRegistry::Instance(),
                                         ::onnx::ShapeInferenceOptions{false, 0, follow == contents::followed});
    std::unordered_map<std::string, const onnx::value*> ours;
    for (const onnx::value& v : net.values) {
        ours[v.name] = &v;
    }
    std::size_t compared = 0;
    const auto compare = [&](const ::onnx::ValueInfoProto& theirs) {
        const auto& type = theirs.type().tensor_type();
        onnx::shape dims;
        for (const auto& d : type.shape().dim()) {
            if (!d.has_dim_value() || d.dim_value() < 0) { // some of its sums are 32 bits wide
                return;
            }
            dims.push_back(d.dim_value());
        }
        const auto found = ours.find(theirs.name());
        if (!type.has_shape() || found == ours.end()) {
            return;
        }
        ++compared;
        CAPTURE(theirs.name());
        CHECK(onnx::describe(found->second->dims) == onnx::describe(dims));
        CHECK(onnx::element_of(type.elem_type()) == found->second->type);
    };
    for (const auto& v : model.graph().value_info()) {
        compare(v);
    }
    for (const auto& v : model.graph().output()) {
        compare(v);
    }
    return compared;
}

} // namespace opara::test
