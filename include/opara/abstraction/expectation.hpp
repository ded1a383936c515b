/// @file
/// Expectations over distributions of which only bounds are known.
#pragma once

#include <opara/abstraction/interval_process.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction::detail {

// The least or largest expectation of numbers from [0, 1] over the distributions of a choice: every branch gets its
// lower bound, and what is left of 1 goes to the best ones first. A bound from below (Up false) or above.
//
// With exact numbers, the part beyond the lower bounds is g(r, w): mass r spread over room w, best values first. g
// grows with r, because values are not negative. More room makes the largest one larger and the least one smaller. So r
// is rounded the way of the result, w that way for the largest one and the other way for the least one, and each
// product and sum the way of the result; mass that finds no room in the rounded w lies somewhere, where the value is at
// most the worst one that was tried last.
template <bool Most, bool Up>
class expectation {
public:
    [[nodiscard]] double operator()(std::span<const branch> choice, const std::vector<double>& values) {
        if (choice.size() == 1) {
            return values[choice[0].target.index()]; // its probability is 1
        }
        sorted_.clear();
        double given = 0;
        for (const branch& b : choice) {
            sorted_.push_back({values[b.target.index()], b.probability.lower(), b.probability.upper()});
            given = add<!Up>(given, b.probability.lower());
        }
        std::sort(sorted_.begin(), sorted_.end(),
                  [](const item& a, const item& b) { return Most ? a.value > b.value : a.value < b.value; });
        double left = std::max(0.0, add<Up>(1.0, -given));
        double sum = 0;
        for (const item& i : sorted_) {
            const double more = std::min(left, std::max(0.0, add<(Most == Up)>(i.upper, -i.lower)));
            left = std::max(0.0, add<Up>(left, -more));
            sum = add<Up>(sum, times(add<Up>(i.lower, more), i.value));
        }
        if (!Most && Up) {
            sum = add<Up>(sum, times(left, sorted_.back().value));
        }
        return std::clamp(sum, 0.0, 1.0);
    }

private:
    struct item {
        double value;
        double lower;
        double upper;
    };
    template <bool RoundUp>
    [[nodiscard]] static double add(double a, double b) noexcept {
        return RoundUp ? outward::add_up(a, b) : outward::add_down(a, b);
    }
    [[nodiscard]] static double times(double a, double b) noexcept {
        return a == 0 || b == 0 ? 0.0 : Up ? outward::up(a * b) : std::max(0.0, outward::down(a * b));
    }

    std::vector<item> sorted_;
};

} // namespace opara::inline OPARA_ABI::abstraction::detail
