/// @file
/// What a plan means once its lanes are gone.
#pragma once

#include <opara/core/error.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/graph/reduction.hpp>
#include <opara/plan/counts.hpp>
#include <opara/plan/plan.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace opara::inline OPARA_ABI {

/// What to do with an edge that other edges imply.
enum class implied_edges {
    keep, ///< every edge that the lanes and the waits make
    drop  ///< the transitive reduction
};

/// The edges that stream capture would make of a plan, node by node in the order of creation.
///
/// A lane holds the nodes that its next launch has to wait for: its last one, and whatever it waited for since. An
/// operator that launches nothing makes no node and leaves that set as it is, so that what waits for it waits for what
/// it waited for. This is what `cudaStreamBeginCapture` does.
class captured_edges {
public:
    /// Plays the plan through.
    /// @param launches  `launches(op_id)` tells whether the operator makes a node
    /// @throws invalid_plan  an id is out of range, there are more operators, lanes or events than commands, an
    /// operator
    ///         is launched twice or never, or an event is awaited before it is recorded
    /// Complexity: O(commands + edges). A barrier makes no node, so where n lanes meet m lanes in one there are n * m
    /// edges, as in a captured graph.
    template <class Launches>
    captured_edges(const plan& p, Launches&& launches) {
        require_counts(p);
        before_.resize(p.operators());
        std::vector<range> lanes(p.lanes());
        std::vector<range> events(p.events());
        std::vector<std::uint8_t> launched(p.operators(), 0);
        std::vector<std::uint8_t> recorded(p.events(), 0);
        stamp_.assign(p.operators(), 0);
        order_.reserve(p.operators());
        pool_.reserve(2 * p.commands().size());
        for (const command& c : p.commands()) {
            if (is_out_of_range(p, c)) {
                refuse(p, c);
            }
            range& lane = lanes[c.lane.index()];
            switch (c.what) {
            case action::launch:
                if (launched[c.op.index()] != 0) {
                    throw invalid_plan{"operator " + std::to_string(c.op.value) + " is launched twice", c.op, c.op};
                }
                launched[c.op.index()] = 1;
                order_.push_back(c.op);
                before_[c.op.index()] = lane;
                if (launches(c.op)) {
                    lane = {end(), 1};
                    pool_.push_back(c.op);
                }
                break;
            case action::record:
                events[c.event.index()] = lane;
                recorded[c.event.index()] = 1;
                break;
            case action::wait:
                if (recorded[c.event.index()] == 0) {
                    throw invalid_plan{"event " + std::to_string(c.event.value) + " is awaited for operator " +
                                           std::to_string(c.op.value) + " and not recorded by then",
                                       c.op, c.op};
                }
                merge(lane, c.lane, events[c.event.index()]);
                break;
            }
        }
        for (std::size_t v = 0; v < launched.size(); ++v) {
            if (launched[v] == 0) {
                const op_id op = op_id::from_index(v);
                throw invalid_plan{"operator " + std::to_string(v) + " is never launched", op, op};
            }
        }
    }

    /// Every operator, in the order of its launch.
    [[nodiscard]] std::span<const op_id> order() const noexcept { return order_; }
    /// The nodes that `v` waits for, each once, whether it makes a node itself or not.
    [[nodiscard]] std::span<const op_id> before(op_id v) const noexcept {
        return {pool_.data() + before_[v.index()].first, before_[v.index()].count};
    }

private:
    struct range {
        std::uint32_t first = 0;
        std::uint32_t count = 0;
    };

    [[nodiscard]] std::uint32_t end() const noexcept { return static_cast<std::uint32_t>(pool_.size()); }

    // Sets live in one pool and are never changed, so a lane and its events can share them; a set at the end of the
    // pool grows in place, which keeps a join of k lanes linear in k.
    void merge(range& lane, lane_id who, range event) {
        if (lane.count == 0 || event.count == 0) {
            lane = lane.count == 0 ? event : lane;
            return;
        }
        if (lane.count == 1 && event.count == 1 && pool_[lane.first] == pool_[event.first]) {
            return;
        }
        if (lane.first + lane.count != end()) {
            const range old = lane;
            lane.first = end();
            for (std::uint32_t i = 0; i < old.count; ++i) {
                pool_.push_back(pool_[old.first + i]);
            }
        }
        if (round_ == 0 || owner_ != who || owned_ != lane.first) { // else its members carry the stamp already
            owner_ = who;
            owned_ = lane.first;
            ++round_;
            for (std::uint32_t i = 0; i < lane.count; ++i) {
                stamp_[pool_[lane.first + i].index()] = round_;
            }
        }
        for (std::uint32_t i = 0; i < event.count; ++i) {
            const op_id v = pool_[event.first + i];
            if (stamp_[v.index()] != round_) {
                stamp_[v.index()] = round_;
                pool_.push_back(v);
            }
        }
        lane.count = end() - lane.first;
    }

    [[nodiscard]] static bool is_out_of_range(const plan& p, const command& c) noexcept {
        return c.op.index() >= p.operators() || c.lane.index() >= p.lanes() ||
               (c.what != action::launch && c.event.index() >= p.events());
    }
    [[noreturn]] static void refuse(const plan& p, const command& c) {
        throw invalid_plan{"a command speaks of operator " + std::to_string(c.op.value) + ", lane " +
                               std::to_string(c.lane.value) + ", event " + std::to_string(c.event.value) +
                               "; the plan has " + std::to_string(p.operators()) + ", " + std::to_string(p.lanes()) +
                               ", " + std::to_string(p.events()),
                           c.op, c.op};
    }

    std::vector<range> before_; // by operator
    std::vector<op_id> pool_;
    std::vector<op_id> order_;
    std::vector<std::uint32_t> stamp_;
    std::uint32_t round_ = 0;
    lane_id owner_;           // the lane whose set the stamps tell
    std::uint32_t owned_ = 0; // where that set begins
};

/// The partial order that a plan puts on its operators: each waits for the one before it in its lane and for what its
/// lane waited for. The graph of operators and this one together are acyclic if and only if the plan can run.
/// @param p  a plan that launches each of its operators once
/// @param implied  whether an edge that follows from others stays
/// @throws invalid_plan  as `captured_edges`
/// Complexity: linear; `drop` adds that of `transitive_reduction`.
[[nodiscard]] inline frozen_graph partial_order(const plan& p, implied_edges implied = implied_edges::keep) {
    const captured_edges captured{p, [](op_id) { return true; }};
    std::vector<edge> edges;
    for (const op_id v : captured.order()) {
        for (const op_id before : captured.before(v)) {
            edges.push_back({before, v});
        }
    }
    frozen_graph g{p.operators(), edges};
    return implied == implied_edges::drop ? transitive_reduction(g) : g;
}

} // namespace opara::inline OPARA_ABI
