// `fuse`: what it takes together, what it must leave alone, and that every value that stays keeps its numbers.
#include <examples/engine/host_engine.hpp>
#include <examples/engine/weights.hpp>
#include <examples/zoo/fuse.hpp>
#include <examples/zoo/zoo.hpp>
#include <opara/onnx/builder.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace onnx = opara::onnx;
namespace zoo = opara::zoo;
using onnx::value_id;

namespace {

std::map<std::string, int> census(const onnx::network& net) {
    std::map<std::string, int> count;
    for (const onnx::node& n : net.graph.operators()) {
        ++count[n.type];
    }
    return count;
}

// The longest way through the network, in operators.
std::size_t depth(const onnx::network& net) {
    std::vector<std::size_t> level(net.graph.size(), 1);
    std::size_t most = 0;
    const opara::frozen_graph g = freeze(net);
    for (const opara::op_id v : g.topological_order()) {
        for (const opara::op_id p : g.predecessors(v)) {
            level[v.index()] = std::max(level[v.index()], level[p.index()] + 1);
        }
        most = std::max(most, level[v.index()]);
    }
    return most;
}

using numbers = std::map<std::string, std::vector<float>>;

// What every operator yields, by the name of the value.
numbers results(const onnx::network& net, const std::vector<onnx::tensor>& inputs) {
    opara::engine::host_engine engine{net};
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        engine.set_input(i, inputs[i]);
    }
    numbers all;
    for (std::size_t i = 0; i < net.graph.size(); ++i) {
        engine.run(opara::op_id::from_index(i));
    }
    for (std::size_t i = 0; i < net.values.size(); ++i) {
        const value_id v = value_id::from_index(i);
        if (net[v].producer && net[v].type == onnx::element::f32) {
            all[net[v].name] = engine.read(v).as<float>();
        }
    }
    return all;
}

struct comparison {
    std::size_t values = 0;   // compared
    double difference = 0.0;  // the largest, relative to the largest number of its tensor
    double largest = 0.0;     // number that leaves the network
    double smallest_span = 1; // largest number of the tensor in which it is smallest
};

comparison compare(const onnx::network& net, const onnx::network& fused) {
    const auto inputs = zoo::sample_inputs(net);
    const numbers before = results(net, inputs);
    comparison c;
    for (const auto& named : results(fused, inputs)) {
        const std::string& name = named.first;
        const std::vector<float>& after = named.second;
        const auto found = before.find(name);
        if (found == before.end()) {
            continue;
        }
        double worst = 0.0;
        double span = 0.0;
        for (std::size_t i = 0; i < after.size(); ++i) {
            const auto a = static_cast<double>(after[i]);
            const auto b = static_cast<double>(found->second.at(i));
            worst = std::isfinite(a) && std::isfinite(b) ? std::max(worst, std::abs(a - b)) : HUGE_VAL;
            span = std::max(span, std::abs(b));
        }
        ++c.values;
        c.difference = std::max(c.difference, worst / span);
        const bool leaves =
            std::any_of(fused.outputs.begin(), fused.outputs.end(), [&](value_id v) { return fused[v].name == name; });
        c.largest = leaves ? std::max(c.largest, span) : c.largest;
        c.smallest_span = std::min(c.smallest_span, span);
    }
    return c;
}

// Small networks by hand.
struct sketch {
    onnx::builder b{"sketch"};
    std::uint64_t seed = 1;

    value_id input(onnx::shape dims) { return b.input("x", onnx::element::f32, std::move(dims)); }
    value_id weight(const std::string& name, onnx::shape dims, double low = -0.5, double high = 0.5) {
        return b.constant(name, onnx::element::f32, std::move(dims), onnx::uniform_fill{seed++, low, high});
    }
    value_id conv(const std::string& name, value_id x, std::int64_t channels, std::vector<value_id> bias = {}) {
        std::vector<value_id> inputs{x, weight(name + ".w", {channels, b[x].dims[1], 3, 3})};
        inputs.insert(inputs.end(), bias.begin(), bias.end());
        return b.one("Conv", name, std::move(inputs), {{"pads", onnx::shape{1, 1, 1, 1}}});
    }
    value_id norm(const std::string& name, value_id x) {
        const onnx::shape c{b[x].dims[1]};
        return b.one("BatchNormalization", name,
                     {x, weight(name + ".scale", c, 0.5, 1.5), weight(name + ".shift", c), weight(name + ".mean", c),
                      weight(name + ".variance", c, 0.5, 1.5)},
                     {{"epsilon", 1e-3}});
    }
    value_id one(const std::string& type, const std::string& name, std::vector<value_id> xs) {
        return b.one(type, name, std::move(xs));
    }
    onnx::network finish(std::vector<value_id> outputs) {
        for (const value_id v : outputs) {
            b.output(v);
        }
        return std::move(b).finish();
    }
};

std::vector<std::string> types(const onnx::network& net) {
    std::vector<std::string> list;
    for (const onnx::node& n : net.graph.operators()) {
        list.push_back(n.type);
    }
    return list;
}

