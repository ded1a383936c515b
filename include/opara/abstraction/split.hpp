/// @file
/// Cutting sides and boxes into parts of a given width.
#pragma once

#include <opara/abstraction/box.hpp>
#include <opara/abstraction/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {

inline constexpr std::size_t most_breakpoints = std::size_t{1} << 28U; // two gigabytes of them

[[nodiscard]] inline double round_to_decimals(double x) noexcept {
    const double scaled = x * 1e10;
    return std::abs(scaled) < 0x1p52 ? std::nearbyint(scaled) / 1e10 : x;
}

// The ends of a side and the points between them where it is cut, ascending: each `round(previous + width, 10
// decimals)`, so the last part may be narrower. Throws domain_error, with the dimension.
[[nodiscard]] inline std::vector<double> breakpoints_by_width(const interval& side, double width, std::size_t i) {
    const double high = side.upper();
    if (!(width > 0 && width <= largest) || !((high - side.lower()) / width < static_cast<double>(most_breakpoints))) {
        throw domain_error{"dimension " + std::to_string(i) + " cannot have cells of width " + number_text(width), i};
    }
    std::vector<double> b{side.lower()};
    while (b.back() < high) {
        const double next = std::min(round_to_decimals(b.back() + width), high);
        if (!(next > b.back())) {
            throw domain_error{"dimension " + std::to_string(i) + " has cells without width", i};
        }
        b.push_back(next);
    }
    return b;
}

} // namespace detail

/// A box cut into boxes of given widths, by the rule of `uniform_grid::by_width` from its own lower corner; together
/// they are the box, and neighbours share a face. A side without width stays whole. Ordered, the last dimension
/// fastest.
/// @throws domain_error  a width is not a positive number, a side is infinite or gets more than 2^28 parts, or parts
///         without width; carries the dimension
/// Complexity: O(N parts).
template <std::size_t N>
[[nodiscard]] std::vector<box<N>> split(const box<N>& b, const point<N>& widths) {
    std::vector<box<N>> parts{b};
    for (std::size_t i = 0; i < N; ++i) {
        if (b[i].lower() == b[i].upper()) {
            continue;
        }
        const std::vector<double> cuts = detail::breakpoints_by_width(b[i], widths[i], i);
        std::vector<box<N>> finer;
        finer.reserve(parts.size() * (cuts.size() - 1));
        for (const box<N>& part : parts) {
            for (std::size_t k = 0; k + 1 < cuts.size(); ++k) {
                finer.push_back(part);
                finer.back()[i] = interval::unchecked(cuts[k], cuts[k + 1]);
            }
        }
        parts = std::move(finer);
    }
    return parts;
}

} // namespace opara::inline OPARA_ABI::abstraction
