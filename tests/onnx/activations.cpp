#include <opara/onnx/activations.hpp>
#include <opara/onnx/builder.hpp>

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace opara::onnx;
using opara::activation;
using opara::lifetime;
using opara::op_id;

TEST_CASE("tensors between operators are activations, weights are none") {
    builder b{"three"};
    const value_id x = b.input("x", element::f32, {2, 3});
    const value_id w = b.constant("w", element::f32, {3, 5}, uniform_fill{});
    const value_id product = b.add("MatMul", "product", {x, w}, {}, 1, "").front();
    const value_id square = b.add("Mul", "square", {product, product}, {}, 1, "").front();
    const value_id positive = b.add("Relu", "positive", {square}, {}, 1, "").front();
    b.output(square);
    b.output(positive);
    const network net = std::move(b).finish();
    REQUIRE(net.outputs.size() == 2);
    CHECK(activations_of(net) ==
          std::vector<activation>{
              {.bytes = 24, .producer = {}, .users = {op_id{0}}, .kept = lifetime::until_last_use},
              {.bytes = 40, .producer = op_id{0}, .users = {op_id{1}, op_id{1}}, .kept = lifetime::until_last_use},
              {.bytes = 40, .producer = op_id{1}, .users = {op_id{2}}, .kept = lifetime::to_the_end},
              {.bytes = 40, .producer = op_id{2}, .users = {}, .kept = lifetime::to_the_end}});
}

TEST_CASE("a network of nothing has no activations") { CHECK(activations_of(builder{"none"}.finish()).empty()); }
