#include <opara/abstraction/uniform_grid.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

template <class Grid, std::size_t N>
std::vector<std::uint64_t> overlap(const Grid& g, const box<N>& b) {
    std::vector<std::uint64_t> cells;
    g.for_each_overlap(b, [&](auto cell) { cells.push_back(cell); });
    return cells;
}

// Membership by the definition, not by the grid's own search: lower face in, upper face out but for the last.
template <class Grid, std::size_t N>
bool has(const Grid& g, std::uint64_t cell, const point<N>& x) {
    const box<N> b = g.cell_box(static_cast<typename Grid::id_type>(cell));
    bool inside = true;
    for (std::size_t i = 0; i < N; ++i) {
        const bool is_last = b[i].upper() == g.domain()[i].upper();
        inside = inside && b[i].lower() <= x[i] && (is_last ? x[i] <= b[i].upper() : x[i] < b[i].upper());
    }
    return inside;
}

// A coordinate in or near a dimension's range; breakpoints and their neighbours are likely.
double coordinate(const std::vector<double>& breakpoints, random_source& random) {
    const double b = breakpoints[random.below(breakpoints.size())];
    switch (random.below(5)) {
    case 0: return b;
    case 1: return std::nextafter(b, inf);
    case 2: return std::nextafter(b, -inf);
    default: {
        const double low = breakpoints.front();
        const double width = breakpoints.back() - low;
        return low - 0.1 * width + random.unit() * 1.2 * width;
    }
    }
}

const uniform_grid<3> odd_grid{box_of<3>({-2.5, 0.1, -1e-3}, {2.5, 0.7, 1e3}), {7, 3, 10}};
const auto decimal_grid =
    uniform_grid<3>::by_width(box_of<3>({-2.5, -1.4, -0.09}, {2.5, 0.8, 0.09}), {0.3, 0.1, 0.001});

} // namespace

TEST_CASE("every point has exactly one cell, and only points outside the domain have none") {
    for (const uniform_grid<3>& g : {odd_grid, decimal_grid}) {
        random_source random{5};
        for (std::size_t k = 0; k < test::samples(); ++k) {
            point<3> x;
            for (std::size_t i = 0; i < 3; ++i) {
                x[i] = coordinate(g.breakpoints(i), random);
            }
            const std::uint64_t cell = g.locate(x);
            REQUIRE((cell == g.outside()) == !g.domain().contains(x));
            if (cell != g.outside()) {
                REQUIRE(has(g, cell, x));
            }
        }
    }
    // Exactly one: with all cells tried.
    const uniform_grid<2> small{box_of<2>({0.0, -1.0}, {1.0, 1.0}), {3, 4}};
    random_source random{6};
    for (int k = 0; k < 2'000; ++k) {
        const point<2> x{coordinate(small.breakpoints(0), random), coordinate(small.breakpoints(1), random)};
        int owners = 0;
        for (std::uint64_t cell = 0; cell < small.size(); ++cell) {
            owners += has(small, cell, x) ? 1 : 0;
        }
        REQUIRE(owners == (small.locate(x) == small.outside() ? 0 : 1));
    }
}

TEST_CASE("the overlap of a box is the set of the cells of its points") {
    const uniform_grid<2> g{box_of<2>({0.0, -1.0}, {1.0, 1.0}), {5, 4}};
    random_source random{8};
    for (int k = 0; k < 5'000; ++k) {
        const double x0 = coordinate(g.breakpoints(0), random);
        const double x1 = coordinate(g.breakpoints(0), random);
        const double y0 = coordinate(g.breakpoints(1), random);
        const double y1 = coordinate(g.breakpoints(1), random);
        const auto b = box_of<2>({std::min(x0, x1), std::min(y0, y1)}, {std::max(x0, x1), std::max(y0, y1)});
        // By the definition: a cell overlaps where its half-open sides meet the box's.
        std::vector<std::uint64_t> expected;
        for (std::uint64_t cell = 0; cell < g.size(); ++cell) {
            const box<2> c = g.cell_box(cell);
            bool common = true;
            for (std::size_t i = 0; i < 2; ++i) {
                const bool is_last = c[i].upper() == g.domain()[i].upper();
                common = common && c[i].lower() <= b[i].upper() &&
                         (is_last ? b[i].lower() <= c[i].upper() : b[i].lower() < c[i].upper());
            }
            if (common) {
                expected.push_back(cell);
            }
        }
        if (!g.domain().contains(b)) {
            expected.push_back(g.outside());
        }
        REQUIRE(overlap(g, b) == expected);
    }
}

TEST_CASE("cells tile the domain and locate finds their inside") {
    for (std::uint64_t cell = 0; cell < decimal_grid.size(); cell += 7) {
        REQUIRE(decimal_grid.locate(decimal_grid.cell_box(cell).middle()) == cell);
    }
    CHECK(decimal_grid.cells(0) == 17); // 16 of width 0.3 and one of 0.2
    CHECK(decimal_grid.cells(1) == 22);
    CHECK(decimal_grid.cells(2) == 180);
    CHECK(decimal_grid.breakpoints(0)[16] == 2.3);
    CHECK(decimal_grid.breakpoints(0).back() == 2.5);
    CHECK(decimal_grid.breakpoints(1)[13] == -0.1); // not -0.09999999999999987
    CHECK(uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.01, 0.01}).size() == 250'000);
    CHECK(uniform_grid<1>{box_of<1>({-1.0}, {1.0}), {2}}.locate({0.0}) == 1);
    CHECK(uniform_grid<1>{box_of<1>({-1.0}, {1.0}), {2}}.locate({1.0}) == 1);
}

