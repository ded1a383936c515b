/// @file
/// How long a search may take, and how it tells where it stands.
#pragma once

#include <opara/core/config.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace opara::inline OPARA_ABI::search {

/// What a search may spend; it stops at the first that is used up. What it begins with is always worked out.
struct budget {
    double seconds = std::numeric_limits<double>::infinity();    ///< on the clock
    std::size_t steps = std::numeric_limits<std::size_t>::max(); ///< moves; as many give the same plan everywhere
};

/// Where a search stands.
struct progress {
    std::size_t steps = 0;      ///< moves that were tried so far
    double seconds = 0.0;       ///< since the search began
    double best_us = 0.0;       ///< the fastest plan so far
    double policy_us = 0.0;     ///< the fastest plan of a policy
    double sequential_us = 0.0; ///< the sequential plan
};

/// What whoever is told of progress answers.
enum class go : std::uint8_t { on, stop };

/// Why a search ended.
enum class ending : std::uint8_t {
    budget,      ///< it used up what it may spend
    stopped,     ///< it was told to stop
    nothing_left ///< every piece is at its lower bound, or nothing can be chosen
};

/// Takes no notice of progress.
struct always_on {
    /// @return to go on
    constexpr go operator()(const progress&) const noexcept { return go::on; }
};

/// The time since it was made.
class stopwatch {
public:
    /// In seconds.
    [[nodiscard]] double seconds() const noexcept {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    }

private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

} // namespace opara::inline OPARA_ABI::search
