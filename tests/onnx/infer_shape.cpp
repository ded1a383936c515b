#include <opara/onnx/infer_shape.hpp>
#include <tests/onnx/support.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <variant>
#include <vector>

using namespace opara::test;
using namespace opara::onnx;

using numbers = std::vector<std::int64_t>;

namespace {
// The shape that a Reshape yields, or the reason why it does not.
std::string reshaped(const shape& from, const numbers& to, std::vector<attribute> attributes = {}) {
    builder b{"reshape", 14};
    const auto x = b.input("x", element::f32, from);
    const auto s = b.integers("s", to);
    try {
        return describe(b[b.one("Reshape", "r", {x, s}, std::move(attributes))].dims);
    } catch (const opara::parse_error& e) {
        return e.what();
    }
}
} // namespace

TEST_CASE("Reshape") {
    CHECK(reshaped({2, 3, 4}, {6, 4}) == "[6,4]");
    CHECK(reshaped({2, 3, 4}, {0, -1}) == "[2,12]");
    CHECK(reshaped({2, 3, 4}, {-1}) == "[24]");
    CHECK(reshaped({}, {1, 1}) == "[1,1]");
    CHECK(reshaped({1, 1}, {}) == "[]");
    CHECK(reshaped({0, 3}, {3, 0}, {{"allowzero", 1}}) == "[3,0]");
    CHECK(mentions(reshaped({2, 3, 4}, {5, -1}), "shape [2,3,4] cannot become"));
    CHECK(mentions(reshaped({2, 3, 4}, {25}), "cannot become"));
    CHECK(mentions(reshaped({2, 3, 4}, {-1, -1}), "more than one -1"));
    CHECK(mentions(reshaped({2, 3, 4}, {-2, 12}), "cannot become"));
    CHECK(mentions(reshaped({2}, {2, 0}), "no extent to copy"));
    CHECK(mentions(reshaped({0, 3}, {0, -1}), "no meaning beside an extent of 0"));
    CHECK(mentions(reshaped({2}, {std::int64_t{1} << 60, 8}), "cannot become"));
    builder b{"unknown"};
    const auto x = b.input("x", element::f32, {2});
    const auto s = b.input("s", element::i64, {1});
    CHECK(mentions(refusal([&] { return b.one("Reshape", "r", {x, s}); }), "contents of input 's'"));
}

TEST_CASE("views") {
    CHECK(shape_of({"Flatten", {{2, 3, 4, 5}}}) == shape{2, 60});
    CHECK(shape_of({"Flatten", {{2, 3, 4, 5}}, {{"axis", 0}}}) == shape{1, 120});
    CHECK(shape_of({"Flatten", {{2, 3, 4, 5}}, {{"axis", 4}}}) == shape{120, 1});
    CHECK(shape_of({"Flatten", {{2, 3, 4, 5}}, {{"axis", -1}}}) == shape{24, 5});
    refused({"Flatten", {{2, 3}}, {{"axis", 3}}}, "axis 3 does not exist");
    CHECK(shape_of({"Squeeze", {{1, 3, 1, 5}}}) == shape{3, 5});
    CHECK(shape_of({"Squeeze", {{1, 3, 1, 5}}, {{"axes", shape{-2}}}}) == shape{1, 3, 5});
    CHECK(shape_of({"Squeeze", {{1, 3, 1}}, {{"axes", shape{}}}}) == shape{1, 3, 1}); // a list of none is not no list
    refused({"Squeeze", {{1, 3}}, {{"axes", shape{1}}}}, "an extent other than 1");
    CHECK(shape_of({"Unsqueeze", {{3, 5}}, {{"axes", shape{0, 3}}}}) == shape{1, 3, 5, 1});
    CHECK(shape_of({"Unsqueeze", {{3, 5}}, {{"axes", shape{-1}}}}) == shape{3, 5, 1});
    CHECK(shape_of({"Unsqueeze", {{}}, {{"axes", shape{0}}}}) == shape{1});
    refused({"Unsqueeze", {{3, 5}}, {{"axes", shape{0, 0}}}}, "an axis is named twice");
    refused({"Unsqueeze", {{3, 5}}, {{"axes", shape{3}}}}, "axis 3 does not exist");
    refused({"Unsqueeze", {{3, 5}}}, "the axes are missing");
    CHECK(shape_of({"Transpose", {{2, 3, 4}}}) == shape{4, 3, 2});
    CHECK(shape_of({"Transpose", {{2, 3, 4}}, {{"perm", shape{1, 0, 2}}}}) == shape{3, 2, 4});
    refused({"Transpose", {{2, 3, 4}}, {{"perm", shape{1, 0}}}}, "another rank");
    refused({"Transpose", {{2, 3, 4}}, {{"perm", shape{1, 0, 1}}}}, "named twice");
}

