// Every operator that the GPU engine knows, in small networks with awkward shapes: what the GPU says against the host.
#include <opara/onnx/builder.hpp>
#include <tests/engine_cuda/support.hpp>

#include <functional>
#include <set>
#include <span>

using namespace opara;
using onnx::element;
using onnx::shape;
using onnx::value_id;

namespace {

using attributes = std::vector<onnx::attribute>;

onnx::tensor floats(const shape& dims, std::uint64_t seed, double low = -1.0, double high = 1.0) {
    testing::random_source random{seed};
    std::vector<float> x(static_cast<std::size_t>(onnx::elements(dims)));
    for (float& e : x) {
        e = static_cast<float>(low + (high - low) * random.unit());
    }
    return onnx::tensor::of<float>(element::f32, dims, x);
}

onnx::tensor integers(const shape& dims, std::uint64_t seed, std::int64_t low, std::int64_t high,
                      element type = element::i64) {
    testing::random_source random{seed};
    std::vector<std::int64_t> x(static_cast<std::size_t>(onnx::elements(dims)));
    for (std::int64_t& e : x) {
        e = low + static_cast<std::int64_t>(random.below(static_cast<std::size_t>(high - low + 1)));
    }
    if (type == element::i64) {
        return onnx::tensor::of<std::int64_t>(type, dims, x);
    }
    const std::vector<std::int32_t> small(x.begin(), x.end());
    return onnx::tensor::of<std::int32_t>(type, dims, small);
}

// The same numbers with 7 bits behind the leading one: all precisions hold them, so that comparisons and casts, which
// have no tolerance, have one answer.
onnx::tensor coarse(const onnx::tensor& t) {
    std::vector<float> x = t.as<float>();
    for (float& e : x) {
        e = engine::gpu::from_bf16(engine::gpu::to_bf16(e));
    }
    return onnx::tensor::of<float>(t.type, t.dims, x);
}

// A network and what it is fed, written down in one go.
class question {
public:
    explicit question(std::int64_t opset = 13) : b_{"question", opset} {}

    value_id input(onnx::tensor t) {
        const value_id v = b_.input("input" + std::to_string(feeds_.size()), t.type, t.dims);
        feeds_.push_back(std::move(t));
        return v;
    }
    value_id weight(const onnx::tensor& t) {
        return b_.constant("weight" + std::to_string(++names_), t.type, t.dims, t);
    }
    // The same numbers with their channels last, as behind a convolution.
    value_id pixels(const onnx::tensor& t) {
        const value_id x = input(t);
        shape kernel(t.dims.size(), 1);
        kernel[0] = t.dims[1];
        const value_id w =
            b_.constant("one" + std::to_string(++names_), element::f32, kernel, onnx::constant_fill{1.0});
        return b_.one("Conv", "conv" + std::to_string(names_), {x, w}, {{"group", t.dims[1]}});
    }
    std::vector<value_id> all(const std::string& type, const std::vector<value_id>& in, const attributes& with = {},
                              std::size_t outputs = 1, const std::string& domain = "") {
        const auto made = b_.add(type, type + std::to_string(++names_), in, with, outputs, domain);
        for (const value_id v : made) {
            b_.output(v);
        }
        return made;
    }
    value_id one(const std::string& type, const std::vector<value_id>& in, const attributes& with = {},
                 const std::string& domain = "") {
        return all(type, in, with, 1, domain)[0];
    }

    // An operator whose result only other operators read.
    value_id inside(const std::string& type, const std::vector<value_id>& in, const attributes& with = {},
                    const std::string& domain = "") {
        return b_.add(type, type + std::to_string(++names_), in, with, 1, domain)[0];
    }

    // A Split whose results only other operators read.
    std::vector<value_id> parts(value_id of, const shape& sizes, std::int64_t axis) {
        const auto count = static_cast<std::int64_t>(sizes.size());
        const value_id list = weight(onnx::tensor::of<std::int64_t>(element::i64, {count}, sizes));
        return b_.add("Split", "Split" + std::to_string(++names_), {of, list}, {{"axis", axis}}, sizes.size());
    }

    // Compares every value of the network, in every precision or in those given; with all variants, what each of them
    // yields.
    void check(double tolerance, bool all_variants = false,
               std::span<const test::rounding> precisions = test::roundings) && {
        const onnx::network net = std::move(b_).finish();
        engine::host_engine host{net};
        test::feed(host, feeds_);
        const frozen_graph graph = onnx::freeze(net);
        for (const op_id v : graph.topological_order()) {
            host.run(v);
        }
        for (const auto& [precision, rounding] : precisions) {
            check(net, host, std::max(tolerance, rounding), precision, all_variants);
        }
    }

    static std::set<std::string>& asked() {
        static std::set<std::string> types;
        return types;
    }

private:
    void check(const onnx::network& net, const engine::host_engine& host, double tolerance, engine::precision precision,
               bool all_variants) const {
        INFO("in ", std::string{engine::name_of(precision)});
        for (const bool in_place : {true, false}) {
            engine::cuda_engine device{net, {.joins_in_place = in_place, .precision = precision}};
            test::feed(device, feeds_);
            for (int round = 0; round < 2; ++round) {
                test::run_in_order(device, net);
                for (std::size_t i = 0; i < net.values.size(); ++i) {
                    const auto v = value_id::from_index(i);
                    if (net[v].producer) {
                        INFO("value ", net[v].name, " of ", net[*net[v].producer].type, " '",
                             net[*net[v].producer].name, "'");
                        CHECK(test::distance(device.read(v), host.read(v)) <= tolerance);
                        asked().insert(net[*net[v].producer].type);
                    }
                }
            }
            if (all_variants) {
                check_variants(net, device, host, tolerance);
            }
        }
    }

