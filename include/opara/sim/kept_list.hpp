/// @file
/// A list for the inner loops of the simulator.
#pragma once

#include <opara/core/config.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace opara::inline OPARA_ABI::sim::detail {

/// A vector of plain values that keeps its memory: to leave and to come is to change a number, and the way to more
/// memory stays out of the callers' code.
template <class T>
class kept_list {
public:
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] T* begin() noexcept { return memory_.data(); }
    [[nodiscard]] T* end() noexcept { return memory_.data() + size_; }
    [[nodiscard]] const T* begin() const noexcept { return memory_.data(); }
    [[nodiscard]] const T* end() const noexcept { return memory_.data() + size_; }
    [[nodiscard]] T& operator[](std::size_t i) noexcept { return memory_[i]; }
    [[nodiscard]] const T& operator[](std::size_t i) const noexcept { return memory_[i]; }

    /// One more, of any value. Amortised O(1).
    [[nodiscard]] T& add() {
        if (size_ == most_) {
            grow(2 * size_ + 8);
        }
        return memory_[size_++];
    }
    /// The first ones stay. @pre `n <= size()`, or there is memory for so many
    void keep_first(std::size_t n) noexcept { size_ = n; }
    /// Where the first `n` may be written before `keep_first` tells how many there are, so that memory is asked for
    /// once and not for each. Those that are in the list stay.
    [[nodiscard]] T* memory_for(std::size_t n) {
        if (n > most_) {
            grow(n);
        }
        return memory_.data();
    }
    /// Becomes equal to another list.
    void assign(const kept_list& other) {
        if (most_ < other.size_) {
            grow(other.most_);
        }
        std::copy(other.begin(), other.end(), begin());
        size_ = other.size_;
    }

private:
    [[gnu::noinline]] void grow(std::size_t most) {
        memory_.resize(most);
        most_ = most;
    }

    std::vector<T> memory_; // the first size_ of it are in the list
    std::size_t size_ = 0;
    std::size_t most_ = 0; // `memory_.size()`, which takes a division
};

} // namespace opara::inline OPARA_ABI::sim::detail
