#include <opara/onnx/element.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace opara::onnx;

TEST_CASE("types by ONNX's numbers and names") {
    int known = 0;
    for (std::int64_t number = -1; number < 30; ++number) {
        if (const auto type = element_of(number)) {
            ++known;
            CHECK(name_of(*type) != "?");
        }
    }
    CHECK(known == 9);
    CHECK(element_of(1) == element::f32);
    CHECK(element_of(7) == element::i64);
    CHECK(element_of(8) == std::nullopt); // string
    CHECK(name_of(element::bf16) == "bfloat16");
}

TEST_CASE("integers to a tensor and back") {
    const std::vector<std::int64_t> numbers{0, 1, 100, 127};
    for (const element type : {element::i64, element::i32, element::i8, element::u8}) {
        const tensor t = integral_tensor(type, {2, 2}, numbers);
        CHECK(t.type == type);
        CHECK(t.bytes.size() == 4 * size_of(type));
        CHECK(integers_of(t) == numbers);
    }
    CHECK(integers_of(integral_tensor(element::i8, {1}, {-5})) == std::vector<std::int64_t>{-5});
    CHECK(integers_of(integral_tensor(element::boolean, {2}, {1, 0})) == std::vector<std::int64_t>{1, 0});
}

TEST_CASE("a shape for people") {
    CHECK(describe(shape{}) == "[]");
    CHECK(describe(shape{1, 3, 224, 224}) == "[1,3,224,224]");
}