using strings = std::vector<std::string>;

} // namespace

TEST_CASE("a convolution takes in its bias, normalisation, residual and activation") {
    sketch s;
    const value_id x = s.input({2, 4, 6, 5});
    const value_id c = s.conv("conv", x, 4, {s.weight("conv.b", {4})});
    const value_id sum = s.one("Add", "sum", {x, s.norm("norm", c)});
    const onnx::network net = s.finish({s.one("Relu", "relu", {sum})});
    const onnx::network fused = zoo::fuse(net);
    REQUIRE(types(fused) == strings{"FusedConv"});
    const onnx::node& n = fused[opara::op_id{0}];
    CHECK(n.name == "conv");
    CHECK(n.inputs.size() == 4);
    CHECK(fused[n.outputs[0]].name == "relu");
    CHECK(std::holds_alternative<onnx::scaled_fill>(*fused[n.inputs[1]].data)); // the rule survives
    const comparison c1 = compare(net, fused);
    CHECK(c1.values == 1);
    CHECK(c1.difference < 1e-5);
    CHECK(c1.smallest_span > 0.1);
}

TEST_CASE("other weights than random ones are scaled, too") {
    const onnx::shape dims{2, 2, 1, 1};
    const std::vector<float> numbers{0.25F, -0.5F, 0.75F, 1.0F};
    const onnx::tensor full = onnx::tensor::of<float>(onnx::element::f32, dims, numbers);
    for (const onnx::weight& data : {onnx::weight{full}, onnx::weight{onnx::constant_fill{0.1}}}) {
        for (const bool equal : {false, true}) { // whether all channels are normalised alike
            CAPTURE(equal);
            sketch s;
            const value_id x = s.input({1, 2, 4, 4});
            const value_id w = s.b.constant("w", onnx::element::f32, dims, data);
            value_id y = s.one("Conv", "conv", {x, w});
            if (equal) {
                const value_id c = s.b.constant("c", onnx::element::f32, {2}, onnx::constant_fill{1.5});
                y = s.one("BatchNormalization", "norm", {y, c, c, c, c});
            } else {
                y = s.norm("norm", y);
            }
            const onnx::network net = s.finish({s.one("Sum", "sum", {y, x})});
            const onnx::network fused = zoo::fuse(net);
            REQUIRE(types(fused) == strings{"FusedConv"});
            const comparison c = compare(net, fused);
            CHECK(c.difference < 1e-6);
            CHECK(c.smallest_span > 0.1);
            const onnx::value& scaled = fused[fused[opara::op_id{0}].inputs[1]];
            CHECK(std::holds_alternative<onnx::constant_fill>(*scaled.data) == (equal && data.index() == 1));
        }
    }
}

TEST_CASE("a scaled rule is the rule times a factor for each block of elements") {
    const onnx::uniform_fill rule{.seed = 7, .low = -1.0, .high = 2.0};
    const std::vector<double> factors{2.0, -0.5, 0.0};
    onnx::builder b{"weights"};
    const value_id plain = b.constant("plain", onnx::element::f32, {3, 4}, rule);
    const value_id scaled = b.constant("scaled", onnx::element::f32, {3, 4}, onnx::scaled_fill{rule, factors});
    const auto before = opara::engine::materialize(b[plain]).as<float>();
    const auto after = opara::engine::materialize(b[scaled]).as<float>();
    REQUIRE(after.size() == 12);
    for (std::size_t i = 0; i < after.size(); ++i) {
        CHECK(static_cast<double>(after[i]) == doctest::Approx(static_cast<double>(before[i]) * factors[i / 4]));
    }
    const auto refuse = [&](std::vector<double> bad) {
        static_cast<void>(b.constant("bad", onnx::element::f32, {3, 4}, onnx::scaled_fill{rule, std::move(bad)}));
    };
    CHECK_THROWS_AS(refuse({}), opara::parse_error);
    CHECK_THROWS_AS(refuse({1.0, 2.0, 3.0, 4.0, 5.0}), opara::parse_error); // does not divide 12
    CHECK_THROWS_AS(refuse({1.0, HUGE_VAL, 3.0}), opara::parse_error);
}

TEST_CASE("a normalisation of a Concat goes into the convolutions before it") {
    sketch s;
    const value_id x = s.input({1, 3, 5, 5});
    const value_id a = s.conv("a", x, 2);
    const value_id b = s.conv("b", x, 5, {s.weight("b.b", {5})});
    const value_id joined = s.b.one("Concat", "joined", {a, b}, {{"axis", std::int64_t{1}}});
    const onnx::network net = s.finish({s.norm("norm", joined)});
    const onnx::network fused = zoo::fuse(net);
    CHECK(types(fused) == strings{"Conv", "Conv", "Concat"});
    CHECK(fused[fused.outputs[0]].name == "norm");
    const comparison c = compare(net, fused);
    CHECK(c.values == 1); // the convolutions' own values have other numbers now, hence other names
    CHECK(c.difference < 1e-5);
}

