/// @file
/// Linear images of boxes.
#pragma once

#include <opara/abstraction/box.hpp>

#include <array>
#include <cstddef>

namespace opara::inline OPARA_ABI::abstraction {

/// A linear map of the state space into itself, each of whose coefficients is known up to an interval.
template <std::size_t N>
struct linear_image {
    std::array<std::array<interval, N>, N> rows{}; ///< the coefficients, image after image

    /// A box that contains the image of each point of b; the smallest one but for what is not known of the coefficients
    /// and for rounding. O(N^2).
    [[nodiscard]] constexpr box<N> of(const box<N>& b) const noexcept {
        box<N> image;
        for (std::size_t i = 0; i < N; ++i) {
            interval sum;
            for (std::size_t j = 0; j < N; ++j) {
                if (rows[i][j] != interval{}) { // 0 times an infinite side is no number
                    sum = sum + rows[i][j] * b[j];
                }
            }
            image[i] = sum;
        }
        return image;
    }

    friend constexpr bool operator==(const linear_image&, const linear_image&) = default;
};

} // namespace opara::inline OPARA_ABI::abstraction
