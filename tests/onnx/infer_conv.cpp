#include <opara/onnx/infer_conv.hpp>
#include <tests/onnx/support.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace opara::test;

TEST_CASE("convolutions of well-known networks") {
    CHECK(shape_of(
              {"Conv", {{1, 3, 224, 224}, {64, 3, 7, 7}}, {{"strides", shape{2, 2}}, {"pads", shape{3, 3, 3, 3}}}}) ==
          shape{1, 64, 112, 112}); // ResNet-50's first
    CHECK(shape_of({"Conv", {{8, 32, 149, 149}, {64, 32, 3, 3}}, {{"strides", shape{2, 2}}}}) ==
          shape{8, 64, 74, 74}); // Inception-v3's second, batch 8
    CHECK(shape_of({"Conv", {{1, 96, 42, 42}, {96, 1, 5, 5}}, {{"group", 96}, {"pads", shape{2, 2, 2, 2}}}}) ==
          shape{1, 96, 42, 42}); // NASNet's depthwise
    CHECK(shape_of({"Conv", {{2, 4, 9}, {6, 2, 3}, {6}}, {{"group", 2}, {"dilations", shape{2}}}}) == shape{2, 6, 5});
}

TEST_CASE("a convolution that does not fit") {
    refused({"Conv", {{1, 3, 8, 8}, {4, 2, 3, 3}}}, "want 2 channels a group where 1 groups");
    refused({"Conv", {{1, 4, 8, 8}, {4, 1, 3, 3}}, {{"group", 3}}}, "the groups do not divide the channels");
    refused({"Conv", {{1, 4, 8, 8}, {4, 1, 3, 3}}, {{"group", 0}}}, "attribute 'group' must lie");
    refused({"Conv", {{1, 4, 8, 8}, {4, 4, 3, 3}, {5}}}, "input 2 has shape [5] instead of [4]");
    refused({"Conv", {{1, 4, 8, 8}, {4, 4, 9, 9}}}, "a window of 9 does not fit");
    refused({"Conv", {{1, 4, 8, 8}, {4, 4, 3}}}, "must both have rank 3 or more, and the same");
    refused({"Conv", {{1, 4, 8, 8}}}, "it has 1 inputs");
    refused({.type = "Conv", .inputs = {{1, 4, 8, 8}, {4, 4, 3, 3}}, .elements = element::i32}, "floating-point");
}

TEST_CASE("pools") {
    CHECK(shape_of({"MaxPool",
                    {{1, 64, 112, 112}},
                    {{"kernel_shape", shape{3, 3}}, {"strides", shape{2, 2}}, {"pads", shape{1, 1, 1, 1}}}}) ==
          shape{1, 64, 56, 56});
    CHECK(shape_of({"MaxPool",
                    {{1, 64, 112, 112}},
                    {{"kernel_shape", shape{3, 3}}, {"strides", shape{2, 2}}, {"ceil_mode", 1}}}) ==
          shape{1, 64, 56, 56});
    CHECK(shapes_of(
              {.type = "MaxPool", .inputs = {{1, 2, 4}}, .attributes = {{"kernel_shape", shape{2}}}, .outputs = 2}) ==
          std::vector<shape>{{1, 2, 3}, {1, 2, 3}});
    CHECK(shape_of({"AveragePool",
                    {{1, 1024, 6, 6}}, // inception_v1's, with padding on one side only
                    {{"kernel_shape", shape{7, 7}}, {"pads", shape{0, 0, 1, 1}}}}) == shape{1, 1024, 1, 1});
    CHECK(shape_of({"GlobalAveragePool", {{2, 5, 7, 9}}}) == shape{2, 5, 1, 1});
    CHECK(shape_of({"GlobalMaxPool", {{2, 5, 7}}}) == shape{2, 5, 1});
    refused({"MaxPool", {{1, 1, 4}}, {{"kernel_shape", shape{2}}, {"pads", shape{2, 0}}}}, "in the padding altogether");
    refused({"MaxPool", {{1, 1, 4}}, {{"kernel_shape", shape{2}}, {"storage_order", 1}}}, "'storage_order' 1");
    refused({"GlobalAveragePool", {{1, 3}}}, "no spatial axis");
}

TEST_CASE("normalisations between them") {
    CHECK(shape_of({"BatchNormalization", {{2, 5, 7, 9}, {5}, {5}, {5}, {5}}}) == shape{2, 5, 7, 9});
    refused({"BatchNormalization", {{2, 5, 7, 9}, {5}, {5}, {4}, {5}}}, "input 3 has shape [4] instead of [5]");
    refused({"BatchNormalization", {{2, 5, 7}, {5}, {5}, {5}, {5}}, {{"training_mode", 1}}, 15}, "training");
    refused({.type = "BatchNormalization", .inputs = {{2, 5, 7}, {5}, {5}, {5}, {5}}, .outputs = 3}, "training");
    CHECK(shape_of({"LRN", {{2, 5, 7, 9}}, {{"size", 5}}}) == shape{2, 5, 7, 9});
    refused({"LRN", {{2, 5, 7, 9}}}, "attribute 'size' is missing");
    refused({"LRN", {{2, 5, 7, 9}}, {{"size", 0}}}, "'size' is not positive");
}
