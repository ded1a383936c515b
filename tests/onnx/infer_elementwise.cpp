#include <opara/onnx/infer_elementwise.hpp>
#include <tests/onnx/support.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

using namespace opara::test;
using opara::onnx::builder;
using opara::onnx::value_id;

namespace {

using numbers = std::vector<std::int64_t>;

// What an operator makes of lists whose contents are known without being weights: the lists are shapes of inputs.
struct arithmetic {
    builder b{"arithmetic", 13};
    int count = 0;

    value_id list(const numbers& extents) {
        const auto x = b.input("x" + std::to_string(count++), element::f32, extents);
        return b.one("Shape", "", {x});
    }
    std::optional<numbers> of(const std::string& type, const std::vector<value_id>& inputs,
                              const std::vector<attribute>& attributes = {}) {
        return b[b.one(type, "", inputs, attributes)].known;
    }
};

} // namespace

TEST_CASE("broadcasting") {
    CHECK(shape_of({"Add", {{8, 1, 6, 1}, {7, 1, 5}}}) == shape{8, 7, 6, 5});
    CHECK(shape_of({"Sum", {{3}, {2, 1}, {}}}) == shape{2, 3});
    CHECK(shape_of({"Max", {{4}}}) == shape{4});
    CHECK(shape_of({"Pow", {{2, 3}, {}}}) == shape{2, 3});
    CHECK(shape_of({"Less", {{2, 3}, {3}}}) == shape{2, 3});
    refused({"Mul", {{2, 3}, {2}}}, "input 1 of shape [2] does not broadcast with shape [2,3]");
    refused({"Add", {{2}, {2}, {2}}}, "it has 3 inputs");
}

TEST_CASE("types") {
    builder b{"types"};
    const auto f = b.input("f", element::f32, {2});
    const auto h = b.input("h", element::f16, {2});
    const auto i = b.input("i", element::i64, {2});
    const auto c = b.input("c", element::boolean, {2});
    CHECK(b[b.one("Equal", "", {i, i})].type == element::boolean);
    CHECK(b[b.one("Where", "", {c, h, h})].type == element::f16);
    CHECK(b[b.one("Pow", "", {f, i})].type == element::f32);
    CHECK(b[b.one("Cast", "", {f}, {{"to", 10}})].type == element::f16);
    const auto why = [&](const std::string& type, const std::vector<value_id>& inputs,
                         const std::vector<attribute>& attributes = {}) {
        return refusal([&] { return b.one(type, "bad", inputs, attributes); });
    };
    CHECK(mentions(why("Add", {f, h}), "input 1 is float16 where input 0 is float"));
    CHECK(mentions(why("Add", {c, c}), "its inputs are bool"));
    CHECK(mentions(why("Where", {f, f, f}), "(condition) is not bool"));
    CHECK(mentions(why("Where", {c, f, h}), "different types"));
    CHECK(mentions(why("Sqrt", {i}), "floating-point numbers are needed"));
    CHECK(mentions(why("Cast", {f}, {{"to", 8}}), "type 8, which is not supported")); // string
    CHECK(mentions(why("Cast", {f}), "attribute 'to' is missing"));
    CHECK(mentions(why("Clip", {f, f}), "a bound is not a scalar"));
}

TEST_CASE("Clip's bounds are attributes first and inputs later") {
    CHECK(shape_of({"Clip", {{5}}, {{"min", 0.0}, {"max", 6.0}}, 7}) == shape{5});
    CHECK(shape_of({"Clip", {{5}, {}, {}}}) == shape{5});
    builder b{"clip"};
    const auto x = b.input("x", element::f32, {5});
    const auto six = b.constant("six", element::f32, {}, opara::onnx::constant_fill{6});
    CHECK(b[b.one("Clip", "", {x, opara::onnx::no_value, six})].dims == shape{5});
}