TEST_CASE("a matrix product takes in bias, residual and activation, also past a dropout") {
    sketch s;
    const value_id x = s.input({3, 8});
    const value_id product = s.b.one("Linear", "product", {x, s.weight("w", {8, 8})}, {}, "opara");
    const value_id biased = s.one("Add", "biased", {s.weight("bias", {8}), product});
    const value_id sum = s.one("Add", "sum", {s.one("Dropout", "dropout", {biased}), x});
    const onnx::network net = s.finish({s.one("Tanh", "tanh", {sum})});
    const onnx::network fused = zoo::fuse(net);
    CHECK(types(fused) == strings{"Linear"});
    CHECK(compare(net, fused).difference < 1e-5);
}

TEST_CASE("Gemm becomes Linear only in the form that Linear has") {
    for (const std::int64_t transposed : {0, 1}) {
        for (const double alpha : {1.0, 2.0}) {
            CAPTURE(transposed);
            CAPTURE(alpha);
            sketch s;
            const value_id x = s.input({3, 8});
            const value_id y = s.b.one("Gemm", "gemm", {x, s.weight("w", {8, 8}), s.weight("b", {8})},
                                       {{"transB", transposed}, {"alpha", alpha}});
            const onnx::network net = s.finish({s.one("Relu", "relu", {y})});
            const onnx::network fused = zoo::fuse(net);
            const bool fits = transposed == 1 && alpha == 1.0;
            CHECK(types(fused) == (fits ? strings{"Linear"} : strings{"Gemm", "Relu"}));
            CHECK(compare(net, fused).difference < 1e-5);
        }
    }
}

TEST_CASE("Clip's bounds become attributes") {
    sketch s;
    const value_id x = s.input({1, 3, 5, 5});
    const auto bound = [&](const std::string& name, float number) {
        return s.b.constant(name, onnx::element::f32, {},
                            onnx::tensor::of<float>(onnx::element::f32, {}, {&number, 1}));
    };
    const onnx::network net =
        s.finish({s.one("Clip", "clip", {s.conv("conv", x, 4), bound("low", -0.25F), bound("high", 0.5F)})});
    const onnx::network fused = zoo::fuse(net);
    REQUIRE(types(fused) == strings{"FusedConv"});
    CHECK(fused[opara::op_id{0}].attribute_or<double>("min", 0.0) == -0.25);
    CHECK(fused[opara::op_id{0}].attribute_or<double>("max", 0.0) == 0.5);
    const comparison c = compare(net, fused);
    CHECK(c.difference < 1e-5);
    CHECK(c.largest == 0.5); // it clips
}

TEST_CASE("what others read stays") {
    SUBCASE("a second reader") {
        sketch s;
        const value_id x = s.input({1, 3, 5, 5});
        const value_id c = s.conv("conv", x, 3);
        const onnx::network net = s.finish({s.one("Relu", "relu", {c}), s.one("Sigmoid", "sigmoid", {c})});
        CHECK(types(zoo::fuse(net)) == strings{"Conv", "Relu", "Sigmoid"});
    }
    SUBCASE("a value that leaves the network") {
        sketch s;
        const value_id x = s.input({1, 3, 5, 5});
        const value_id c = s.conv("conv", x, 3);
        const onnx::network net = s.finish({s.one("Relu", "relu", {c}), c});
        CHECK(types(zoo::fuse(net)) == strings{"Conv", "Relu"});
    }
    SUBCASE("a dropout that leaves the network") {
        sketch s;
        const value_id x = s.input({1, 3, 5, 5});
        const value_id kept = s.one("Dropout", "kept", {s.conv("conv", x, 3)});
        const value_id gone = s.one("Dropout", "gone", {s.one("Sqrt", "sqrt", {kept})});
        const onnx::network net = s.finish({kept, s.one("Exp", "exp", {gone})});
        CHECK(types(zoo::fuse(net)) == strings{"Conv", "Dropout", "Sqrt", "Exp"});
    }
    SUBCASE("a dropout whose mask is read") {
        sketch s;
        const value_id x = s.input({1, 3, 5, 5});
        const auto both = s.b.add("Dropout", "dropout", {s.conv("conv", x, 3)}, {}, 2);
        const onnx::network net = s.finish({s.one("Exp", "exp", {both[0]}), both[1]});
        CHECK(types(zoo::fuse(net)) == strings{"Conv", "Dropout", "Exp"});
    }
    SUBCASE("but not outputs that nobody asks for") {
        sketch s;
        const value_id x = s.input({1, 3, 5, 5});
        onnx::node dropout;
        dropout.name = "dropout";
        dropout.type = "Dropout";
        dropout.inputs = {s.conv("conv", x, 3)};
        const value_id kept = s.b.add(std::move(dropout), {"dropout", ""})[0];
        const onnx::network net = s.finish({s.one("Relu", "relu", {kept})});
        CHECK(types(zoo::fuse(net)) == strings{"FusedConv"});
    }
    SUBCASE("statistics that are no weights") {
        sketch s;
        const value_id x = s.input({1, 3, 5, 5});
        const value_id mean = s.b.input("mean", onnx::element::f32, {3});
        const value_id v = s.weight("v", {3}, 0.5, 1.5);
        const onnx::network net =
            s.finish({s.one("BatchNormalization", "norm", {s.conv("conv", x, 3), v, v, mean, v})});
        CHECK(types(zoo::fuse(net)) == strings{"Conv", "BatchNormalization"});
    }
    SUBCASE("an activation between convolution and normalisation") {
        sketch s;
        const value_id x = s.input({1, 3, 5, 5});
        const onnx::network net = s.finish({s.norm("norm", s.one("Relu", "relu", {s.conv("conv", x, 3)}))});
        const onnx::network fused = zoo::fuse(net);
        CHECK(types(fused) == strings{"FusedConv", "BatchNormalization"});
        CHECK(compare(net, fused).difference < 1e-5);
    }
    SUBCASE("an addition that broadcasts") {
        sketch s;
        const value_id x = s.input({1, 3, 5, 5});
        const onnx::network net = s.finish({s.one("Add", "sum", {s.conv("conv", x, 3), s.weight("row", {5})})});
        CHECK(types(zoo::fuse(net)) == strings{"Conv", "Add"});
    }
    SUBCASE("a normalisation behind an addition") {
        sketch s;
        const value_id x = s.input({1, 3, 5, 5});
        const onnx::network net = s.finish({s.norm("norm", s.one("Add", "sum", {s.conv("conv", x, 3), x}))});
        const onnx::network fused = zoo::fuse(net);
        CHECK(types(fused) == strings{"FusedConv", "BatchNormalization"});
        CHECK(compare(net, fused).difference < 1e-5);
    }
}