    // Each time all operators run, every one in its next variant.
    static void check_variants(const onnx::network& net, engine::cuda_engine& device, const engine::host_engine& host,
                               double tolerance) {
        const cuda::stream s;
        const frozen_graph graph = onnx::freeze(net);
        std::size_t most = 1;
        for (std::size_t k = 0; k < most; ++k) {
            device.forget();
            for (const op_id v : graph.topological_order()) {
                most = std::max(most, device.variants(v));
                device.enqueue(v, variant_id::from_index(k % device.variants(v)), s.get());
            }
            s.synchronize();
            for (const op_id op : graph.topological_order()) {
                INFO("variant ", k % device.variants(op), " of ", net[op].type, " '", net[op].name, "'");
                for (const value_id v : net[op].outputs) {
                    CHECK(test::distance(device.read(v), host.read(v)) <= tolerance);
                }
            }
        }
    }

    onnx::builder b_;
    std::vector<onnx::tensor> feeds_;
    int names_ = 0;
};

constexpr double exact = 2e-6;
constexpr double tf32 = 2e-3;

} // namespace

TEST_CASE("convolutions: windows, groups, channels that fill no vector, weights that are computed") {
    if (!test::hopper_or_skip()) {
        return;
    }
    struct shape_of_conv {
        shape x, w;
        attributes with;
    };
    const std::vector<shape_of_conv> shapes{
        {{1, 3, 23, 21}, {10, 3, 7, 7}, {{"strides", shape{2, 2}}, {"pads", shape{3, 3, 3, 3}}}},
        {{2, 5, 9, 8}, {7, 5, 3, 3}, {{"pads", shape{1, 0, 2, 1}}}},
        {{1, 16, 14, 14}, {24, 16, 3, 3}, {{"pads", shape{1, 1, 1, 1}}, {"dilations", shape{2, 2}}}},
        {{1, 192, 7, 7}, {384, 192, 3, 3}, {{"pads", shape{1, 1, 1, 1}}}},
        {{3, 42, 11, 13}, {42, 42, 1, 1}, {}},
        {{1, 832, 7, 7}, {128, 832, 1, 1}, {}},
        {{2, 12, 9, 9}, {18, 4, 3, 3}, {{"group", std::int64_t{3}}, {"auto_pad", std::string{"SAME_UPPER"}}}},
        {{1, 8, 10, 10}, {8, 1, 5, 5}, {{"group", std::int64_t{8}}, {"pads", shape{2, 2, 2, 2}}}},
        {{2, 42, 11, 9},
         {42, 1, 3, 3},
         {{"group", std::int64_t{42}}, {"strides", shape{2, 2}}, {"auto_pad", std::string{"SAME_LOWER"}}}},
        {{2, 6, 30}, {9, 6, 5}, {{"strides", shape{3}}}},
        {{1, 64, 1, 17}, {32, 64, 1, 7}, {{"pads", shape{0, 3, 0, 3}}}},
        // what the hardware fetches by itself: strides, dilations, sides that differ, channels to fill up, many images
        {{1, 160, 12, 12}, {192, 160, 7, 1}, {{"pads", shape{3, 0, 3, 0}}}},
        {{2, 48, 15, 13}, {40, 48, 3, 3}, {{"strides", shape{2, 2}}, {"pads", shape{1, 0, 2, 1}}}},
        {{2, 24, 16, 9}, {36, 24, 3, 2}, {{"strides", shape{3, 1}}, {"pads", shape{0, 2, 0, 1}}}},
        {{3, 32, 14, 14}, {24, 32, 3, 3}, {{"pads", shape{2, 2, 2, 2}}, {"dilations", shape{2, 2}}}},
        {{2, 64, 9, 9}, {32, 64, 1, 1}, {{"strides", shape{2, 2}}}},
    };
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        CAPTURE(i);
        const auto& [x, w, with] = shapes[i];
        for (const bool computed : {false, true}) {
            for (const bool after_another : {false, true}) {
                CAPTURE(computed);
                CAPTURE(after_another);
                question q;
                const onnx::tensor data = floats(x, 1);
                const value_id in = after_another ? q.pixels(data) : q.input(data);
                const onnx::tensor weights = floats(w, 2);
                const value_id weight = computed ? q.input(weights) : q.weight(weights);
                const value_id y = q.one("Conv", {in, weight, q.weight(floats({w[0]}, 3))}, with);
                q.one("Relu", {y});
                std::move(q).check(tf32);
            }
        }
    }
}

TEST_CASE("fused convolutions and linear layers: every activation, residuals in either layout") {
    if (!test::hopper_or_skip()) {
        return;
    }
    const std::vector<attributes> ends{
        {},
        {{"activation", std::string{"Relu"}}},
        {{"activation", std::string{"LeakyRelu"}}, {"alpha", 0.2}},
        {{"activation", std::string{"Sigmoid"}}},
        {{"activation", std::string{"Tanh"}}},
        {{"activation", std::string{"Gelu"}}},
        {{"activation", std::string{"Gelu"}}, {"approximate", std::string{"tanh"}}},
        {{"activation", std::string{"Clip"}}, {"min", -0.25}, {"max", 0.5}},
    };
    for (std::size_t i = 0; i < ends.size(); ++i) {
        CAPTURE(i);
        question q;
        const value_id x = q.pixels(floats({2, 20, 9, 9}, 1));
        const value_id w = q.weight(floats({12, 20, 1, 1}, 2, -0.3, 0.3));
        const value_id bias = q.weight(floats({12}, 3));
        const value_id y =
            q.one("FusedConv",
                  {x, w, bias, i % 2 == 0 ? q.pixels(floats({2, 12, 9, 9}, 4)) : q.input(floats({2, 12, 9, 9}, 4))},
                  ends[i], "opara");
        attributes deep = ends[i];
        deep.push_back({"group", std::int64_t{12}});
        q.one("FusedConv", {y, q.weight(floats({12, 1, 1, 1}, 5)), bias, y}, deep, "opara");
        const value_id rows = q.input(floats({3, 5, 36}, 6));
        q.one(
            "Linear",
            {rows, q.weight(floats({22, 36}, 7, -0.3, 0.3)), q.weight(floats({22}, 8)), q.input(floats({3, 5, 22}, 9))},
            ends[i], "opara");
        std::move(q).check(tf32);
    }
}

