/// @file
/// The time that a refinement may take, with all calls that it took.
#pragma once

#include <chrono>
#include <limits>
#include <optional>

namespace opara::examples::drl {

/// Counts from its construction on.
class time_budget {
public:
    /// @param limit  in seconds; none: no limit
    explicit time_budget(std::optional<double> limit) : limit_{limit} {}

    /// Earlier calls have spent so many seconds.
    void count(double earlier) noexcept { before_ = earlier; }
    /// What was spent so far.
    [[nodiscard]] double spent() const {
        return before_ + std::chrono::duration<double>(clock::now() - start_).count();
    }
    /// What is left; of no limit, all the time there is.
    [[nodiscard]] double left() const { return limit_ ? *limit_ - spent() : std::numeric_limits<double>::infinity(); }
    /// When nothing is left.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> deadline() const {
        constexpr double ages = 1e9; // a clock cannot tell what is later
        if (!limit_ || left() > ages) {
            return std::nullopt;
        }
        return clock::now() + std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(left()));
    }

private:
    using clock = std::chrono::steady_clock;

    std::optional<double> limit_;
    double before_ = 0;
    clock::time_point start_ = clock::now();
};

} // namespace opara::examples::drl
