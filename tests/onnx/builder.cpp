#include <opara/onnx/builder.hpp>
#include <tests/onnx/support.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace opara::test;
using namespace opara::onnx;
using opara::edge;
using opara::op_id;

TEST_CASE("operators, values and edges") {
    builder b{"block"};
    const auto x = b.input("x", element::f32, {1, 4, 8, 8});
    const auto w = b.constant("w", element::f32, {4, 4, 3, 3}, uniform_fill{1, -0.1, 0.1});
    const auto conv = b.one("Conv", "conv", {x, w}, {{"pads", shape{1, 1, 1, 1}}});
    const auto relu = b.one("Relu", "relu", {conv});
    const auto halves = b.add("Split", "split", {relu}, {{"axis", 1}}, 2);
    const auto sum = b.one("Add", "sum", {halves[1], halves[0]});
    const auto square = b.one("Mul", "square", {conv, conv});
    b.output(sum);
    b.output(square);
    CHECK(b.find("split:1") == halves[1]);
    CHECK(b.find("nothing") == std::nullopt);
    const network net = std::move(b).finish();
    CHECK(net.name == "block");
    CHECK(net.graph.size() == 5);
    // One edge a pair, however many values it carries; in the order of the inputs of its target.
    CHECK(freeze(net) == opara::frozen_graph{5, std::vector<edge>{{op_id{0}, op_id{1}},
                                                                  {op_id{1}, op_id{2}},
                                                                  {op_id{2}, op_id{3}},
                                                                  {op_id{0}, op_id{4}}}});
    CHECK(net.inputs == std::vector<value_id>{x});
    CHECK(net.outputs == std::vector<value_id>{sum, square});
    CHECK(net[sum].dims == shape{1, 2, 8, 8});
    CHECK(net[sum].producer == op_id{3});
    CHECK(net[op_id{3}].inputs == std::vector<value_id>{halves[1], halves[0]});
    CHECK(net[op_id{3}].outputs == std::vector<value_id>{sum});
    CHECK(net[op_id{3}].opset == 13);
    CHECK(net[x].is_input());
    CHECK(net[w].is_weight());
    CHECK(!net[conv].is_weight());
    CHECK(!net[conv].is_input());
}

TEST_CASE("a network is a value: built twice, equal") {
    const auto build = [](std::int64_t width) {
        builder b{"net"};
        b.output(b.one("Relu", "", {b.input("x", element::f32, {width})}));
        return std::move(b).finish();
    };
    CHECK(build(3) == build(3));
    CHECK(build(3) != build(4));
}

TEST_CASE("an operator younger than the builder's operator set follows the set that brought it") {
    builder b{"opsets", 13};
    const auto x = b.input("x", element::f32, {2, 4});
    const auto scale = b.constant("scale", element::f32, {4}, constant_fill{1});
    b.one("LayerNormalization", "norm", {x, scale});
    b.one("Gelu", "gelu", {x});
    b.one("Linear", "linear", {x, b.constant("w", element::f32, {3, 4}, uniform_fill{})}, {}, "opara");
    b.one("Relu", "relu", {x});
    const network net = std::move(b).finish();
    CHECK(net[op_id{0}].opset == 17);
    CHECK(net[op_id{1}].opset == 20);
    CHECK(net[op_id{2}].opset == 1);
    CHECK(net[op_id{3}].opset == 13);
    CHECK(mentions(refusal([] { return builder{"old", 6}; }), "operator set 6 is not supported (7 to 23 are)"));
    CHECK(mentions(refusal([] { return builder{"new", 24}; }), "operator set 24"));
}

TEST_CASE("what only computes weights is folded, what depends on an input is not") {
    builder b{"folding"};
    const auto x = b.input("x", element::f32, {2, 3});
    const auto w = b.constant("w", element::f32, {6, 4}, uniform_fill{3, -1, 1});
    const auto to = b.integers("to", {4, 6});
    const auto view = b.one("Reshape", "view", {w, to});
    CHECK(b[view].data == b[w].data); // the rule, in another shape
    CHECK(b[view].dims == shape{4, 6});
    const auto sum = b.one("Add", "sum", {to, to});
    CHECK(b[sum].is_weight());
    CHECK(std::get<tensor>(*b[sum].data).as<std::int64_t>() == std::vector<std::int64_t>{8, 12});
    const auto narrow = b.one("Cast", "narrow", {to}, {{"to", 6}});
    CHECK(std::get<tensor>(*b[narrow].data).as<std::int32_t>() == std::vector<std::int32_t>{4, 6});
    const auto wide = b.one("Cast", "wide", {b.integers("limit", {2147483647, 1})}, {{"to", 6}});
    CHECK(b[wide].known == std::vector<std::int64_t>{2147483647, 1});
    const auto doubled = b.one("Add", "doubled", {wide, wide}); // 32 bits do not hold it: left to whoever runs it
    CHECK(!b[doubled].known);
    CHECK(!b[doubled].is_weight());
    const auto parts = b.add("Split", "parts", {to}, {}, 2);
    CHECK(b[parts[1]].known == std::vector<std::int64_t>{6});
    CHECK(b[parts[1]].is_weight());
    const auto extents = b.one("Shape", "extents", {x});
    CHECK(b[extents].known == std::vector<std::int64_t>{2, 3});
    CHECK(!b[extents].is_weight());
    const auto more = b.one("Add", "more", {extents, extents}); // known, but from an input: an operator
    CHECK(b[more].known == std::vector<std::int64_t>{4, 6});
    CHECK(!b[more].is_weight());
    const auto turned = b.one("Transpose", "turned", {w}); // random by position: would be other numbers
    CHECK(!b[turned].is_weight());
    const auto tiled =
        b.one("Expand", "tiled", {b.one("ConstantOfShape", "ones", {to}), b.integers("many", {2, 4, 6})});
    CHECK(b[tiled].is_weight());
    const auto product = b.one("MatMul", "product", {w, view}); // weights only, but not cheap
    CHECK(!b[product].is_weight());
    const network net = std::move(b).finish();
    std::vector<std::string> left;
    for (const node& n : net.graph.operators()) {
        left.push_back(n.name);
    }
    CHECK(left == std::vector<std::string>{"doubled", "extents", "more", "turned", "product"});
}