TEST_CASE("Dropout passes its input; training is refused") {
    CHECK(
        shapes_of({.type = "Dropout", .inputs = {{2, 3}}, .attributes = {{"ratio", 0.4}}, .opset = 9, .outputs = 2}) ==
        std::vector<shape>{{2, 3}, {2, 3}});
    builder b{"dropout"};
    const auto x = b.input("x", element::f32, {5});
    const auto ratio = b.constant("ratio", element::f32, {}, opara::onnx::constant_fill{0.5});
    const auto no = b.constant("no", element::boolean, {}, opara::onnx::constant_fill{0});
    const auto yes = b.constant("yes", element::boolean, {}, opara::onnx::constant_fill{1});
    CHECK(b[b.add("Dropout", "", {x, ratio, no}, {}, 2)[1]].type == element::boolean);
    CHECK(mentions(refusal([&] { return b.one("Dropout", "", {x, ratio, yes}); }), "training is not supported"));
}

TEST_CASE("known contents follow the arithmetic") {
    arithmetic a;
    const auto x = a.list({7, 8, 9}), y = a.list({2, 3, 4});
    CHECK(a.of("Add", {x, y}) == numbers{9, 11, 13});
    CHECK(a.of("Sub", {y, x}) == numbers{-5, -5, -5});
    CHECK(a.of("Mul", {x, y}) == numbers{14, 24, 36});
    CHECK(a.of("Div", {x, y}) == numbers{3, 2, 2});
    CHECK(a.of("Max", {x, y, a.b.integers("m", {8})}) == numbers{8, 8, 9});
    CHECK(a.of("Min", {x, y}) == numbers{2, 3, 4});
    CHECK(a.of("Sum", {x, y, y}) == numbers{11, 14, 17});
    CHECK(a.of("Neg", {x}) == numbers{-7, -8, -9});
    CHECK(a.of("Abs", {a.b.one("Neg", "", {x})}) == numbers{7, 8, 9});
    CHECK(a.of("Identity", {x}) == numbers{7, 8, 9});
    CHECK(a.of("Div", {a.b.one("Neg", "", {x}), y}) == numbers{-3, -2, -2}); // towards zero, as ONNX divides integers
    CHECK(a.of("Mul", {x, a.b.integers("column", {10})}) == numbers{70, 80, 90});
    const auto less = a.b.one("Less", "", {x, a.b.integers("eight", {8})});
    CHECK(a.b[less].known == numbers{1, 0, 0});
    CHECK(a.of("Equal", {x, a.b.integers("also", {8})}) == numbers{0, 1, 0});
    CHECK(a.of("Greater", {x, a.b.integers("again", {8})}) == numbers{0, 0, 1});
    CHECK(a.of("Where", {less, y, x}) == numbers{2, 8, 9});
    CHECK(a.of("Cast", {less}, {{"to", 7}}) == numbers{1, 0, 0});
    CHECK(a.of("Cast", {x}, {{"to", 9}}) == numbers{1, 1, 1});
    CHECK(a.of("Cast", {x}, {{"to", 6}}) == numbers{7, 8, 9});
    CHECK(a.of("Cast", {x}, {{"to", 1}}) == std::nullopt); // floats are not followed
}

TEST_CASE("what a number does not hold is not known, rather than wrong") {
    arithmetic a;
    constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
    const auto x = a.list({7}), big = a.b.integers("big", {huge}), small = a.b.integers("small", {-huge - 1}),
               zero = a.b.integers("zero", {0}), minus = a.b.integers("minus", {-1});
    CHECK(a.of("Add", {x, big}) == std::nullopt);
    CHECK(a.of("Sub", {x, small}) == std::nullopt);
    CHECK(a.of("Mul", {x, big}) == std::nullopt);
    const auto wide = a.b.integers("wide", {std::int64_t{1} << 40});
    CHECK(a.of("Mul", {wide, wide}) == std::nullopt);
    CHECK(a.of("Div", {x, zero}) == std::nullopt);
    CHECK(a.of("Div", {small, minus}) == std::nullopt);
    CHECK(a.of("Abs", {small}) == std::nullopt);
    CHECK(a.of("Neg", {small}) == std::nullopt);
    CHECK(a.of("Cast", {big}, {{"to", 6}}) == std::nullopt);
}
