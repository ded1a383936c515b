// The four networks of the folder OPARA_MODELS: structure, shapes, sizes.
#include <opara/graph/levels.hpp>
#include <opara/graph/path_cover.hpp>
#include <opara/onnx/reader.hpp>
#include <opara/onnx/work.hpp>
#include <tests/onnx/proto_oracle.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using namespace opara::onnx;
using opara::op_id;

namespace {

struct row {
    std::string file;
    std::size_t operators, edges, sources, sinks, chain, width, level_width;
    std::int64_t parameters;     // that some operator reads
    std::size_t compared_shapes; // at least as many does ONNX infer
};

const std::vector<row> table{
    // The parameters of the three are those that are published: 7.00, 1.24 and 25.56 million (and two numbers a channel
    // of running statistics, 53 120). bert_tiny's are 11 558 and 16 scalars of its arithmetic.
    {"light_inception_v1", 143, 169, 1, 1, 62, 4, 4, 6'998'552, 143},
    {"light_squeezenet", 66, 73, 1, 1, 50, 2, 2, 1'235'496, 66},
    {"light_resnet50", 176, 191, 1, 1, 168, 2, 2, 25'557'032 + 53'120, 176},
    {"bert_tiny_squad", 971, 1188, 5, 2, 610, 7, 6, 11'558 + 16, 300},
};

} // namespace

TEST_CASE("the structure of the four networks") {
    const auto models = opara::test::models_or_skip();
    if (!models) {
        return;
    }
    for (const row& expected : table) {
        CAPTURE(expected.file);
        const network net = read(*models / (expected.file + ".onnx"));
        const opara::frozen_graph g = freeze(net);
        CHECK(g.size() == expected.operators);
        CHECK(g.edge_count() == expected.edges);
        std::size_t sources = 0, sinks = 0;
        for (std::size_t i = 0; i < g.size(); ++i) {
            sources += g.predecessors(op_id::from_index(i)).empty() ? 1U : 0U;
            sinks += g.successors(op_id::from_index(i)).empty() ? 1U : 0U;
        }
        CHECK(sources == expected.sources);
        CHECK(sinks == expected.sinks);
        std::map<std::uint32_t, std::size_t> in_level;
        for (const std::uint32_t l : opara::levels(g)) {
            ++in_level[l];
        }
        CHECK(in_level.size() == expected.chain);
        CHECK(std::max_element(in_level.begin(), in_level.end(), [](auto& a, auto& b) {
                  return a.second < b.second;
              })->second == expected.level_width);
        CHECK(opara::width(g) == expected.width);
        CHECK(net == read(*models / (expected.file + ".onnx")));
    }
}

TEST_CASE("operator types, inputs and outputs of the four networks") {
    const auto models = opara::test::models_or_skip();
    if (!models) {
        return;
    }
    const auto count = [&](const network& net) {
        std::map<std::string, int> types;
        for (const node& n : net.graph.operators()) {
            ++types[n.type];
        }
        return types;
    };
    using counts = std::map<std::string, int>;
    const network inception = read(*models / "light_inception_v1.onnx");
    CHECK(count(inception) == counts{{"Conv", 57},
                                     {"Relu", 57},
                                     {"MaxPool", 13},
                                     {"Concat", 9},
                                     {"LRN", 2},
                                     {"Dropout", 1},
                                     {"Reshape", 1},
                                     {"Gemm", 1},
                                     {"AveragePool", 1},
                                     {"Softmax", 1}});
    const network bert = read(*models / "bert_tiny_squad.onnx", {.dimensions = {{"batch_size", 3}}});
    CHECK(count(bert) == counts{{"Add", 173},      {"Unsqueeze", 101}, {"Gather", 101}, {"Shape", 98}, {"MatMul", 97},
                                {"Mul", 50},       {"ReduceMean", 50}, {"Concat", 49},  {"Div", 49},   {"Reshape", 48},
                                {"Transpose", 48}, {"Sub", 26},        {"Pow", 25},     {"Sqrt", 25},  {"Softmax", 12},
                                {"Erf", 12},       {"Cast", 2},        {"Squeeze", 2},  {"Range", 1},  {"Expand", 1},
                                {"Split", 1}});
    CHECK(bert.inputs.size() == 3);
    REQUIRE(bert.outputs.size() == 2);
    CHECK(bert[bert.outputs[0]].dims == shape{3, 10}); // declared as [batch_size, 128]
    CHECK(bert[bert.outputs[1]].name == "end");
    const network resnet = read(*models / "light_resnet50.onnx");
    CHECK(count(resnet) == counts{{"Conv", 53},
                                  {"BatchNormalization", 53},
                                  {"Relu", 49},
                                  {"Sum", 16},
                                  {"MaxPool", 1},
                                  {"Reshape", 1},
                                  {"AveragePool", 1},
                                  {"Softmax", 1},
                                  {"Gemm", 1}});
    REQUIRE(resnet.inputs.size() == 1); // not its 320 initializers, which are listed as inputs too
    CHECK(resnet[resnet.inputs[0]].name == "gpu_0/data_0");
    CHECK(resnet[resnet.inputs[0]].dims == shape{1, 3, 224, 224});
}

TEST_CASE("parameters and multiply-adds are the published ones") {
    const auto models = opara::test::models_or_skip();
    if (!models) {
        return;
    }
    for (const row& expected : table) {
        CAPTURE(expected.file);
        const network net = read(*models / (expected.file + ".onnx"));
        std::vector<bool> seen(net.values.size(), false);
        std::int64_t parameters = 0;
        for (const node& n : net.graph.operators()) {
            for (const value_id v : n.inputs) {
                if (v != no_value && !seen[v.index()] && net[v].is_weight() && net[v].type == element::f32) {
                    seen[v.index()] = true;
                    parameters += elements(net[v].dims);
                }
            }
        }
        CHECK(parameters == expected.parameters);
        double multiply_adds = 0.0;
        for (const opara::cost::work& w : works_of(net)) {
            multiply_adds += w.matrix_flops / 2.0;
        }
        if (expected.file == "light_resnet50") {
            CHECK(multiply_adds == 4'089'184'256.0); // to the last one
        } else if (expected.file == "light_squeezenet") {
            CHECK(multiply_adds == doctest::Approx(0.35e9).epsilon(0.01)); // SqueezeNet 1.1
        } else if (expected.file == "light_inception_v1") {
            CHECK(multiply_adds == doctest::Approx(1.43e9).epsilon(0.01));
        }
    }
}

TEST_CASE("shapes of the four networks are those that ONNX infers") {
    const auto models = opara::test::models_or_skip();
    if (!models) {
        return;
    }
    for (const row& expected : table) {
        CAPTURE(expected.file);
        ::onnx::ModelProto model;
        std::ifstream file{*models / (expected.file + ".onnx"), std::ios::binary};
        REQUIRE(model.ParseFromIstream(&file));
        for (auto& input : *model.mutable_graph()->mutable_input()) {
            for (auto& d : *input.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim()) {
                if (d.has_dim_param()) {
                    d.set_dim_value(5);
                }
            }
        }
        if (expected.file == "bert_tiny_squad") { // declared wrongly, which the oracle would believe
            for (auto& output : *model.mutable_graph()->mutable_output()) {
                output.mutable_type()->mutable_tensor_type()->clear_shape();
            }
        }
        CHECK(opara::test::compare_with_oracle(model) >= expected.compared_shapes);
    }
}
