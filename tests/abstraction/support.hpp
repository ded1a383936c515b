/// @file
/// What the tests of the abstraction share.
#pragma once

#include <opara/abstraction/box.hpp>
#include <opara/testing/random.hpp>
#include <tests/support/skip.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <optional>

namespace opara::abstraction::test {

/// How many samples a property gets: 10^5, or what the environment variable OPARA_SAMPLES says.
inline std::size_t samples() {
    const char* const asked = std::getenv("OPARA_SAMPLES");
    return asked != nullptr ? static_cast<std::size_t>(std::strtoull(asked, nullptr, 10)) : 100'000;
}

/// The mutation: intervals that do not round outward.
struct nearest {
    static constexpr double below(double x) { return x; }
    static constexpr double above(double x) { return x; }
    static constexpr double add_down(double a, double b) { return a + b; }
    static constexpr double add_up(double a, double b) { return a + b; }
    static constexpr double down(double x) { return x; }
    static constexpr double up(double x) { return x; }
    static constexpr double function_down(double x) { return x; }
    static constexpr double function_up(double x) { return x; }
};

/// A double of an interval: an end as often as one inside.
inline double point_of(const interval& x, testing::random_source& random) {
    switch (random.below(4)) {
    case 0: return x.lower();
    case 1: return x.upper();
    default: return std::clamp(x.lower() + random.unit() * (x.upper() - x.lower()), x.lower(), x.upper());
    }
}

/// A point of a box: corners, edges and faces as often as the inside.
template <std::size_t N>
point<N> point_of(const box<N>& b, testing::random_source& random) {
    point<N> x;
    for (std::size_t i = 0; i < N; ++i) {
        x[i] = point_of(b[i], random);
    }
    return x;
}

/// The folder with the trained controllers (environment variable OPARA_NETS), or nothing, said aloud as a skip.
inline std::optional<std::filesystem::path> nets_or_skip() {
    const char* const folder = std::getenv("OPARA_NETS");
    if (folder == nullptr || !std::filesystem::is_directory(folder)) {
        opara::test::skip("the environment variable OPARA_NETS does not name a folder with trained controllers");
        return std::nullopt;
    }
    return folder;
}

} // namespace opara::abstraction::test
