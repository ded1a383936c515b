#include <opara/onnx/infer.hpp>
#include <opara/onnx/work.hpp>
#include <tests/onnx/support.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace opara::test;
using namespace opara::onnx;
using opara::op_id;
using opara::cost::work;

namespace {

// A network of one operator. Input 0 is fed, the others are weights.
work work_of_one(const std::string& type, const std::vector<shape>& inputs, std::vector<attribute> attributes = {},
                 const std::string& domain = "", std::size_t outputs = 1, element elements = element::f32) {
    builder b{"one"};
    std::vector<value_id> ids;
    for (const shape& s : inputs) {
        const std::string name = "in" + std::to_string(ids.size());
        ids.push_back(ids.empty() ? b.input(name, elements, s) : b.constant(name, elements, s, uniform_fill{}));
    }
    b.add(type, "op", ids, std::move(attributes), outputs, domain);
    return work_of(std::move(b).finish(), op_id{0});
}

} // namespace

TEST_CASE("the first convolution of ResNet-50, by hand") {
    const work w =
        work_of_one("Conv", {{1, 3, 224, 224}, {64, 3, 7, 7}}, {{"strides", shape{2, 2}}, {"pads", shape{3, 3, 3, 3}}});
    CHECK(w.flops == 2.0 * 118'013'952.0); // 64 * 112 * 112 outputs of 3 * 7 * 7 products
    CHECK(w.matrix_flops == w.flops);
    CHECK(w.convolution_flops == w.flops);
    CHECK(w.input_bytes == 4.0 * 150'528);
    CHECK(w.weight_bytes == 4.0 * 9'408);
    CHECK(w.output_elements == 802'816);
    CHECK(w.output_bytes == 4.0 * 802'816);
}

TEST_CASE("convolutions: batch, bias, groups, depthwise, half precision") {
    // ResNet-50's 1x1 convolution to 256 channels at 56 x 56, batch 8
    const work pointwise = work_of_one("Conv", {{8, 64, 56, 56}, {256, 64, 1, 1}, {256}});
    CHECK(pointwise.matrix_flops == 2.0 * 8 * 256 * 56 * 56 * 64);
    CHECK(pointwise.flops == pointwise.matrix_flops + 8.0 * 256 * 56 * 56);
    CHECK(pointwise.weight_bytes == 4.0 * (256 * 64 + 256));
    const work grouped = work_of_one("Conv", {{1, 32, 10, 10}, {64, 8, 3, 3}}, {{"group", 4}});
    CHECK(grouped.flops == 2.0 * 64 * 8 * 8 * 8 * 9);
    CHECK(grouped.matrix_flops == grouped.flops);
    const work depthwise = work_of_one("Conv", {{1, 32, 10, 10}, {32, 1, 3, 3}}, {{"group", 32}});
    CHECK(depthwise.flops == 2.0 * 32 * 8 * 8 * 9);
    CHECK(depthwise.matrix_flops == 0.0);
    CHECK(depthwise.convolution_flops == 0.0);
    const work half = work_of_one("Conv", {{1, 3, 8, 8}, {4, 3, 3, 3}}, {}, "", 1, element::f16);
    CHECK(half.output_bytes == 2.0 * 4 * 6 * 6);
    CHECK(half.input_bytes == 2.0 * 3 * 8 * 8);
    const work fused =
        work_of_one("FusedConv", {{1, 3, 8, 8}, {4, 3, 3, 3}, {4}, {1, 4, 6, 6}}, {{"activation", "Relu"}}, "opara");
    CHECK(fused.matrix_flops == 2.0 * 4 * 36 * 27);
    CHECK(fused.convolution_flops == fused.matrix_flops);
    CHECK(fused.flops == fused.matrix_flops + 3.0 * 4 * 36); // bias, residual, activation
}

TEST_CASE("matrix products") {
    const work gemm = work_of_one("Gemm", {{1, 2048}, {1000, 2048}, {1000}}, {{"transB", 1}});
    CHECK(gemm.flops == 2.0 * 2048 * 1000 + 1000);
    CHECK(gemm.matrix_flops == 2.0 * 2048 * 1000);
    CHECK(gemm.convolution_flops == 0.0);
    CHECK(work_of_one("Gemm", {{5, 2}, {5, 3}}, {{"transA", 1}}).flops == 2.0 * 2 * 3 * 5);
    CHECK(work_of_one("MatMul", {{8, 12, 128, 64}, {8, 12, 64, 128}}).flops == 2.0 * 8 * 12 * 128 * 128 * 64);
    CHECK(work_of_one("MatMul", {{7, 3}, {3}}).flops == 2.0 * 7 * 3);
    const work linear = work_of_one("Linear", {{8, 128, 768}, {3072, 768}, {3072}}, {{"activation", "Gelu"}}, "opara");
    CHECK(linear.matrix_flops == 2.0 * 8 * 128 * 768 * 3072);
    CHECK(linear.flops == linear.matrix_flops + 6.0 * 8 * 128 * 3072);
    const work normalised =
        work_of_one("Linear", {{4, 3}, {5, 3}, {5}, {4, 5}, {3}}, {{"mode", std::string{"layer"}}}, "opara");
    CHECK(normalised.flops == 2.0 * 4 * 3 * 5 + 2.0 * 4 * 5 + 7.0 * 4 * 3);
    const work both =
        work_of_one("Linear", {{4, 3}, {5, 3}, {5}, {4, 5}, {3}, {3}, {4, 2}, {5}, {5}}, {}, "opara", 1, element::f64);
    CHECK(both.flops == 2.0 * 4 * 3 * 5 + 2.0 * 4 * 5 + 4.0 * 4 * 3 + 4.0 * 4 * 5);
    const work attention =
        work_of_one("Attention", {{8, 12, 128, 64}, {8, 12, 100, 64}, {8, 12, 100, 32}, {8, 1, 1, 100}}, {}, "opara");
    CHECK(attention.matrix_flops == 2.0 * 8 * 12 * 128 * 100 * (64 + 32));
    CHECK(attention.flops == attention.matrix_flops + 7.0 * 8 * 12 * 128 * 100);
}

TEST_CASE("elementwise, reductions, pools") {
    CHECK(work_of_one("Relu", {{2, 3}}).flops == 6);
    CHECK(work_of_one("Sigmoid", {{2, 3}}).flops == 24);
    CHECK(work_of_one("Add", {{2, 3}, {3}}).flops == 6);
    CHECK(work_of_one("Add", {{2, 3}, {3}}).weight_bytes == 12);
    CHECK(work_of_one("Sum", {{2, 3}, {2, 3}, {2, 3}}).flops == 12);
    CHECK(work_of_one("Softmax", {{2, 3}}).flops == 30);
    CHECK(work_of_one("ReduceMean", {{2, 3}}, {{"axes", shape{1}}}).flops == 6);
    CHECK(work_of_one("GlobalAveragePool", {{1, 5, 7, 7}}).flops == 5 * 49);
    CHECK(work_of_one("MaxPool", {{1, 5, 8, 8}}, {{"kernel_shape", shape{3, 3}}}).flops == 5 * 36 * 9);
    CHECK(work_of_one("BatchNormalization", {{1, 5, 4, 4}, {5}, {5}, {5}, {5}}).flops == 160);
    CHECK(work_of_one("LayerNormalization", {{4, 5}, {5}, {5}}).flops == 140);
    CHECK(work_of_one("RMSNormalization", {{4, 5}, {5}}).flops == 80);
    CHECK(work_of_one("LRN", {{1, 5, 4, 4}}, {{"size", 5}}).flops == 80 * 9);
    CHECK(work_of_one("FactorizationMachine", {{2, 3, 4}}, {}, "opara").flops == 2.0 * (3 * 3 * 4 + 3 * 4 + 1));
    CHECK(work_of_one("AddNormalization", {{2, 4}, {2, 4}, {4}}, {}, "opara").flops == 64);
}

TEST_CASE("a tensor that is read twice is moved once") {
    builder b{"square"};
    const auto x = b.input("x", element::f32, {10});
    b.one("Mul", "square", {x, x});
    const work w = work_of(std::move(b).finish(), op_id{0});
    CHECK(w.input_bytes == 40);
    CHECK(w.flops == 10);
}

TEST_CASE("operators that move bytes: all that they move and no more") {
    const work turned = work_of_one("Transpose", {{3, 4}});
    CHECK(turned.flops == 0);
    CHECK(turned.input_bytes == 48);
    CHECK(turned.output_bytes == 48);
    CHECK(!turned.empty());
    CHECK(turned.intensity() == 0);
    builder b{"embedding"};
    const auto ids = b.input("ids", element::i64, {8, 128});
    const auto table = b.constant("table", element::f32, {30522, 768}, uniform_fill{});
    b.one("Gather", "rows", {table, ids});
    b.one("EmbeddingBag", "bag", {ids, table}, {}, "opara");
    const network net = std::move(b).finish();
    const work rows = work_of(net, op_id{0});
    CHECK(rows.weight_bytes == 4.0 * 8 * 128 * 768); // not the 94 MB of the table
    CHECK(rows.input_bytes == 8.0 * 8 * 128);
    CHECK(rows.output_bytes == rows.weight_bytes);
    const work bag = work_of(net, op_id{1});
    CHECK(bag.weight_bytes == 4.0 * 8 * 128 * 768);
    CHECK(bag.output_bytes == 4.0 * 8 * 768);
    CHECK(bag.flops == 8.0 * 128 * 768);
    CHECK(works_of(net) == std::vector<work>{rows, bag});
}

TEST_CASE("views do nothing") {
    for (const char* type : {"Flatten", "Identity", "Dropout", "Shape", "Squeeze"}) {
        CAPTURE(type);
        CHECK(work_of_one(type, {{1, 3, 4}}).empty());
    }
    CHECK(work_of_one("Unsqueeze", {{3}}, {{"axes", shape{0}}}).empty());
    CHECK(!work_of_one("Dropout", {{3}}, {}, "", 2).empty()); // a mask has to be written
    builder b{"reshape"};
    b.one("Reshape", "r", {b.input("x", element::f32, {6}), b.integers("s", {2, 3})});
    CHECK(work_of(std::move(b).finish(), op_id{0}).empty());
}
