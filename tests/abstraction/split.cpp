#include <opara/abstraction/split.hpp>
#include <opara/abstraction/uniform_grid.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <vector>

using namespace opara::abstraction;

TEST_CASE("parts tile the box, the last dimension fastest") {
    const auto parts = split(box_of<2>({0.8, 0.5}, {0.9, 0.575}), {0.05, 0.03});
    CHECK(parts == std::vector<box<2>>{box_of<2>({0.8, 0.5}, {0.85, 0.53}), box_of<2>({0.8, 0.53}, {0.85, 0.56}),
                                       box_of<2>({0.8, 0.56}, {0.85, 0.575}), box_of<2>({0.85, 0.5}, {0.9, 0.53}),
                                       box_of<2>({0.85, 0.53}, {0.9, 0.56}), box_of<2>({0.85, 0.56}, {0.9, 0.575})});
    // Where a grid of the same widths would have its faces.
    const auto grid = uniform_grid<2>::by_width(box_of<2>({0.8, 0.5}, {0.9, 0.575}), {0.05, 0.03});
    REQUIRE(grid.size() == parts.size());
    for (std::size_t k = 0; k < parts.size(); ++k) {
        CHECK(parts[k] == grid.cell_box(k));
    }
}

TEST_CASE("published initial sets fall into as many parts as published") {
    CHECK(split(box_of<2>({0.8, 0.5}, {0.9, 0.6}), {0.01, 0.01}).size() == 100); // 0.8 + 0.01 + ... is 0.9, in decimals
    CHECK(
        split(box_of<4>({-0.77, -0.45, 0.51, -0.3}, {-0.75, -0.43, 0.54, -0.28}), {0.001, 0.001, 0.015, 0.02}).size() ==
        800);
    const auto flat =
        split(box_of<6>({90, 32, 0, 10, 30, 0}, {91, 32.05, 0, 11, 30.05, 0}), {1, 0.02, 0.01, 1, 0.02, 0.01});
    CHECK(flat.size() == 9);
    CHECK(flat.back()[2] == interval{}); // a side without width stays whole
    CHECK(flat.back()[4] == interval{30.04, 30.05});
}

TEST_CASE("what cannot be split is refused, with the dimension") {
    const auto dimension_at_fault = [](const box<2>& b, const point<2>& widths) {
        try {
            (void)split(b, widths);
        } catch (const domain_error& e) {
            return static_cast<int>(e.dimension());
        }
        return -1;
    };
    const auto unit = box_of<2>({0.0, 0.0}, {1.0, 1.0});
    CHECK(dimension_at_fault(unit, {0.5, 0.5}) == -1);
    CHECK(dimension_at_fault(unit, {0.5, 0.0}) == 1);
    CHECK(dimension_at_fault(unit, {-0.5, 0.5}) == 0);
    CHECK(dimension_at_fault(unit, {std::numeric_limits<double>::quiet_NaN(), 0.5}) == 0);
    CHECK(dimension_at_fault(unit, {0.5, 1e-12}) == 1);
    CHECK(dimension_at_fault({{interval{0.0, 1.0}, interval::whole()}}, {0.5, 0.5}) == 1);
    CHECK(dimension_at_fault(box_of<2>({1e9, 0.0}, {1e9 + 1e-6, 1.0}), {1e-7 / 2, 0.5}) == 0); // no such doubles
}
