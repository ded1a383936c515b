/// @file
/// From the number of a cell to the number of its state.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/segments.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction::detail {

// States in the order in which their cells were first met. Cells that follow each other are mostly neighbours, and
// neighbours are mostly met together: so eight of them share a block, and a hash table with open addressing finds the
// blocks. What one lookup brought into the cache then serves the next ones. A block takes 48 to 56 bytes with what
// finds it: 6 to 7 a state where all of its cells are met, and as many as that where only one is.
class cell_index {
public:
    static constexpr std::uint32_t absent = std::numeric_limits<std::uint32_t>::max();

    // The number of a cell's state, `absent` if there is none.
    [[nodiscard]] std::uint32_t find(std::uint64_t cell) const noexcept {
        if (slots_.empty()) {
            return absent;
        }
        const std::uint32_t b = slots_[slot_of(cell >> block_bits)];
        return b == absent ? absent : blocks_[b][cell % block_size];
    }
    // The state of a cell; a new one if the cell is new.
    state_id insert(std::uint64_t cell) { return number(block_of(cell >> block_bits), cell); }
    // `insert` for each, and `take(state)` in their order. A large table lies far away in memory, so slots are asked
    // for well before they are needed, and the blocks to which they lead not much later.
    template <class Take>
    void insert_all(std::span<const std::uint64_t> cells, Take take) {
        constexpr std::size_t slot_ahead = 32;
        constexpr std::size_t block_ahead = 16;
        std::uint64_t key = 0;
        block* found = nullptr;
        for (std::size_t k = 0; k < cells.size(); ++k) {
            if (!slots_.empty()) {
                if (k + slot_ahead < cells.size()) {
                    fetch(&slots_[home(cells[k + slot_ahead] >> block_bits)]);
                }
                if (k + block_ahead < cells.size()) {
                    const std::uint32_t b = slots_[home(cells[k + block_ahead] >> block_bits)];
                    if (b != absent) {
                        fetch(&keys_[b]);
                        fetch(&blocks_[b]);
                    }
                }
            }
            if (found == nullptr || cells[k] >> block_bits != key) {
                key = cells[k] >> block_bits;
                found = &block_of(key);
            }
            take(number(*found, cells[k]));
        }
    }
    // The cells of the states.
    [[nodiscard]] const segments<std::uint64_t>& cells() const noexcept { return cells_; }
    // The cells; nothing stays here, the table neither.
    [[nodiscard]] std::vector<std::uint64_t> release() {
        segments<std::uint64_t> cells = std::exchange(cells_, {});
        *this = {}; // before the cells are copied
        return cells.release();
    }

    // The same cells in the same order.
    friend bool operator==(const cell_index& a, const cell_index& b) { return a.cells_ == b.cells_; }

private:
    static constexpr unsigned block_bits = 3;
    static constexpr std::size_t block_size = std::size_t{1} << block_bits;
    using block = std::array<std::uint32_t, block_size>; // the states of its cells

    static void fetch([[maybe_unused]] const void* where) noexcept {
#if defined(__GNUC__)
        __builtin_prefetch(where);
#endif
    }
    [[nodiscard]] std::size_t home(std::uint64_t key) const noexcept {
        std::uint64_t h = key * 0x9E3779B97F4A7C15U; // neighbouring blocks go to far slots
        h ^= h >> 32U;
        return static_cast<std::size_t>(h) & (slots_.size() - 1);
    }
    // Where the block of this key is, or would be.
    [[nodiscard]] std::size_t slot_of(std::uint64_t key) const noexcept {
        std::size_t at = home(key);
        while (slots_[at] != absent && keys_[slots_[at]] != key) {
            at = (at + 1) & (slots_.size() - 1);
        }
        return at;
    }
    block& block_of(std::uint64_t key) {
        if (2 * (keys_.size() + 1) > slots_.size()) {
            grow();
        }
        std::uint32_t& b = slots_[slot_of(key)];
        if (b == absent) {
            block none;
            none.fill(absent);
            blocks_.push_back(none);
            b = static_cast<std::uint32_t>(keys_.size()); // there are no more than states
            keys_.push_back(key);
        }
        return blocks_[b];
    }
    state_id number(block& b, std::uint64_t cell) {
        std::uint32_t& state = b[cell % block_size];
        if (state == absent) {
            if (cells_.size() >= absent) {
                throw system_error{"more cells are reached than 32 bits can number", cells_.size()};
            }
            cells_.push_back(cell);
            state = static_cast<std::uint32_t>(cells_.size() - 1);
        }
        return state_id{state};
    }
    void grow() {
        const std::size_t count = std::max<std::size_t>(64, std::bit_ceil(2 * (keys_.size() + 1)));
        slots_ = std::vector<std::uint32_t>{}; // frees its memory first, as all it says is said by the keys
        slots_.assign(count, absent);
        for (std::size_t b = 0; b < keys_.size(); ++b) {
            std::size_t at = home(keys_[b]);
            while (slots_[at] != absent) {
                at = (at + 1) & (slots_.size() - 1);
            }
            slots_[at] = static_cast<std::uint32_t>(b);
        }
    }

    std::vector<std::uint32_t> slots_;
    segments<std::uint64_t> keys_; // of the blocks: the leading bits of their cells' numbers
    segments<block> blocks_;
    segments<std::uint64_t> cells_;
};

} // namespace opara::inline OPARA_ABI::abstraction::detail
