/// @file
/// Waits that other waits imply, where lanes are few.
#pragma once

#include <opara/core/id.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI {

/// Drops implied predecessors like `predecessor_reducer` (graph/reduction.hpp), with the same interface, by keeping for
/// each operator how far every lane must have come before it starts: a vector clock (Fidge 1988, Mattern 1988) with a
/// component a lane. Exact at a price that depends on nothing but the number of lanes.
/// Complexity: O((V + E) lanes) time and 4 V lanes bytes.
class lane_clocks {
public:
    /// @param lane  for each operator its lane; must outlive the object
    /// @param lanes  number of lanes
    lane_clocks(std::span<const lane_id> lane, std::size_t lanes)
        : lane_{lane}, lanes_{lanes}, clock_(lane.size() * lanes, 0), state_(lane.size()), merged_(lanes) {}

    /// Reduces the predecessors of `v`. Call it once for each operator, each after all its predecessors; the operators
    /// of a lane in their order in that lane, each with the one before it among its predecessors.
    /// @return those that no other implies, in the same order; valid until the next call
    std::span<const op_id> operator()(op_id v, std::span<const op_id> candidates) {
        std::fill(merged_.begin(), merged_.end(), 0U);
        for (const op_id p : candidates) {
            const std::uint32_t* const theirs = clock_.data() + p.index() * lanes_;
            for (std::size_t lane = 0; lane < lanes_; ++lane) {
                merged_[lane] = std::max(merged_[lane], theirs[lane]);
            }
        }
        operator_state& own = state_[v.index()];
        own.first = static_cast<std::uint32_t>(kept_.size());
        own.moment = ++now_;
        // The clocks so far tell what lies strictly behind a candidate, so none implies itself.
        for (const op_id p : candidates) {
            if (merged_[lane_[p.index()].index()] < state_[p.index()].moment) {
                kept_.push_back(p);
            }
        }
        own.count = static_cast<std::uint32_t>(kept_.size()) - own.first;
        for (const op_id p : of(v)) {
            merged_[lane_[p.index()].index()] = state_[p.index()].moment;
        }
        std::copy(merged_.begin(), merged_.end(), clock_.begin() + static_cast<std::ptrdiff_t>(v.index() * lanes_));
        return of(v);
    }

    /// The same for an operator with one predecessor, which nothing can imply.
    void follow(op_id v, op_id predecessor) {
        const auto theirs = clock_.begin() + static_cast<std::ptrdiff_t>(predecessor.index() * lanes_);
        const auto ours = clock_.begin() + static_cast<std::ptrdiff_t>(v.index() * lanes_);
        std::copy(theirs, theirs + static_cast<std::ptrdiff_t>(lanes_), ours);
        ours[static_cast<std::ptrdiff_t>(lane_[predecessor.index()].index())] = state_[predecessor.index()].moment;
        state_[v.index()] = {++now_, static_cast<std::uint32_t>(kept_.size()), 1};
        kept_.push_back(predecessor);
    }

    /// What is left of the predecessors of an operator that was reduced.
    [[nodiscard]] std::span<const op_id> of(op_id v) const noexcept {
        return {kept_.data() + state_[v.index()].first, state_[v.index()].count};
    }
    /// Whether `v` was reduced already.
    [[nodiscard]] bool has(op_id v) const noexcept { return state_[v.index()].moment != 0; }

private:
    struct operator_state {
        std::uint32_t moment = 0; // its place among all calls, from 1; 0: not reduced yet
        std::uint32_t first = 0;  // where its kept predecessors begin
        std::uint32_t count = 0;  // how many there are
    };

    std::span<const lane_id> lane_;
    std::size_t lanes_;
    std::vector<std::uint32_t> clock_; // for each operator the moment up to which each lane must be done before it
    std::vector<operator_state> state_;
    std::vector<std::uint32_t> merged_;
    std::vector<op_id> kept_;
    std::uint32_t now_ = 0;
};

} // namespace opara::inline OPARA_ABI