TEST_CASE("an addition joins the product that would run last anyway") {
    const auto make = [](bool even) {
        sketch s;
        const value_id x = s.input({1, 3, 5, 5});
        const value_id a = s.conv("a", x, 3);
        value_id b = s.conv("b.1", x, 3);
        b = even ? b : s.conv("b.2", b, 3);
        return s.finish({s.one("Add", "sum", {a, b})});
    };
    const onnx::network uneven = make(false);
    CHECK(types(zoo::fuse(uneven)) == strings{"Conv", "Conv", "FusedConv"});
    CHECK(compare(uneven, zoo::fuse(uneven)).difference < 1e-5);
    CHECK(types(zoo::fuse(uneven, {.residual = zoo::residuals::never})) == strings{"Conv", "Conv", "Conv", "Add"});

    const onnx::network even = make(true); // either would wait for the other
    CHECK(types(zoo::fuse(even)) == strings{"Conv", "Conv", "Add"});
    const onnx::network forced = zoo::fuse(even, {.residual = zoo::residuals::always});
    CHECK(types(forced) == strings{"Conv", "FusedConv"});
    CHECK(compare(even, forced).difference < 1e-5);
}

TEST_CASE("a product takes in one residual; the next addition stays") {
    sketch s;
    const value_id x = s.input({1, 3, 5, 5});
    const value_id one = s.one("Add", "one", {s.conv("conv", x, 3), x});
    const onnx::network net = s.finish({s.one("Add", "two", {one, x})});
    const onnx::network fused = zoo::fuse(net);
    CHECK(types(fused) == strings{"FusedConv", "Add"});
    CHECK(compare(net, fused).difference < 1e-5);
}

TEST_CASE("attention in single operators becomes one") {
    for (const std::string scale : {"", "Mul", "Div"}) {
        for (const std::string bias : {"", "left", "right"}) {
            CAPTURE(scale);
            CAPTURE(bias);
            sketch s;
            const value_id x = s.input({2, 2, 5, 4});
            const value_id keys = s.one("Tanh", "keys", {x});
            const value_id values = s.one("Exp", "values", {x});
            const value_id turned = s.b.one("Transpose", "turned", {keys}, {{"perm", onnx::shape{0, 1, 3, 2}}});
            value_id y = s.one("MatMul", "scores", {x, turned});
            if (!scale.empty()) {
                y = s.one(scale, "scaled", {y, s.weight("factor", {1}, 2.9, 3.1)});
            }
            if (!bias.empty()) {
                const value_id b = s.weight("bias", {1, 2, 5, 5});
                y = s.one("Add", "biased", bias == "left" ? std::vector{b, y} : std::vector{y, b});
            }
            y = s.one("Dropout", "dropout", {s.b.one("Softmax", "softmax", {y}, {{"axis", std::int64_t{-1}}})});
            const onnx::network net = s.finish({s.one("MatMul", "mixed", {y, values})});
            const onnx::network fused = zoo::fuse(net);
            CHECK(types(fused) == strings{"Tanh", "Exp", "Attention"});
            const comparison c = compare(net, fused);
            CHECK(c.values == 3);
            CHECK(c.difference < 1e-5);
        }
    }
}

