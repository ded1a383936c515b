// What the engine refuses, and that it refuses nothing else.
#include <examples/engine/kernel.hpp>
#include <examples/engine/weights.hpp>
#include <opara/onnx/builder.hpp>
#include <opara/onnx/infer.hpp>
#include <tests/examples/engine_oracle.hpp>

#include <span>
#include <string>

namespace opara::test {
namespace {

template <class F>
std::string message_of(F f) {
    try {
        f();
    } catch (const error& e) {
        return e.what();
    }
    return "nothing was thrown";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A reference, so that the order in which the arguments are evaluated does not matter: one of them adds to the builder.
onnx::network with_output(onnx::builder&& b, onnx::value_id v) {
    b.output(v);
    return std::move(b).finish();
}

} // namespace

TEST_CASE("every operator that a network can have has a kernel, and no kernel is without operator") {
    for (const onnx::operator_rule& rule : onnx::operator_rules()) {
        CAPTURE(rule.type);
        const bool always_folded = rule.type == "Constant";
        CHECK((engine::find_kernel(rule.domain, rule.type) != nullptr) == !always_folded);
    }
    using family = std::span<const engine::registration> (*)() noexcept;
    std::size_t kernels = 0;
    for (const family f :
         {family{engine::convolution_kernels}, family{engine::pooling_kernels}, family{engine::normalization_kernels},
          family{engine::unary_kernels}, family{engine::binary_kernels}, family{engine::matmul_kernels},
          family{engine::softmax_kernels}, family{engine::reduction_kernels}, family{engine::movement_kernels},
          family{engine::indexing_kernels}}) {
        for (const engine::registration& entry : f()) {
            CAPTURE(entry.type);
            CHECK(onnx::find_rule(entry.domain, entry.type) != nullptr);
            CHECK(engine::find_kernel(entry.domain, entry.type) == &entry); // not there twice
            ++kernels;
        }
    }
    CHECK(kernels + 1 == onnx::operator_rules().size());
}

TEST_CASE("an operator without kernel is refused by name") {
    onnx::builder b{"net"};
    const auto x = b.input("x", element::f32, {2, 3});
    onnx::network net = with_output(std::move(b), b.one("Relu", "first", {x}));
    net.graph[op_id{0}].type = "Frobnicate"; // what no builder lets through
    try {
        engine::host_engine engine{net};
        FAIL("it was accepted");
    } catch (const operator_error& e) {
        CHECK(e.op() == op_id{0});
        CHECK(std::string{e.what()} == "node 'first' (Frobnicate): there is no kernel for this operator");
    }
}

TEST_CASE("what a kernel cannot do is refused by name and reason, before anything runs") {
    const auto refusal = [](const char* type, element input, const shape& dims, std::vector<onnx::attribute> attributes,
                            std::size_t outputs = 1) {
        onnx::builder b{"net", 19};
        const auto x = b.input("x", input, dims);
        const auto ys = b.add(type, "odd", {x}, std::move(attributes), outputs);
        for (const auto y : ys) {
            b.output(y);
        }
        const onnx::network net = std::move(b).finish();
        const std::string message = message_of([&] { engine::host_engine engine{net}; });
        CHECK(contains(message, std::string{"node 'odd' ("} + type + "): "));
        return message;
    };
    CHECK(contains(refusal("Sigmoid", element::f16, {2, 3}, {}), "'x') is float16, the kernel takes float"));
    CHECK(contains(refusal("Abs", element::bf16, {2, 3}, {}), "there is no kernel for elements of type bfloat16"));
    CHECK(contains(refusal("MaxPool", element::f32, {1, 2, 4, 4}, {{"kernel_shape", shape{2, 2}}}, 2),
                   "does not yield indices"));
    CHECK(contains(refusal("AveragePool", element::f32, {1, 1, 6},
                           {{"kernel_shape", shape{3}},
                            {"strides", shape{2}},
                            {"ceil_mode", std::int64_t{1}},
                            {"count_include_pad", std::int64_t{1}}}),
                   "does not combine ceil_mode with count_include_pad"));
    CHECK(contains(refusal("ReduceMean", element::i64, {0}, {{"keepdims", std::int64_t{1}}}), "a mean of no integers"));
}

TEST_CASE("an index out of range and a division by zero are found while running, by name") {
    onnx::builder b{"net"};
    const auto table = b.input("table", element::f32, {5, 2});
    const auto rows = b.input("rows", element::i64, {3});
    const auto found = b.one("Gather", "lookup", {table, rows});
    const auto ratio = b.one("Div", "ratio", {rows, rows});
    b.output(found);
    b.output(ratio);
    const onnx::network net = std::move(b).finish();
    engine::host_engine engine{net};
    engine.set_input(0, to_tensor(array{element::f32, {5, 2}, std::vector<double>(10, 1.0)}));
    for (const double bad : {5.0, -6.0}) {
        engine.set_input(1, to_tensor(array{element::i64, {3}, {1, bad, 2}}));
        const std::string message = message_of([&] { engine.run(op_id{0}); });
        CHECK(contains(message, "node 'lookup' (Gather): index "));
        CHECK(contains(message, " does not exist in an extent of 5"));
    }
    engine.set_input(1, to_tensor(array{element::i64, {3}, {1, 0, 2}}));
    engine.run(op_id{0}); // the engine goes on after a failure
    try {
        engine.run(op_id{1});
        FAIL("a division by zero was accepted");
    } catch (const operator_error& e) {
        CHECK(e.op() == op_id{1});
        CHECK(std::string{e.what()} == "node 'ratio' (Div): an integer is divided by zero");
    }

    onnx::builder fields{"fields"};
    const auto in = fields.input("in", element::i64, {1, 2});
    const auto big = fields.constant("big", element::f32, {9, 2}, onnx::uniform_fill{.seed = 1});
    const onnx::network two = with_output(
        std::move(fields), fields.one("FieldEmbedding", "rows", {in, big}, {{"offsets", shape{0, 4}}}, "opara"));
    engine::host_engine other{two};
    other.set_input(0, to_tensor(array{element::i64, {1, 2}, {3, 5}}));
    CHECK(contains(message_of([&] { other.run(op_id{0}); }), "field 1: index 5 does not exist in an extent of 5"));
}

TEST_CASE("inputs are checked against what the network declares") {
    onnx::builder b{"net"};
    const auto x = b.input("x", element::f32, {2, 3});
    const onnx::network net = with_output(std::move(b), b.one("Relu", "relu", {x}));
    engine::host_engine engine{net};
    const onnx::tensor good = ramp({2, 3});
    CHECK_NOTHROW(engine.set_input(0, good));
    CHECK(contains(message_of([&] { engine.set_input(1, good); }), "there is no input 1"));
    CHECK(contains(message_of([&] { engine.set_input(0, ramp({3, 2})); }),
                   "input 'x' is float[2,3], given was float[3,2]"));
    CHECK(contains(message_of([&] { engine.set_input(0, to_tensor(array{element::i64, {2, 3}, {1, 2, 3, 4, 5, 6}})); }),
                   "given was int64[2,3]"));
    onnx::tensor torn = good;
    torn.bytes.pop_back();
    CHECK(contains(message_of([&] { engine.set_input(0, torn); }), "in 23 bytes"));
    CHECK(engine.read(net.inputs[0]) == good); // what was refused has changed nothing
}

TEST_CASE("forget leaves nothing of the last run") {
    onnx::builder b{"net"};
    const auto x = b.input("x", element::f32, {4});
    const onnx::network net = with_output(std::move(b), b.one("Relu", "relu", {x}));
    engine::host_engine engine{net};
    engine.set_input(0, ramp({4}));
    engine.run(op_id{0});
    CHECK(engine.read(net.outputs[0]) == ramp({4}));
    engine.forget();
    for (const float e : engine.read(net.outputs[0]).as<float>()) {
        CHECK(std::isnan(e));
    }
    CHECK(engine.read(net.inputs[0]) == ramp({4}));
    CHECK(engine.activation_bytes() == 32);
}

TEST_CASE("a network whose output is an input or a weight, and one without operators") {
    onnx::builder b{"net"};
    const auto x = b.input("x", element::f32, {3});
    const auto w = b.constant("w", element::i32, {2}, onnx::constant_fill{7});
    b.output(x);
    b.output(w);
    const onnx::network net = std::move(b).finish();
    engine::host_engine engine{net};
    engine.set_input(0, ramp({3}));
    CHECK(engine.read(net.outputs[0]) == ramp({3}));
    CHECK(engine.read(net.outputs[1]).as<std::int32_t>() == std::vector<std::int32_t>{7, 7});
}

TEST_CASE("weights by rule: the same ones everywhere, within their bounds, and different for every seed") {
    // The first outputs of SplitMix64 with seed 0, as its authors publish them: e220a8397b1dcdaf, 6e789e6aa1b965f4.
    CHECK(engine::uniform(0, 0) == static_cast<double>(0xe220a8397b1dcdafULL >> 40U) * 0x1p-24);
    CHECK(engine::uniform(0, 1) == static_cast<double>(0x6e789e6aa1b965f4ULL >> 40U) * 0x1p-24);

    onnx::value v{.name = "w", .type = element::f32, .dims = {100, 100}};
    v.data = onnx::uniform_fill{.seed = 3, .low = -0.5, .high = 1.5};
    const std::vector<float> x = engine::materialize(v).as<float>();
    double sum = 0.0;
    for (const float e : x) {
        REQUIRE(e >= -0.5F);
        REQUIRE(e <= 1.5F);
        sum += static_cast<double>(e);
    }
    CHECK(std::abs(sum / 1e4 - 0.5) < 0.03); // five standard deviations of the mean
    CHECK(engine::materialize(v).as<float>() == x);
    v.data = onnx::uniform_fill{.seed = 4, .low = -0.5, .high = 1.5};
    CHECK(engine::materialize(v).as<float>() != x);

    v.data = onnx::scaled_fill{.fill = {.seed = 3, .low = -0.5, .high = 1.5}, .factors = {1.0, -2.0}};
    const std::vector<float> scaled = engine::materialize(v).as<float>();
    for (std::size_t i = 0; i < x.size(); ++i) {
        REQUIRE(scaled[i] == doctest::Approx(i < 5000 ? x[i] : -2.0F * x[i]));
    }
    v.data = onnx::scaled_fill{.fill = {}, .factors = {1.0, 2.0, 3.0}};
    CHECK(contains(message_of([&] { static_cast<void>(engine::materialize(v)); }), "does not divide into 3 blocks"));

    const onnx::tensor full = ramp({25, 100});
    v.data = onnx::stacked_fill{{{{30, 100}, onnx::uniform_fill{.seed = 3, .low = -0.5, .high = 1.5}},
                                 {{45, 100}, onnx::constant_fill{0.5}},
                                 {{25, 100}, full}}};
    std::vector<float> stacked(x.begin(), x.begin() + 3000);
    stacked.resize(7500, 0.5F);
    const std::vector<float> last = full.as<float>();
    stacked.insert(stacked.end(), last.begin(), last.end());
    CHECK(engine::materialize(v).as<float>() == stacked);
    v.dims[0] = 99;
    CHECK(contains(message_of([&] { static_cast<void>(engine::materialize(v)); }), "do not add up to its shape"));
    v.dims[0] = 100;

    v.data = onnx::constant_fill{0.25};
    CHECK(engine::materialize(v).as<float>() == std::vector<float>(10000, 0.25F));
    v.data.reset();
    CHECK(contains(message_of([&] { static_cast<void>(engine::materialize(v)); }), "value 'w' is no weight"));
    v.data = onnx::constant_fill{1.0};
    v.type = element::f16;
    CHECK(contains(message_of([&] { static_cast<void>(engine::materialize(v)); }), "its element type has no rule"));
    v.data = ramp({2});
    CHECK(contains(message_of([&] { static_cast<void>(engine::materialize(v)); }), "another type or shape"));
}

} // namespace opara::test
