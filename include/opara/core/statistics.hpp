/// @file
/// Medians, and how sure they are.
#pragma once

#include <opara/core/config.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI {

/// A median and where the true one lies with a confidence of 95 %.
struct median_estimate {
    double median = 0.0;     ///< of the samples
    double low = 0.0;        ///< the interval's lower end
    double high = 0.0;       ///< the interval's upper end
    std::size_t samples = 0; ///< how many; with fewer than 6 the interval is all of them, and means less than 95 %

    friend bool operator==(const median_estimate&, const median_estimate&) = default;
};

namespace detail {

/// The most samples that a confidence interval of 95 % for the median may leave out on each side of `n` sorted ones.
[[nodiscard]] inline std::size_t samples_left_out(std::size_t n) {
    if (n > 1000) { // 2^-n would soon be 0; the normal distribution is as good here
        return static_cast<std::size_t>(0.5 * static_cast<double>(n) - 0.98 * std::sqrt(static_cast<double>(n)) - 1.0);
    }
    double exactly = std::pow(0.5, static_cast<double>(n)); // probability of so many heads
    double at_most = exactly;                               // of so many or fewer
    std::size_t left_out = 0;
    while (left_out + 1 < n) {
        exactly *= static_cast<double>(n - left_out) / static_cast<double>(left_out + 1);
        at_most += exactly;
        if (at_most > 0.025) {
            break;
        }
        ++left_out;
    }
    return left_out;
}

} // namespace detail

/// The median of samples and its confidence interval by order statistics, which assumes no distribution: the interval
/// leaves out as many samples on each side as a fair coin tossed once a sample shows heads with probability 2.5 % at
/// most.
/// @param samples  at least one
/// Complexity: O(n log n).
[[nodiscard]] inline median_estimate median_of(std::span<const double> samples) {
    OPARA_ASSERT(!samples.empty());
    std::vector<double> sorted(samples.begin(), samples.end());
    std::sort(sorted.begin(), sorted.end());
    const std::size_t n = sorted.size();
    const double median = n % 2 == 1 ? sorted[n / 2] : 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]);
    const std::size_t left_out = detail::samples_left_out(n);
    return {median, sorted[left_out], sorted[n - 1 - left_out], n};
}

/// The median of the ratios a[i] / b[i]: how two things compare that were measured in turn, so that what drifts drifts
/// for both. @param a,b  as many samples of the one as of the other, at least one, none of `b` 0
[[nodiscard]] inline median_estimate paired_ratio(std::span<const double> a, std::span<const double> b) {
    OPARA_ASSERT(a.size() == b.size());
    std::vector<double> ratios;
    ratios.reserve(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        ratios.push_back(a[i] / b[i]);
    }
    return median_of(ratios);
}

} // namespace opara::inline OPARA_ABI