TEST_CASE("Shape, whole and in part") {
    builder b{"shape", 15};
    const auto x = b.input("x", element::f32, {2, 3, 4, 5});
    const auto of = [&](std::vector<attribute> attributes) {
        return *b[b.one("Shape", "", {x}, std::move(attributes))].known;
    };
    CHECK(of({}) == numbers{2, 3, 4, 5});
    CHECK(of({{"start", 1}}) == numbers{3, 4, 5});
    CHECK(of({{"start", -2}}) == numbers{4, 5});
    CHECK(of({{"start", 1}, {"end", -1}}) == numbers{3, 4});
    CHECK(of({{"start", 3}, {"end", 1}}).empty());
    CHECK(of({{"start", -9}, {"end", 9}}) == numbers{2, 3, 4, 5});
}

TEST_CASE("Expand") {
    builder b{"expand"};
    const auto x = b.input("x", element::f32, {3, 1});
    const auto to = [&](const std::string& name, const numbers& dims) {
        return b[b.one("Expand", "", {x, b.integers(name, dims)})].dims;
    };
    CHECK(to("a", {2, 1, 6}) == shape{2, 3, 6});
    CHECK(to("b", {1}) == shape{3, 1}); // either side may be the wider
    CHECK(to("c", {2}) == shape{3, 2});
    CHECK(mentions(refusal([&] { return to("d", {2, 2}); }), "shape [3,1] does not expand to [2,2]"));
    const auto row = b.one("Shape", "", {x});
    CHECK(b[b.one("Expand", "", {row, b.integers("e", {2, 2})})].known == numbers{3, 1, 3, 1});
}

TEST_CASE("a weight that is transposed keeps its elements, whatever the order") {
    std::vector<std::int64_t> count(24);
    std::iota(count.begin(), count.end(), std::int64_t{0});
    builder b{"transposed"};
    const auto w = b.constant("w", element::i64, {2, 3, 4}, tensor::of<std::int64_t>(element::i64, {2, 3, 4}, count));
    for (const shape& order :
         {shape{0, 1, 2}, shape{0, 2, 1}, shape{1, 0, 2}, shape{1, 2, 0}, shape{2, 0, 1}, shape{2, 1, 0}}) {
        const value t = b[b.one("Transpose", "", {w}, {{"perm", order}})];
        REQUIRE(t.is_weight());
        const auto elements = std::get<tensor>(*t.data).as<std::int64_t>();
        const shape from{2, 3, 4};
        const std::int64_t strides[] = {12, 4, 1};
        std::size_t next = 0;
        for (std::int64_t i = 0; i < t.dims[0]; ++i) {
            for (std::int64_t j = 0; j < t.dims[1]; ++j) {
                for (std::int64_t k = 0; k < t.dims[2]; ++k) {
                    CHECK(elements[next++] == i * strides[order[0]] + j * strides[order[1]] + k * strides[order[2]]);
                }
            }
        }
        CHECK(next == 24);
    }
}
