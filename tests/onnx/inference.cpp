#include <opara/onnx/inference.hpp>
#include <tests/onnx/support.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace opara::test;
using namespace opara::onnx;

TEST_CASE("a node for people") {
    CHECK(describe(node{.name = "a", .type = "Relu"}) == "node 'a' (Relu)");
    CHECK(describe(node{.name = "a", .type = "Linear", .domain = "opara"}) == "node 'a' (opara.Linear)");
}

TEST_CASE("extents of a real tensor") {
    const auto why = [](const shape& dims) {
        return refusal([&] {
            check_extents(dims, "here");
            return 0;
        });
    };
    CHECK(why({}).empty());
    CHECK(why({0, 5}).empty());
    CHECK(why({element_limit}).empty());
    CHECK(why(shape(64, 1)).empty());
    CHECK(why({element_limit, 2}) == "here: shape [70368744177664,2] is larger than any real tensor");
    CHECK(mentions(why({0, element_limit, 2}), "larger than any real tensor"));
    CHECK(mentions(why({2, -1}), "negative extent"));
    CHECK(mentions(why(shape(65, 1)), "65 axes"));
}

TEST_CASE("what a rule reads and leaves") {
    const std::vector<value> values{{.name = "x", .type = element::f32, .dims = {2, 3}},
                                    {.name = "n", .type = element::i64, .dims = {2}, .known = {{5, 6}}}};
    const node n{.name = "a",
                 .type = "Some",
                 .opset = 9,
                 .inputs = {value_id{0}, no_value, value_id{1}},
                 .attributes = {{"yes", 1}, {"odd", 2}}};
    inference at{n, values, 1};
    CHECK(at.has(0));
    CHECK(!at.has(1));
    CHECK(!at.has(3));
    CHECK(at.rank(0) == 2);
    CHECK(at.contents(2) == std::vector<std::int64_t>{5, 6});
    CHECK(at.known(0) == nullptr);
    CHECK(at.axis(-1, 2) == 1);
    CHECK(at.flag("yes"));
    CHECK(!at.flag("no"));
    CHECK(mentions(refusal([&] { return at.flag("odd"); }), "attribute 'odd' is 2 instead of 0 or 1"));
    CHECK(mentions(refusal([&] { return at.in(1).name; }), "node 'a' (Some): input 1 is missing"));
    CHECK(mentions(refusal([&] { return at.contents(0); }), "contents of input 'x'"));
    CHECK(mentions(refusal([&] { return at.axis(2, 2); }), "axis 2 does not exist"));
    CHECK(mentions(refusal([&] {
                       at.inputs_since(2, 11);
                       return 0;
                   }),
                   "input 2 exists since operator set 11, not in 9"));
    at.yield(0, element::f32, {2});
    at.tell(0, {1, 2});
    CHECK(!at.out(0).known); // only integers are followed
    at.yield(0, element::i64, {2000});
    at.tell(0, std::vector<std::int64_t>(2000));
    CHECK(!at.out(0).known); // and only few of them
    at.yield(0, element::i64, {2});
    at.tell(0, {1, 2});
    CHECK(at.out(0).known == std::vector<std::int64_t>{1, 2});
    at.yield(7, element::i64, {2}); // not asked for
    CHECK(at.outputs() == 1);
}
