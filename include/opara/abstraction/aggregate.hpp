/// @file
/// Merging boxes that lie close together.
#pragma once

#include <opara/abstraction/box.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {
// Whether b begins at most `gap` above the end of a.
[[nodiscard]] constexpr bool begins_within(const interval& a, const interval& b, double gap) noexcept {
    return b.lower() <= a.upper() || b.lower() - a.upper() <= gap;
}
[[nodiscard]] constexpr bool within(double a, double b, double gap) noexcept {
    return a == b || (a < b ? b - a : a - b) <= gap; // equal infinite bounds have no difference
}
} // namespace detail

/// Whether two boxes are *near*: one contains the other, or in all dimensions but one, at most, their bounds differ by
/// no more than `nearness`, and in that one they overlap or lie no further apart than that. "Adjacent interval
/// aggregation" of BBReach, arXiv 2211.11127; its code asks for equal bounds in the other dimensions, which outward
/// rounding leaves to chance. O(N).
template <std::size_t N>
[[nodiscard]] constexpr bool are_near(const box<N>& a, const box<N>& b, const point<N>& nearness) noexcept {
    std::size_t differing = 0;
    for (std::size_t i = 0; i < N; ++i) {
        // Apart in one dimension they cannot be near, and most pairs are.
        if (!detail::begins_within(a[i], b[i], nearness[i]) || !detail::begins_within(b[i], a[i], nearness[i])) {
            return false;
        }
        differing += detail::within(a[i].lower(), b[i].lower(), nearness[i]) &&
                             detail::within(a[i].upper(), b[i].upper(), nearness[i])
                         ? 0U
                         : 1U;
    }
    return differing <= 1 || a.contains(b) || b.contains(a);
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
                throw domain_error{"dimension " + std::to_string(i) + " has no nearness", i};
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
        std::iota(parent_.begin(), parent_.end(), 0U);
        sweep(all, count);
        std::size_t kept = 0;
        for (std::size_t k = 0; k < count; ++k) {
            const std::uint32_t leader = find(static_cast<std::uint32_t>(k));
            if (leader == k) {
                order_[k] = static_cast<std::uint32_t>(kept); // its new position; the sweep's order is not needed now
                all[kept++] = all[k];
            } else {
                all[order_[leader]] = hull(all[order_[leader]], all[k]);
            }
        }
        boxes.resize(first + kept);
    }

private:
    void sweep(const box<N>* all, std::size_t count) {
        const std::size_t i = sweep_dimension(all, count);
        order_.resize(count);
        std::iota(order_.begin(), order_.end(), 0U);
        std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
            return all[a][i].lower() != all[b][i].lower() ? all[a][i].lower() < all[b][i].lower() : a < b;
        });
        open_.clear();
        for (const std::uint32_t next : order_) {
            const box<N>& b = all[next];
            std::size_t kept = 0;
            for (const std::uint32_t other : open_) {
                if (!detail::begins_within(all[other][i], b[i], nearness_[i])) {
                    continue; // nor will a later one be near it
                }
                open_[kept++] = other;
                const std::uint32_t x = find(other);
                const std::uint32_t y = find(next);
                if (x != y && are_near(all[other], b, nearness_)) {
                    parent_[std::max(x, y)] = std::min(x, y); // so that a component's leader is its first member
                }
            }
            open_.resize(kept);
            open_.push_back(next);
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
    std::vector<std::uint32_t> parent_; // of each box in the forest of components
    std::vector<std::uint32_t> order_;  // along the sweep
    std::vector<std::uint32_t> open_;   // boxes that the sweep has not passed yet
};

} // namespace opara::inline OPARA_ABI::abstraction