TEST_CASE("products of rows that are normalised") {
    if (!test::hopper_or_skip()) {
        return;
    }
    struct problem {
        shape x;
        std::int64_t columns;
    };
    // Of one tile and of many, inner dimensions that fill no stage, one that is in no vectors.
    const problem all[] = {{{3, 5, 36}, 22}, {{64, 512}, 512}, {{1, 64, 512}, 2048}, {{130, 200}, 72}, {{7, 33}, 20}};
    for (const problem& p : all) {
        CAPTURE(p.columns);
        question q;
        // Rows of other sizes than others: what is not divided by its own root is seen.
        onnx::tensor rows = floats(p.x, 1, -2.0, 3.0);
        const std::int64_t inner = p.x.back();
        auto numbers = rows.as<float>();
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            numbers[i] *= static_cast<float>(1 + i / static_cast<std::size_t>(inner) % 7);
        }
        rows = onnx::tensor::of<float>(element::f32, p.x, numbers);
        const value_id x = q.input(rows);
        const value_id w = q.weight(floats({p.columns, inner}, 2, -0.1, 0.1));
        const value_id scale = q.weight(floats({inner}, 3, 0.5, 1.5));
        shape result = p.x;
        result.back() = p.columns;
        const attributes few{{"epsilon", 1e-3}};
        const attributes more{{"epsilon", 1e-3}, {"activation", std::string{"Relu"}}};
        q.one("Linear", {x, w, onnx::no_value, onnx::no_value, scale}, few, "opara");
        q.one("Linear", {x, w, q.weight(floats({p.columns}, 4)), q.input(floats(result, 5)), scale}, more, "opara");
        q.one("Linear", {x, w, onnx::no_value, onnx::no_value, q.input(floats({inner}, 6, 0.5, 1.5))}, few, "opara");
        std::move(q).check(tf32);
    }
}

namespace {

// Rows that every precision holds exactly. In turn: with a mean of about nothing, with one 50 times the deviation, the
// same below and small, and of equal numbers.
onnx::tensor rows_of_all_means(const shape& dims, std::uint64_t seed) {
    testing::random_source random{seed};
    const auto length = static_cast<std::size_t>(dims.back());
    std::vector<float> x(static_cast<std::size_t>(onnx::elements(dims)));
    for (std::size_t i = 0; i < x.size(); ++i) {
        const auto number = static_cast<float>(random.below(17)) - 8.0F;
        switch (i / length % 4) {
        case 0: x[i] = number; break;
        case 1: x[i] = 248.0F + number; break;
        case 2: x[i] = (number - 248.0F) / 1024.0F; break;
        default: x[i] = 5.0F; break;
        }
    }
    return onnx::tensor::of<float>(element::f32, dims, x);
}

} // namespace

TEST_CASE("products of rows that are normalised by mean and deviation, and products that add such rows") {
    if (!test::hopper_or_skip()) {
        return;
    }
    struct problem {
        shape x;
        std::int64_t columns;
    };
    // Of one tile and of many; rows of whole stages in all precisions, in TF32 alone, in none, one in no vectors.
    const problem all[] = {{{3, 5, 128}, 22}, {{64, 768}, 768}, {{1, 128, 768}, 1024}, {{130, 192}, 72},
                           {{1, 2, 96}, 64},  {{3, 5, 36}, 22}, {{7, 33}, 20}};
    for (const problem& p : all) {
        CAPTURE(p.columns);
        for (const bool layer : {true, false}) {
            CAPTURE(layer);
            question q;
            const onnx::value_id no = onnx::no_value;
            const std::int64_t inner = p.x.back();
            const auto weights = [&](std::int64_t rows, std::int64_t columns, std::uint64_t seed) {
                return q.weight(floats({rows, columns}, seed, -0.1, 0.1));
            };
            const auto list = [&](std::int64_t length, std::uint64_t seed, double low = -1.0) {
                return q.weight(floats({length}, seed, low, low + 1.0));
            };
            const value_id x = q.input(rows_of_all_means(p.x, 1));
            const value_id scale = list(inner, 2, 0.5);
            const value_id shift = list(inner, 3);
            const value_id w = weights(p.columns, inner, 4);
            attributes with{{"epsilon", 1e-6}, {"mode", std::string{layer ? "layer" : "rms"}}};
            const std::vector<value_id> made =
                q.all("Linear", {x, w, list(p.columns, 5), no, scale, shift}, with, 2, "opara");
            q.one("Linear", {x, w, no, no, scale}, with, "opara");
            q.one("Linear", {x, w, q.input(floats({p.columns}, 6)), no, scale, shift}, with, "opara");
            with.push_back({"activation", std::string{"Gelu"}});
            shape result = p.x;
            result.back() = p.columns;
            q.one("Linear", {x, w, list(p.columns, 7), q.input(floats(result, 8)), scale, shift}, with, "opara");

            // The rows are added in a product of others.
            shape others = p.x;
            others.back() = 64;
            const value_id other = q.input(floats(others, 9));
            const value_id v = weights(inner, 64, 10);
            const attributes relu{{"activation", std::string{"Relu"}}};
            q.one("Linear", {other, v, list(inner, 11), x, no, no, made[1], scale, shift}, {}, "opara");
            q.one("Linear", {other, v, no, x, no, no, made[1], scale}, relu, "opara");
            q.one("Linear", {other, v, no, x, no, no, made[1], q.input(floats({inner}, 12)), shift}, relu, "opara");
            const value_id computed = q.input(floats({inner, 64}, 13, -0.1, 0.1));
            q.one("Linear", {other, computed, no, x, no, no, made[1], scale, shift}, {}, "opara");
            // Both at once.
            q.one("Linear", {x, weights(inner, inner, 14), no, x, scale, shift, made[1], scale, shift}, with, "opara");
            std::move(q).check(tf32, true);
        }
    }
}