TEST_CASE("what only looks like attention stays") {
    const auto make = [](onnx::shape permutation, std::int64_t axis, onnx::shape value_dims) {
        sketch s;
        const value_id x = s.input({2, 2, 4, 4});
        const value_id keys = s.one("Tanh", "keys", {x});
        const value_id values = s.one("Exp", "values", {s.b.input("v", onnx::element::f32, std::move(value_dims))});
        const value_id turned = s.b.one("Transpose", "turned", {keys}, {{"perm", std::move(permutation)}});
        const value_id scores = s.one("MatMul", "scores", {x, turned});
        const value_id softmax = s.b.one("Softmax", "softmax", {scores}, {{"axis", axis}});
        return s.finish({s.one("MatMul", "mixed", {softmax, values})});
    };
    const onnx::shape turn{0, 1, 3, 2};
    CHECK(zoo::fuse(make(turn, -1, {2, 2, 4, 4})).graph.size() == 3);
    CHECK(zoo::fuse(make(turn, 3, {2, 2, 4, 4})).graph.size() == 3);
    CHECK(zoo::fuse(make(turn, 2, {2, 2, 4, 4})).graph.size() == 6);          // columns instead of rows
    CHECK(zoo::fuse(make({1, 0, 3, 2}, -1, {2, 2, 4, 4})).graph.size() == 6); // heads turned too
    CHECK(zoo::fuse(make({0, 1, 2, 3}, -1, {2, 2, 4, 4})).graph.size() == 6); // nothing turned
    CHECK(zoo::fuse(make(turn, -1, {1, 2, 4, 4})).graph.size() == 6);         // values that broadcast
}

TEST_CASE("a root-mean-square normalisation in single operators becomes one, and nothing like it does") {
    struct variant {
        double power = 2.0;
        std::int64_t axis = -1, keep = 1;
        bool same = true; // whether what is divided is what is squared
    };
    const auto make = [](const variant& how) {
        sketch s;
        const value_id x = s.input({6, 6, 6});
        const value_id other = s.one("Exp", "other", {x});
        const auto number = [&](const std::string& name, double n) {
            const auto f = static_cast<float>(n);
            return s.b.constant(name, onnx::element::f32, {}, onnx::tensor::of<float>(onnx::element::f32, {}, {&f, 1}));
        };
        const value_id square = s.one("Pow", "square", {other, number("power", how.power)});
        const value_id mean =
            s.b.one("ReduceMean", "mean", {square}, {{"axes", onnx::shape{how.axis}}, {"keepdims", how.keep}});
        const value_id root = s.one("Sqrt", "root", {s.one("Add", "shifted", {number("epsilon", 1e-3), mean})});
        const value_id unit = s.one("Div", "unit", {how.same ? other : x, root});
        return s.finish({s.one("Mul", "scaled", {s.weight("scale", {6}), unit})});
    };
    const onnx::network net = make({});
    const onnx::network fused = zoo::fuse(net);
    CHECK(types(fused) == strings{"Exp", "RMSNormalization"});
    CHECK(compare(net, fused).difference < 1e-5);
    CHECK(zoo::fuse(make({.axis = 2})) == fused);
    CHECK(zoo::fuse(make({.power = 3.0})).graph.size() == 7);
    CHECK(zoo::fuse(make({.axis = 1})).graph.size() == 7);
    CHECK(zoo::fuse(make({.keep = 0})).graph.size() == 7);
    CHECK(zoo::fuse(make({.same = false})).graph.size() == 7);
}

TEST_CASE("a normalisation of rows joins the products that read it, if nothing else does") {
    struct reads {
        bool addition = false;
        bool computed = false;
        bool leaves = false;
        std::int64_t axis = -1;
    };
    const auto make = [](const reads& how) {
        sketch s;
        const value_id x = s.one("Exp", "rows", {s.input({6, 8})});
        const onnx::shape row = how.axis == 0 ? onnx::shape{6, 8} : onnx::shape{8};
        const value_id unit =
            s.b.one("RMSNormalization", "unit", {x, s.weight("scale", row)}, {{"axis", how.axis}, {"epsilon", 1e-3}});
        const auto product = [&](const std::string& name, value_id of, value_id w) {
            return s.b.one("Linear", name, {of, w}, {}, "opara");
        };
        const value_id left = s.one("Relu", "end", {product("left", unit, s.weight("w", {8, 8}))});
        value_id right = product(
            "right", unit, how.computed ? s.one("MatMul", "v", {s.weight("u", {8, 6}), x}) : s.weight("v", {8, 8}));
        if (how.addition) {
            right = s.one("Add", "sum", {right, unit});
        }
        std::vector<value_id> all{left, right};
        if (how.leaves) {
            all.push_back(unit);
        }
        return s.finish(all);
    };
    const onnx::network net = make({});
    const onnx::network fused = zoo::fuse(net);
    CHECK(types(fused) == strings{"Exp", "Linear", "Linear"});
    CHECK(compare(net, fused).difference < 1e-5);
    CHECK(zoo::fuse(make({.axis = 1})) == fused);
    CHECK(zoo::fuse(fused) == fused);
    CHECK(zoo::fuse(net, {.normalised = zoo::row_normalisations::all}) == fused);
    CHECK(census(zoo::fuse(net, {.normalised = zoo::row_normalisations::none}))["RMSNormalization"] == 1);
    for (const reads& how : {reads{.addition = true}, reads{.leaves = true}, reads{.axis = 0}}) {
        const onnx::network other = zoo::fuse(make(how));
        CHECK(census(other)["RMSNormalization"] == 1);
        CHECK(compare(make(how), other).difference < 1e-5);
    }
    CHECK(census(zoo::fuse(make({.computed = true})))["RMSNormalization"] == 1);
}

