/// @file
/// Numbers for cells in the order in which they are first named.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/grid_cells.hpp>
#include <opara/cccl/algorithm.cuh>
#include <opara/cccl/buffer.cuh>
#include <opara/cccl/cell_index.cuh>
#include <opara/cccl/device.cuh>
#include <opara/cccl/grid.cuh>

#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/transform_iterator.h>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace opara::inline OPARA_ABI::cccl::detail {

// Names the cells of some blocks, one after another, and proposes for each its place in that list, behind all numbers
// that are taken.
template <std::size_t N, class Index>
struct name_cells {
    grid_view<N> grid;
    const abstraction::detail::cell_block<N>* blocks;
    const std::uint64_t* ends;
    std::uint64_t rows;
    std::uint32_t taken;
    Index index;
    std::uint64_t* named;

    __device__ void operator()(std::uint64_t p) const {
        const std::uint64_t k = row_of(ends, rows, p);
        const std::uint64_t cell = blocks[k].cell(p - ends[k], grid, grid.outside);
        named[p] = cell;
        index.propose(cell, taken + static_cast<std::uint32_t>(p));
    }
};

template <class Index>
struct look_up {
    const std::uint64_t* named;
    Index index;
    std::uint32_t* found;
    __device__ void operator()(std::uint64_t p) const { found[p] = index.find(named[p]); }
};

// Whether a cell without a number was named first at this place.
struct is_first_name {
    const std::uint32_t* found;
    std::uint64_t count;
    std::uint32_t taken;
    [[nodiscard]] __host__ __device__ std::uint32_t operator()(std::uint64_t p) const {
        return p < count && found[p] == taken + static_cast<std::uint32_t>(p) ? 1 : 0;
    }
};

// rank[p] is how many cells were first named before place p.
struct give_numbers {
    is_first_name is_first;
    const std::uint64_t* named;
    const std::uint32_t* rank;
    std::uint32_t* targets;
    std::uint64_t* cells;

    __device__ void operator()(std::uint64_t p) const {
        const std::uint32_t found = is_first.found[p];
        const std::uint32_t taken = is_first.taken;
        targets[p] = found < taken ? found : taken + rank[found - taken];
        if (is_first(p) != 0) {
            cells[rank[p]] = named[p];
        }
    }
};

// The cells that were met, numbered in the order in which one thread would meet them that goes through all lists from
// front to back: those of the host. Each list is worked on at once; that its cells are numbered by their first places
// in it needs no sorting, only the least place of each, which is what `propose` finds.
template <std::size_t N, class Index>
class numbering {
public:
    explicit numbering(const grid_view<N>& grid) : grid_{grid}, index_{grid.outside} {}

    // How many cells a list may name so that all of them could be new.
    [[nodiscard]] std::uint64_t room() const noexcept { return absent - cells_.size(); }

    // Numbers the cells of `rows` blocks, of which block k has the places from ends[k] to ends[k + 1] - 1, and writes
    // the numbers to `targets`. Waits for the device. @pre ends[rows] == count <= room()
    void number(const abstraction::detail::cell_block<N>* blocks, const std::uint64_t* ends, std::uint64_t rows,
                std::uint64_t count, std::uint32_t* targets) {
        const auto taken = static_cast<std::uint32_t>(cells_.size());
        index_.prepare(cells_, count);
        named_.reset(count);
        found_.reset(count);
        rank_.reset(count + 1);
        const auto index = index_.device_view();
        using view = decltype(index_.device_view());
        for_each_index(count, name_cells<N, view>{grid_, blocks, ends, rows, taken, index, named_.data()});
        for_each_index(count, look_up<view>{named_.data(), index, found_.data()});
        const is_first_name is_first{found_.data(), count, taken};
        const auto firsts = thrust::make_transform_iterator(thrust::counting_iterator<std::uint64_t>{0}, is_first);
        work_.exclusive_sum(firsts, rank_.data(), count + 1);
        const std::uint32_t fresh = rank_.at(count);
        cells_.resize(taken + std::size_t{fresh});
        std::uint64_t* const fresh_cells = cells_.data() + taken;
        for_each_index(count, give_numbers{is_first, named_.data(), rank_.data(), targets, fresh_cells});
        for_each_index(fresh, assign_numbers<view>{index, fresh_cells, taken});
    }

    [[nodiscard]] const buffer<std::uint64_t>& cells() const noexcept { return cells_; }
    [[nodiscard]] buffer<std::uint64_t> release() noexcept { return std::move(cells_); }
    [[nodiscard]] workspace& work() noexcept { return work_; }

private:
    grid_view<N> grid_;
    Index index_;
    workspace work_;
    buffer<std::uint64_t> cells_;
    buffer<std::uint64_t> named_;
    buffer<std::uint32_t> found_;
    buffer<std::uint32_t> rank_;
};

} // namespace opara::inline OPARA_ABI::cccl::detail
