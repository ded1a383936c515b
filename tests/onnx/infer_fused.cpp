#include <opara/onnx/infer_fused.hpp>
#include <tests/onnx/support.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace opara::test;

namespace {
question fused(std::string type, std::vector<shape> inputs, std::vector<attribute> attributes = {},
               std::size_t outputs = 1) {
    return {std::move(type), std::move(inputs), std::move(attributes), 13, outputs, "opara"};
}
} // namespace

TEST_CASE("FusedConv") {
    CHECK(shape_of(fused("FusedConv", {{1, 3, 8, 8}, {4, 3, 3, 3}, {4}}, {{"activation", "Relu"}})) ==
          shape{1, 4, 6, 6});
    CHECK(shape_of(fused("FusedConv", {{1, 3, 8, 8}, {4, 3, 3, 3}, {4}, {1, 4, 6, 6}})) == shape{1, 4, 6, 6});
    refused(fused("FusedConv", {{1, 3, 8, 8}, {4, 3, 3, 3}, {4}, {1, 4, 6, 5}}), "input 3 has shape [1,4,6,5]");
    refused(fused("FusedConv", {{1, 3, 8, 8}, {4, 3, 3, 3}}, {{"activation", "Softmax"}}), "activation 'Softmax'");
    refused(fused("FusedConv", {{1, 3, 8, 8}, {4, 2, 3, 3}}), "channels a group");
}

TEST_CASE("Linear") {
    CHECK(shape_of(fused("Linear", {{8, 128, 768}, {3072, 768}, {3072}}, {{"activation", "Gelu"}})) ==
          shape{8, 128, 3072});
    CHECK(shape_of(fused("Linear", {{3}, {5, 3}})) == shape{5});
    CHECK(shape_of(fused("Linear", {{2, 3}, {5, 3}, {5}, {2, 5}})) == shape{2, 5});
    CHECK(shape_of(fused("Linear", {{2, 3}, {5, 3}, {5}, {2, 5}, {3}}, {{"epsilon", 1e-6}})) == shape{2, 5});
    refused(fused("Linear", {{2, 3}, {5, 3}, {5}, {2, 5}, {5}}), "input 4 has shape [5] instead of [3]");
    refused(fused("Linear", {{2, 3}, {3, 5}}), "rows of 3 do not fit weights of shape [3,5] [out, in]");
    refused(fused("Linear", {{2, 3}, {5, 3}, {3}}), "input 2 has shape [3] instead of [5]");
    refused(fused("Linear", {{2, 3}, {5, 3}, {5}, {2, 3}}), "input 3 has shape");
    refused(fused("Linear", {{}, {5, 3}}), "input 0 must have an axis");
}

TEST_CASE("Linear: rows that are normalised, and residuals") {
    // The statistics are in f64, so an operator has to make them.
    struct given {
        bool residual = true, statistics = true, scale = true, shift = true;
        std::vector<std::int64_t> rows{4, 2};
    };
    const auto make = [](const given& how) {
        opara::onnx::builder b{"linear"};
        const auto no = opara::onnx::no_value;
        const auto input = [&](const std::string& name, const shape& dims, element type = element::f32) {
            return b.input(name, type, dims);
        };
        const auto x = input("x", {4, 3});
        const auto w = input("w", {5, 3});
        return b.one("Linear", "y",
                     {x, w, no, how.residual ? input("residual", {4, 5}) : no, no, no,
                      how.statistics ? input("statistics", how.rows, element::f64) : no,
                      how.scale ? input("scale", {5}) : no, how.shift ? input("shift", {5}) : no},
                     {}, "opara");
    };
    CHECK_NOTHROW(make({}));
    CHECK_NOTHROW(make({.shift = false}));
    CHECK_NOTHROW(make({.statistics = false, .scale = false, .shift = false}));
    for (const given& how : {given{.residual = false}, given{.statistics = false}, given{.scale = false},
                             given{.statistics = false, .scale = false}}) {
        CHECK(mentions(refusal([&] { return make(how); }), "needs inputs 3, 6 and 7"));
    }
    CHECK(mentions(refusal([&] { return make({.rows = {4, 5}}); }), "input 6 has shape [4,5] instead of [4,2]"));
    refused(fused("Linear", {{4, 3}, {5, 3}, {5}, {4, 5}, {3}, {3}, {4, 2}, {5}}), "input 6 must be float64");

    const std::vector<attribute> layer{{"mode", std::string{"layer"}}};
    CHECK(shapes_of(fused("Linear", {{4, 7, 3}, {5, 3}, {5}, {4, 7, 5}, {3}, {3}}, layer, 2)) ==
          std::vector<shape>{{4, 7, 5}, {4, 7, 2}});
    CHECK(shapes_of(fused("Linear", {{3}, {5, 3}, {5}, {5}, {3}}, {}, 2)) == std::vector<shape>{{5}, {2}});
    refused(fused("Linear", {{4, 3}, {5, 3}, {5}, {4, 5}, {3}, {5}}, layer), "input 5 has shape [5] instead of [3]");
    refused(fused("Linear", {{4, 3}, {5, 3}}, {}, 2), "have no statistics");
    refused(fused("Linear", {{4, 3}, {5, 3}}, {{"mode", std::string{"batch"}}}), "attribute 'mode'");
}

