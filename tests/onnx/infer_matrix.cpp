#include <opara/onnx/infer_matrix.hpp>
#include <tests/onnx/support.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace opara::test;

TEST_CASE("matrix products") {
    CHECK(shape_of({"MatMul", {{2, 3}, {3, 4}}}) == shape{2, 4});
    CHECK(shape_of({"MatMul", {{8, 12, 128, 64}, {8, 12, 64, 128}}}) == shape{8, 12, 128, 128});
    CHECK(shape_of({"MatMul", {{1, 12, 5, 3}, {7, 1, 3, 2}}}) == shape{7, 12, 5, 2});
    CHECK(shape_of({"MatMul", {{3}, {3, 4}}}) == shape{4});
    CHECK(shape_of({"MatMul", {{5, 2, 3}, {3}}}) == shape{5, 2});
    CHECK(shape_of({"MatMul", {{3}, {3}}}) == shape{});
    refused({"MatMul", {{2, 3}, {2, 3}}}, "shapes [2,3] and [2,3] do not multiply");
    refused({"MatMul", {{2, 4, 3}, {3, 3, 2}}}, "do not multiply");
    refused({"MatMul", {{}, {3}}}, "an input is a scalar");
    CHECK(shape_of({"Gemm", {{3, 2}, {4, 3}, {4}}, {{"transA", 1}, {"transB", 1}}}) == shape{2, 4});
    CHECK(shape_of({"Gemm", {{2, 3}, {3, 4}, {2, 1}}}) == shape{2, 4});
    refused({"Gemm", {{2, 3}, {4, 3}}}, "the inner extents of [2,3] and [4,3] differ");
    refused({"Gemm", {{2, 3}, {3, 4}, {2}}}, "input 2 of shape [2] does not broadcast to [2,4]");
    refused({"Gemm", {{2, 3}, {3, 4}, {5, 2, 4}}}, "does not broadcast to [2,4]");
    refused({"Gemm", {{2, 3, 4}, {3, 4}}}, "must be matrices");
}

TEST_CASE("softmax, whose axis means something else before operator set 13") {
    CHECK(shape_of({"Softmax", {{2, 3, 4}}}) == shape{2, 3, 4});
    CHECK(shape_of({"Softmax", {{2, 3, 4}}, {{"axis", 3}}, 9}) == shape{2, 3, 4}); // rows of one element
    refused({"Softmax", {{2, 3, 4}}, {{"axis", 3}}, 13}, "axis 3 does not exist in a tensor of rank 3");
    CHECK(shape_of({"LogSoftmax", {{2, 3}}, {{"axis", -2}}}) == shape{2, 3});
    refused({"LogSoftmax", {{2, 3}}, {{"axis", -3}}}, "axis -3 does not exist");
}

TEST_CASE("reductions, by attribute and by input") {
    CHECK(shape_of({"ReduceMean", {{2, 3, 4}}, {{"axes", shape{-1}}}}) == shape{2, 3, 1});
    CHECK(shape_of({"ReduceMean", {{2, 3, 4}}, {{"axes", shape{0, 2}}, {"keepdims", 0}}}) == shape{3});
    CHECK(shape_of({"ReduceSum", {{2, 3, 4}}}) == shape{1, 1, 1});
    CHECK(shape_of({"ReduceMax", {{2, 3, 4}}, {{"keepdims", 0}}}) == shape{});
    CHECK(shape_of({"ReduceSum", {{2, 3, 4}}, {{"noop_with_empty_axes", 1}}}) == shape{2, 3, 4});
    refused({"ReduceMean", {{2, 3}}, {{"axes", shape{2}}}}, "axis 2 does not exist");
    refused({"ReduceMean", {{2, 3}}, {{"axes", shape{1, -1}}}}, "an axis is named twice");

    opara::onnx::builder b{"by input", 18};
    const auto x = b.input("x", element::f32, {2, 3, 4});
    const auto axes = b.integers("axes", {1});
    CHECK(b[b.one("ReduceMax", "r", {x, axes})].dims == shape{2, 1, 4});
    CHECK(mentions(refusal([&] { return b.one("ReduceMax", "s", {x, axes}, {{"axes", shape{1}}}); }), "given twice"));
    const auto data = b.input("data", element::i64, {1});
    CHECK(mentions(refusal([&] { return b.one("ReduceMax", "t", {x, data}); }),
                   "depends on the contents of input 'data', which are not known"));
}

TEST_CASE("normalisation of rows") {
    CHECK(shapes_of({.type = "LayerNormalization", .inputs = {{8, 128, 768}, {768}, {768}}, .outputs = 3}) ==
          std::vector<shape>{{8, 128, 768}, {8, 128, 1}, {8, 128, 1}});
    CHECK(shape_of({"LayerNormalization", {{2, 3, 4}, {3, 4}}, {{"axis", 1}}}) == shape{2, 3, 4});
    CHECK(shape_of({"RMSNormalization", {{8, 128, 512}, {512}}}) == shape{8, 128, 512});
    CHECK(shapes_of({.type = "SimplifiedLayerNormalization", .inputs = {{8, 5}, {5}}, .outputs = 2}) ==
          std::vector<shape>{{8, 5}, {8, 1}});
    refused({"LayerNormalization", {{8, 128, 768}, {128}}}, "input 1 of shape [128] does not broadcast to [768]");
    refused({"LayerNormalization", {{8, 5}, {5}}, {{"stash_type", 16}}}, "'stash_type' must be 1");
    refused({"RMSNormalization", {{8, 5}, {5}}, {{"axis", 2}}}, "axis 2 does not exist");
}