TEST_CASE("rows whose mean is 1700 times their deviation keep their digits in TF32") {
    if (!test::hopper_or_skip()) {
        return;
    }
    question q;
    const onnx::value_id no = onnx::no_value;
    const value_id x = q.input(floats({70, 256}, 1, 999.0, 1001.0));
    const value_id scale = q.weight(floats({256}, 2, 0.5, 1.5));
    const value_id shift = q.weight(floats({256}, 3));
    const attributes with{{"epsilon", 1e-6}, {"mode", std::string{"layer"}}};
    const auto made =
        q.all("Linear", {x, q.weight(floats({128, 256}, 4, -0.1, 0.1)), no, no, scale, shift}, with, 2, "opara");
    const value_id v = q.weight(floats({256, 64}, 5, -0.1, 0.1));
    q.one("Linear", {q.input(floats({70, 64}, 6)), v, no, x, no, no, made[1], scale, shift}, {}, "opara");
    std::move(q).check(tf32, true, std::span{test::roundings}.first(1));
}

TEST_CASE("a number that stands out in the beginning of a row costs the others no digits in TF32") {
    if (!test::hopper_or_skip()) {
        return;
    }
    question q;
    const onnx::shape dims{70, 1024};
    std::vector<float> rows = floats(dims, 1).as<float>();
    for (std::size_t i = 1; i < rows.size(); i += 1024) {
        rows[i] += 100.0F;
    }
    const value_id x = q.input(onnx::tensor::of<float>(onnx::element::f32, dims, rows));
    const onnx::value_id no = onnx::no_value;
    const attributes with{{"epsilon", 1e-6}, {"mode", std::string{"layer"}}};
    // Weights that do not see the number itself, beside which nothing else would count.
    std::vector<float> weights = floats({128, 1024}, 2, -0.1, 0.1).as<float>();
    for (std::size_t i = 1; i < weights.size(); i += 1024) {
        weights[i] = 0.0F;
    }
    const value_id w = q.weight(onnx::tensor::of<float>(onnx::element::f32, {128, 1024}, weights));
    q.one("Linear", {x, w, no, no, q.weight(floats({1024}, 3, 0.5, 1.5)), q.weight(floats({1024}, 4))}, with, "opara");
    std::move(q).check(tf32, true, std::span{test::roundings}.first(1));
}

TEST_CASE("products of matrices") {
    if (!test::hopper_or_skip()) {
        return;
    }
    const std::vector<std::pair<shape, shape>> shapes{
        {{7, 33}, {33, 20}},
        {{2, 3, 17, 40}, {2, 3, 40, 9}},
        {{4, 1, 8, 16}, {5, 16, 12}},
        {{16}, {16, 5}},
        {{3, 6, 16}, {16}},
        {{130, 70}, {70, 200}},
        {{130, 100}, {100, 68}},
        {{12, 128, 64}, {12, 64, 128}},
        {{2, 1, 3, 5, 4}, {7, 1, 4, 6}},
    };
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        CAPTURE(i);
        for (const bool computed : {false, true}) {
            question q;
            const value_id a = q.input(floats(shapes[i].first, 1));
            const onnx::tensor right = floats(shapes[i].second, 2);
            q.one("MatMul", {a, computed ? q.input(right) : q.weight(right)});
            std::move(q).check(tf32);
        }
    }
    for (const std::int64_t a : {0, 1}) {
        for (const std::int64_t b : {0, 1}) {
            for (const shape& c : {shape{1}, shape{21}, shape{9, 1}, shape{9, 21}}) {
                for (const bool computed : {false, true}) {
                    question q;
                    const value_id left = q.input(floats(a != 0 ? shape{18, 9} : shape{9, 18}, 1));
                    const onnx::tensor right = floats(b != 0 ? shape{21, 18} : shape{18, 21}, 2);
                    q.one("Gemm", {left, computed ? q.input(right) : q.weight(right), q.weight(floats(c, 3))},
                          {{"transA", a}, {"transB", b}, {"alpha", 0.5}, {"beta", 2.0}});
                    std::move(q).check(tf32);
                }
            }
        }
    }
}