TEST_CASE("who adds normalised rows to its result gets their statistics from a product that reads them") {
    struct block {
        const char* type = "LayerNormalization";
        bool shift = true;
        bool computed = false; // the scale
        bool product = true;   // whether a product reads the rows
        bool deep = true;      // whether there is more than one product before the addition
        bool other = false;    // whether somebody else reads the rows
        std::int64_t axis = -1;
    };
    const auto make = [](const block& how) {
        sketch s;
        const value_id given = s.input({6, 8});
        // A residual of normalised rows whose rows are normalised: by two operators at once.
        const auto normalise = [&](const std::string& name, value_id x) {
            const onnx::shape row = how.axis == 0 ? onnx::shape{6, 8} : onnx::shape{8};
            const value_id scale = s.weight(name + ".scale", row, 0.5, 1.5);
            std::vector<value_id> inputs{
                x, how.computed ? s.one("Add", name + ".sum", {scale, s.one("Exp", name + ".exp", {given})}) : scale};
            if (how.shift) {
                inputs.push_back(s.weight(name + ".shift", row));
            }
            return s.b.one(how.type, name, inputs, {{"axis", how.axis}, {"epsilon", 1e-3}});
        };
        const auto product = [&](const std::string& name, value_id x, std::int64_t in, std::int64_t out) {
            return s.b.one("Linear", name, {x, s.weight(name + ".w", {out, in}), s.weight(name + ".b", {out})}, {},
                           "opara");
        };
        value_id x = s.one("Exp", "rows", {given});
        std::vector<value_id> ends;
        for (const std::string name : {"first", "second"}) {
            const value_id unit = normalise(name + ".unit", x);
            value_id y = how.product ? product(name + ".inner", unit, 8, 12) : s.weight(name + ".inner", {6, 12});
            y = product(name + ".outer", how.deep ? s.one("Tanh", name + ".tanh", {y}) : given, how.deep ? 12 : 8, 8);
            x = s.one("Add", name + ".sum", {y, unit});
            if (how.other) {
                ends.push_back(s.one("Exp", name + ".exp", {unit}));
            }
        }
        ends.push_back(x);
        return s.finish(ends);
    };
    const zoo::fusion all{.normalised = zoo::row_normalisations::all};
    for (const block& how :
         {block{}, block{.shift = false}, block{.type = "RMSNormalization", .shift = false}, block{.axis = 1}}) {
        const onnx::network net = make(how);
        const onnx::network fused = zoo::fuse(net, all);
        CHECK(types(fused) == strings{"Exp", "Linear", "Linear", "Linear", "Linear"});
        const comparison c = compare(net, fused);
        CHECK(c.values == 5);
        CHECK(c.difference < 1e-5);
        CHECK(zoo::fuse(fused, all) == fused);
        // One hands on what the other reads, and is the only one that does.
        const onnx::node& inner = fused[opara::op_id{1}];
        const onnx::node& outer = fused[opara::op_id{2}];
        REQUIRE(inner.outputs.size() == 2);
        CHECK(fused[inner.outputs[1]].name == "first.unit.statistics");
        REQUIRE(outer.inputs.size() > 7);
        CHECK(outer.inputs[6] == inner.outputs[1]);
        CHECK(outer.inputs[3] == inner.inputs[0]);
        CHECK(outer.outputs.size() == 1);
        // Only if it is wanted.
        CHECK(census(zoo::fuse(net))[how.type] == 2);
        CHECK(census(zoo::fuse(net, {.normalised = zoo::row_normalisations::none}))[how.type] == 2);
    }
    for (const block& how : {block{.computed = true, .axis = 0}, block{.other = true}, block{.axis = 0},
                             block{.product = false, .deep = false}}) {
        const onnx::network net = make(how);
        const onnx::network fused = zoo::fuse(net, all);
        CHECK(census(fused)["LayerNormalization"] == 2);
        CHECK(compare(net, fused).difference < 1e-5);
    }
    // The product that reads the rows is no earlier than the one that adds them, which would have to wait for it.
    const onnx::network late = zoo::fuse(
        make({.deep = false}), {.residual = zoo::residuals::always, .normalised = zoo::row_normalisations::all});
    CHECK(census(late)["LayerNormalization"] == 2);
}