TEST_CASE("Attention") {
    const shape q{8, 12, 128, 64}, k{8, 12, 100, 64}, v{8, 12, 100, 32};
    CHECK(shape_of(fused("Attention", {q, k, v})) == shape{8, 12, 128, 32});
    CHECK(shape_of(fused("Attention", {q, k, v, {8, 1, 1, 100}}, {{"scale", 1.0}})) == shape{8, 12, 128, 32});
    CHECK(shape_of(fused("Attention", {{2, 5, 4}, {2, 6, 4}, {2, 6, 3}})) == shape{2, 5, 3});
    refused(fused("Attention", {q, k, {8, 12, 99, 32}}), "do not fit");
    refused(fused("Attention", {q, {8, 12, 100, 63}, v}), "do not fit");
    refused(fused("Attention", {q, {8, 6, 100, 64}, v}), "do not fit");
    refused(fused("Attention", {q, k, v, {8, 1, 1, 128}}), "does not broadcast to [8,12,128,100]");
    refused(fused("Attention", {{5, 4}, {6, 4}, {6, 3}}), "rank 3 or more");
}

TEST_CASE("AddNormalization") {
    CHECK(shapes_of(fused("AddNormalization", {{8, 5, 6}, {8, 5, 6}, {6}, {6}}, {}, 2)) ==
          std::vector<shape>{{8, 5, 6}, {8, 5, 6}});
    CHECK(shape_of(fused("AddNormalization", {{5, 6}, {5, 6}, {6}}, {{"mode", "rms"}})) == shape{5, 6});
    refused(fused("AddNormalization", {{5, 6}, {1, 6}, {6}}), "input 1 has shape [1,6]");
    refused(fused("AddNormalization", {{5, 6}, {5, 6}, {5}}), "input 2 has shape [5]");
    refused(fused("AddNormalization", {{5, 6}, {5, 6}, {6}}, {{"mode", "batch"}}), "attribute 'mode'");
}

TEST_CASE("embeddings and the factorization machine") {
    opara::onnx::builder b{"deepfm"};
    const auto ids = b.input("ids", element::i64, {16, 3});
    const auto table = b.constant("table", element::f32, {60, 8}, opara::onnx::uniform_fill{});
    const auto fields = b.one("FieldEmbedding", "fields", {ids, table}, {{"offsets", shape{0, 10, 40}}}, "opara");
    CHECK(b[fields].dims == shape{16, 3, 8});
    CHECK(b[b.one("FactorizationMachine", "fm", {fields}, {}, "opara")].dims == shape{16, 1});
    CHECK(b[b.one("EmbeddingBag", "bag", {ids, table}, {{"mode", "mean"}}, "opara")].dims == shape{16, 8});
    const auto why = [&](const shape& offsets) {
        return refusal([&] { return b.one("FieldEmbedding", "bad", {ids, table}, {{"offsets", offsets}}, "opara"); });
    };
    CHECK(mentions(why({0, 10}), "one offset for each field"));
    CHECK(mentions(why({0, 40, 10}), "do not rise within the table"));
    CHECK(mentions(why({0, 10, 61}), "do not rise within the table"));
    CHECK(mentions(why({-1, 10, 40}), "do not rise within the table"));
    CHECK(mentions(refusal([&] { return b.one("EmbeddingBag", "bad", {ids, table}, {{"mode", "max"}}, "opara"); }),
                   "attribute 'mode'"));
    CHECK(mentions(refusal([&] { return b.one("EmbeddingBag", "bad", {table, table}, {}, "opara"); }), "no index"));
    refused(fused("FactorizationMachine", {{5, 6}}), "[batch, fields, factors]");
}
