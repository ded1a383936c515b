/// @file
/// Partitions against their definition: every cell tried.
#pragma once

#include <opara/abstraction/partition.hpp>
#include <opara/testing/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace opara::abstraction::test {

/// Whether a cell, lower faces in and upper ones out but for the domain's, has a point in a box.
template <partition P>
bool has_point_in(const P& p, std::uint64_t cell, const box<P::dimension>& b) {
    const box<P::dimension> c = p.cell_box(static_cast<decltype(p.size())>(cell));
    const box<P::dimension> domain = p.domain();
    bool common = true;
    for (std::size_t i = 0; i < P::dimension; ++i) {
        const bool is_last = c[i].upper() == domain[i].upper();
        common = common && c[i].lower() <= b[i].upper() &&
                 (is_last ? b[i].lower() <= c[i].upper() : b[i].lower() < c[i].upper());
    }
    return common;
}

/// A point in or near the domain: often on a face, or next to one.
template <partition P>
point<P::dimension> point_near(const P& p, testing::random_source& random) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    const box<P::dimension> domain = p.domain();
    point<P::dimension> x;
    for (std::size_t i = 0; i < P::dimension; ++i) {
        const auto cell = static_cast<decltype(p.size())>(random.below(static_cast<std::size_t>(p.size())));
        const interval side = p.cell_box(cell)[i];
        const double face = random.chance(0.5) ? side.lower() : side.upper();
        switch (random.below(6)) {
        case 0: x[i] = face; break;
        case 1: x[i] = std::nextafter(face, inf); break;
        case 2: x[i] = std::nextafter(face, -inf); break;
        case 3: x[i] = side.middle(); break;
        default:
            const double width = domain[i].upper() - domain[i].lower();
            x[i] = domain[i].lower() - 0.05 * width + random.unit() * 1.1 * width;
        }
    }
    return x;
}

/// Points have one cell each, overlaps are complete and name nothing twice, and cells tile the domain.
template <partition P>
void check_partition(const P& p, std::uint64_t seed, int count) {
    constexpr std::size_t n = P::dimension;
    testing::random_source random{seed};
    double volume = 0;
    for (std::uint64_t cell = 0; cell < p.size(); ++cell) {
        const box<n> b = p.cell_box(static_cast<decltype(p.size())>(cell));
        double product = 1;
        for (std::size_t i = 0; i < n; ++i) {
            const interval whole = box<n>{p.domain()}[i];
            product *= (b[i].upper() - b[i].lower()) / (whole.upper() - whole.lower());
        }
        volume += product;
        REQUIRE(p.locate(b.middle()) == cell);
    }
    CHECK(volume == doctest::Approx(1).epsilon(1e-9));
    for (int k = 0; k < count; ++k) {
        const point<n> x = point_near(p, random);
        const point<n> y = point_near(p, random);
        std::uint64_t owner = p.outside();
        int owners = 0;
        box<n> at;
        box<n> between;
        for (std::size_t i = 0; i < n; ++i) {
            at[i] = interval{x[i]};
            between[i] = interval{std::min(x[i], y[i]), std::max(x[i], y[i])};
        }
        std::vector<std::uint64_t> expected;
        for (std::uint64_t cell = 0; cell < p.size(); ++cell) {
            if (has_point_in(p, cell, at)) {
                owner = cell;
                ++owners;
            }
            if (has_point_in(p, cell, between)) {
                expected.push_back(cell);
            }
        }
        REQUIRE(owners == (box<n>{p.domain()}.contains(x) ? 1 : 0));
        REQUIRE(p.locate(x) == owner);
        std::vector<std::uint64_t> found;
        p.for_each_overlap(between, [&](std::uint64_t cell) { found.push_back(cell); });
        if (!box<n>{p.domain()}.contains(between)) {
            REQUIRE(!found.empty());
            REQUIRE(found.back() == p.outside());
            found.pop_back();
        }
        std::sort(found.begin(), found.end());
        REQUIRE(found == expected);
    }
}

} // namespace opara::abstraction::test