TEST_CASE("names") {
    builder b{"names"};
    const auto x = b.input("x", element::f32, {2});
    CHECK(b[b.one("Relu", "", {x})].name == "Relu_0");
    CHECK(b[b.one("Relu", "", {x})].name == "Relu_1");
    b.input("Relu_2", element::f32, {2});
    CHECK(b[b.one("Relu", "", {x})].name == "Relu_2'"); // taken
    const auto named = b.add(node{.name = "n",
                                  .type = "MaxPool",
                                  .inputs = {b.input("y", element::f32, {1, 1, 4})},
                                  .attributes = {{"kernel_shape", shape{2}}}},
                             {"", "indices"});
    CHECK(named[0] == no_value);
    CHECK(b[named[1]].name == "indices");
    const auto why = [&](auto f) { return refusal(f); };
    CHECK(mentions(why([&] { return b.one("Relu", "n", {x}); }), "the name is taken by another node"));
    CHECK(mentions(why([&] { return b.input("x", element::f32, {2}); }), "the name is taken by another value"));
    CHECK(mentions(why([&] { return b.input("", element::f32, {2}); }), "a value has no name"));
    CHECK(mentions(why([&] { return b.one("Relu", "indices", {x}); }), "the name is taken by another value"));
    CHECK(mentions(why([&] { return b.add(node{.name = "m", .type = "Dropout", .inputs = {x}}, {"a", "a"}); }),
                   "two outputs are called 'a'"));
    CHECK(mentions(why([&] { return b.add(node{.type = "Relu", .inputs = {x}}, {"a"}); }), "a node has no name"));
}

