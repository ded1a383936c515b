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

// `are_near`, with the larger of nearness and gap.
template <std::size_t N>
[[nodiscard]] constexpr bool are_near_by_reach(const box<N>& a, const box<N>& b, const point<N>& nearness,
                                               const point<N>& reach) noexcept {
    // Without a branch: most pairs are not near, but why is as good as random.
    bool together = true;
    std::size_t differing = 0;
    bool a_inside = true;
    bool b_inside = true;
    for (std::size_t i = 0; i < N; ++i) {
        const bool a_reaches = begins_within(a[i], b[i], reach[i]);
        const bool b_reaches = begins_within(b[i], a[i], reach[i]);
        const bool same_lower = within(a[i].lower(), b[i].lower(), nearness[i]);
        const bool same_upper = within(a[i].upper(), b[i].upper(), nearness[i]);
        together &= a_reaches & b_reaches;
        differing += (same_lower & same_upper) ? 0U : 1U;
        b_inside &= a[i].contains(b[i]);
        a_inside &= b[i].contains(a[i]);
    }
    return together & ((differing <= 1) | a_inside | b_inside);
}
} // namespace detail

/// Whether two boxes are *near*: one contains the other, or in all dimensions but one, at most, their bounds differ by
/// no more than `nearness`, and in that one they overlap or lie no further apart than `nearness` or `gap`, whichever is
/// more. "Adjacent interval aggregation" of BBReach, arXiv 2211.11127; its code allows any distance in that dimension,
/// as an infinite `gap` does. O(N).
template <std::size_t N>
[[nodiscard]] constexpr bool are_near(const box<N>& a, const box<N>& b, const point<N>& nearness,
                                      const point<N>& gap = {}) noexcept {
    point<N> reach;
    for (std::size_t i = 0; i < N; ++i) {
        reach[i] = std::max(nearness[i], gap[i]);
    }
    return detail::are_near_by_reach(a, b, nearness, reach);
}

/// Merges boxes: those that are connected by a chain of near ones become their bounding box. Keeps its memory from one
/// call to the next.
template <std::size_t N>
class aggregator {
public:
    /// @throws domain_error  a nearness is not a number that is at least 0, or a gap is neither that nor infinite;
    ///         carries the dimension
    explicit aggregator(const point<N>& nearness, const point<N>& gap = {}) : nearness_{nearness} {
        for (std::size_t i = 0; i < N; ++i) {
            if (!(nearness[i] >= 0 && nearness[i] <= detail::largest)) {
                throw domain_error{"the nearness of dimension " + std::to_string(i) +
                                       " must be a number that is at least 0, and is " +
                                       detail::number_text(nearness[i]),
                                   i};
            }
            if (!(gap[i] >= 0)) {
                throw domain_error{"the gap of dimension " + std::to_string(i) +
                                       " must be a number that is at least 0, and is " + detail::number_text(gap[i]),
                                   i};
            }
            reach_[i] = std::max(nearness[i], gap[i]);
        }
    }

