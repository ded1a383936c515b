#include <opara/testing/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace testing = opara::testing;

TEST_CASE("the numbers are those of SplitMix64 everywhere") {
    // The reference sequence for seed 1234567, as published with the algorithm.
    testing::random_source random{1234567};
    CHECK(random.next() == 6457827717110365317U);
    CHECK(random.next() == 3203168211198807973U);
    CHECK(random.next() == 9817491932198370423U);
    CHECK(random.next() == 4593380528125082431U);
    CHECK(random.next() == 16408922859458223821U);
}

TEST_CASE("ranges are kept and reached") {
    testing::random_source random{1};
    std::array<int, 5> seen{};
    for (int i = 0; i < 1000; ++i) {
        const std::size_t x = random.between(3, 7);
        REQUIRE(x >= 3);
        REQUIRE(x <= 7);
        ++seen[x - 3];
        const double u = random.unit();
        REQUIRE(u >= 0.0);
        REQUIRE(u < 1.0);
    }
    for (const int count : seen) {
        CHECK(count > 140); // 200 expected, standard deviation 13
        CHECK(count < 260);
    }
}

TEST_CASE("a shuffle is a permutation, and every permutation comes up") {
    std::array<int, 6> seen{};
    testing::random_source random{2};
    for (int i = 0; i < 6000; ++i) {
        std::array<int, 3> a{0, 1, 2};
        random.shuffle(std::span<int>{a});
        int rank = 0;
        std::array<int, 3> sorted{0, 1, 2};
        while (sorted != a) {
            REQUIRE(std::next_permutation(sorted.begin(), sorted.end()));
            ++rank;
        }
        ++seen[static_cast<std::size_t>(rank)];
    }
    for (const int count : seen) {
        CHECK(count > 850); // 1000 expected, standard deviation 29
        CHECK(count < 1150);
    }
}
