/// @file
/// The loop that all list schedules share.
#pragma once

#include <opara/graph/frozen.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace opara::inline OPARA_ABI::order {

/// Builds a topological order by always taking one of the operators whose predecessors are all taken.
/// @param offer  called as `offer(op_id)` when an operator becomes ready, in a fixed order
/// @param take  called as `take()` while something is on offer; returns one that was offered and not yet taken
/// Complexity: O(V + E) plus the calls.
template <class Offer, class Take>
[[nodiscard]] std::vector<op_id> list_order(const frozen_graph& g, Offer offer, Take take) {
    std::vector<std::uint32_t> missing(g.size());
    for (const op_id v : g.topological_order()) {
        missing[v.index()] = static_cast<std::uint32_t>(g.predecessors(v).size());
        if (missing[v.index()] == 0) {
            offer(v);
        }
    }
    std::vector<op_id> sequence(g.size());
    for (op_id& next : sequence) {
        const op_id v = take();
        next = v;
        for (const op_id s : g.successors(v)) {
            if (--missing[s.index()] == 0) {
                offer(s);
            }
        }
    }
    return sequence;
}

/// A queue of operators that gives back the one with the smallest key, and of equal keys the one that came first.
///
/// Networks have few operators ready at a time, for which a heap's unpredictable branches cost more than they save. So
/// the smallest keys stand in a short sorted row, and a heap holds only what does not fit there. Most keys are no
/// smaller than those before them: they go to the end of the row, and what leaves leaves at its front.
template <class Key>
class keyed_queue {
public:
    /// Adds an operator. O(log n).
    void push(Key key, op_id v) {
        const entry fresh{key, arrivals_++, v};
        if (!heap_.empty() && (front_ == back_ || !(key < row_[back_ - 1].key))) {
            push_heap(fresh); // the row holds the smallest, and this is none of them
            return;
        }
        if (back_ == row_.size()) {
            make_room();
        }
        if (back_ - front_ == row_capacity) {
            if (!(key < row_[back_ - 1].key)) {
                push_heap(fresh);
                return;
            }
            push_heap(row_[--back_]);
        }
        std::size_t at = back_++;
        for (; at != front_ && key < row_[at - 1].key; --at) {
            row_[at] = row_[at - 1];
        }
        row_[at] = fresh;
    }
    /// Removes and returns the first operator. @pre not empty. O(log n).
    op_id pop() {
        OPARA_ASSERT(!empty());
        if (front_ == back_) {
            std::pop_heap(heap_.begin(), heap_.end(), later);
            const op_id v = heap_.back().op;
            heap_.pop_back();
            return v;
        }
        return row_[front_++].op;
    }
    /// Whether there is nothing to give back.
    [[nodiscard]] bool empty() const noexcept { return front_ == back_ && heap_.empty(); }

private:
    static constexpr std::size_t row_capacity = 16;

    struct entry {
        Key key{};
        std::uint32_t arrival = 0;
        op_id op;
    };
    static bool later(const entry& a, const entry& b) noexcept {
        return b.key < a.key || (!(a.key < b.key) && b.arrival < a.arrival);
    }
    void push_heap(const entry& e) {
        heap_.push_back(e);
        std::push_heap(heap_.begin(), heap_.end(), later);
    }
    // The row wanders towards the end of its array; now and then it begins anew.
    void make_room() noexcept {
        std::move(row_.begin() + static_cast<std::ptrdiff_t>(front_), row_.begin() + static_cast<std::ptrdiff_t>(back_),
                  row_.begin());
        back_ -= front_;
        front_ = 0;
    }

    std::array<entry, 4 * row_capacity> row_; // ascending, from front_ to back_
    std::size_t front_ = 0;
    std::size_t back_ = 0;
    std::vector<entry> heap_; // nothing in it comes before anything in the row
    std::uint32_t arrivals_ = 0;
};

} // namespace opara::inline OPARA_ABI::order
