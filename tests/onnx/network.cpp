#include <opara/graph/concepts.hpp>
#include <opara/onnx/network.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace opara::onnx;

static_assert(opara::operator_graph<network>);

TEST_CASE("the number of elements, and where a 64-bit number does not hold it") {
    CHECK(elements({}) == 1);
    CHECK(elements({2, 3, 4}) == 24);
    CHECK(elements({7, 0}) == 0);
    constexpr std::int64_t half = std::int64_t{1} << 32;
    CHECK(elements({half, half / 4}) == half * (half / 4));
    CHECK_THROWS_AS(static_cast<void>(elements({half, half})), opara::error);
    CHECK_THROWS_AS(static_cast<void>(elements({-1})), opara::error);
}

TEST_CASE("a tensor gives its elements back") {
    const std::array<float, 6> numbers{1, 2, 3, 4, 5, 6};
    const tensor t = tensor::of<float>(element::f32, {2, 3}, numbers);
    CHECK(t.bytes.size() == 24);
    CHECK(t.as<float>() == std::vector<float>(numbers.begin(), numbers.end()));
    CHECK(tensor::of<float>(element::f32, {0}, {}).as<float>().empty());
    CHECK(t != tensor::of<float>(element::f32, {3, 2}, numbers));
}

TEST_CASE("sizes of the types") {
    CHECK(size_of(element::f32) == 4);
    CHECK(size_of(element::f16) == 2);
    CHECK(size_of(element::bf16) == 2);
    CHECK(size_of(element::f64) == 8);
    CHECK(size_of(element::i64) == 8);
    CHECK(size_of(element::i32) == 4);
    CHECK(size_of(element::i8) == 1);
    CHECK(size_of(element::u8) == 1);
    CHECK(size_of(element::boolean) == 1);
}

TEST_CASE("an attribute, its default, and its wrong type") {
    const node n{.name = "pool1", .type = "MaxPool", .attributes = {{"ceil_mode", 1}, {"pads", shape{1, 1}}}};
    CHECK(n.attribute_or<std::int64_t>("ceil_mode", 0) == 1);
    CHECK(n.attribute_or<std::int64_t>("storage_order", 7) == 7);
    CHECK(n.attribute_or<shape>("pads", {}) == shape{1, 1});
    CHECK(n.find("kernel_shape") == nullptr);
    std::string said;
    try {
        static_cast<void>(n.attribute_or<std::string>("pads", ""));
    } catch (const opara::parse_error& e) {
        said = e.what();
    }
    CHECK(said == "node 'pool1' (MaxPool): attribute 'pads' has the wrong type");
}

TEST_CASE("what a value is") {
    value v{.name = "x", .dims = {2, 3}};
    CHECK(v.is_input());
    CHECK(!v.is_weight());
    CHECK(v.bytes() == 24);
    v.producer = opara::op_id{0};
    CHECK(!v.is_input());
    v.producer.reset();
    v.data = constant_fill{1.0};
    CHECK(v.is_weight());
    CHECK(!v.is_input());
}
