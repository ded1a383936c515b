#include <opara/onnx/broadcast.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

using opara::onnx::broadcast;
using opara::onnx::broadcast_index;
using opara::onnx::shape;

TEST_CASE("shapes that fit, either way round") {
    const auto both = [](const shape& a, const shape& b) {
        const auto result = broadcast(a, b);
        CHECK(result == broadcast(b, a));
        return result;
    };
    CHECK(both({}, {}) == shape{});
    CHECK(both({2, 3}, {}) == shape{2, 3});
    CHECK(both({2, 3}, {3}) == shape{2, 3});
    CHECK(both({2, 1}, {1, 3}) == shape{2, 3});
    CHECK(both({8, 1, 6, 1}, {7, 1, 5}) == shape{8, 7, 6, 5});
    CHECK(both({1}, {0}) == shape{0});
    CHECK(both({2, 3}, {2}) == std::nullopt);
    CHECK(both({0}, {2}) == std::nullopt);
}

TEST_CASE("the walk reads the element that numpy reads") {
    const auto walk = [](const shape& operand, const shape& result) {
        std::vector<std::size_t> read;
        broadcast_index at{operand, result};
        for (std::int64_t i = 0; i < opara::onnx::elements(result); ++i, at.next()) {
            read.push_back(at.index());
        }
        CHECK(at.index() == 0); // it comes round
        return read;
    };
    CHECK(walk({2, 3}, {2, 3}) == std::vector<std::size_t>{0, 1, 2, 3, 4, 5});
    CHECK(walk({3}, {2, 3}) == std::vector<std::size_t>{0, 1, 2, 0, 1, 2});
    CHECK(walk({2, 1}, {2, 3}) == std::vector<std::size_t>{0, 0, 0, 1, 1, 1});
    CHECK(walk({}, {2, 2}) == std::vector<std::size_t>{0, 0, 0, 0});
    CHECK(walk({2, 1, 2}, {2, 2, 2}) == std::vector<std::size_t>{0, 1, 0, 1, 2, 3, 2, 3});
    CHECK(walk({}, {}) == std::vector<std::size_t>{0});
}
