#include <opara/onnx/infer_constant.hpp>
#include <tests/onnx/support.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace opara::test;
using namespace opara::onnx;

using numbers = std::vector<std::int64_t>;

TEST_CASE("Range") {
    builder b{"range"};
    int count = 0;
    const auto of = [&](std::int64_t start, std::int64_t limit, std::int64_t delta) {
        std::vector<value_id> bounds;
        for (const std::int64_t n : {start, limit, delta}) {
            bounds.push_back(b.constant("n" + std::to_string(count++), element::i64, {},
                                        tensor::of<std::int64_t>(element::i64, {}, {&n, 1})));
        }
        return b[b.one("Range", "", bounds)];
    };
    CHECK(of(0, 5, 1).known == numbers{0, 1, 2, 3, 4});
    CHECK(of(10, 4, -2).known == numbers{10, 8, 6});
    CHECK(of(0, 5, 2).known == numbers{0, 2, 4});
    CHECK(of(5, 0, 1).dims == shape{0});
    CHECK(mentions(refusal([&] { return of(0, 5, 0); }), "delta is 0"));
    CHECK(mentions(refusal([&] { return of(0, INT64_MAX, 1); }), "absurd"));
    CHECK(mentions(refusal([&] { return of(INT64_MIN, 0, 1); }), "absurd"));
    const auto f = b.input("f", element::f32, {});
    CHECK(mentions(refusal([&] { return b.one("Range", "", {f, f, f}); }), "floating-point"));
}

TEST_CASE("constants leave no operator behind") {
    builder b{"constants"};
    const std::vector<float> two{1.5F, 2.5F};
    const auto c = b.one("Constant", "c", {}, {{"value", tensor::of<float>(element::f32, {2}, two)}});
    CHECK(std::get<tensor>(*b[c].data).as<float>() == two);
    CHECK(b[b.one("Constant", "i", {}, {{"value_int", 7}})].known == numbers{7});
    CHECK(b[b.one("Constant", "is", {}, {{"value_ints", numbers{7, 8}}})].known == numbers{7, 8});
    CHECK(b[b.one("Constant", "f", {}, {{"value_float", 0.5}})].type == element::f32);
    CHECK(b[b.one("Constant", "fs", {}, {{"value_floats", std::vector<double>{1, 2, 3}}})].dims == shape{3});
    const auto big = b.one("ConstantOfShape", "big", {b.integers("s", {1000, 1000, 1000})},
                           {{"value", tensor::of<float>(element::f32, {1}, std::vector<float>{0.02F})}});
    CHECK(b[big].dims == shape{1000, 1000, 1000}); // 4 GB that nobody allocated
    CHECK(std::get<constant_fill>(*b[big].data).number == doctest::Approx(0.02));
    const auto zeros = b.one("ConstantOfShape", "zeros", {b.integers("t", {2})},
                             {{"value", tensor::of<std::int64_t>(element::i64, {1}, std::vector<std::int64_t>{5})}});
    CHECK(b[zeros].known == numbers{5, 5});
    CHECK(mentions(refusal([&] { return b.one("Constant", "none", {}); }), "exactly one"));
    CHECK(mentions(refusal([&] { return b.one("Constant", "two", {}, {{"value_int", 1}, {"value_float", 1.0}}); }),
                   "exactly one"));
    CHECK(mentions(refusal([&] { return b.one("ConstantOfShape", "huge", {b.integers("u", {1 << 30, 1 << 30})}); }),
                   "larger than any real tensor"));
    CHECK(mentions(refusal([&] { return b.one("ConstantOfShape", "minus", {b.integers("v", {-1})}); }),
                   "negative extent"));
    const network net = std::move(b).finish();
    CHECK(net.graph.size() == 0);
}