TEST_CASE("linear layers that read the same become one, of which their readers read slices") {
    sketch s;
    const value_id x = s.one("Exp", "rows", {s.input({6, 8})});
    const value_id scale = s.weight("scale", {8}, 0.5, 1.5);
    const auto layer = [&](const std::string& name, std::int64_t columns, value_id bias, const std::string& activation,
                           bool scaled = false) {
        return s.b.one("Linear", name,
                       {x, s.weight(name + ".w", {columns, 8}), bias, onnx::no_value, scaled ? scale : onnx::no_value},
                       {{"activation", activation}}, "opara");
    };
    const value_id a = layer("a", 16, onnx::no_value, "Relu");
    const value_id t = layer("t", 8, onnx::no_value, "Tanh");
    const value_id odd = layer("odd", 12, onnx::no_value, "Relu");
    const value_id b = layer("b", 8, s.weight("b.b", {8}), "Relu");
    const value_id scaled = layer("scaled", 8, onnx::no_value, "Relu", true);
    const float one_third = 1.0F / 3.0F;
    const value_id c =
        layer("c", 24,
              s.b.constant("c.b", onnx::element::f32, {24},
                           onnx::tensor::of<float>(onnx::element::f32, {24}, std::vector<float>(24, one_third))),
              "Relu");
    const value_id other = layer("other", 8, onnx::no_value, "Relu", true);
    const onnx::network net =
        s.finish({c, s.one("Exp", "of a", {a}), s.one("Exp", "of b", {b}), t, odd, scaled, other});
    const onnx::network fused = zoo::fuse(net);
    CHECK(types(fused) == strings{"Exp", "Linear", "Split", "Linear", "Linear", "Linear", "Split", "Exp", "Exp"});
    CHECK(fused[fused[opara::op_id{1}].outputs[0]].dims == onnx::shape{6, 48});
    const comparison same = compare(net, fused);
    CHECK(same.values == 10); // all but the merged ones
    CHECK(same.difference < 1e-5);
    CHECK(same.smallest_span > 0.1);
    CHECK(zoo::fuse(fused) == fused);
    CHECK(types(zoo::fuse(net, {.merged = zoo::siblings::none})) == types(net));
}

TEST_CASE("convolutions that read the same become one, of what a Concat joins only what it takes first") {
    sketch s;
    const value_id x = s.one("Exp", "image", {s.input({2, 3, 6, 5})});
    const auto convolution = [&](const std::string& name, std::int64_t channels, std::int64_t side,
                                 std::int64_t stride = 1) {
        const onnx::shape pads(4, side / 2);
        const value_id c = s.b.one("Conv", name, {x, s.weight(name + ".w", {channels, 3, side, side})},
                                   {{"pads", pads}, {"strides", onnx::shape{stride, stride}}});
        return s.one("Relu", name + ".relu", {s.norm(name + ".norm", c)});
    };
    const value_id head = convolution("head", 8, 1);
    const value_id joined = convolution("joined", 8, 1);
    const value_id second = convolution("second", 8, 1);
    const value_id a = convolution("a", 8, 1);
    const value_id wide = convolution("wide", 8, 3);
    const value_id b = convolution("b", 16, 1);
    const value_id stepping = convolution("stepping", 8, 1, 2);
    const value_id wider = convolution("wider", 24, 3);
    const value_id odd = convolution("odd", 4, 1);
    const auto concat = [&](const std::string& name, const std::vector<value_id>& parts) {
        return s.b.one("Concat", name, parts, {{"axis", std::int64_t{1}}});
    };
    const value_id one = concat("one", {head, s.one("Exp", "of a", {a}), joined});
    const value_id other = concat("other", {second, s.one("Exp", "of b", {b})});
    const onnx::network net = s.finish({one, other, wide, stepping, wider, odd});
    const onnx::network fused = zoo::fuse(net, {.merged = zoo::siblings::all});
    CHECK(types(fused) == strings{"Exp", "FusedConv", "Split", "FusedConv", "FusedConv", "FusedConv", "Split",
                                  "FusedConv", "FusedConv", "Exp", "Concat", "Exp", "Concat"});
    CHECK(fused[fused[opara::op_id{2}].outputs.back()].name == "head.relu");
    CHECK(census(zoo::fuse(net))["Split"] == 0); // unless it is asked for
    const comparison same = compare(net, fused);
    CHECK(same.values == 14);
    CHECK(same.difference < 1e-5);
    CHECK(same.smallest_span > 0.1);
    CHECK(zoo::fuse(fused, {.merged = zoo::siblings::all}) == fused);
}

TEST_CASE("products with a residual, computed weights or groups do not merge") {
    const auto unchanged = [](auto product) {
        sketch s;
        const value_id x = s.one("Exp", "image", {s.input({1, 8, 8, 8})});
        const onnx::network net = s.finish({product(s, x, "a"), product(s, x, "b")});
        CHECK(types(zoo::fuse(net, {.merged = zoo::siblings::all})) == types(net));
    };
    unchanged([](sketch& s, value_id x, const std::string& name) {
        return s.b.one("Linear", name, {x, s.weight(name + ".w", {8, 8}), onnx::no_value, x}, {}, "opara");
    });
    unchanged([](sketch& s, value_id x, const std::string& name) {
        return s.one("Conv", name, {x, s.one("Tanh", name + ".w", {x})});
    });
    unchanged([](sketch& s, value_id x, const std::string& name) {
        const value_id bias =
            s.b.one("ReduceMean", name + ".b", {x}, {{"axes", onnx::shape{0, 2, 3}}, {"keepdims", std::int64_t{0}}});
        return s.one("Conv", name, {x, s.weight(name + ".w", {8, 8, 1, 1}), bias});
    });
    unchanged([](sketch& s, value_id x, const std::string& name) {
        return s.b.one("Conv", name, {x, s.weight(name + ".w", {8, 4, 1, 1})}, {{"group", std::int64_t{2}}});
    });
}

