/// @file
/// From the number of a cell to the number of its state, on the device.
#pragma once

#include <opara/cccl/buffer.cuh>
#include <opara/cccl/device.cuh>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace opara::inline OPARA_ABI::cccl::detail {

// What both forms know of a cell is a number: of its state or, while states are being numbered, of the first place
// where the cell was named. Threads that name the same cell agree on the least number.
inline constexpr std::uint32_t absent = std::numeric_limits<std::uint32_t>::max();

// Numbers for cells, one after another.
template <class Index>
struct assign_numbers {
    Index index;
    const std::uint64_t* cells;
    std::uint32_t taken;
    __device__ void operator()(std::uint64_t k) const { index.assign(cells[k], taken + static_cast<std::uint32_t>(k)); }
};

// One number for each cell of the grid: one access to memory, where there is so much.
class dense_index {
public:
    struct view {
        std::uint32_t* numbers;

        __device__ void propose(std::uint64_t cell, std::uint32_t number) const {
            if (numbers[cell] > number) { // most cells have their number: reading costs less than an atomic
                atomicMin(numbers + cell, number);
            }
        }
        [[nodiscard]] __device__ std::uint32_t find(std::uint64_t cell) const { return numbers[cell]; }
        __device__ void assign(std::uint64_t cell, std::uint32_t number) const { numbers[cell] = number; }
    };

    // For cells 0 to `largest`.
    explicit dense_index(std::uint64_t largest) : numbers_{largest + 1} { numbers_.fill_bytes(0xFF); }

    // Makes room for `more` cells; `cells` are those that are in, in the order of their numbers.
    void prepare(const buffer<std::uint64_t>& /*cells*/, std::uint64_t /*more*/) {}
    [[nodiscard]] view device_view() noexcept { return {numbers_.data()}; }

    [[nodiscard]] static constexpr std::uint64_t bytes(std::uint64_t largest) noexcept { return (largest + 1) * 4; }

private:
    buffer<std::uint32_t> numbers_;
};

// A hash table with open addressing: twelve bytes a slot, at most half of them taken.
class hashed_index {
public:
    struct view {
        std::uint64_t* keys;
        std::uint32_t* numbers;
        std::uint64_t mask;

        __device__ void propose(std::uint64_t cell, std::uint32_t number) const {
            const std::uint64_t at = slot(cell);
            if (numbers[at] > number) {
                atomicMin(numbers + at, number);
            }
        }
        [[nodiscard]] __device__ std::uint32_t find(std::uint64_t cell) const { return numbers[slot(cell)]; }
        __device__ void assign(std::uint64_t cell, std::uint32_t number) const { numbers[slot(cell)] = number; }

    private:
        // The cell's slot, which becomes its slot here if it has none.
        [[nodiscard]] __device__ std::uint64_t slot(std::uint64_t cell) const {
            std::uint64_t h = cell * 0x9E3779B97F4A7C15U; // neighbouring cells go to far slots
            h ^= h >> 32U;
            for (std::uint64_t at = h & mask;; at = (at + 1) & mask) {
                std::uint64_t key = keys[at];
                if (key == no_cell) {
                    key = atomicCAS(reinterpret_cast<unsigned long long*>(keys + at), no_cell, cell);
                }
                if (key == no_cell || key == cell) {
                    return at;
                }
            }
        }
    };

    explicit hashed_index(std::uint64_t /*largest*/) {}

    void prepare(const buffer<std::uint64_t>& cells, std::uint64_t more) {
        const std::uint64_t slots = std::bit_ceil(2 * (cells.size() + more));
        if (slots <= keys_.size()) {
            return;
        }
        keys_.reset(slots);
        numbers_.reset(slots);
        keys_.fill_bytes(0xFF);
        numbers_.fill_bytes(0xFF);
        for_each_index(cells.size(), assign_numbers<view>{device_view(), cells.data(), 0});
    }
    [[nodiscard]] view device_view() noexcept { return {keys_.data(), numbers_.data(), keys_.size() - 1}; }

private:
    static constexpr std::uint64_t no_cell = std::numeric_limits<std::uint64_t>::max();

    buffer<std::uint64_t> keys_;
    buffer<std::uint32_t> numbers_;
};

} // namespace opara::inline OPARA_ABI::cccl::detail
