#include <opara/abstraction/grid_cells.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <tests/abstraction/brute_force.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

template <std::size_t N>
auto axes_of(const uniform_grid<N>& grid) {
    return [&grid](std::size_t i) {
        const std::vector<double>& b = grid.breakpoints(i);
        return detail::grid_axis{b.data(), grid.cells(i), static_cast<double>(grid.cells(i)) / (b.back() - b.front())};
    };
}

} // namespace

TEST_CASE("a block counts the cells that meet a box, and names each by its place") {
    random_source random{21};
    const uniform_grid<3> grid{box_of<3>({-1, 0, 2}, {1, 3, 2.5}), {4, 7, 3}};
    const auto axes = axes_of(grid);
    bool inside_only = false;
    bool outside_only = false;
    bool both = false;
    for (std::size_t k = 0; k < 2'000; ++k) {
        const point<3> a = test::point_near(grid, random);
        const point<3> b = test::point_near(grid, random);
        box<3> image;
        for (std::size_t i = 0; i < 3; ++i) {
            image[i] = interval{std::min(a[i], b[i]), std::max(a[i], b[i])};
        }
        std::vector<std::uint64_t> expected;
        grid.for_each_overlap(image, [&](std::uint64_t cell) { expected.push_back(cell); });
        const detail::cell_block<3> block = detail::cells_that_meet(image, axes);
        std::vector<std::uint64_t> named;
        for (std::uint64_t place = 0; place < block.size(); ++place) {
            named.push_back(block.cell(place, axes, grid.outside()));
        }
        REQUIRE(named == expected);
        inside_only = inside_only || (block.inside && !block.outside);
        outside_only = outside_only || (!block.inside && block.outside);
        both = both || (block.inside && block.outside);
    }
    CHECK(inside_only);
    CHECK(outside_only);
    CHECK(both);
}

TEST_CASE("the block of one cell names that cell") {
    const uniform_grid<2> grid{box_of<2>({0, 0}, {1, 1}), {5, 3}};
    const auto axes = axes_of(grid);
    for (std::uint64_t cell = 0; cell <= grid.outside(); ++cell) {
        const detail::cell_block<2> block = detail::block_of_cell<2>(cell, axes, grid.outside());
        CHECK(block.size() == 1);
        CHECK(block.outside == (cell == grid.outside()));
        CHECK(block.cell(0, axes, grid.outside()) == cell);
    }
}