    /// Replaces the boxes from position `first` on by the bounding boxes of their connected components, in the order of
    /// each one's first member.
    ///
    /// A sweep along the dimension in which the boxes overlap least: only those are compared that are near in it, and
    /// of those only the ones that may be near by their ends in two dimensions. Where gaps are merged, a second sweep
    /// compares those whose lower ends are close in another dimension.
    /// Complexity: O(n log n + pairs that are near in the first dimension + pairs that are close in the second).
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
            compare_all_pairs(all, count);
        } else {
            compare_in_order(all, count);
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
    // A box in the order of a sweep, with what tells at a glance that most others are not near.
    struct place {
        double lower; // end, in the dimension of the sweep
        double upper;
        double second_lower; // end, in the second dimension
        std::uint32_t number;
    };
    static constexpr std::size_t few = 8; // to sort so few costs more than to compare all pairs

    void compare(const box<N>* all, std::uint32_t a, std::uint32_t b) noexcept {
        if (detail::are_near_by_reach(all[a], all[b], nearness_, reach_)) {
            const std::uint32_t x = find(a);
            const std::uint32_t y = find(b);
            parent_[std::max(x, y)] = std::min(x, y); // so that a component's leader is its first member
        }
    }
    void compare_all_pairs(const box<N>* all, std::size_t count) noexcept {
        for (std::uint32_t k = 1; k < count; ++k) {
            for (std::uint32_t other = 0; other < k; ++other) {
                compare(all, other, k);
            }
        }
    }
    // Compares as many pairs as it takes. Two boxes of which none contains the other are near only if their lower ends
    // are close in all dimensions but one: in the first of any two, or else in the second.
    void compare_in_order(const box<N>* all, std::size_t count) {
        if constexpr (N == 1) {
            sweep_line(all, count);
        } else {
            const auto [first, second] = sweep_dimensions(all, count);
            sweep(all, count, first, second);
            if (reach_[first] > nearness_[first]) {
                sweep_lower_ends(all, count, second, first);
            }
        }
    }
    // The two dimensions in which the boxes cover the least part of their common extent.
    [[nodiscard]] std::pair<std::size_t, std::size_t> sweep_dimensions(const box<N>* all,
                                                                       std::size_t count) const noexcept {
        std::pair<std::size_t, std::size_t> best{0, 1};
        double least = detail::infinity;
        double second_least = detail::infinity;
        for (std::size_t i = 0; i < N; ++i) {
            interval extent = all[0][i];
            double covered = 0;
            for (std::size_t k = 0; k < count; ++k) {
                extent = hull(extent, all[k][i]);
                covered += all[k][i].upper() - all[k][i].lower() + nearness_[i];
            }
            const double share = covered / (extent.upper() - extent.lower());
            if (share < least) {
                best = {i, i == 0 ? 1 : best.first};
                second_least = i == 0 ? second_least : least;
                least = share;
            } else if (share < second_least) {
                best.second = i;
                second_least = share;
            }
        }
        return best;
    }
    void sort(const box<N>* all, std::size_t count, std::size_t i, std::size_t second) {
        order_.resize(count);
        for (std::size_t k = 0; k < count; ++k) {
            order_[k] = {all[k][i].lower(), all[k][i].upper(), all[k][second].lower(), static_cast<std::uint32_t>(k)};
        }
        std::sort(order_.begin(), order_.end(), [](const place& a, const place& b) { return a.lower < b.lower; });
    }
    // Finds what is near and, in the first dimension, no further apart than the nearness.
    void sweep(const box<N>* all, std::size_t count, std::size_t first, std::size_t second) {
        sort(all, count, first, second);
        const double close = nearness_[first];
        const double second_close = nearness_[second];
        open_.resize(count);
        candidates_.resize(count);
        std::size_t open = 0;
        for (std::size_t k = 0; k < count; ++k) {
            const place here = order_[k];
            std::size_t kept = 0;
            std::size_t found = 0;
            for (std::size_t o = 0; o < open; ++o) {
                const std::uint32_t other = open_[o];
                const place& there = order_[other];
                candidates_[found] = there.number;
                const bool is_candidate = (there.upper >= here.upper) | !(here.lower - there.lower > close) |
                                          detail::within(here.second_lower, there.second_lower, second_close);
                found += is_candidate ? 1U : 0U;
                open_[kept] = other;
                // One that is not near in this dimension will not be near a later one either.
                kept += here.lower - there.upper <= close ? 1U : 0U;
            }
            for (std::size_t c = 0; c < found; ++c) {
                compare(all, candidates_[c], here.number);
            }
            open_[kept] = static_cast<std::uint32_t>(k);
            open = kept + 1;
        }
    }
    // Finds what is near and has close lower ends in this dimension: all that is near but for a gap in another one.
    void sweep_lower_ends(const box<N>* all, std::size_t count, std::size_t i, std::size_t other_dimension) {
        sort(all, count, i, other_dimension);
        for (std::size_t k = 1; k < count; ++k) {
            for (std::size_t o = k; o-- > 0 && !(order_[k].lower - order_[o].lower > nearness_[i]);) {
                compare(all, order_[o].number, order_[k].number);
            }
        }
    }
    // On a line, what is near any earlier box is near the one of them that goes furthest.
    void sweep_line(const box<N>* all, std::size_t count) {
        sort(all, count, 0, 0);
        std::size_t furthest = 0;
        for (std::size_t k = 1; k < count; ++k) {
            compare(all, order_[furthest].number, order_[k].number);
            furthest = order_[k].upper > order_[furthest].upper ? k : furthest;
        }
    }
    [[nodiscard]] std::uint32_t find(std::uint32_t k) noexcept {
        while (parent_[k] != k) {
            parent_[k] = parent_[parent_[k]];
            k = parent_[k];
        }
        return k;
    }

    point<N> nearness_;
    point<N> reach_{};                      // how far apart boxes may lie in the one dimension in which they differ
    std::vector<std::uint32_t> parent_;     // of each box in the forest of components
    std::vector<std::uint32_t> place_;      // of each leader among what is kept
    std::vector<place> order_;              // of the boxes along the sweep
    std::vector<std::uint32_t> open_;       // places in it of those that the sweep has not passed yet
    std::vector<std::uint32_t> candidates_; // those of them that may be near the next box
};

} // namespace opara::inline OPARA_ABI::abstraction
