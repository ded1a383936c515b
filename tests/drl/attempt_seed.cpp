#include <examples/drl/training/attempt_seed.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <unordered_set>

using opara::examples::drl::attempt_seed;

TEST_CASE("a training that needs one attempt has its own seed") {
    for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{7}, UINT64_MAX}) {
        CHECK(attempt_seed(seed, 0) == seed);
    }
}

TEST_CASE("no two trainings share an attempt") {
    std::unordered_set<std::uint64_t> seen;
    constexpr std::uint64_t seeds = 1000;
    constexpr std::size_t attempts = 100;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        for (std::size_t attempt = 0; attempt < attempts; ++attempt) {
            seen.insert(attempt_seed(seed, attempt));
        }
    }
    CHECK(seen.size() == seeds * attempts);
}

TEST_CASE("the seeds are the same everywhere") {
    CHECK(attempt_seed(1, 1) == 9716232063330790915U); // computed apart
}
