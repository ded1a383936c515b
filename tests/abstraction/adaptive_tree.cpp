#include <opara/abstraction/adaptive_tree.hpp>
#include <opara/abstraction/build.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/verify.hpp>
#include <tests/abstraction/brute_force.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

// x' = x / 2 + u.
struct halving {
    static constexpr std::size_t dimension = 1;
    using action = double;
    template <class T>
    std::array<T, 1> operator()(const std::array<T, 1>& x, double u) const {
        return {static_cast<T>(0.5) * x[0] + static_cast<T>(u)};
    }
};

const uniform_grid<2> coarse{box_of<2>({0.0, -1.0}, {1.0, 1.0}), {3, 2}};

// Cuts random cells at random dimensions, in the middle or anywhere.
template <std::size_t N>
void cut_at_random(adaptive_tree<N>& tree, int count, random_source& random) {
    for (int k = 0; k < count; ++k) {
        const std::uint64_t cell = random.below(static_cast<std::size_t>(tree.size()));
        const std::size_t i = random.below(N);
        const box<N> before = tree.cell_box(cell);
        const std::uint64_t size = tree.size();
        const double part = random.unit();
        const double x = before[i].lower() * (1 - part) + before[i].upper() * part;
        const bool middle = random.chance(0.5) || !(before[i].lower() < x && x < before[i].upper());
        const double at = middle ? before[i].middle() : x;
        const std::uint64_t above = middle ? tree.bisect(cell, i) : tree.cut(cell, i, x);
        REQUIRE(above == size);
        REQUIRE(tree.size() == size + 1);
        box<N> lower = before;
        box<N> upper = before;
        lower[i] = interval{before[i].lower(), at};
        upper[i] = interval{at, before[i].upper()};
        REQUIRE(tree.cell_box(cell) == lower);
        REQUIRE(tree.cell_box(above) == upper);
    }
}

} // namespace

TEST_CASE("a tree that was not cut is its grid") {
    const adaptive_tree<2> tree{coarse};
    CHECK(tree.size() == 6);
    CHECK(tree.cell_box(4) == coarse.cell_box(4));
    test::check_partition(tree, 1, 500);
}

