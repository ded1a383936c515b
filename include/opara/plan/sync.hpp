/// @file
/// From lanes and an order to commands, with no wait too many.
#pragma once

#include <opara/assign/concepts.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/graph/reduction.hpp>
#include <opara/order/concepts.hpp>
#include <opara/plan/lane_clocks.hpp>
#include <opara/plan/plan.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI {

namespace detail {

/// A barrier between two stages: a point in a lane that goes on from the one to the other, behind its last operator of
/// the one and in front of its first of the other. It waits for the ends of the other lanes, and they wait for it.
struct stage_barrier {
    std::vector<op_id> ends; // the last operator of each lane of the stage before, its own included
    op_id behind;            // the last operator of its lane
    op_id in_front_of;       // the next operator of its lane
};

/// What a plan puts in its lanes: operators, and barriers, which are numbered after them.
struct lane_points {
    std::vector<lane_id> lane;             // of each point
    std::vector<op_id> sequence;           // all points, in order of emission
    std::vector<stage_barrier> barriers;   // by number
    std::vector<std::vector<op_id>> gates; // for each stage in order, what all its operators come after
};

/// @pre `sequence` is a topological order of the operators
/// @throws policy_error  it goes back to a stage that it has left
inline lane_points with_barriers(const assignment& a, std::span<const op_id> sequence) {
    lane_points points{.lane = a.lane, .sequence = {}, .barriers = {}, .gates = {}};
    std::vector<op_id> first(a.lanes), last(a.lanes); // of each lane in the stage that it was last used in
    std::vector<std::size_t> stage_of(a.lanes, 0);    // that stage, counted from 1
    std::vector<lane_id> used;                        // the lanes of the stage before
    for (std::size_t i = 0; i < sequence.size();) {
        std::vector<op_id> ends;
        ends.reserve(used.size());
        for (const lane_id lane : used) {
            ends.push_back(last[lane.index()]);
        }
        const std::vector<lane_id> used_before = std::exchange(used, {});
        const std::uint32_t stage = a.stage[sequence[i].index()];
        const std::size_t begin = i;
        const std::size_t count = points.gates.size() + 1;
        for (; i < sequence.size() && a.stage[sequence[i].index()] == stage; ++i) {
            const lane_id lane = a.lane[sequence[i].index()];
            if (std::exchange(stage_of[lane.index()], count) != count) {
                used.push_back(lane);
                first[lane.index()] = sequence[i];
            }
            last[lane.index()] = sequence[i];
        }
        if (i < sequence.size() && a.stage[sequence[i].index()] < stage) {
            throw policy_error{"the order goes back from stage " + std::to_string(stage) + " to stage " +
                               std::to_string(a.stage[sequence[i].index()]) + " for operator " +
                               std::to_string(sequence[i].value)};
        }
        const auto goes_on = std::find_if(used_before.begin(), used_before.end(),
                                          [&](lane_id lane) { return stage_of[lane.index()] == count; });
        if (ends.size() > 1 && goes_on != used_before.end()) {
            const op_id behind = ends[static_cast<std::size_t>(goes_on - used_before.begin())];
            points.barriers.push_back({std::move(ends), behind, first[goes_on->index()]});
            points.sequence.push_back(op_id::from_index(points.lane.size()));
            points.lane.push_back(*goes_on);
            ends = {points.sequence.back()};
        }
        points.gates.push_back(std::move(ends));
        points.sequence.insert(points.sequence.end(), sequence.begin() + static_cast<std::ptrdiff_t>(begin),
                               sequence.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return points;
}

/// Ties lanes together. `Reduce` is `predecessor_reducer` or `lane_clocks`.
template <class Reduce>
plan synchronise(const frozen_graph& g, const assignment& a, std::span<const lane_id> lane,
                 std::span<const op_id> sequence, const lane_points& points, Reduce reduce) {
    constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
    const auto is_barrier = [&](op_id v) { return v.index() >= g.size(); };
    const auto barrier = [&](op_id v) -> const stage_barrier& { return points.barriers[v.index() - g.size()]; };
    std::vector<std::uint32_t> last_in_lane(a.lanes, none); // what was put there last
    std::vector<unsigned char> ties(lane.size(), 0);        // what ties a point to other lanes
    constexpr unsigned char is_awaited = 1;                 // another lane waits for it
    constexpr unsigned char has_waits = 2;                  // it waits for other lanes
    std::vector<op_id> needed;                              // what a point comes after
    std::size_t stages = 0;                                 // that have begun
    op_id begun_by;                                         // the first operator of the last of them
    std::size_t waits = 0;
    std::size_t events = 0;
    std::size_t planned = 0;
    for (const op_id v : sequence) {
        if (v.index() >= lane.size() || reduce.has(v)) {
            break; // require_topological says below what is wrong
        }
        const op_id before{std::exchange(last_in_lane[lane[v.index()].index()], v.value)};
        if (!is_barrier(v) && a.stage.empty() && before.value != none) {
            const auto predecessors = g.predecessors(v);
            if (predecessors.size() == 1 &&
                predecessors[0] == before) { // it goes on in its lane: the usual case, made fast
                reduce.follow(v, before);
                ++planned;
                continue;
            }
        }
        needed.clear();
        // Whether it comes after what is before it in its lane anyway: every operator of an earlier stage is behind the
        // gate.
        bool is_next = before.value == none || (!is_barrier(v) && !is_barrier(before) && !a.stage.empty() &&
                                                a.stage[before.index()] != a.stage[v.index()]);
        bool ready = true;
        const auto need = [&](op_id p) {
            ready = ready && reduce.has(p);
            is_next = is_next || p == before;
            needed.push_back(p);
        };
        if (is_barrier(v)) {
            std::for_each(barrier(v).ends.begin(), barrier(v).ends.end(), need);
        } else {
            for (const op_id p : g.predecessors(v)) {
                if (a.stage.empty() || a.stage[p.index()] == a.stage[v.index()]) { // the gate orders the others
                    need(p);
                }
            }
            if (!a.stage.empty()) {
                if (stages == 0 || a.stage[v.index()] != a.stage[begun_by.index()]) {
                    ++stages;
                    begun_by = v;
                }
                std::for_each(points.gates[stages - 1].begin(), points.gates[stages - 1].end(), need);
            }
        }
        if (!ready) {
            break;
        }
        ++planned;
        if (!is_next) {
            needed.push_back(before);
        }
        for (const op_id p : reduce(v, needed)) {
            if (lane[p.index()] != lane[v.index()]) {
                events += (ties[p.index()] & is_awaited) == 0 ? 1U : 0U;
                ties[p.index()] |= is_awaited;
                ties[v.index()] |= has_waits;
                ++waits;
            }
        }
    }
    if (planned != lane.size() || sequence.size() != lane.size()) {
        require_topological(sequence, g);
    }
    std::vector<command> commands;
    commands.reserve(g.size() + waits + events);
    std::vector<event_id> event(lane.size());
    std::uint32_t recorded = 0;
    for (const op_id v : sequence) {
        const lane_id here = lane[v.index()];
        const unsigned char tied = ties[v.index()];
        for (const op_id p : (tied & has_waits) != 0 ? reduce.of(v) : std::span<const op_id>{}) {
            if (lane[p.index()] != here) {
                commands.push_back({.what = action::wait,
                                    .lane = here,
                                    .op = is_barrier(v) ? barrier(v).in_front_of : v,
                                    .event = event[p.index()]});
            }
        }
        if (!is_barrier(v)) {
            commands.push_back({.what = action::launch, .lane = here, .op = v});
        }
        if ((tied & is_awaited) != 0) {
            event[v.index()] = event_id{recorded++};
            commands.push_back({.what = action::record,
                                .lane = here,
                                .op = is_barrier(v) ? barrier(v).behind : v,
                                .event = event[v.index()]});
        }
    }
    return plan{g.size(), a.lanes, events, std::move(commands)};
}

} // namespace detail

/// Writes the plan that runs `g` in the given lanes and order, with the fewest waits: an edge between lanes makes a
/// wait only if neither its lanes' order nor other waits imply it. (The cross-lane edges of the transitive reduction of
/// graph and lanes together; that reduction is unique, so no plan with these lanes and this order has fewer.) A barrier
/// between stages is a point in a lane that both stages use, which waits for the other lanes and which they wait for in
/// turn: their sum in waits instead of their product. Where no lane goes on from one stage to the next, every lane of
/// the one waits for every lane of the other.
/// @param g  the graph
/// @param lanes  a lane for each operator, and stages if there are any
/// @param sequence  every operator of `g` once, in a topological order, stage by stage
/// @throws policy_error  `lanes` or `sequence` do not fit `g`
/// Complexity: O((V + E) lanes) for up to 32 lanes, else that of `predecessor_reducer`: linear on networks either way.
[[nodiscard]] inline plan synchronise(const frozen_graph& g, const assignment& lanes, std::span<const op_id> sequence) {
    constexpr std::size_t few_lanes = 32;
    require_complete(lanes, g.size());
    detail::lane_points points;
    std::span<const lane_id> lane = lanes.lane;
    if (!lanes.stage.empty()) {
        require_topological(sequence, g);
        points = detail::with_barriers(lanes, sequence);
        lane = points.lane;
        sequence = points.sequence;
    }
    if (lanes.lanes <= few_lanes) {
        return detail::synchronise(g, lanes, lane, sequence, points, lane_clocks{lane, lanes.lanes});
    }
    return detail::synchronise(g, lanes, lane, sequence, points, predecessor_reducer{g, lane.size() - g.size()});
}

} // namespace opara::inline OPARA_ABI
