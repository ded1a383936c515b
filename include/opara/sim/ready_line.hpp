/// @file
/// Which node is launched next.
#pragma once

#include <opara/core/config.hpp>
#include <opara/sim/kept_list.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace opara::inline OPARA_ABI::sim::detail {

/// A node that may start, and when.
struct ready_node {
    double time_us = 0.0;
    std::uint32_t tie = 0; // smaller first at equal times
    std::uint32_t node = 0;
};

/// Nodes by time. Most become ready in the order in which they are launched, and stand in line; the others go to a
/// heap. It keeps its memory.
class ready_line {
public:
    [[nodiscard]] bool empty() const noexcept { return first_ == line_.size() && heap_.empty(); }
    /// @pre not empty
    [[nodiscard]] const ready_node& front() const noexcept {
        return heap_.empty() || (first_ < line_.size() && later(heap_[0], line_[first_])) ? line_[first_] : heap_[0];
    }
    void clear() noexcept {
        line_.keep_first(0);
        heap_.keep_first(0);
        first_ = 0;
    }
    /// O(1) where it comes last, else O(log n).
    void push(const ready_node& x) {
        if (first_ == line_.size()) {
            line_.keep_first(0);
            first_ = 0;
        } else if (later(line_[line_.size() - 1], x)) {
            heap_.add() = x;
            std::push_heap(heap_.begin(), heap_.end(), later);
            return;
        }
        line_.add() = x;
    }
    /// @pre not empty
    /// @return the first, which leaves
    ready_node pop() noexcept {
        const ready_node x = front();
        if (!heap_.empty() && heap_[0].node == x.node) {
            std::pop_heap(heap_.begin(), heap_.end(), later);
            heap_.keep_first(heap_.size() - 1);
        } else {
            ++first_;
        }
        return x;
    }

private:
    static bool later(const ready_node& a, const ready_node& b) noexcept {
        return a.time_us > b.time_us || (a.time_us == b.time_us && a.tie > b.tie);
    }

    kept_list<ready_node> line_; // from first_ on
    std::size_t first_ = 0;
    kept_list<ready_node> heap_; // those that came too late for their place in line
};

} // namespace opara::inline OPARA_ABI::sim::detail