TEST_CASE("attention") {
    if (!test::hopper_or_skip()) {
        return;
    }
    for (const shape& bias : {shape{}, shape{37, 45}, shape{3, 1, 45}, shape{2, 1, 37, 45}, shape{2, 3, 37, 45}}) {
        CAPTURE(bias.size());
        question q;
        std::vector<value_id> in{q.input(floats({2, 3, 37, 24}, 1)), q.input(floats({2, 3, 45, 24}, 2)),
                                 q.input(floats({2, 3, 45, 40}, 3))};
        if (!bias.empty()) {
            in.push_back(q.input(floats(bias, 4, -3.0, 3.0)));
        }
        q.one("Attention", in, {}, "opara");
        std::move(q).check(1e-5);
    }
    // On the tensor cores: more keys than the four warps take at once, fewer than one takes, rows that are masked.
    for (const std::int64_t width : {32, 64}) {
        for (const std::int64_t keys : {7, 45, 128, 300}) {
            CAPTURE(width);
            CAPTURE(keys);
            for (const shape& bias : {shape{}, shape{37, keys}, shape{2, 1, 1, keys}, shape{2, 3, 37, keys}}) {
                question q;
                std::vector<value_id> in{q.input(floats({2, 3, 37, width}, 1)), q.input(floats({2, 3, keys, width}, 2)),
                                         q.input(floats({2, 3, keys, width}, 3))};
                if (!bias.empty()) {
                    onnx::tensor mask = floats(bias, 4, -3.0, 3.0);
                    std::vector<float> numbers = mask.as<float>();
                    for (std::size_t i = 0; i < numbers.size(); i += 3) { // one key of three, so none of the rows whole
                        numbers[i] = -std::numeric_limits<float>::infinity();
                    }
                    in.push_back(q.input(onnx::tensor::of<float>(element::f32, bias, numbers)));
                }
                q.one("Attention", in, {}, "opara");
                std::move(q).check(tf32);
            }
        }
    }
    question wide;
    wide.one(
        "Attention",
        {wide.input(floats({4, 20, 64}, 1)), wide.input(floats({4, 100, 64}, 2)), wide.input(floats({4, 100, 100}, 3))},
        {{"scale", 1.0}}, "opara");
    std::move(wide).check(1e-5);
}

TEST_CASE("pools") {
    if (!test::hopper_or_skip()) {
        return;
    }
    const std::vector<attributes> windows{
        {{"kernel_shape", shape{3, 3}}, {"strides", shape{2, 2}}, {"ceil_mode", std::int64_t{1}}},
        {{"kernel_shape", shape{3, 3}}, {"pads", shape{1, 1, 1, 1}}},
        {{"kernel_shape", shape{2, 3}}, {"strides", shape{2, 1}}, {"auto_pad", std::string{"SAME_UPPER"}}},
        {{"kernel_shape", shape{1, 1}}, {"strides", shape{2, 2}}},
    };
    for (const attributes& window : windows) {
        for (const std::int64_t channels : {3, 6, 8}) {
            question q;
            const value_id plain = q.input(floats({2, channels, 13, 11}, 1));
            const value_id last = q.pixels(floats({2, channels, 13, 11}, 2));
            for (const value_id x : {plain, last}) {
                q.one("MaxPool", {x}, window);
                q.one("AveragePool", {x}, window);
                q.one("GlobalAveragePool", {x});
                q.one("GlobalMaxPool", {x});
            }
            std::move(q).check(exact);
        }
    }
    question q;
    q.one("AveragePool", {q.pixels(floats({1, 4, 9, 9}, 3))},
          {{"kernel_shape", shape{3, 3}}, {"pads", shape{1, 1, 1, 1}}, {"count_include_pad", std::int64_t{1}}});
    std::move(q).check(exact);
}

TEST_CASE("elementwise operators, broadcasting, both layouts") {
    if (!test::hopper_or_skip()) {
        return;
    }
    question q;
    const value_id plain = q.input(coarse(floats({2, 6, 5, 7}, 1)));
    const value_id last = q.pixels(coarse(floats({2, 6, 5, 7}, 2)));
    const value_id positive = q.input(floats({2, 6, 5, 7}, 3, 0.1, 4.0));
    const value_id channel = q.weight(floats({6, 1, 1}, 4, 0.5, 2.0));
    const value_id row = q.input(coarse(floats({7}, 5, 0.5, 2.0)));
    for (const value_id x : {plain, last}) {
        for (const char* type : {"Relu", "LeakyRelu", "Sigmoid", "Tanh", "Exp", "Erf", "Abs", "Neg"}) {
            q.one(type, {x});
        }
        for (const char* type : {"Add", "Sub", "Mul", "Div"}) {
            q.one(type, {x, channel});
            q.one(type, {channel, x});
            q.one(type, {x, row});
            q.one(type, {x, positive});
        }
        q.one("Sum", {x, channel, row});
        q.one("Min", {x, row, plain});
        q.one("Max", {x, last});
        const value_id less = q.one("Less", {x, last});
        q.one("Greater", {x, row});
        q.one("Where", {less, x, channel});
        q.one("Clip", {x, q.weight(floats({}, 6, -0.5, -0.4)), q.weight(floats({}, 7, 0.3, 0.4))});
        q.one("Cast", {x}, {{"to", std::int64_t{7}}});
        q.one("Cast", {less}, {{"to", std::int64_t{1}}});
        q.one("BatchNormalization", {x, q.weight(floats({6}, 8)), q.weight(floats({6}, 9)), q.weight(floats({6}, 10)),
                                     q.weight(floats({6}, 11, 0.5, 2.0))});
        q.one("LRN", {x}, {{"size", std::int64_t{3}}, {"alpha", 0.1}});
        q.one("LRN", {x}, {{"size", std::int64_t{4}}, {"alpha", 0.1}});
    }
    q.one("Sqrt", {positive});
    q.one("Log", {positive});
    q.one("Pow", {positive, q.weight(floats({}, 12, 1.5, 1.6))});
    const value_id i = q.input(integers({3, 4}, 13, -20, 20));
    const value_id j = q.input(integers({4}, 14, 1, 9));
    for (const char* type : {"Add", "Sub", "Mul", "Div", "Equal", "Less", "Greater"}) {
        q.one(type, {i, j});
    }
    q.one("Abs", {i});
    q.one("Cast", {i}, {{"to", std::int64_t{6}}});
    std::move(q).check(5e-6);
    question young{20};
    const value_id x = young.input(floats({40}, 15, -4.0, 4.0));
    young.one("Gelu", {x});
    young.one("Gelu", {x}, {{"approximate", std::string{"tanh"}}});
    std::move(young).check(5e-6);
}

