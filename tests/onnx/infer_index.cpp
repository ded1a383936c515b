#include <opara/onnx/infer_index.hpp>
#include <tests/onnx/support.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

using namespace opara::test;
using namespace opara::onnx;

using numbers = std::vector<std::int64_t>;

namespace {
// A list whose contents are known without being a weight.
value_id list(builder& b, const numbers& extents) {
    return b.one("Shape", "", {b.input("of" + describe(extents), element::f32, extents)});
}
} // namespace

TEST_CASE("Concat") {
    CHECK(shape_of({"Concat", {{1, 64, 28, 28}, {1, 128, 28, 28}, {1, 32, 28, 28}}, {{"axis", 1}}}) ==
          shape{1, 224, 28, 28});
    CHECK(shape_of({"Concat", {{2, 3}, {2, 5}}, {{"axis", -1}}}) == shape{2, 8});
    CHECK(shape_of({"Concat", {{4}, {}, {}}, {{"axis", 0}}}) == shape{6}); // a scalar is read as a list
    refused({"Concat", {{2, 3}, {3, 3}}, {{"axis", 1}}}, "input 1 of shape [3,3] does not join [2,3] along axis 1");
    refused({"Concat", {{2, 3}, {3}}, {{"axis", 0}}}, "does not join");
    refused({"Concat", {{2, 3}, {}}, {{"axis", 0}}}, "does not join");
    refused({"Concat", {{2, 3}, {2, 3}}}, "attribute 'axis' is missing");
    builder b{"concat"};
    const auto x = list(b, {3, 4});
    const auto scalar = b.constant("scalar", element::i64, {}, constant_fill{-1});
    CHECK(b[b.one("Concat", "", {x, scalar, x}, {{"axis", 0}})].known == numbers{3, 4, -1, 3, 4});
    const auto unknown = b.input("unknown", element::i64, {1});
    CHECK(b[b.one("Concat", "", {x, unknown}, {{"axis", 0}})].known == std::nullopt);
}

TEST_CASE("Split") {
    CHECK(shapes_of({"Split", {{2, 6}}, {{"axis", 1}}, 13, 3}) == std::vector<shape>{{2, 2}, {2, 2}, {2, 2}});
    CHECK(shapes_of({"Split", {{2, 6}}, {{"axis", -1}, {"split", shape{1, 5}}}, 11, 2}) ==
          std::vector<shape>{{2, 1}, {2, 5}});
    CHECK(shapes_of({"Split", {{7}}, {{"num_outputs", 3}}, 18, 3}) == std::vector<shape>{{3}, {3}, {1}});
    refused({"Split", {{7}}, {}, 13, 3}, "does not split into equal parts");
    refused({"Split", {{7}}, {{"split", shape{3, 3}}}, 11, 2}, "the parts are smaller than the whole");
    refused({"Split", {{7}}, {{"split", shape{4, 4}}}, 11, 2}, "the parts are larger than the whole");
    refused({"Split", {{7}}, {{"split", shape{-1, 8}}}, 11, 2}, "the parts are larger than the whole");
    refused({"Split", {{7}}, {{"split", shape{7}}}, 11, 2}, "one size for each output");
    refused({"Split", {{6}}, {{"num_outputs", 3}}, 18, 2}, "'num_outputs'");
    builder b{"split"};
    const auto parts = b.add("Split", "", {list(b, {3, 4, 5}), b.integers("sizes", {1, 2})}, {}, 2);
    CHECK(b[parts[0]].known == numbers{3});
    CHECK(b[parts[1]].known == numbers{4, 5});
}

TEST_CASE("Gather") {
    builder b{"gather"};
    const auto table = b.constant("table", element::f32, {30522, 768}, uniform_fill{});
    const auto ids = b.input("ids", element::i64, {8, 128});
    CHECK(b[b.one("Gather", "", {table, ids})].dims == shape{8, 128, 768});
    CHECK(b[b.one("Gather", "", {table, ids}, {{"axis", 1}})].dims == shape{30522, 8, 128});
    const auto s = list(b, {3, 4, 5});
    const auto last = b.constant("last", element::i64, {}, constant_fill{-1});
    CHECK(b[b.one("Gather", "", {s, last})].dims == shape{});
    CHECK(b[b.one("Gather", "", {s, last})].known == numbers{5});
    CHECK(b[b.one("Gather", "", {s, b.integers("i", {2, 0})})].known == numbers{5, 3});
    CHECK(mentions(refusal([&] { return b.one("Gather", "g", {s, b.integers("j", {3})}); }),
                   "index 3 does not exist in an extent of 3"));
    CHECK(mentions(refusal([&] { return b.one("Gather", "g", {s, b.integers("k", {-4})}); }), "index -4"));
    CHECK(mentions(refusal([&] { return b.one("Gather", "g", {ids, table}); }), "no index"));
    CHECK(mentions(refusal([&] { return b.one("Gather", "g", {last, last}); }), "axis 0 does not exist"));
}

