/// @file
/// A uniform grid on the device.
#pragma once

#include <opara/abstraction/grid_cells.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/cccl/buffer.cuh>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI::cccl::detail {

// What kernels know of a grid: they take it as an argument.
template <std::size_t N>
struct grid_view {
    std::array<abstraction::detail::grid_axis, N> axes;
    std::uint64_t outside; // the number behind the last cell's

    [[nodiscard]] constexpr abstraction::detail::grid_axis operator()(std::size_t i) const noexcept { return axes[i]; }
    [[nodiscard]] constexpr abstraction::box<N> cell_box(std::uint64_t cell) const noexcept {
        return abstraction::detail::box_of_cell<N>(cell, *this);
    }
    [[nodiscard]] constexpr abstraction::detail::cell_block<N> meeting(const abstraction::box<N>& b) const noexcept {
        return abstraction::detail::cells_that_meet(b, *this);
    }
    [[nodiscard]] constexpr abstraction::detail::cell_block<N> only(std::uint64_t cell) const noexcept {
        return abstraction::detail::block_of_cell<N>(cell, *this, outside);
    }
};

// A dimension of a grid in host memory.
template <std::size_t N, class Id>
[[nodiscard]] abstraction::detail::grid_axis axis_of(const abstraction::uniform_grid<N, Id>& cells, std::size_t i) {
    const std::vector<double>& b = cells.breakpoints(i);
    return {b.data(), cells.cells(i), static_cast<double>(cells.cells(i)) / (b.back() - b.front())};
}

// Owns the breakpoints on the device.
template <std::size_t N>
class grid {
public:
    template <class Id>
    explicit grid(const abstraction::uniform_grid<N, Id>& cells) {
        std::vector<double> all;
        for (std::size_t i = 0; i < N; ++i) {
            all.insert(all.end(), cells.breakpoints(i).begin(), cells.breakpoints(i).end());
        }
        breakpoints_ = buffer<double>{std::span<const double>{all}};
        const double* first = breakpoints_.data();
        for (std::size_t i = 0; i < N; ++i) {
            view_.axes[i] = axis_of(cells, i);
            view_.axes[i].breakpoints = first;
            first += cells.cells(i) + 1;
        }
        view_.outside = cells.outside();
    }

    [[nodiscard]] const grid_view<N>& view() const noexcept { return view_; }

private:
    buffer<double> breakpoints_;
    grid_view<N> view_{};
};

} // namespace opara::inline OPARA_ABI::cccl::detail