TEST_CASE("transpositions beside attention, which has nothing of its own to do where rows stay rows") {
    if (!test::hopper_or_skip()) {
        return;
    }
    for (const std::int64_t width : {64, 32, 20}) { // the last on the kernel that wants dense rows
        CAPTURE(width);
        question q;
        const value_id x = q.input(floats({2, 45, 3, width}, 1));
        const value_id y = q.input(floats({2, 45, 3, width}, 2));
        const auto heads = [&](value_id v) { return q.inside("Transpose", {v}, {{"perm", shape{0, 2, 1, 3}}}); };
        const value_id keys = heads(y);
        const value_id values = heads(y);
        const value_id seen = q.one("Transpose", {x}, {{"perm", shape{0, 2, 1, 3}}}); // leaves: has to be made
        // Computed rows, heads outside of batches, queries that something else reads, too.
        const value_id queries = heads(q.inside("Relu", {x}));
        const value_id bias = q.input(floats({1, 3, 1, 45}, 3));
        const value_id first = q.inside("Attention", {queries, keys, values, bias}, {}, "opara");
        q.one("Relu", {q.inside("Transpose", {first}, {{"perm", shape{0, 2, 1, 3}}})});
        const value_id second = q.inside("Attention", {seen, keys, values}, {}, "opara");
        q.one("Transpose", {second}, {{"perm", shape{2, 0, 1, 3}}});
        const value_id third = q.inside("Attention", {heads(x), keys, values}, {}, "opara");
        q.one("Transpose", {third}, {{"perm", shape{0, 3, 1, 2}}}); // rows do not stay rows
        const value_id fourth = q.inside("Attention", {queries, keys, values}, {}, "opara");
        q.one("Neg", {q.inside("Transpose", {fourth}, {{"perm", shape{0, 2, 1, 3}}})});
        q.one("Abs", {fourth});
        const value_id outer = q.inside("Transpose", {x}, {{"perm", shape{2, 0, 1, 3}}});
        q.one("Attention", {outer, outer, q.inside("Transpose", {y}, {{"perm", shape{2, 0, 1, 3}}})}, {}, "opara");
        std::move(q).check(tf32);
    }
}

TEST_CASE("reductions and normalisations") {
    if (!test::hopper_or_skip()) {
        return;
    }
    question q;
    const value_id plain = q.input(floats({2, 36, 5, 7}, 1));
    const value_id last = q.pixels(floats({2, 36, 5, 7}, 2));
    for (const value_id x : {plain, last}) {
        for (const char* type : {"ReduceMean", "ReduceMax"}) {
            for (const shape& axes : {shape{1}, shape{3}, shape{2, 3}, shape{0, 2}, shape{-1, 1}}) {
                q.one(type, {x}, {{"axes", axes}, {"keepdims", std::int64_t{axes.size() == 1 ? 1 : 0}}});
            }
            q.one(type, {x});
        }
        q.one("ReduceSum", {x, q.weight(onnx::tensor::of<std::int64_t>(element::i64, {1}, shape{-1}))});
        for (const std::int64_t axis : {1, 2, -1}) {
            q.one("Softmax", {x}, {{"axis", axis}});
            q.one("LogSoftmax", {x}, {{"axis", axis}});
        }
    }
    std::move(q).check(1e-5);
    question old{11};
    old.one("Softmax", {old.input(floats({3, 4, 5}, 3, -3.0, 3.0))});
    std::move(old).check(exact);
    question rows{23};
    const value_id x = rows.input(floats({3, 4, 300}, 4, -1.0, 3.0));
    const value_id scale = rows.weight(floats({300}, 5));
    const value_id bias = rows.weight(floats({300}, 6));
    rows.all("LayerNormalization", {x, scale, bias}, {}, 3);
    rows.one("LayerNormalization", {x, scale});
    rows.one("RMSNormalization", {x, scale});
    rows.one("SimplifiedLayerNormalization", {x, scale});
    rows.all("AddNormalization", {x, rows.input(floats({3, 4, 300}, 7)), scale, bias}, {}, 2, "opara");
    rows.one("AddNormalization", {x, x, scale}, {{"mode", std::string{"rms"}}}, "opara");
    std::move(rows).check(5e-6);
    for (const std::int64_t length : {4, 512, 516, 768, 1024, 1028, 301}) { // in registers, and not
        CAPTURE(length);
        question more{23};
        const value_id y = more.input(floats({3, 4, length}, 8, -1.0, 3.0));
        const value_id factor = more.weight(floats({length}, 9));
        more.all("LayerNormalization", {y, factor, more.weight(floats({length}, 10))}, {}, 3);
        more.one("RMSNormalization", {y, factor});
        more.all("AddNormalization", {y, more.input(floats({3, 4, length}, 11)), factor}, {}, 2, "opara");
        std::move(more).check(5e-6);
    }
}