TEST_CASE("networks of the zoo lose the operators that an engine would fuse") {
    struct expectation {
        const char* name;
        std::size_t operators;
        std::map<std::string, int> left;
        zoo::fusion how{};
    };
    // A Split for each group of products that becomes one.
    const expectation all[] = {
        {"googlenet", 197 - 2 * 57 - 1, {{"FusedConv", 57}, {"BatchNormalization", 0}, {"Relu", 0}, {"Dropout", 0}}},
        {"googlenet", 197 - 2 * 57 - 1 - 9, {{"FusedConv", 57 - 18}, {"Split", 9}}, {.merged = zoo::siblings::all}},
        {"inception_v3", 314 - 2 * 94 - 1, {{"FusedConv", 94}, {"BatchNormalization", 0}, {"Relu", 0}}},
        {"inception_v3", 314 - 2 * 94 - 1 - 9, {{"FusedConv", 94 - 19}, {"Split", 10}}, {.merged = zoo::siblings::all}},
        // 264 normalisations, the activations within separable convolutions, and some additions.
        {"nasnet_large", 817, {{"Conv", 228}, {"FusedConv", 260}, {"BatchNormalization", 0}, {"Relu", 264 - 110}}},
        {"deepfm", 175, {{"Linear", 4}, {"Gather", 78}, {"Relu", 0}, {"Dropout", 0}}},
        {"bert_base",
         274 - 25 - 12 - 1 - 24 - 12,
         {{"Linear", 73 - 24}, {"Split", 12}, {"Attention", 12}, {"LayerNormalization", 25}, {"Gelu", 0}, {"Tanh", 0}}},
        // The last normalisation leaves the network.
        {"bert_base",
         274 - 25 - 12 - 1 - 24 - 12 - 24,
         {{"Linear", 73 - 24}, {"Split", 12}, {"Attention", 12}, {"LayerNormalization", 1}, {"Gelu", 0}, {"Tanh", 0}},
         {.normalised = zoo::row_normalisations::all}},
        // The last normalisation is read by a multiplication.
        {"t5_small",
         270 - 12 - 10,
         {{"Linear", 97 - 24 - 11},
          {"Split", 13},
          {"Attention", 18},
          {"RMSNormalization", 1},
          {"Relu", 0},
          {"MatMul", 0}}},
    };
    for (const expectation& e : all) {
        CAPTURE(std::string{e.name});
        const onnx::network net = zoo::build(e.name);
        const onnx::network fused = zoo::fuse(net, e.how);
        CHECK(fused.graph.size() == e.operators);
        auto count = census(fused);
        for (const auto& wanted : e.left) {
            CAPTURE(wanted.first);
            CHECK(count[wanted.first] == wanted.second);
        }
        CHECK(depth(fused) <= depth(net));
        CHECK(zoo::fuse(fused, e.how) == fused);
        CHECK(zoo::sample_inputs(fused) == zoo::sample_inputs(net));
        REQUIRE(fused.outputs.size() == net.outputs.size());
        std::int64_t held = 0;
        for (const onnx::value& v : fused.values) {
            held += v.is_weight() && std::holds_alternative<onnx::tensor>(*v.data) ? v.bytes() : 0;
        }
        CHECK(held < 1'000'000); // weights are still rules
    }
}

TEST_CASE("fused networks of the zoo compute the same") {
    const struct {
        const char* name;
        zoo::options how;
    } all[] = {{"googlenet", {}},
               {"bert_base", {.tokens = 9}},
               {"deepfm", {.batch = 7}},
               {"t5_small", {.tokens = 12, .decoder_tokens = 5}}};
    for (const auto& one : all) {
        CAPTURE(std::string{one.name});
        const onnx::network net = zoo::build(one.name, one.how);
        for (const zoo::fusion& how :
             {zoo::fusion{}, zoo::fusion{.residual = zoo::residuals::always}, zoo::fusion{.merged = zoo::siblings::all},
              zoo::fusion{.normalised = zoo::row_normalisations::all}}) {
            const onnx::network fused = zoo::fuse(net, how);
            const comparison c = compare(net, fused);
            CHECK(c.values >= fused.graph.size());
            CHECK(c.difference < 1e-4);
            CHECK(c.largest < 100);
            CHECK(c.smallest_span > 1e-3); // nothing has faded to zeros that would be equal whatever one does
        }
    }
}
