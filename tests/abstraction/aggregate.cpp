#include <opara/abstraction/aggregate.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// By the definition: every pair, until nothing changes.
template <std::size_t N>
std::vector<box<N>> merged_by_hand(const std::vector<box<N>>& boxes, const point<N>& nearness, const point<N>& gap) {
    std::vector<std::size_t> component(boxes.size());
    for (std::size_t k = 0; k < boxes.size(); ++k) {
        component[k] = k;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t a = 0; a < boxes.size(); ++a) {
            for (std::size_t b = 0; b < boxes.size(); ++b) {
                if (component[a] > component[b] && are_near(boxes[a], boxes[b], nearness, gap)) {
                    component[a] = component[b];
                    changed = true;
                }
            }
        }
    }
    std::vector<box<N>> result;
    for (std::size_t k = 0; k < boxes.size(); ++k) {
        if (component[k] != k) {
            continue;
        }
        box<N> b = boxes[k];
        for (std::size_t other = k; other < boxes.size(); ++other) {
            b = component[other] == k ? hull(b, boxes[other]) : b;
        }
        result.push_back(b);
    }
    return result;
}

// Bounds on a coarse lattice, some a little off it, so that all kinds of nearness are common.
template <std::size_t N>
std::vector<box<N>> random_boxes(std::size_t count, random_source& random) {
    const auto coordinate = [&] { return static_cast<double>(random.below(8)) + (random.chance(0.3) ? 0.01 : 0.0); };
    std::vector<box<N>> boxes(count);
    for (box<N>& b : boxes) {
        for (std::size_t i = 0; i < N; ++i) {
            const double low = coordinate();
            b[i] = interval{low, low + (random.chance(0.1) ? 0.0 : random.chance(0.7) ? 1.0 : coordinate())};
            if (random.chance(0.02)) {
                b[i] = interval{random.chance(0.5) ? -infinity : b[i].lower(), infinity};
            }
        }
    }
    return boxes;
}

template <std::size_t N>
void check_random(const point<N>& nearness, std::uint64_t seed, const point<N>& gap = {}) {
    random_source random{seed};
    aggregator<N> aggregate{nearness, gap};
    std::size_t merged = 0;
    for (int k = 0; k < 1'500; ++k) {
        std::vector<box<N>> boxes = random_boxes<N>(random.below(40), random);
        const std::vector<box<N>> before = boxes;
        const std::vector<box<N>> expected = merged_by_hand(boxes, nearness, gap);
        aggregate.merge(boxes);
        REQUIRE(boxes == expected);
        merged += before.size() - boxes.size();
        for (const box<N>& b : before) {
            REQUIRE(std::any_of(boxes.begin(), boxes.end(), [&](const box<N>& a) { return a.contains(b); }));
        }
    }
    CHECK(merged > 500);
}

} // namespace

TEST_CASE("near: all bounds close, or one box inside the other, or neighbours in one dimension") {
    const point<2> delta{0.1, 0.2};
    const auto unit = box_of<2>({0.0, 0.0}, {1.0, 1.0});
    CHECK(are_near(unit, unit, delta));
    CHECK(are_near(unit, box_of<2>({0.09, -0.19}, {1.09, 0.81}), delta));
    CHECK(are_near(unit, box_of<2>({0.2, 0.2}, {0.8, 0.8}), delta));
    CHECK(are_near(box_of<2>({0.2, 0.2}, {0.8, 0.8}), unit, delta));
    CHECK(are_near(unit, box_of<2>({1.05, 0.0}, {3.0, 1.0}), delta));
    CHECK(are_near(unit, box_of<2>({0.0, 1.15}, {1.0, 1.2}), delta));
    CHECK(are_near(unit, box_of<2>({0.5, 0.1}, {3.0, 0.9}), delta)); // overlap in one, close in the other
    CHECK_FALSE(are_near(unit, box_of<2>({1.15, 0.0}, {3.0, 1.0}), delta));
    CHECK_FALSE(are_near(unit, box_of<2>({0.5, 0.5}, {1.5, 1.5}), delta)); // differ in two
    CHECK_FALSE(are_near(unit, box_of<2>({0.0, -2.0}, {1.0, -0.3}), delta));
    // Infinite bounds are equal or far.
    const box<2> half{{interval{0.0, 1.0}, interval{0.0, infinity}}};
    CHECK(are_near(half, box<2>{{interval{1.0, 2.0}, half[1]}}, delta));
    CHECK(are_near(half, unit, delta));
    CHECK_FALSE(are_near(half, box_of<2>({0.5, -5.0}, {1.5, -1.0}), delta));
}

