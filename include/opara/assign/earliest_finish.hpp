/// @file
/// List scheduling on a bounded number of lanes.
#pragma once

#include <opara/assign/concepts.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/order/critical_first.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI::assign {

/// Takes the operators by descending upward rank and puts each in the lane where it would end first if lanes were
/// processors (HEFT, Topcuoglu et al., IEEE TPDS 13(3), 2002, on identical processors and without insertion). An input
/// that was made in another lane arrives `wait_us` later. Of equally good lanes the one whose last operator ended
/// latest is taken, so that lanes free for longer stay free; then the one with the smallest number.
///
/// Lanes are fewer than the width allows, so they add order: emit in `order::critical_first`'s order, the one that this
/// policy assumes.
/// Complexity: O(V (log V + lanes) + E).
struct earliest_finish {
    std::size_t lanes = 4; ///< at most so many lanes, at least 1
    double wait_us = 0.15; ///< what an edge between lanes costs above one within a lane (measured on an H200)
    double edge_us = 0.61; ///< what an edge within a lane costs, for the rank

    /// @return the assignment
    /// @throws policy_error  `lanes` is 0
    /// @throws cost_error  a duration is NaN, negative or infinite
    template <cost::duration_model Cost>
    assignment operator()(const frozen_graph& g, const Cost& cost) const {
        if (lanes == 0) {
            throw policy_error{"assign::earliest_finish needs at least one lane"};
        }
        assignment a{.lane = std::vector<lane_id>(g.size()), .lanes = 0, .stage = {}};
        std::vector<double> end(g.size(), 0.0);
        std::vector<double> free_from;
        for (const op_id v : order::critical_first{edge_us}(g, cost)) {
            // Every input arrives `wait_us` late, except in the lane that made it. Only the lane of the latest input
            // can gain by that.
            const latest_input last = find_latest(g.predecessors(v), end, a.lane);
            const auto arrival = [&](std::size_t lane) {
                return lane == last.lane ? std::max(last.end_us, last.elsewhere_us)
                                         : last.end_us + (last.any ? wait_us : 0.0);
            };
            const double late = arrival(no_lane);
            std::size_t best = free_from.size();
            double start = late;
            if (best == lanes) {
                best = 0;
                start = std::max(arrival(0), free_from[0]);
            }
            for (std::size_t lane = 0; lane < free_from.size(); ++lane) {
                const double begins = std::max(arrival(lane), free_from[lane]);
                const bool tie_goes_here = best < free_from.size() ? free_from[lane] > free_from[best] : true;
                if (begins < start || (begins == start && tie_goes_here)) {
                    best = lane;
                    start = begins;
                }
            }
            if (best == free_from.size()) {
                free_from.push_back(0.0);
            }
            a.lane[v.index()] = lane_id::from_index(best);
            end[v.index()] = start + cost::duration_of(cost, v);
            free_from[best] = end[v.index()];
        }
        a.lanes = free_from.size();
        return a;
    }

    friend bool operator==(const earliest_finish&, const earliest_finish&) = default;

private:
    static constexpr std::size_t no_lane = ~std::size_t{0};

    struct latest_input {
        bool any = false;           // whether there is an input at all
        std::size_t lane = no_lane; // the lane of the input that is made last
        double end_us = 0.0;        // when it is made
        double elsewhere_us = 0.0;  // when the last input of any other lane arrives in this one
    };
    [[nodiscard]] latest_input find_latest(std::span<const op_id> predecessors, const std::vector<double>& end,
                                           const std::vector<lane_id>& lane) const {
        latest_input last;
        for (const op_id p : predecessors) {
            if (!last.any || end[p.index()] > last.end_us) {
                last.any = true;
                last.lane = lane[p.index()].index();
                last.end_us = end[p.index()];
            }
        }
        for (const op_id p : predecessors) {
            if (lane[p.index()].index() != last.lane) {
                last.elsewhere_us = std::max(last.elsewhere_us, end[p.index()] + wait_us);
            }
        }
        return last;
    }
};

} // namespace opara::inline OPARA_ABI::assign