TEST_CASE("movement") {
    if (!test::hopper_or_skip()) {
        return;
    }
    question q;
    const auto list = [&](const shape& numbers) {
        return q.weight(
            onnx::tensor::of<std::int64_t>(element::i64, {static_cast<std::int64_t>(numbers.size())}, numbers));
    };
    const value_id plain = q.input(floats({2, 8, 5, 7}, 1));
    const value_id last = q.pixels(floats({2, 8, 5, 7}, 2));
    for (const value_id x : {plain, last}) {
        q.one("Relu", {q.one("Reshape", {x, list({4, -1, 7})})});
        q.one("Flatten", {x});
        q.one("Identity", {x});
        q.one("Dropout", {x});
        q.one("Unsqueeze", {x, list({0, 3})});
        q.one("Transpose", {x}, {{"perm", shape{0, 2, 3, 1}}});
        q.one("Transpose", {x});
        q.one("Concat", {x, last, plain}, {{"axis", std::int64_t{1}}});
        q.one("Concat", {x, last}, {{"axis", std::int64_t{-1}}});
        q.all("Split", {x, list({3, 5})}, {{"axis", std::int64_t{1}}}, 2);
        q.one("Slice", {x, list({1, -1}), list({4, -100}), list({1, 3}), list({2, -2})});
        q.one("Pad", {x, list({0, 1, -1, 2, 0, 0, 1, -3})});
        q.one("Pad", {x, list({0, 0, 2, 2, 0, 0, 1, 3})}, {{"mode", std::string{"reflect"}}});
        q.one("Pad", {x, list({0, 0, 2, 2, 0, 0, 1, 3})}, {{"mode", std::string{"edge"}}});
    }
    q.one("Squeeze", {q.input(floats({1, 3, 1}, 3)), list({0})});
    q.one("Expand", {q.input(floats({3, 1}, 4)), list({2, 3, 4})});
    q.one("Shape", {plain});
    std::move(q).check(exact);
    // Concatenations of what convolutions yield, of concatenations, and of something twice.
    question nested;
    const value_id a = nested.pixels(floats({1, 8, 6, 6}, 1));
    const value_id b = nested.pixels(floats({1, 12, 6, 6}, 2));
    const value_id c = nested.pixels(floats({1, 6, 6, 6}, 3));
    const value_id ab = nested.one("Concat", {a, b}, {{"axis", std::int64_t{1}}});
    const value_id all = nested.one("Concat", {c, ab, c}, {{"axis", std::int64_t{1}}});
    nested.one("MaxPool", {a}, {{"kernel_shape", shape{2, 2}}});
    nested.one("Add", {all, all});
    nested.one("Flatten", {nested.one("Relu", {ab})});
    nested.one("Conv", {ab, nested.weight(floats({8, 20, 3, 3}, 4))});
    std::move(nested).check(tf32);
    question many;
    std::vector<value_id> parts;
    for (std::uint64_t i = 0; i < 45; ++i) {
        parts.push_back(many.input(floats({2, static_cast<std::int64_t>(i % 4), 3}, i)));
    }
    many.one("Concat", parts, {{"axis", std::int64_t{1}}});
    std::move(many).check(0.0);
}

