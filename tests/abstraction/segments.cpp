#include <opara/abstraction/segments.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

using opara::abstraction::detail::segments;

namespace {

segments<std::uint32_t> counted_to(std::uint32_t count) {
    segments<std::uint32_t> all;
    for (std::uint32_t k = 0; k < count; ++k) {
        all.push_back(k);
    }
    return all;
}

} // namespace

TEST_CASE("segments have what was put in, in its order, wherever one segment ends") {
    for (const std::uint32_t count : {0U, 1U, 63U, 64U, 65U, 127U, 128U, 129U, 256U, 257U, 100'000U}) {
        segments<std::uint32_t> all = counted_to(count);
        CHECK(all.size() == count);
        CHECK(all.empty() == (count == 0));
        bool same = true;
        for (std::uint32_t k = 0; k < count; ++k) {
            same = same && all[k] == k;
        }
        CHECK(same);
        std::vector<std::uint32_t> expected(count);
        std::iota(expected.begin(), expected.end(), 0U);
        for (const std::size_t first : {0U, 1U, 60U, 64U, 200U}) {
            if (first <= count) {
                std::vector<std::uint32_t> read(count - first);
                all.read(first, read);
                CHECK(read == std::vector<std::uint32_t>(expected.begin() + static_cast<std::ptrdiff_t>(first),
                                                         expected.end()));
            }
        }
        CHECK(all.release() == expected);
        CHECK(all.empty());
        all.push_back(7); // and it begins anew
        CHECK(all[0] == 7);
    }
}

TEST_CASE("references stay valid while segments grow, and a copy grows on its own") {
    segments<std::uint32_t> all = counted_to(100);
    std::uint32_t& first = all[0];
    std::uint32_t& last = all[99];
    segments<std::uint32_t> copy = all;
    for (std::uint32_t k = 0; k < 10'000; ++k) {
        all.push_back(k);
        copy.push_back(k + 1);
    }
    first = 41;
    last = 42;
    CHECK(all[0] == 41);
    CHECK(all[99] == 42);
    CHECK(copy[0] == 0);
    bool same = true;
    for (std::uint32_t k = 0; k < 10'000; ++k) {
        same = same && all[100 + k] == k && copy[100 + k] == k + 1;
    }
    CHECK(same);
}

TEST_CASE("segments beyond the largest size") {
    segments<std::array<std::uint64_t, 16'384>> all; // 128 KiB each, 512 in a segment of 64 MiB
    std::array<std::uint64_t, 16'384> some{};
    for (std::uint64_t k = 0; k < 1'100; ++k) {
        some.front() = k;
        some.back() = ~k;
        all.push_back(some);
    }
    bool same = true;
    for (std::uint64_t k = 0; k < 1'100; ++k) {
        same = same && all[k].front() == k && all[k].back() == ~k;
    }
    CHECK(same);
}
