#include <opara/abstraction/json.hpp>
#include <opara/core/file.hpp>
#include <opara/onnx/perceptron.hpp>
#include <opara/onnx/reader.hpp>
#include <opara/testing/random.hpp>
#include <tests/onnx/proto.hpp>
#include <tests/onnx/support.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

using namespace opara::test;
using opara::abstraction::activation;
using opara::abstraction::controller_from_json;
using opara::abstraction::layer;
using opara::testing::random_source;
namespace onnx_side = opara::onnx;
using perceptron = opara::abstraction::network;

namespace {

void floats(proto_model& m, const std::string& name, const ints& dims, const std::vector<double>& numbers) {
    auto* t = m.graph().add_initializer();
    t->set_name(name);
    t->set_data_type(::onnx::TensorProto::FLOAT);
    for (const std::int64_t d : dims) {
        t->add_dims(d);
    }
    for (const double x : numbers) {
        t->add_float_data(static_cast<float>(x));
    }
}

std::vector<double> transposed(const layer& l) {
    std::vector<double> t(l.weight.size());
    for (std::size_t o = 0; o < l.bias.size(); ++o) {
        for (std::size_t i = 0; i < l.inputs; ++i) {
            t[i * l.bias.size() + o] = l.weight[o * l.inputs + i];
        }
    }
    return t;
}

std::int64_t extent(std::size_t n) { return static_cast<std::int64_t>(n); }

// The ways in which exporters write a layer.
enum class style { gemm_of_rows, gemm_of_columns, matmul_then_add, add_of_matmul, mixed };

// A perceptron as an exporter would write it.
proto_model exported(const perceptron& net, style how) {
    proto_model m;
    m.input("in", {1, extent(net.inputs())});
    std::string at = "in";
    for (std::size_t k = 0; k < net.layers().size(); ++k) {
        const layer& l = net.layers()[k];
        const std::string name = std::to_string(k);
        const style s = how == style::mixed ? static_cast<style>(k % 4) : how;
        const std::int64_t in = extent(l.inputs);
        const std::int64_t out = extent(l.bias.size());
        floats(m, "b" + name, k % 2 == 0 ? ints{out} : ints{1, out}, l.bias);
        if (s == style::gemm_of_rows) {
            floats(m, "w" + name, {out, in}, l.weight);
            m.node("Gemm", {at, "w" + name, "b" + name}, {"y" + name}, {{"transB", std::int64_t{1}}, {"alpha", 1.0F}});
        } else if (s == style::gemm_of_columns) {
            floats(m, "w" + name, {in, out}, transposed(l));
            m.node("Gemm", {at, "w" + name, "b" + name}, {"y" + name});
        } else {
            floats(m, "w" + name, {in, out}, transposed(l));
            m.node("MatMul", {at, "w" + name}, {"p" + name});
            m.node("Add",
                   s == style::add_of_matmul ? std::vector<std::string>{"b" + name, "p" + name}
                                             : std::vector<std::string>{"p" + name, "b" + name},
                   {"y" + name});
        }
        at = "y" + name;
        if (l.function != activation::identity) {
            const char* const type = l.function == activation::relu   ? "Relu"
                                     : l.function == activation::tanh ? "Tanh"
                                                                      : "Sigmoid";
            m.node(type, {at}, {"a" + name});
            at = "a" + name;
        }
    }
    m.output(at);
    return m;
}

perceptron back(const proto_model& m) { return onnx_side::perceptron_of(onnx_side::read(m.bytes())); }

std::string why(const proto_model& m) {
    return refusal([&] { return back(m); });
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

constexpr style all_styles[] = {style::gemm_of_rows, style::gemm_of_columns, style::matmul_then_add,
                                style::add_of_matmul, style::mixed};

proto_model one_layer() {
    proto_model m;
    m.input("in", {1, 2});
    floats(m, "w", {2, 3}, {1, 2, 3, 4, 5, 6});
    floats(m, "b", {3}, {7, 8, 9});
    return m;
}

} // namespace

TEST_CASE("whatever an exporter makes of a perceptron, the same perceptron comes back") {
    random_source random{5};
    for (int round = 0; round < 40; ++round) {
        std::vector<layer> layers;
        std::size_t inputs = random.between(1, 6);
        for (std::size_t k = random.between(1, 4); k > 0; --k) {
            layer l{inputs, {}, std::vector<double>(random.between(1, 5)), static_cast<activation>(random.below(4))};
            for (double& b : l.bias) {
                b = static_cast<double>(static_cast<float>(random.unit() * 2 - 1));
            }
            for (std::size_t i = 0; i < l.inputs * l.bias.size(); ++i) {
                l.weight.push_back(static_cast<double>(static_cast<float>(random.unit() * 2 - 1)));
            }
            inputs = l.bias.size();
            layers.push_back(l);
        }
        const perceptron net{layers};
        for (const style s : all_styles) {
            REQUIRE(back(exported(net, s)) == net); // so outputs are equal bit by bit
        }
    }
}

TEST_CASE("published controllers as ONNX files give the outputs that were recorded with them") {
    const char* const folder = std::getenv("OPARA_NETS");
    if (folder == nullptr || !std::filesystem::is_directory(folder)) {
        skip("the environment variable OPARA_NETS does not name a folder with trained controllers");
        return;
    }
    int networks = 0;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        if (entry.path().extension() != ".json" || entry.path().stem() == "artifact-tubes") {
            continue;
        }
        const std::string text = opara::read_file(entry.path().string());
        const perceptron from_json = controller_from_json(text).net;
        const auto document = nlohmann::json::parse(text);
        CAPTURE(entry.path().stem().string());
        ++networks;
        for (const style s : all_styles) {
            const perceptron net = back(exported(from_json, s));
            REQUIRE(net == from_json);
            for (const auto& check : document["check"]) {
                const auto in = check["input"].get<std::vector<double>>();
                std::vector<double> out(1);
                net.evaluate(in, out);
                const auto& recorded = check["output_float64"];
                const double expected = recorded.is_array() ? recorded[0].get<double>() : recorded.get<double>();
                CHECK(std::abs(out[0] - expected) <= 1e-12 * std::max(1.0, std::abs(expected)));
            }
        }
    }
    CHECK(networks >= 22);
}

