#include <opara/onnx/window.hpp>
#include <tests/onnx/support.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace opara::onnx;
using opara::test::mentions;
using opara::test::refusal;

namespace {
node pool(std::vector<attribute> attributes) {
    return {.name = "p", .type = "MaxPool", .attributes = std::move(attributes)};
}
} // namespace

TEST_CASE("defaults: one step, no padding") {
    const window w = window_of(pool({{"kernel_shape", shape{3, 2}}}), {1, 8, 5, 6});
    CHECK(w == window{{3, 2}, {1, 1}, {1, 1}, {0, 0}, {0, 0}, {3, 5}});
}

TEST_CASE("the kernel of the weights, strides, dilations, pads that differ") {
    const node n{.name = "c",
                 .type = "Conv",
                 .attributes = {{"strides", shape{2, 1}}, {"dilations", shape{1, 3}}, {"pads", shape{3, 0, 2, 1}}}};
    // (224 + 5 - 7) / 2 + 1 = 112; (10 + 1 - 7) / 1 + 1 = 5
    const window w = window_of(n, {1, 3, 224, 10}, {7, 3});
    CHECK(w == window{{7, 3}, {2, 1}, {1, 3}, {3, 0}, {2, 1}, {112, 5}});
}

TEST_CASE("auto_pad") {
    // 6 places of stride 1 and a window of 4 need 3 more elements: the odd one behind (UPPER) or before (LOWER).
    const window upper = window_of(pool({{"kernel_shape", shape{4}}, {"auto_pad", "SAME_UPPER"}}), {1, 1, 6});
    CHECK(upper.pads_begin == shape{1});
    CHECK(upper.pads_end == shape{2});
    CHECK(upper.output == shape{6});
    const window lower = window_of(pool({{"kernel_shape", shape{4}}, {"auto_pad", "SAME_LOWER"}}), {1, 1, 6});
    CHECK(lower.pads_begin == shape{2});
    CHECK(lower.pads_end == shape{1});
    const window strided =
        window_of(pool({{"kernel_shape", shape{2}}, {"strides", shape{3}}, {"auto_pad", "SAME_UPPER"}}), {1, 1, 7});
    CHECK(strided.output == shape{3}); // ceil(7 / 3); (3 - 1) * 3 + 2 = 8, one more than 7
    CHECK(strided.pads_begin == shape{0});
    CHECK(strided.pads_end == shape{1});
    const window valid = window_of(pool({{"kernel_shape", shape{4}}, {"auto_pad", "VALID"}}), {1, 1, 6});
    CHECK(valid.output == shape{3});
}

TEST_CASE("ceil_mode takes a window that begins in the data, and none that begins in the padding") {
    const auto places = [](std::int64_t extent, std::int64_t stride, std::int64_t end, std::int64_t up) {
        return window_of(pool({{"kernel_shape", shape{2}},
                               {"strides", shape{stride}},
                               {"pads", shape{0, end}},
                               {"ceil_mode", up}}),
                         {1, 1, extent})
            .output[0];
    };
    CHECK(places(5, 2, 0, 0) == 2);
    CHECK(places(5, 2, 0, 1) == 3); // begins at 4, the last element
    CHECK(places(4, 2, 0, 1) == 2); // nothing left over
    CHECK(places(6, 3, 1, 0) == 2);
    CHECK(places(6, 3, 1, 1) == 2); // the third would begin at 6, in the padding
    CHECK(places(7, 3, 1, 1) == 3); // begins at 6, the last element
}

TEST_CASE("what is no window") {
    const auto why = [](std::vector<attribute> attributes, const shape& input, const shape& kernel = {}) {
        return refusal([&] { return window_of(pool(std::move(attributes)), input, kernel); });
    };
    CHECK(mentions(why({}, {1, 1, 4}), "'kernel_shape' is missing"));
    CHECK(mentions(why({{"kernel_shape", shape{2, 2}}}, {1, 1, 4}), "2 numbers instead of 1"));
    CHECK(mentions(why({{"kernel_shape", shape{0}}}, {1, 1, 4}), "'kernel_shape' holds 0"));
    CHECK(mentions(why({{"kernel_shape", shape{std::int64_t{1} << 40}}}, {1, 1, 4}), "'kernel_shape' holds"));
    CHECK(mentions(why({{"kernel_shape", shape{2}}, {"strides", shape{0}}}, {1, 1, 4}), "'strides' holds 0"));
    CHECK(mentions(why({{"kernel_shape", shape{2}}, {"pads", shape{-1, 0}}}, {1, 1, 4}), "'pads' holds -1"));
    CHECK(mentions(why({{"kernel_shape", shape{2}}, {"pads", shape{1}}}, {1, 1, 4}), "1 numbers instead of 2"));
    CHECK(mentions(why({{"kernel_shape", shape{2}}, {"pads", shape{1, 0}}, {"auto_pad", "VALID"}}, {1, 1, 4}),
                   "exclude each other"));
    CHECK(mentions(why({{"kernel_shape", shape{2}}, {"auto_pad", "SAME"}}, {1, 1, 4}), "'auto_pad' is 'SAME'"));
    CHECK(mentions(why({{"kernel_shape", shape{5}}}, {1, 1, 4}), "a window of 5 does not fit into an extent of 4"));
    CHECK(mentions(why({{"kernel_shape", shape{2}}}, {1, 4}), "without a spatial axis"));
    CHECK(mentions(why({{"kernel_shape", shape{2}}}, {1, 1, 4}, {3}), "where the weights are [3]"));
    CHECK(mentions(why({}, {1, 1, 4}, {3, 3}), "does not fit an input"));
    CHECK(mentions(why({}, {1, 1, 4}, {0}), "does not fit an input"));
}