TEST_CASE("Slice picks what a walk over the indices picks") {
    // The oracle follows the specification's words: start at `start`, step until `end`, having clamped both.
    const auto walk = [](std::int64_t extent, std::int64_t start, std::int64_t end, std::int64_t step) {
        start = start < 0 ? start + extent : start;
        end = end < 0 ? end + extent : end;
        numbers picked;
        if (step > 0) {
            start = start < 0 ? 0 : start > extent ? extent : start;
            end = end < 0 ? 0 : end > extent ? extent : end;
            for (std::int64_t i = start; i < end; i += step) {
                picked.push_back(i);
            }
        } else {
            start = start < 0 ? 0 : start > extent - 1 ? extent - 1 : start;
            end = end < -1 ? -1 : end > extent - 1 ? extent - 1 : end;
            for (std::int64_t i = start; i > end; i += step) {
                picked.push_back(i);
            }
        }
        return picked;
    };
    std::mt19937 engine{7};
    const auto roll = [&](std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(engine() % static_cast<std::uint32_t>(high - low + 1));
    };
    builder b{"slice"};
    numbers extents;
    for (std::int64_t i = 0; i < 9; ++i) {
        extents.push_back(i + 1);
    }
    const auto x = list(b, extents);
    std::size_t nonempty = 0;
    for (int i = 0; i < 500; ++i) {
        const std::int64_t step = roll(0, 1) == 0 ? roll(1, 11) : roll(-11, -1);
        const std::int64_t start = roll(-14, 14);
        const std::int64_t end = roll(-14, 14);
        const std::string tag = std::to_string(i);
        const value y = b[b.one("Slice", "",
                                {x, b.integers("s" + tag, {start}), b.integers("e" + tag, {end}),
                                 b.integers("a" + tag, {0}), b.integers("t" + tag, {step})})];
        numbers expected;
        for (const std::int64_t k : walk(9, start, end, step)) {
            expected.push_back(k + 1);
        }
        CAPTURE(start);
        CAPTURE(end);
        CAPTURE(step);
        CHECK(y.dims == shape{static_cast<std::int64_t>(expected.size())});
        CHECK(y.known == expected);
        nonempty += expected.empty() ? 0U : 1U;
    }
    CHECK(nonempty > 200);
}

TEST_CASE("Slice: attributes before 10, limits of 64 bits, errors") {
    CHECK(shape_of({"Slice", {{5, 6}}, {{"starts", shape{1}}, {"ends", shape{-1}}, {"axes", shape{1}}}, 9}) ==
          shape{5, 4});
    CHECK(shape_of({"Slice", {{5, 6}}, {{"starts", shape{1, 2}}, {"ends", shape{3, INT64_MAX}}}, 9}) == shape{2, 4});
    CHECK(shape_of({"Slice", {{5}}, {{"starts", shape{INT64_MIN}}, {"ends", shape{INT64_MAX}}}, 9}) == shape{5});
    CHECK(shape_of({"Slice", {{0}}, {{"starts", shape{0}}, {"ends", shape{4}}}, 9}) == shape{0});
    refused({"Slice", {{5}}, {{"starts", shape{0, 0}}, {"ends", shape{1, 1}}}, 9}, "axis 1 does not exist");
    refused({"Slice", {{5}}, {{"starts", shape{0}}, {"ends", shape{1, 1}}}, 9}, "lists of one length");
    refused({"Slice", {{5}}, {}, 9}, "lists of one length");
    builder b{"slice"};
    const auto x = b.input("x", element::f32, {5});
    const auto zero = b.integers("zero", {0}), low = b.integers("low", {INT64_MIN}),
               high = b.integers("high", {INT64_MAX});
    CHECK(b[b.one("Slice", "", {x, high, low, zero, low})].dims == shape{1}); // one element, by an immense step back
    CHECK(b[b.one("Slice", "", {x, low, high, zero, high})].dims == shape{1});
    CHECK(mentions(refusal([&] { return b.one("Slice", "", {x, zero, high, zero, zero}); }), "a step is 0"));
}

TEST_CASE("Pad") {
    CHECK(shape_of({"Pad", {{2, 3}}, {{"pads", shape{0, 1, 2, 3}}, {"value", 1.0}}, 7}) == shape{4, 7});
    CHECK(shape_of({"Pad", {{2, 3}}, {{"pads", shape{-1, 0, 0, 0}}}, 7}) == shape{1, 3});
    refused({"Pad", {{2, 3}}, {{"pads", shape{0, 1}}}, 7}, "two numbers for each axis");
    refused({"Pad", {{2, 3}}, {{"pads", shape{-3, 0, 0, 0}}}, 7}, "negative extent");
    refused({"Pad", {{2, 3}}, {{"pads", shape{0, INT64_MAX, 0, 0}}}, 7}, "larger than the tensor allows");
    refused({"Pad", {{2, 3}}, {{"pads", shape{2, 0, 0, 0}}, {"mode", "reflect"}}, 7}, "larger than the tensor allows");
    refused({"Pad", {{2, 3}}, {{"pads", shape{0, 0, 0, 0}}, {"mode", "wrap"}}, 7}, "attribute 'mode'");
    builder b{"pad", 18};
    const auto x = b.input("x", element::f32, {2, 3, 4});
    const auto zero = b.constant("zero", element::f32, {}, constant_fill{});
    CHECK(b[b.one("Pad", "", {x, b.integers("p", {1, 2}), zero, b.integers("axes", {-1})})].dims == shape{2, 3, 7});
}
