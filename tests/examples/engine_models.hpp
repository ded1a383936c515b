/// @file
/// The ONNX files that the engine is tested with, and the weights that make them say something.
#pragma once

#include <opara/onnx/reader.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace opara::test {

/// The convolutional networks among them, by file name.
inline const std::vector<std::string> light_models{"light_squeezenet", "light_inception_v1", "light_resnet50"};

/// The fill of the models' README: element i of the k-th ConstantOfShape.
inline float varied(std::uint32_t k, std::uint32_t i, std::size_t rank, double fan_in) {
    std::uint32_t h = i * 0x9E3779B1U + k * 0x85EBCA77U + 0x165667B1U;
    h ^= h >> 16U;
    h *= 0x7feb352dU;
    h ^= h >> 15U;
    h *= 0x846ca68bU;
    h ^= h >> 16U;
    const double u = (h >> 8U) * 0x1p-24;
    return static_cast<float>(rank >= 2 ? (2 * u - 1) * std::sqrt(3.0 / fan_in) : 0.5 + 0.5 * u);
}

/// All elements of the k-th ConstantOfShape.
inline onnx::tensor varied_tensor(std::uint32_t k, const onnx::shape& dims) {
    double fan_in = 1.0;
    for (std::size_t d = 1; d < dims.size(); ++d) {
        fan_in *= static_cast<double>(dims[d]);
    }
    std::vector<float> x(static_cast<std::size_t>(onnx::elements(dims)));
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = varied(k, static_cast<std::uint32_t>(i), dims.size(), fan_in);
    }
    return onnx::tensor::of<float>(onnx::element::f32, dims, x);
}

/// The file as protobuf has it.
inline onnx::proto::ModelProto parse(const std::filesystem::path& path) {
    std::ifstream stream{path, std::ios::binary};
    onnx::proto::ModelProto model;
    REQUIRE(model.ParseFromIstream(&stream));
    return model;
}

// Replaces what ConstantOfShape nodes yield, numbered in file order, and what other nodes make of it (a reshape keeps
// the elements). The reader has folded all of them into weights that keep the names of the outputs.
inline int vary_weights(onnx::network& net, const std::filesystem::path& path) {
    std::map<std::string, onnx::value*> values;
    for (onnx::value& v : net.values) {
        values[v.name] = &v;
    }
    const onnx::proto::ModelProto model = parse(path);
    std::uint32_t k = 0;
    std::map<std::string, onnx::tensor> filled;
    for (const auto& node : model.graph().node()) {
        onnx::value& to = *values.at(node.output(0));
        if (node.op_type() == "ConstantOfShape") {
            filled[to.name] = varied_tensor(k++, to.dims);
        } else if (node.op_type() == "Reshape" && filled.count(node.input(0)) != 0) {
            filled[to.name] = filled.at(node.input(0));
            filled[to.name].dims = to.dims;
        } else {
            continue;
        }
        REQUIRE(to.is_weight());
        to.data = filled.at(to.name);
    }
    return static_cast<int>(k);
}

} // namespace opara::test
