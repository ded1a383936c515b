/// @file
/// Who waits for room, in the order of placement.
#pragma once

#include <opara/sim/kept_list.hpp>

#include <algorithm>
#include <cstddef>

namespace opara::inline OPARA_ABI::sim::detail {

/// A line: the first leaves, most join at the end, some further ahead. It keeps its memory.
template <class T>
class waiting_line {
public:
    [[nodiscard]] bool empty() const noexcept { return first_ == line_.size(); }
    /// @pre not empty
    [[nodiscard]] T front() const noexcept { return line_[first_]; }
    void clear() noexcept {
        line_.keep_first(0);
        first_ = 0;
    }
    /// Amortised O(1).
    void pop_front() noexcept {
        ++first_;
        if (first_ == line_.size()) {
            clear();
        } else if (2 * first_ > line_.size() && first_ > 32) {
            std::copy(line_.begin() + first_, line_.end(), line_.begin());
            line_.keep_first(line_.size() - first_);
            first_ = 0;
        }
    }
    /// Puts `x` behind everybody that it does not overtake. O(1 + how many it overtakes).
    /// @param overtakes  `overtakes(y)` tells whether `x` goes before `y`
    template <class Overtakes>
    void join(T x, Overtakes&& overtakes) {
        line_.add() = x;
        for (std::size_t i = line_.size() - 1; i > first_ && overtakes(line_[i - 1]); --i) {
            line_[i] = line_[i - 1];
            line_[i - 1] = x;
        }
    }

private:
    kept_list<T> line_; // from first_ on
    std::size_t first_ = 0;
};

} // namespace opara::inline OPARA_ABI::sim::detail
