/// @file
/// The arithmetic of a grid's cells, whoever owns the breakpoints.
#pragma once

#include <opara/abstraction/box.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace opara::inline OPARA_ABI::abstraction::detail {

// One dimension of a grid.
struct grid_axis {
    const double* breakpoints; // cells + 1 of them, ascending
    std::size_t cells;
    double scale; // cells per unit of length

    [[nodiscard]] constexpr double front() const noexcept { return breakpoints[0]; }
    [[nodiscard]] constexpr double back() const noexcept { return breakpoints[cells]; }
    // The slot of a coordinate of the domain: a guess, made right by the breakpoints themselves.
    [[nodiscard]] constexpr std::size_t slot(double x) const noexcept {
        const double guess = (x - front()) * scale;
        const std::size_t last = cells - 1;
        std::size_t k = guess >= static_cast<double>(last) ? last : static_cast<std::size_t>(std::max(guess, 0.0));
        while (k > 0 && x < breakpoints[k]) {
            --k;
        }
        while (k < last && breakpoints[k + 1] <= x) {
            ++k;
        }
        return k;
    }
};

// A block of neighbouring cells, `count` of them from slot `first` on in each dimension, and perhaps the outside behind
// them. `inside` says whether there are cells at all.
template <std::size_t N>
struct cell_block {
    std::array<std::uint32_t, N> first;
    std::array<std::uint32_t, N> count;
    bool inside;
    bool outside;

    // How many cells, the outside one of them.
    [[nodiscard]] constexpr std::uint64_t size() const noexcept {
        std::uint64_t cells = inside ? 1 : 0;
        for (std::size_t i = 0; i < N; ++i) {
            cells *= count[i];
        }
        return cells + (outside ? 1 : 0);
    }
    // The number of the k-th of them in ascending order, of which the outside's is the largest. @pre k < size()
    template <std::invocable<std::size_t> Axis>
    [[nodiscard]] constexpr std::uint64_t cell(std::uint64_t k, const Axis& axis, std::uint64_t outside_cell) const {
        if (outside && k + 1 == size()) {
            return outside_cell;
        }
        std::uint64_t number = 0;
        std::uint64_t stride = 1;
        for (std::size_t i = N; i-- > 0;) {
            number += stride * (first[i] + k % count[i]);
            stride *= axis(i).cells;
            k /= count[i];
        }
        return number;
    }
};

// One cell, or the outside, which has the number behind the last cell's.
template <std::size_t N, std::invocable<std::size_t> Axis>
[[nodiscard]] constexpr cell_block<N> block_of_cell(std::uint64_t cell, const Axis& axis, std::uint64_t outside_cell) {
    cell_block<N> block{{}, {}, cell != outside_cell, cell == outside_cell};
    for (std::size_t i = N; block.inside && i-- > 0;) {
        const std::uint64_t cells = axis(i).cells;
        block.first[i] = static_cast<std::uint32_t>(cell % cells);
        block.count[i] = 1;
        cell /= cells;
    }
    return block;
}

// The cells that have a point in a box. `axis(i)` is a dimension of the grid.
template <std::size_t N, std::invocable<std::size_t> Axis>
[[nodiscard]] constexpr cell_block<N> cells_that_meet(const box<N>& b, const Axis& axis) noexcept {
    cell_block<N> block{{}, {}, true, false};
    for (std::size_t i = 0; i < N; ++i) {
        const grid_axis a = axis(i);
        const interval side = interval::unchecked(a.front(), a.back());
        block.inside = block.inside && b[i].meets(side);
        block.outside = block.outside || !side.contains(b[i]);
    }
    for (std::size_t i = 0; block.inside && i < N; ++i) {
        const grid_axis a = axis(i);
        const std::size_t first = a.slot(std::max(b[i].lower(), a.front()));
        block.first[i] = static_cast<std::uint32_t>(first);
        block.count[i] = static_cast<std::uint32_t>(a.slot(std::min(b[i].upper(), a.back())) - first + 1);
    }
    return block;
}

// The closure of a cell; the last dimension counts fastest.
template <std::size_t N, std::unsigned_integral Id, std::invocable<std::size_t> Axis>
[[nodiscard]] constexpr box<N> box_of_cell(Id cell, const Axis& axis) noexcept {
    box<N> b;
    for (std::size_t i = N; i-- > 0;) {
        const grid_axis a = axis(i);
        const auto cells = static_cast<Id>(a.cells);
        const auto k = static_cast<std::size_t>(cell % cells);
        b[i] = interval::unchecked(a.breakpoints[k], a.breakpoints[k + 1]);
        cell /= cells;
    }
    return b;
}

} // namespace opara::inline OPARA_ABI::abstraction::detail