TEST_CASE("slices that their readers step over, and slices that have to be made") {
    if (!test::hopper_or_skip()) {
        return;
    }
    const auto list = [](question& q, const shape& numbers) {
        return q.weight(
            onnx::tensor::of<std::int64_t>(element::i64, {static_cast<std::int64_t>(numbers.size())}, numbers));
    };
    for (const std::int64_t width : {64, 32, 20}) { // queries, keys and values of one product
        CAPTURE(width);
        question q;
        const value_id x = q.input(floats({2, 45, 40}, 1));
        const value_id merged = q.inside("Linear", {x, q.weight(floats({9 * width, 40}, 2, -0.3, 0.3))}, {}, "opara");
        std::vector<value_id> heads;
        for (const value_id part : q.parts(merged, {3 * width, 3 * width, 3 * width}, -1)) {
            const value_id rows = q.inside("Reshape", {part, list(q, {2, 45, 3, width})});
            heads.push_back(q.inside("Transpose", {rows}, {{"perm", shape{0, 2, 1, 3}}}));
        }
        const value_id y = q.inside("Attention", heads, {}, "opara");
        q.one("Neg", {q.inside("Transpose", {y}, {{"perm", shape{0, 2, 1, 3}}})});
        // Of the same matrix: rows that are read whole, some of them, every second column.
        for (const value_id part : q.parts(merged, {width, 4 * width, 4, 4 * width - 4}, 2)) {
            q.one("Softmax", {part}, {{"axis", std::int64_t{-1}}});
        }
        // Rows with a pitch, normalised by the product that reads them, and not; the second ones begin between vectors.
        for (const std::int64_t left : {4 * width, 4 * width + 2}) {
            const shape sizes{left, 9 * width - left};
            const std::vector<value_id> both = q.parts(merged, sizes, -1);
            for (std::size_t i = 0; i < 2; ++i) {
                const std::int64_t inner = sizes[i];
                const value_id w = q.weight(floats({28, inner}, 7, -0.1, 0.1));
                const value_id scale = q.weight(floats({inner}, 8, 0.5, 1.5));
                q.one("Linear", {both[i], w, q.weight(floats({28}, 9))}, {}, "opara");
                q.one("Linear", {both[i], w, onnx::no_value, onnx::no_value, scale}, {{"epsilon", 1e-3}}, "opara");
            }
        }
        const value_id rows = q.inside("Slice", {merged, list(q, {3, 8}), list(q, {40, 40}), list(q, {1, 2})});
        q.one("Linear", {rows, q.weight(floats({7, 32}, 3))}, {}, "opara");
        q.one("Relu", {rows});
        q.one("Exp", {q.inside("Slice", {merged, list(q, {0}), list(q, {999}), list(q, {2}), list(q, {2})})});
        q.one("Relu", {q.inside("Slice", {merged, list(q, {-1}), list(q, {-99}), list(q, {1}), list(q, {-3})})});
        std::move(q).check(tf32);
    }
    for (const shape& sizes : {shape{8, 16, 24}, shape{4, 20, 24}, shape{8, 3, 37}}) {
        CAPTURE(sizes[1]);
        question q;
        const value_id plain = q.input(floats({2, 48, 7, 6}, 1));
        const value_id last = q.pixels(floats({2, 48, 7, 6}, 2));
        for (const value_id x : {plain, last}) {
            const std::vector<value_id> parts = q.parts(x, sizes, 1);
            std::vector<value_id> done;
            for (const value_id part : parts) {
                const std::int64_t channels = sizes[done.size()];
                const value_id wide = q.weight(floats({8, channels, 3, 3}, 3, -0.2, 0.2));
                const value_id narrow = q.weight(floats({12, channels, 1, 1}, 4, -0.2, 0.2));
                done.push_back(q.one("Conv", {part, wide}, {{"pads", shape{1, 1, 1, 1}}}));
                q.one("Conv", {part, narrow}, {{"strides", shape{2, 1}}});
                q.one("Conv", {part, narrow});
            }
            q.one("MaxPool", {parts[0]}, {{"kernel_shape", shape{3, 3}}});
            q.one("GlobalAveragePool", {parts[1]});
            q.one("Concat", {parts[2], done[0], parts[0]}, {{"axis", std::int64_t{1}}});
            q.one("Concat", {x, done[1]}, {{"axis", std::int64_t{1}}}); // the whole is a part, too
            const value_id kernel = q.weight(floats({sizes[0], 48, 1, 1}, 5, -0.2, 0.2));
            q.one("FusedConv", {x, kernel, onnx::no_value, parts[0]}, {}, "opara");
            // Read by all kinds of operators, of which some need it in one piece.
            const std::vector<value_id> both = q.parts(parts[2], {8, sizes[2] - 8}, 1);
            q.one("Relu", {both[0]});
            q.one("Softmax", {both[1]}, {{"axis", std::int64_t{1}}});
            q.one("Flatten", {both[1]});
            q.one("Neg", {q.inside("Dropout", {q.inside("Reshape", {both[0], list(q, {2, 8, 42})})})});
            q.one("Relu", {q.inside("Reshape", {x, list(q, {2, 6, 8, 42})})});
            q.all("Split", {x, list(q, {4, 3})}, {{"axis", std::int64_t{2}}}, 2);
            q.all("Split", {x}, {{"axis", std::int64_t{0}}}, 2);
            q.one("Conv", {q.inside("Slice", {x, list(q, {16, 1}), list(q, {20, 7}), list(q, {1, 2})}),
                           q.weight(floats({5, 4, 2, 2}, 6))});
        }
        std::move(q).check(tf32);
    }
    question integral;
    const value_id numbers = integral.input(integers({3, 8}, 1, -50, 50));
    for (const value_id part : integral.parts(numbers, {2, 4, 2}, 1)) {
        integral.one("Neg", {part});
    }
    std::move(integral).check(exact);
}

TEST_CASE("indexing") {
    if (!test::hopper_or_skip()) {
        return;
    }
    for (const element type : {element::i64, element::i32}) {
        question q;
        const value_id table = q.weight(floats({50, 6}, 1));
        const value_id rows = q.input(integers({3, 4}, 2, -50, 49, type));
        q.one("Gather", {table, rows});
        q.one("Gather", {q.input(floats({2, 50, 3}, 3)), rows}, {{"axis", std::int64_t{1}}});
        q.one("EmbeddingBag", {q.input(integers({3, 4}, 4, 0, 49, type)), table}, {}, "opara");
        q.one("EmbeddingBag", {q.input(integers({3, 4}, 5, 0, 49, type)), table}, {{"mode", std::string{"mean"}}},
              "opara");
        const value_id fields = q.one("FieldEmbedding", {q.input(integers({3, 4}, 6, 0, 9, type)), table},
                                      {{"offsets", shape{0, 10, 20, 35}}}, "opara");
        q.one("FactorizationMachine", {fields}, {}, "opara");
        std::move(q).check(exact);
    }
}

TEST_CASE("data that cannot be computed with is told, with the operator's name, once") {
    if (!test::hopper_or_skip()) {
        return;
    }
    onnx::builder b{"bad"};
    const value_id table = b.constant("table", element::f32, {5, 2}, onnx::constant_fill{1.0});
    const value_id rows = b.input("rows", element::i64, {2});
    const value_id y = b.one("Gather", "lookup", {table, rows});
    b.output(y);
    const onnx::network net = std::move(b).finish();
    engine::cuda_engine device{net};
    const std::vector<std::int64_t> bad{1, 5};
    device.set_input(0, onnx::tensor::of<std::int64_t>(element::i64, {2}, bad));
    test::run_in_order(device, net);
    try {
        static_cast<void>(device.read(y));
        FAIL("nothing was said");
    } catch (const operator_error& e) {
        CHECK(e.op() == op_id{0});
        CHECK(std::string{e.what()}.find("lookup") != std::string::npos);
    }
    const std::vector<std::int64_t> good{1, -5};
    device.set_input(0, onnx::tensor::of<std::int64_t>(element::i64, {2}, good));
    test::run_in_order(device, net);
    CHECK(device.read(y).as<float>() == std::vector<float>{1.0F, 1.0F, 1.0F, 1.0F});
    CHECK_THROWS_AS(device.set_input(1, onnx::tensor{}), error);
    CHECK_THROWS_AS(device.set_input(0, onnx::tensor{}), error);
}