TEST_CASE("operators that change no number are no layers, and a factor is a diagonal one") {
    proto_model m;
    m.input("in", {1, 1, 2}).integers("to", {1, 3});
    floats(m, "w", {2, 3}, {1, 2, 3, 4, 5, 6});
    floats(m, "factor", {1}, {0.1});
    m.node("Flatten", {"in"}, {"flat"});
    m.node("MatMul", {"flat", "w"}, {"p"});
    m.node("Dropout", {"p"}, {"d", "mask"});
    m.node("Tanh", {"d"}, {"t"});
    m.node("Reshape", {"t", "to"}, {"r"});
    m.node("Mul", {"factor", "r"}, {"s"});
    m.node("Identity", {"s"}, {"y"});
    m.output("y");
    const perceptron net = back(m);
    REQUIRE(net.layers().size() == 2);
    CHECK(net.layers()[0] == layer{2, {1, 4, 2, 5, 3, 6}, {0, 0, 0}, activation::tanh});
    const auto tenth = static_cast<double>(0.1F);
    CHECK(net.layers()[1] == layer{3, {tenth, 0, 0, 0, tenth, 0, 0, 0, tenth}, {0, 0, 0}, activation::identity});
    std::vector<double> y(3);
    net.evaluate(std::vector<double>{-0.25, 0.5}, y);
    CHECK(y == std::vector<double>{tenth * std::tanh(1.75), tenth * std::tanh(2.0), tenth * std::tanh(2.25)});
}

