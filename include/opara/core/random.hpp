/// @file
/// Pseudo-random numbers that are the same with every compiler and standard library.
#pragma once

#include <opara/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace opara::inline OPARA_ABI {

/// A small generator (SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
/// `<random>` would do, but its distributions differ from one standard library to the next, and what a search found or
/// a test failed with by seed 7 must be found by seed 7 everywhere.
class random_source {
public:
    /// Equal seeds give equal numbers.
    explicit constexpr random_source(std::uint64_t seed) noexcept : state_{seed} {}

    /// The next 64 bits.
    constexpr std::uint64_t next() noexcept {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }
    /// A number in [0, limit). @pre limit is not 0
    ///
    /// By remainder: the bias is below limit / 2^64, far under what any test could see.
    constexpr std::size_t below(std::size_t limit) noexcept {
        OPARA_ASSERT(limit != 0);
        return static_cast<std::size_t>(next() % limit);
    }
    /// A number in [low, high]. @pre low <= high
    constexpr std::size_t between(std::size_t low, std::size_t high) noexcept { return low + below(high - low + 1); }
    /// A real number in [0, 1).
    constexpr double unit() noexcept { return static_cast<double>(next() >> 11U) * 0x1p-53; }
    /// True with this probability.
    constexpr bool chance(double probability) noexcept { return unit() < probability; }

    /// Brings the elements into a random order, each equally likely (Fisher and Yates). O(elements).
    template <class T>
    constexpr void shuffle(std::span<T> elements) noexcept {
        for (std::size_t left = elements.size(); left > 1; --left) {
            using std::swap;
            swap(elements[left - 1], elements[below(left)]);
        }
    }

    /// Where it stands: a source with this seed goes on as this one does.
    [[nodiscard]] constexpr std::uint64_t state() const noexcept { return state_; }

    friend bool operator==(const random_source&, const random_source&) = default;

private:
    std::uint64_t state_;
};

} // namespace opara::inline OPARA_ABI
