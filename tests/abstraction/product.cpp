#include <opara/abstraction/adaptive_tree.hpp>
#include <opara/abstraction/build.hpp>
#include <opara/abstraction/product.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <tests/abstraction/brute_force.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

using namespace opara::abstraction;

static_assert(partition<product<uniform_grid<1>, uniform_grid<2>>>);
static_assert(partition<product<adaptive_tree<2>, product<uniform_grid<1>, uniform_grid<1>>>>);

TEST_CASE("a product is what the definition says, whichever dimensions are the key") {
    const uniform_grid<1> line{box_of<1>({-1.0}, {1.0}), {4}};
    const uniform_grid<2> plane = uniform_grid<2>::by_width(box_of<2>({0.0, 5.0}, {1.0, 6.0}), {0.4, 0.3});
    test::check_partition(product{line, plane, {0}}, 1, 400);
    test::check_partition(product{line, plane, {1}}, 2, 400);
    test::check_partition(product{line, plane, {2}}, 3, 400);
    test::check_partition(product{plane, line, {2, 0}}, 4, 400);
    const product swapped{plane, line, {2, 0}};
    CHECK(swapped.domain() == box_of<3>({5.0, -1.0, 0.0}, {6.0, 1.0, 1.0}));
    CHECK(swapped.size() == 48);
}

TEST_CASE("refining the key leaves the numbers of other cells alone") {
    const uniform_grid<2> key{box_of<2>({0.0, 0.0}, {1.0, 1.0}), {2, 2}};
    const uniform_grid<1> rest{box_of<1>({-1.0}, {1.0}), {5}};
    product p{adaptive_tree<2>{key}, rest, {0, 2}};
    CHECK(p.size() == 20);
    const std::uint64_t elsewhere = p.locate({0.9, 0.0, 0.9});
    const std::uint64_t here = p.locate({0.1, 0.0, 0.1});
    CHECK(p.key_cell(here) == 0);
    p.first().bisect(p.key_cell(here), 1);
    CHECK(p.size() == 25);
    CHECK(p.locate({0.9, 0.0, 0.9}) == elsewhere);
    CHECK(p.locate({0.1, 0.0, 0.1}) == here);
    CHECK(p.key_cell(p.locate({0.1, 0.0, 0.3})) == 4);
    test::check_partition(p, 5, 400);
}

TEST_CASE("a closed loop is built on a product, cell by cell as on the grid") {
    const auto whole = uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.1, 0.1});
    const auto side = uniform_grid<1>::by_width(box_of<1>({-2.5}, {2.5}), {0.1});
    const product halves{side, side, {0}};
    const each_cell damping{[](const box<2>& b) { return -2 * b[1].middle() - 0.3 * b[0].middle(); }};
    const auto start = box_of<2>({0.8, 0.5}, {0.9, 0.6});
    const enclosure<systems::b1> dynamics;
    const auto one = build(whole, dynamics, damping, start);
    const auto other = build(halves, dynamics, damping, start);
    CHECK(one.graph == other.graph);
    CHECK(one.cells == other.cells);
    // And with a refined key: more states, still inside the domain.
    product refined{adaptive_tree<1>{side}, side, {0}};
    const std::uint64_t cut = refined.key_cell(refined.locate({0.85, 0.55}));
    refined.first().bisect(cut, 0);
    const auto finer = build(refined, dynamics, damping, start);
    CHECK(std::any_of(finer.cells.begin(), finer.cells.end(), [&](std::uint64_t c) { return c >= halves.size(); }));
}

TEST_CASE("products that are none are refused") {
    const uniform_grid<1> line{box_of<1>({0.0}, {1.0}), {4}};
    const uniform_grid<2> plane{box_of<2>({0.0, 0.0}, {1.0, 1.0}), {2, 2}};
    CHECK_THROWS_AS((product{plane, line, {0, 0}}), domain_error);
    CHECK_THROWS_AS((product{plane, line, {0, 3}}), domain_error);
    const uniform_grid<3> huge{box_of<3>({0, 0, 0}, {1, 1, 1}), {2'000, 2'000, 2'000}};
    CHECK_THROWS_AS((product{huge, huge, {0, 1, 2}}), domain_error);
}
