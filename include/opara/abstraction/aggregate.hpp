/// @file
/// Merging boxes that lie close together.
#pragma once

#include <opara/abstraction/box.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {
// Whether b begins at most `gap` above the end of a. No lower bound is +infinity and no upper one -infinity.
[[nodiscard]] constexpr bool begins_within(const interval& a, const interval& b, double gap) noexcept {
    return b.lower() - a.upper() <= gap;
}
[[nodiscard]] constexpr bool within(double a, double b, double gap) noexcept {
    return !(a - b > gap) & !(b - a > gap); // equal infinite bounds have no difference
}
} // namespace detail

/// Whether two boxes are *near*: one contains the other, or in all dimensions but one, at most, their bounds differ by
/// no more than `nearness`, and in that one they overlap or lie no further apart than that. "Adjacent interval
/// aggregation" of BBReach, arXiv 2211.11127; its code asks for equal bounds in the other dimensions, which outward
/// rounding leaves to chance. O(N).
template <std::size_t N>
[[nodiscard]] constexpr bool are_near(const box<N>& a, const box<N>& b, const point<N>& nearness) noexcept {
    // Without a branch: most pairs are not near, but why is as good as random.
    bool together = true;
    std::size_t differing = 0;
    bool a_inside = true;
    bool b_inside = true;
    for (std::size_t i = 0; i < N; ++i) {
        const bool a_reaches = detail::begins_within(a[i], b[i], nearness[i]);
        const bool b_reaches = detail::begins_within(b[i], a[i], nearness[i]);
        const bool same_lower = detail::within(a[i].lower(), b[i].lower(), nearness[i]);
        const bool same_upper = detail::within(a[i].upper(), b[i].upper(), nearness[i]);
        together &= a_reaches & b_reaches;
        differing += (same_lower & same_upper) ? 0U : 1U;
        b_inside &= a[i].contains(b[i]);
        a_inside &= b[i].contains(a[i]);
    }
    return together & ((differing <= 1) | a_inside | b_inside);
}

/// Merges boxes: those that are connected by a chain of near ones become their bounding box. Keeps its memory from one
/// call to the next.
template <std::size_t N>
class aggregator {
public:
    /// @throws domain_error  a nearness is not a number that is at least 0; carries the dimension
    explicit aggregator(const point<N>& nearness) : nearness_{nearness} {
        for (std::size_t i = 0; i < N; ++i) {
            if (!(nearness[i] >= 0 && nearness[i] <= detail::largest)) {
                throw domain_error{"the nearness of dimension " + std::to_string(i) +
                                       " must be a number that is at least 0, and is " +
                                       detail::number_text(nearness[i]),
                                   i};
            }
        }
    }

    /// Replaces the boxes from position `first` on by the bounding boxes of their connected components, in the order of
    /// each one's first member.
    ///
    /// A sweep along the dimension in which the boxes overlap least: only those are compared that are near in it.
    /// Complexity: O(n log n + pairs that are near in that dimension).
    void merge(std::vector<box<N>>& boxes, std::size_t first = 0) {
        const std::size_t count = boxes.size() - first;
        if (count < 2) {
            return;
        }
        box<N>* const all = boxes.data() + first;
        parent_.resize(count);
        place_.resize(count);
        std::iota(parent_.begin(), parent_.end(), 0U);
        if (count <= few) {
            for (std::size_t k = 1; k < count; ++k) {
                for (std::size_t other = 0; other < k; ++other) {
                    compare(all[other], all[k], other, k);
                }
            }
        } else {
            sweep(all, count);
        }
        std::size_t kept = 0;
        for (std::size_t k = 0; k < count; ++k) {
            const std::uint32_t leader = find(static_cast<std::uint32_t>(k));
            if (leader == k) {
                place_[k] = static_cast<std::uint32_t>(kept);
                all[kept++] = all[k];
            } else {
                all[place_[leader]] = hull(all[place_[leader]], all[k]);
            }
        }
        boxes.resize(first + kept);
    }

private:
    static constexpr std::size_t few = 8; // to sort so few costs more than to compare all pairs

    void compare(const box<N>& a, const box<N>& b, std::size_t number_a, std::size_t number_b) noexcept {
        if (are_near(a, b, nearness_)) {
            const std::uint32_t x = find(static_cast<std::uint32_t>(number_a));
            const std::uint32_t y = find(static_cast<std::uint32_t>(number_b));
            parent_[std::max(x, y)] = std::min(x, y); // so that a component's leader is its first member
        }
    }
    void sweep(const box<N>* all, std::size_t count) {
        const std::size_t i = sweep_dimension(all, count);
        order_.resize(count);
        for (std::size_t k = 0; k < count; ++k) {
            order_[k] = {all[k][i].lower(), static_cast<std::uint32_t>(k)};
        }
        std::sort(order_.begin(), order_.end());
        sorted_.clear();
        for (const auto& [lower, number] : order_) {
            sorted_.push_back(all[number]);
        }
        open_.resize(count);
        std::size_t open = 0;
        for (std::size_t k = 0; k < count; ++k) {
            std::size_t kept = 0;
            for (std::size_t o = 0; o < open; ++o) {
                const std::uint32_t other = open_[o];
                compare(sorted_[other], sorted_[k], order_[other].second, order_[k].second);
                open_[kept] = other;
                // One that is not near in this dimension will not be near a later one either.
                kept += detail::begins_within(sorted_[other][i], sorted_[k][i], nearness_[i]) ? 1U : 0U;
            }
            open_[kept] = static_cast<std::uint32_t>(k);
            open = kept + 1;
        }
    }
    // Where the boxes cover the least part of their common extent.
    [[nodiscard]] std::size_t sweep_dimension(const box<N>* all, std::size_t count) const noexcept {
        std::size_t best = 0;
        double least = detail::infinity;
        for (std::size_t i = 0; i < N; ++i) {
            interval extent = all[0][i];
            double covered = 0;
            for (std::size_t k = 0; k < count; ++k) {
                extent = hull(extent, all[k][i]);
                covered += all[k][i].upper() - all[k][i].lower() + nearness_[i];
            }
            const double share = covered / (extent.upper() - extent.lower());
            if (share < least) {
                least = share;
                best = i;
            }
        }
        return best;
    }
    [[nodiscard]] std::uint32_t find(std::uint32_t k) noexcept {
        while (parent_[k] != k) {
            parent_[k] = parent_[parent_[k]];
            k = parent_[k];
        }
        return k;
    }

    point<N> nearness_;
    std::vector<std::uint32_t> parent_;                   // of each box in the forest of components
    std::vector<std::uint32_t> place_;                    // of each leader among what is kept
    std::vector<std::pair<double, std::uint32_t>> order_; // of the boxes along the sweep, with their lower ends
    std::vector<box<N>> sorted_;                          // in this order
    std::vector<std::uint32_t> open_;                     // places in it of those that the sweep has not passed yet
};

} // namespace opara::inline OPARA_ABI::abstraction