TEST_CASE("what is no perceptron is refused with the node's name") {
    {
        proto_model m = one_layer();
        m.node("Gemm", {"in", "w", "b"}, {"y"});
        m.node("Softmax", {"y"}, {"z"}, {}, "last");
        m.output("z");
        CHECK(says(why(m), "a multilayer perceptron has no such operator"));
        CHECK(says(why(m), "'last' (Softmax)"));
    }
    {
        proto_model m = one_layer();
        m.node("Gemm", {"in", "w", "b"}, {"y"}, {{"alpha", 0.5F}}, "half");
        m.output("y");
        CHECK(says(why(m), "alpha and beta are 1"));
        CHECK(says(why(m), "'half' (Gemm)"));
    }
    for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        proto_model m = one_layer();
        floats(m, "bad", {2, 3}, {1, 2, bad, 4, 5, 6});
        floats(m, "bad bias", {3}, {1, 2, bad});
        m.node("Gemm", {"in", "bad", "b"}, {"y"}, {}, "first");
        m.output("y");
        CHECK(says(why(m), "its weight 'bad' has an element that is no number"));
        CHECK(says(why(m), "'first' (Gemm)"));
        m.graph().mutable_node(0)->set_input(1, "w");
        CHECK(why(m).empty());
        m.graph().mutable_node(0)->set_input(2, "bad bias");
        CHECK(says(why(m), "its weight 'bad bias' has an element that is no number"));
    }
    {
        proto_model m = one_layer(); // two rows at once
        m.graph()
            .mutable_input(0)
            ->mutable_type()
            ->mutable_tensor_type()
            ->mutable_shape()
            ->mutable_dim(0)
            ->set_dim_value(2);
        m.node("Gemm", {"in", "w", "b"}, {"y"}, {}, "wide");
        m.output("y");
        CHECK(says(why(m), "it takes rows of 2 numbers, and there are 4 in all"));
        CHECK(says(why(m), "'wide' (Gemm)"));
    }
    {
        proto_model m = one_layer(); // a residual network is no chain
        m.node("Gemm", {"in", "w", "b"}, {"y"});
        m.node("Relu", {"y"}, {"r"});
        m.node("Add", {"r", "y"}, {"z"}, {}, "skip");
        m.output("z");
        CHECK(says(why(m), "'skip' (Add)"));
    }
    {
        proto_model m = one_layer(); // reads the input again
        floats(m, "v", {2, 1}, {1, 2});
        m.node("Gemm", {"in", "w", "b"}, {"y"});
        m.node("MatMul", {"in", "v"}, {"z"}, {}, "again");
        m.output("z");
        CHECK(says(why(m), "the operators form no chain"));
        CHECK(says(why(m), "'again' (MatMul)"));
    }
    {
        proto_model m = one_layer(); // the last operator's result is thrown away
        m.node("Gemm", {"in", "w", "b"}, {"y"});
        m.node("Relu", {"y"}, {"z"});
        m.output("y");
        CHECK(says(why(m), "it is not what the last operator yields"));
    }
    {
        proto_model m = one_layer();
        m.node("Relu", {"in"}, {"r"}, {}, "early");
        m.output("r");
        CHECK(says(why(m), "an activation must follow"));
        CHECK(says(why(m), "'early' (Relu)"));
    }
    {
        proto_model m = one_layer();
        m.node("Gemm", {"in", "w", "b"}, {"y"});
        m.node("Add", {"y", "b"}, {"z"}, {}, "more");
        m.output("z");
        CHECK(says(why(m), "a sum must follow a MatMul"));
    }
    {
        proto_model m = one_layer();
        m.node("MatMul", {"in", "w"}, {"y"});
        floats(m, "column", {3, 1}, {1, 2, 3});
        m.node("Add", {"y", "column"}, {"z"}, {}, "outer");
        m.output("z");
        CHECK(says(why(m), "its weight 'column' of shape"));
        CHECK(says(why(m), "'outer' (Add)"));
    }
    {
        proto_model m = one_layer();
        m.input("other", {1, 2});
        m.node("Gemm", {"in", "w", "b"}, {"y"});
        m.output("y");
        CHECK(says(why(m), "one input and one output, this network has 2 and 1"));
    }
    {
        proto_model m;
        m.input("in", {1, 2});
        m.node("Identity", {"in"}, {"y"});
        m.output("y");
        CHECK(says(why(m), "there is no layer in it"));
    }
}