TEST_CASE("near over a gap: in one dimension, as far as that allows, and close in the others") {
    const point<2> delta{0.1, 0.2};
    const auto unit = box_of<2>({0.0, 0.0}, {1.0, 1.0});
    const auto right = box_of<2>({3.0, 0.1}, {3.5, 0.9});
    CHECK_FALSE(are_near(unit, right, delta));
    CHECK_FALSE(are_near(unit, right, delta, {1.9, infinity}));
    CHECK(are_near(unit, right, delta, {2.0, 0.0}));
    CHECK(are_near(right, unit, delta, {infinity, 0.0}));
    CHECK_FALSE(are_near(unit, box_of<2>({3.0, 0.3}, {3.5, 0.9}), delta, {infinity, infinity})); // differs in both
    CHECK(are_near(unit, box_of<2>({1.05, 0.0}, {3.0, 1.0}), delta, {0.01, 0.0}));               // nearness is enough
}

TEST_CASE("components are those of all pairs, in the order of their first members") {
    check_random<1>({0.0}, 1);
    check_random<2>({0.0, 0.0}, 2);
    check_random<2>({0.02, 0.02}, 3);
    check_random<3>({0.5, 0.0, 0.02}, 4);
    check_random<4>({0.02, 1.0, 0.02, 1.0}, 5);
}

TEST_CASE("components over gaps are those of all pairs, too") {
    check_random<1>({0.0}, 6, {1.5});
    check_random<1>({0.02}, 7, {infinity});
    check_random<2>({0.02, 0.02}, 8, {infinity, infinity});
    check_random<2>({0.0, 0.02}, 9, {2.5, 0.0}); // in one dimension only
    check_random<3>({0.02, 0.0, 0.5}, 10, {infinity, infinity, infinity});
    check_random<4>({0.02, 1.0, 0.02, 1.0}, 11, {0.0, infinity, 3.0, 0.5}); // the last is less than the nearness
}

TEST_CASE("a part of a list is merged alone") {
    std::vector<box<1>> boxes{box_of<1>({0.0}, {1.0}), box_of<1>({1.0}, {2.0}), box_of<1>({2.0}, {3.0}),
                              box_of<1>({5.0}, {6.0})};
    aggregator<1> aggregate{{0.0}};
    aggregate.merge(boxes, 1);
    CHECK(boxes == std::vector<box<1>>{box_of<1>({0.0}, {1.0}), box_of<1>({1.0}, {3.0}), box_of<1>({5.0}, {6.0})});
    aggregate.merge(boxes, 3);
    CHECK(boxes.size() == 3);
    aggregate.merge(boxes);
    CHECK(boxes == std::vector<box<1>>{box_of<1>({0.0}, {3.0}), box_of<1>({5.0}, {6.0})});
}

TEST_CASE("a nearness that is none is refused") {
    CHECK_THROWS_WITH_AS((aggregator<2>{{0.0, -1.0}}),
                         "the nearness of dimension 1 must be a number that is at least 0, and is -1", domain_error);
    CHECK_THROWS_AS((aggregator<2>{{0.0, std::numeric_limits<double>::quiet_NaN()}}), domain_error);
    CHECK_THROWS_AS((aggregator<2>{{infinity, 0.0}}), domain_error);
    CHECK_THROWS_WITH_AS((aggregator<2>{{0.0, 0.0}, {-1.0, 0.0}}),
                         "the gap of dimension 0 must be a number that is at least 0, and is -1", domain_error);
    CHECK_THROWS_AS((aggregator<1>{{0.0}, {std::numeric_limits<double>::quiet_NaN()}}), domain_error);
}
