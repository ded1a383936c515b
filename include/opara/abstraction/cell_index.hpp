/// @file
/// From the number of a cell to the number of its state.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction::detail {

// A hash table with open addressing: states in the order in which their cells were first met.
class cell_index {
public:
    static constexpr std::uint32_t absent = std::numeric_limits<std::uint32_t>::max();

    // The number of a cell's state, `absent` if there is none.
    [[nodiscard]] std::uint32_t find(std::uint64_t cell) const noexcept {
        if (slots_.empty()) {
            return absent;
        }
        std::size_t at = place(cell);
        while (slots_[at] != absent && cells_[slots_[at]] != cell) {
            at = (at + 1) & (slots_.size() - 1);
        }
        return slots_[at];
    }
    // The state of a cell; a new one if the cell is new.
    state_id insert(std::uint64_t cell) {
        if (2 * (cells_.size() + 1) > slots_.size()) {
            grow();
        }
        std::size_t at = place(cell);
        while (slots_[at] != absent) {
            if (cells_[slots_[at]] == cell) {
                return state_id{slots_[at]};
            }
            at = (at + 1) & (slots_.size() - 1);
        }
        if (cells_.size() >= absent) {
            throw system_error{"more cells are reached than 32 bits can number", cells_.size()};
        }
        slots_[at] = static_cast<std::uint32_t>(cells_.size());
        cells_.push_back(cell);
        return state_id{slots_[at]};
    }
    // `insert` for each, and `take(state)` in their order. A large table lies far away in memory, so slots are asked
    // for well before they are needed, and the cells that are compared with not much later.
    template <class Take>
    void insert_all(std::span<const std::uint64_t> cells, Take take) {
        constexpr std::size_t slot_ahead = 16;
        constexpr std::size_t cell_ahead = 8;
        for (std::size_t k = 0; k < cells.size(); ++k) {
            if (!slots_.empty()) {
                if (k + slot_ahead < cells.size()) {
                    fetch(&slots_[place(cells[k + slot_ahead])]);
                }
                if (k + cell_ahead < cells.size()) {
                    const std::uint32_t state = slots_[place(cells[k + cell_ahead])];
                    if (state != absent) {
                        fetch(&cells_[state]);
                    }
                }
            }
            take(insert(cells[k]));
        }
    }
    [[nodiscard]] const std::vector<std::uint64_t>& cells() const noexcept { return cells_; }
    // The cells; nothing stays here, the table neither.
    [[nodiscard]] std::vector<std::uint64_t> release() noexcept {
        slots_ = std::vector<std::uint32_t>{}; // frees its memory, which = {} would not
        return std::exchange(cells_, {});
    }

    // The same cells in the same order.
    friend bool operator==(const cell_index& a, const cell_index& b) { return a.cells_ == b.cells_; }

private:
    static void fetch([[maybe_unused]] const void* where) noexcept {
#if defined(__GNUC__)
        __builtin_prefetch(where);
#endif
    }
    [[nodiscard]] std::size_t place(std::uint64_t cell) const noexcept {
        std::uint64_t h = cell * 0x9E3779B97F4A7C15U; // neighbouring cells go to far slots
        h ^= h >> 32U;
        return static_cast<std::size_t>(h) & (slots_.size() - 1);
    }
    void grow() {
        slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, absent);
        for (std::size_t s = 0; s < cells_.size(); ++s) {
            std::size_t at = place(cells_[s]);
            while (slots_[at] != absent) {
                at = (at + 1) & (slots_.size() - 1);
            }
            slots_[at] = static_cast<std::uint32_t>(s);
        }
    }

    std::vector<std::uint32_t> slots_;
    std::vector<std::uint64_t> cells_;
};

} // namespace opara::inline OPARA_ABI::abstraction::detail