TEST_CASE("cut at random, a tree is what the definition says") {
    random_source random{2};
    adaptive_tree<2> plane{coarse};
    for (int round = 0; round < 5; ++round) {
        cut_at_random(plane, 25, random);
        test::check_partition(plane, random.next(), 300);
    }
    adaptive_tree<3> space{uniform_grid<3>::by_width(box_of<3>({-2.5, 0.0, -0.09}, {2.5, 0.7, 0.09}), {2.0, 0.3, 0.1})};
    cut_at_random(space, 150, random);
    test::check_partition(space, 3, 500);
    adaptive_tree<1> line{uniform_grid<1>{box_of<1>({0.0}, {1.0}), {1}}};
    cut_at_random(line, 100, random);
    test::check_partition(line, 4, 1'000);
}

TEST_CASE("cells that are not cut keep their numbers, and a point on a cut belongs above it") {
    adaptive_tree<2> tree{coarse};
    const point<2> x{0.5, -0.5};
    CHECK(tree.locate(x) == 2);
    CHECK(tree.bisect(2, 0) == 6);
    CHECK(tree.locate(x) == 6); // on the cut
    CHECK(tree.locate({std::nextafter(0.5, 0.0), -0.5}) == 2);
    CHECK(tree.locate({0.1, -0.5}) == 0);
    const std::array<std::size_t, 2> both{0, 1};
    CHECK(tree.bisect(6, both) == std::vector<std::uint64_t>{6, 7, 8, 9});
    CHECK(tree.size() == 10);
    CHECK(tree.locate({1.0, 1.0}) == 5);
    CHECK(tree.outside() == adaptive_tree<2>{coarse}.outside());
    CHECK(tree.locate({1.0, 1.5}) == tree.outside());
    const adaptive_tree<2> copy = tree;
    CHECK(copy == tree);
    tree.bisect(0, 1);
    CHECK(copy != tree);
}

TEST_CASE("a tree can be made again from its cuts") {
    random_source random{5};
    adaptive_tree<2> tree{coarse};
    CHECK(tree.cuts().empty());
    CHECK(tree.bisect(2, 0) == 6);
    CHECK(tree.cut(6, 1, -0.25) == 7);
    CHECK(tree.cut(2, 1, -0.75) == 8);
    CHECK(tree.cuts() == std::vector<cell_cut>{{2, 0, 0.5}, {6, 1, -0.25}, {2, 1, -0.75}});
    cut_at_random(tree, 300, random);
    const std::vector<cell_cut> cuts = tree.cuts();
    CHECK(cuts.size() == 303);
    CHECK(adaptive_tree<2>{coarse, cuts} == tree);
    // The first of them are an earlier tree.
    const adaptive_tree<2> earlier{coarse, std::span{cuts}.first(100)};
    CHECK(earlier.size() == 106);
    CHECK(earlier.cuts() == std::vector<cell_cut>{cuts.begin(), cuts.begin() + 100});
}

TEST_CASE("cuts that cannot be made are refused, and the message says which") {
    const auto refuses = [&](std::vector<cell_cut> cuts, const std::string& why) {
        try {
            const adaptive_tree<2> tree{coarse, cuts};
            FAIL("not refused");
        } catch (const domain_error& e) {
            CHECK_MESSAGE(std::string{e.what()}.find(why) != std::string::npos, e.what());
        }
    };
    refuses({{2, 0, 0.5}, {7, 0, 0.6}}, "cut 1, of cell 7 in dimension 0: there are 7 cells in 2 dimensions");
    refuses({{2, 2, 0.5}}, "cut 0, of cell 2 in dimension 2");
    refuses({{2, 0, 0.5}, {2, 0, 0.5}}, "cut 1: cell 2 cannot be cut in dimension 0");
    refuses({{2, 0, std::numeric_limits<double>::quiet_NaN()}}, "cut 0: ");
}

TEST_CASE("what cannot be cut is refused, and nothing has changed") {
    adaptive_tree<1> tree{uniform_grid<1>{box_of<1>({1.0}, {2.0}), {1}}};
    std::uint64_t cell = 0;
    while (true) { // until no double lies between the cell's ends
        const adaptive_tree<1> before = tree;
        try {
            cell = tree.bisect(cell, 0);
        } catch (const domain_error&) {
            CHECK(tree == before);
            break;
        }
        REQUIRE(tree.size() < 100);
    }
    CHECK(tree.size() == 53);
    CHECK(tree.locate({std::nextafter(2.0, 1.0)}) == cell);
    CHECK_THROWS_AS(tree.cut(0, 0, 1.0), domain_error);
    CHECK_THROWS_AS(tree.cut(0, 0, std::numeric_limits<double>::quiet_NaN()), domain_error);
}

TEST_CASE("a grid of any size costs what was cut") {
    const uniform_grid<4> huge{box_of<4>({-10, -10, -10, -10}, {10, 10, 10, 10}), {200, 200, 200, 200}};
    adaptive_tree<4> tree{huge};
    CHECK(tree.size() == 1'600'000'000);
    const point<4> x{1.23, 4.56, -7.89, 0.12};
    for (int k = 0; k < 20; ++k) {
        const std::array<std::size_t, 4> all{0, 1, 2, 3};
        tree.bisect(tree.locate(x), all);
    }
    CHECK(tree.size() == 1'600'000'300);
    const box<4> around = tree.cell_box(tree.locate(x));
    CHECK(around.contains(x));
    CHECK(around[2].upper() - around[2].lower() == doctest::Approx(0.1 * 0x1p-20).epsilon(1e-6));
}

TEST_CASE("refining where it matters proves what the grid does not") {
    // x' = x / 2 + 0.1 from [0, 10]: on cells of 1 it is not clear that runs get below 0.5, and stay.
    adaptive_tree<1> tree{uniform_grid<1>{box_of<1>({0.0}, {10.0}), {10}}};
    const each_cell pilot{[](const box<1>&) { return 0.1; }};
    const build_options<1> labels{.labels = {{"low", box_of<1>({0.0}, {0.5})}}};
    const auto proved = [&] {
        const auto built = build(tree, enclosure<halving>{}, pilot, tree.domain(), labels);
        return check(built, parse_formula("AF AG low")).what == conclusion::proved;
    };
    // [0.5, 1] and [1, 2] meet their own images, so there the abstraction can stay for ever.
    CHECK_FALSE(proved());
    const std::uint64_t upper = tree.bisect(0, 0);
    tree.bisect(upper, 0);
    CHECK_FALSE(proved());
    tree.bisect(1, 0);
    CHECK(proved());
    CHECK(tree.size() == 13);
}