TEST_CASE("what leaves the domain goes outside") {
    const uniform_grid<2> g{box_of<2>({0.0, 0.0}, {1.0, 1.0}), {2, 2}};
    CHECK(g.locate({-0.1, 0.5}) == g.outside());
    CHECK(g.locate({0.5, not_a_number}) == g.outside());
    CHECK(g.locate({inf, 0.5}) == g.outside());
    CHECK(overlap(g, box_of<2>({2.0, 2.0}, {3.0, 3.0})) == std::vector<std::uint64_t>{4});
    CHECK(overlap(g, box_of<2>({-1.0, 0.1}, {0.2, 0.2})) == std::vector<std::uint64_t>{0, 4});
    CHECK(overlap(g, box<2>{{interval::whole(), interval::whole()}}) == std::vector<std::uint64_t>{0, 1, 2, 3, 4});
    CHECK(overlap(g, box_of<2>({0.0, 0.0}, {1.0, 1.0})) == std::vector<std::uint64_t>{0, 1, 2, 3});
    CHECK(overlap(g, box_of<2>({0.5, 0.0}, {0.5, 0.0})) == std::vector<std::uint64_t>{2}); // the face belongs above
}

TEST_CASE("grids that are none are refused, with the dimension") {
    const auto dimension_at_fault = [](auto make) {
        try {
            make();
        } catch (const domain_error& e) {
            return static_cast<int>(e.dimension());
        }
        return -1;
    };
    const auto unit = box_of<2>({0.0, 0.0}, {1.0, 1.0});
    CHECK(dimension_at_fault([&] { uniform_grid<2>{unit, {1, 0}}; }) == 1);
    CHECK(dimension_at_fault([&] { uniform_grid<2>{box_of<2>({0.0, 1.0}, {1.0, 1.0}), {1, 1}}; }) == 1);
    CHECK(dimension_at_fault([&] { uniform_grid<2>{box<2>{{interval{0.0, 1.0}, interval::whole()}}, {1, 1}}; }) == 1);
    CHECK(dimension_at_fault(
              [&] { uniform_grid<2>{box_of<2>({0.0, 1e9}, {1.0, std::nextafter(1e9, inf)}), {1, 2}}; }) == 1);
    CHECK(dimension_at_fault([&] { (void)uniform_grid<2>::by_width(unit, {0.1, 0.0}); }) == 1);
    CHECK(dimension_at_fault([&] { (void)uniform_grid<2>::by_width(unit, {0.1, -1.0}); }) == 1);
    CHECK(dimension_at_fault([&] { (void)uniform_grid<2>::by_width(unit, {not_a_number, 1.0}); }) == 0);
    CHECK(dimension_at_fault([&] { (void)uniform_grid<2>::by_width(unit, {1e-12, 1.0}); }) == 0);
    CHECK_THROWS_AS((void)box_of<2>({0.0, 1.0}, {1.0, 0.0}), domain_error);
    CHECK_THROWS_AS((void)box_of<2>({0.0, not_a_number}, {1.0, 1.0}), domain_error);
}

TEST_CASE("too many cells for the numbers is an error, not a wrap-around") {
    const auto unit = box_of<2>({0.0, 0.0}, {1.0, 1.0});
    CHECK_THROWS_AS((uniform_grid<2, std::uint32_t>{unit, {65'536, 65'536}}), domain_error);
    CHECK_THROWS_AS((uniform_grid<1>{box_of<1>({0.0}, {1e-310}), {10}}), domain_error);      // 1 / width is infinite
    CHECK_THROWS_AS((uniform_grid<2, std::uint32_t>{unit, {65'537, 65'535}}), domain_error); // 2^32 - 1 is the outside
    const uniform_grid<2, std::uint32_t> g{unit, {65'536, 65'535}};
    CHECK(g.size() == 4'294'901'760U);
    CHECK(g.locate({1.0, 1.0}) == g.size() - 1);
    CHECK(g.cell_box(g.size() - 1)[1].upper() == 1);
    const uniform_grid<2> wide{unit, {65'536, 65'536}};
    CHECK(wide.size() == std::uint64_t{1} << 32U);
    const uniform_grid<5> five{box_of<5>({0, 0, 0, 0, 0}, {1, 1, 1, 1, 1}), {4096, 4096, 4096, 4096, 4096}};
    CHECK(five.size() == std::uint64_t{1} << 60U);
    CHECK_THROWS_AS(
        (uniform_grid<6>{box_of<6>({0, 0, 0, 0, 0, 0}, {1, 1, 1, 1, 1, 1}), {4096, 4096, 4096, 4096, 4096, 16}}),
        domain_error);
}

TEST_CASE("a width that is too small is told as it was given") {
    CHECK_THROWS_WITH_AS((void)uniform_grid<1>::by_width(box_of<1>({0.0}, {10.0}), {1e-9}),
                         "dimension 0 cannot have cells of width 1e-09", domain_error);
}