TEST_CASE("what is refused, and that the builder stays as it was") {
    builder b{"refused"};
    const auto x = b.input("x", element::f32, {2, 3});
    const auto w = b.constant("w", element::f32, {4, 4}, uniform_fill{});
    const auto why = [&](auto f) {
        const std::string said = refusal(f);
        CAPTURE(said);
        CHECK(b.find("bad") == std::nullopt);
        return said;
    };
    CHECK(mentions(why([&] { return b.one("LSTM", "bad", {x}); }), "node 'bad' (LSTM): the operator is not supported"));
    CHECK(mentions(why([&] { return b.one("Relu", "bad", {x}, {}, "com.microsoft"); }),
                   "node 'bad' (com.microsoft.Relu): the operator is not supported"));
    CHECK(mentions(why([&] { return b.one("MatMul", "bad", {x, w}); }), "do not multiply"));
    CHECK(mentions(why([&] { return b.one("Relu", "bad", {value_id{77}}); }), "there is no value 77"));
    CHECK(mentions(why([&] { return b.one("Relu", "bad", {no_value}); }), "input 0 is missing"));
    CHECK(mentions(why([&] { return b.one("Add", "bad", {x, no_value}); }), "input 1 is missing"));
    CHECK(mentions(why([&] { return b.one("Concat", "bad", {x, no_value}, {{"axis", 0}}); }), "input 1 is missing"));
    CHECK(mentions(why([&] { return b.one("Relu", "bad", {x, x}); }), "it has 2 inputs"));
    CHECK(mentions(why([&] { return b.one("Concat", "bad", {}, {{"axis", 0}}); }), "it has 0 inputs"));
    CHECK(mentions(why([&] { return b.add("Relu", "bad", {x}, {}, 2); }), "it has 2 outputs"));
    CHECK(mentions(why([&] { return b.add("Relu", "bad", {x}, {}, 0); }), "it has 0 outputs"));
    CHECK(mentions(why([&] { return b.one("Relu", "bad", {x}, {{"alpha", 1.0}}); }), "attribute 'alpha' is not"));
    CHECK(mentions(why([&] { return b.one("Softmax", "bad", {x}, {{"axis", 0}, {"axis", 1}}); }), "is there twice"));
    CHECK(mentions(why([&] { return b.one("Softmax", "bad", {x}, {{"axis", 1.0}}); }), "has the wrong type"));
    CHECK(mentions(why([&] { return b.one("Softmax", "bad", {x}, {{"", 1}}); }), "attribute '' is not supported"));
    CHECK(mentions(why([&] { return b.one("Gemm", "bad", {x, w}, {{"alpha beta", 1.0}}); }), "is not supported"));
    CHECK(mentions(why([&] { return b.add(node{.name = "bad", .type = "Gelu", .opset = 13, .inputs = {x}}, {"bad"}); }),
                   "exists since version 20 of its operator set, not in 13"));
    constexpr std::int64_t far = std::int64_t{1} << 40;
    CHECK(mentions(why([&] { return b.input("bad", element::f32, {far, far}); }), "larger than any real tensor"));
    CHECK(mentions(why([&] { return b.input("bad", element::f32, {0, far, far}); }), "larger than any real tensor"));
    CHECK(mentions(why([&] { return b.input("bad", element::f32, {-1}); }), "negative extent"));
    CHECK(mentions(why([&] { return b.input("bad", element::f32, shape(65, 1)); }), "65 axes"));
    const tensor pair = tensor::of<float>(element::f32, {2}, std::vector<float>{1, 2});
    CHECK(mentions(why([&] { return b.constant("bad", element::f32, {3}, pair); }), "its type and shape"));
    CHECK(mentions(why([&] { return b.constant("bad", element::i32, {2}, pair); }), "its type and shape"));
    CHECK(mentions(why([&] { return b.constant("bad", element::f32, {3}, tensor{element::f32, {3}, pair.bytes}); }),
                   "its type and shape"));
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(mentions(why([&] { return b.constant("bad", element::f32, {2}, uniform_fill{0, nan, 1}); }), "no range"));
    CHECK(mentions(why([&] { return b.constant("bad", element::f32, {2}, uniform_fill{0, 1, 1}); }), "no range"));
    CHECK(mentions(why([&] { return b.constant("bad", element::f32, {4}, scaled_fill{{}, {1, 2, 3}}); }), "factors"));
    CHECK(mentions(why([&] { return b.constant("bad", element::f32, {4}, scaled_fill{{}, {1, nan}}); }), "factors"));
    CHECK(mentions(why([&] { return b.constant("bad", element::f32, {4}, scaled_fill{{0, 1, 0}, {1}}); }), "no range"));
    using parts = std::vector<stacked_fill::part>;
    const auto stack = [&](parts all) {
        return why([&] { return b.constant("bad", element::f32, {3, 2}, stacked_fill{std::move(all)}); });
    };
    CHECK(mentions(stack({}), "do not add up"));
    CHECK(mentions(stack({{{1, 2}, uniform_fill{}}, {{1, 2}, constant_fill{}}}), "do not add up"));
    CHECK(mentions(stack({{{1, 2}, uniform_fill{}}, {{2, 3}, constant_fill{}}}), "do not fit"));
    CHECK(mentions(stack({{{3}, uniform_fill{}}}), "do not fit"));
    CHECK(mentions(stack({{{1, 2}, uniform_fill{0, 1, 1}}, {{2, 2}, constant_fill{}}}), "no range"));
    CHECK(mentions(stack({{{1, 2}, pair}, {{2, 2}, constant_fill{}}}), "its type and shape"));
    CHECK(mentions(stack({{{4, 2}, uniform_fill{}}, {{-1, 2}, constant_fill{}}}), "negative extent"));
    CHECK(mentions(why([&] { return b.constant("bad", element::f32, {}, stacked_fill{parts{{{}, constant_fill{}}}}); }),
                   "do not fit"));
    b.output(x);
    CHECK(mentions(refusal([&] {
                       b.output(x);
                       return 0;
                   }),
                   "is an output already"));
    CHECK_THROWS_AS(b.output(value_id{77}), opara::parse_error);
    const network net = std::move(b).finish();
    CHECK(net.values.size() == 2);
    CHECK(net.graph.size() == 0);
    CHECK(net.outputs == std::vector<value_id>{x});
}

TEST_CASE("the table of operators") {
    const auto rules = operator_rules();
    for (std::size_t i = 0; i < rules.size(); ++i) {
        CHECK(find_rule(rules[i].domain, rules[i].type) == &rules[i]); // sorted, hence found
        CHECK(rules[i].since >= (rules[i].domain.empty() ? oldest_opset : 1));
        CHECK(rules[i].since <= newest_opset);
        CHECK(rules[i].least_inputs <= rules[i].most_inputs);
    }
    CHECK(rules.size() > 60);
    CHECK(find_rule("", "FusedConv") == nullptr);
    CHECK(find_rule("opara", "Conv") == nullptr);
    CHECK(find_rule("", "") == nullptr);
    CHECK(find_rule("z", "z") == nullptr);
}

TEST_CASE("a chain of a hundred thousand operators") {
    builder b{"chain"};
    value_id v = b.input("x", element::f32, {1});
    for (int i = 0; i < 100'000; ++i) {
        v = b.one("Relu", "", {v});
    }
    b.output(v);
    const network net = std::move(b).finish();
    CHECK(freeze(net).edge_count() == 99'999);
}
