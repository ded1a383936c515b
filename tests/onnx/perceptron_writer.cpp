#include <opara/onnx/perceptron.hpp>
#include <opara/onnx/perceptron_writer.hpp>
#include <opara/onnx/reader.hpp>
#include <opara/testing/random.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

using opara::abstraction::activation;
using opara::abstraction::controller_error;
using opara::abstraction::layer;
using opara::testing::random_source;
namespace onnx_side = opara::onnx;
using perceptron = opara::abstraction::network;

namespace {

float any_float(random_source& random) {
    return static_cast<float>(std::ldexp(2 * random.unit() - 1, static_cast<int>(random.below(60)) - 40));
}

perceptron any_perceptron(random_source& random) {
    constexpr activation functions[] = {activation::identity, activation::relu, activation::sigmoid, activation::tanh};
    std::vector<layer> layers(random.between(1, 4));
    std::size_t width = random.between(1, 6);
    for (layer& l : layers) {
        l.inputs = width;
        width = random.between(1, 7);
        l.function = functions[random.below(4)];
        for (std::size_t k = 0; k < l.inputs * width; ++k) {
            l.weight.push_back(static_cast<double>(any_float(random)));
        }
        for (std::size_t k = 0; k < width; ++k) {
            l.bias.push_back(static_cast<double>(any_float(random)));
        }
    }
    return perceptron{layers};
}

} // namespace

TEST_CASE("what is written is read back to the last bit") {
    random_source random{5};
    for (int k = 0; k < 200; ++k) {
        const perceptron net = any_perceptron(random);
        const std::string bytes = onnx_side::perceptron_to_onnx(net, "controller");
        const onnx_side::network graph = onnx_side::read(std::as_bytes(std::span{bytes}));
        CHECK(graph.name == "controller");
        REQUIRE(onnx_side::perceptron_of(graph) == net);
    }
}

TEST_CASE("a weight with more digits than single precision has is refused") {
    const perceptron net{{layer{1, {0.1}, {0}, activation::tanh}}};
    CHECK_THROWS_WITH_AS(static_cast<void>(onnx_side::perceptron_to_onnx(net, "x")),
                         "the weight 0.100000 of 'weight0' is no number of single precision, in which the file is "
                         "written",
                         controller_error);
}
