/// @file
/// IOS's schedule: stages with a barrier between them, found by dynamic programming.
#pragma once

#include <opara/assign/concepts.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/graph/articulation.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::assign {

namespace detail {

/// A part of a graph whose chains are contracted to units: small enough for a bit mask.
struct stage_problem {
    std::vector<std::uint64_t> successors;   // for each unit, in a topological order
    std::vector<std::uint64_t> predecessors; // likewise
    std::vector<double> duration_us;         // of a unit, its operators one after another
    std::vector<double> area_us;             // duration times share of the device
    std::size_t group_size;                  // units in a group, at most
    std::size_t groups;                      // groups in a stage, at most
    double barrier_us;                       // between stages
};

/// IOS's dynamic programming (Ding et al., MLSys 2021, section 4): cost[S] = min over endings E of S of cost[S - E] +
/// latency(E), where no edge leads from an ending back into what comes before it.
class stage_solver {
public:
    explicit stage_solver(const stage_problem& problem) : p_{problem} {}

    /// The stages in order, each a mask of units.
    std::vector<std::uint64_t> solve() {
        const std::size_t n = p_.successors.size();
        const std::uint64_t all = n == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
        best(all);
        std::vector<std::uint64_t> stages;
        for (std::uint64_t rest = all; rest != 0; rest &= ~stages.back()) {
            stages.push_back(memo_.at(rest).ending);
        }
        std::reverse(stages.begin(), stages.end());
        return stages;
    }

    /// The groups of a stage: its weakly connected components, by their first units.
    [[nodiscard]] std::vector<std::uint64_t> groups_of(std::uint64_t stage) const {
        std::vector<std::uint64_t> groups;
        while (stage != 0) {
            std::uint64_t group = stage & (~stage + 1);
            for (std::uint64_t before = 0; before != group;) {
                before = group;
                for (std::uint64_t bits = group; bits != 0; bits &= bits - 1) {
                    const auto u = static_cast<std::size_t>(std::countr_zero(bits));
                    group |= (p_.successors[u] | p_.predecessors[u]) & stage;
                }
            }
            groups.push_back(group);
            stage &= ~group;
        }
        return groups;
    }

private:
    struct entry {
        double cost_us;
        std::uint64_t ending;
    };

    // Depth of the recursion: at most one call for each unit of the part.
    double best(std::uint64_t units) {
        if (units == 0) {
            return 0.0;
        }
        if (const auto found = memo_.find(units); found != memo_.end()) {
            return found->second.cost_us;
        }
        entry e{std::numeric_limits<double>::infinity(), 0};
        extend(units, 0, static_cast<int>(std::bit_width(units)) - 1, e);
        memo_[units] = e;
        return e.cost_us;
    }

    // Tries all endings of `units` that extend `ending` by units at or before `next`.
    void extend(std::uint64_t units, std::uint64_t ending, int next, entry& e) {
        if (ending != 0) {
            const std::vector<std::uint64_t> groups = groups_of(ending);
            for (const std::uint64_t group : groups) {
                if (static_cast<std::size_t>(std::popcount(group)) > p_.group_size) {
                    return; // units only join groups, they never split them
                }
            }
            if (groups.size() <= p_.groups) {
                const double cost = best(units & ~ending) + latency(ending);
                if (cost < e.cost_us ||
                    e.ending == 0) { // also of costs whose sum is infinite some ending must be taken
                    e = {cost, ending};
                }
            }
        }
        for (int u = next; u >= 0; --u) {
            const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(u);
            if ((units & bit) != 0 && (p_.successors[static_cast<std::size_t>(u)] & units & ~ending) == 0) {
                extend(units, ending | bit, u - 1, e);
            }
        }
    }

    // The longest group, or all of them one after another on the share of the device that each one needs.
    [[nodiscard]] double latency(std::uint64_t stage) const {
        double longest = 0.0;
        double area = 0.0;
        for (const std::uint64_t group : groups_of(stage)) {
            double length = 0.0;
            for (std::uint64_t bits = group; bits != 0; bits &= bits - 1) {
                const auto u = static_cast<std::size_t>(std::countr_zero(bits));
                length += p_.duration_us[u];
                area += p_.area_us[u];
            }
            longest = std::max(longest, length);
        }
        return std::max(longest, area) + p_.barrier_us;
    }

    const stage_problem& p_;
    std::unordered_map<std::uint64_t, entry> memo_;
};

} // namespace detail

/// The schedule of IOS (Ding et al., "Inter-Operator Scheduler for CNN Acceleration", MLSys 2021): a sequence of stages
/// with a barrier between them; in a stage groups run side by side, the operators of a group one after another.
///
/// Segments between articulation operators are solved one by one, unbranched chains count as one unit (IOS takes
/// convolution, normalisation and activation as one operator in the same way), and a segment of more than `part_size`
/// units is solved in parts, in topological order. IOS measures the latency of each candidate stage on the GPU; this
/// estimates it as the longest group or, where the cost model knows demands, the work over the device if that is more.
/// Merging of equal convolutions into one is left to graph rewriting.
///
/// Complexity: in the number u <= `part_size` of units of a part O((u / w + 1)^(2 w)) for width w, at most O(3^u).
struct stages {
    std::size_t group_size = 3; ///< units in a group, at most: IOS's pruning parameter r
    std::size_t groups = 8;     ///< groups in a stage, at most: IOS's pruning parameter s
    std::size_t part_size = 12; ///< units that are solved together, at most; 1 to 64
    double barrier_us = 2.0;    ///< what a barrier costs (measured on an H200: 0.8 to 3.1 for 2 to 8 lanes)

    /// @return the assignment, with its stages
    /// @throws policy_error  an option is out of range
    /// @throws cost_error  a duration or demand is NaN, negative or infinite
    template <cost::duration_model Cost>
    assignment operator()(const frozen_graph& g, const Cost& cost) const {
        if (group_size == 0 || groups == 0 || part_size == 0 || part_size > 64 || !(barrier_us >= 0.0) ||
            !(barrier_us < std::numeric_limits<double>::infinity())) {
            throw policy_error{"assign::stages needs groups of at least one unit, at least one group, parts of 1 to 64 "
                               "units and a barrier that costs no less than 0; got group_size " +
                               std::to_string(group_size) + ", groups " + std::to_string(groups) + ", part_size " +
                               std::to_string(part_size) + ", barrier_us " + std::to_string(barrier_us)};
        }
        assignment a{.lane = std::vector<lane_id>(g.size()), .lanes = 0, .stage = std::vector<std::uint32_t>(g.size())};
        std::uint32_t next = 0;
        for (const std::vector<op_id>& segment : segments(g)) {
            const std::vector<std::vector<op_id>> units = contract(g, segment);
            for (std::size_t first = 0; first < units.size(); first += part_size) {
                const std::size_t count = std::min(part_size, units.size() - first);
                next = plan_part(g, cost, std::span{units}.subspan(first, count), next, a);
            }
        }
        return a;
    }

    friend bool operator==(const stages&, const stages&) = default;

private:
    // The chains of a segment: operators that are the only successor of their only predecessor. By their first
    // operators.
    static std::vector<std::vector<op_id>> contract(const frozen_graph& g, const std::vector<op_id>& segment) {
        std::vector<std::vector<op_id>> units;
        std::unordered_map<std::uint32_t, std::size_t> unit_of;
        for (const op_id v : segment) {
            const auto p = g.predecessors(v);
            const auto found =
                p.size() == 1 && g.successors(p[0]).size() == 1 ? unit_of.find(p[0].value) : unit_of.end();
            const std::size_t unit = found != unit_of.end() ? found->second : units.size();
            if (unit == units.size()) {
                units.emplace_back();
            }
            units[unit].push_back(v);
            unit_of.emplace(v.value, unit);
        }
        return units;
    }

    // Plans one part from stage number `next` on; returns the number of the stage after it.
    template <class Cost>
    std::uint32_t plan_part(const frozen_graph& g, const Cost& cost, std::span<const std::vector<op_id>> units,
                            std::uint32_t next, assignment& a) const {
        const detail::stage_problem problem = pose(g, cost, units);
        detail::stage_solver solver{problem};
        for (const std::uint64_t stage : solver.solve()) {
            std::size_t lane = 0;
            for (const std::uint64_t group : solver.groups_of(stage)) {
                for (std::uint64_t bits = group; bits != 0; bits &= bits - 1) {
                    for (const op_id v : units[static_cast<std::size_t>(std::countr_zero(bits))]) {
                        a.lane[v.index()] = lane_id::from_index(lane);
                        a.stage[v.index()] = next;
                    }
                }
                ++lane;
            }
            a.lanes = std::max(a.lanes, lane);
            ++next;
        }
        return next;
    }

    template <class Cost>
    detail::stage_problem pose(const frozen_graph& g, const Cost& cost,
                               std::span<const std::vector<op_id>> units) const {
        const std::size_t n = units.size();
        detail::stage_problem p{.successors = std::vector<std::uint64_t>(n, 0),
                                .predecessors = std::vector<std::uint64_t>(n, 0),
                                .duration_us = std::vector<double>(n, 0.0),
                                .area_us = std::vector<double>(n, 0.0),
                                .group_size = group_size,
                                .groups = groups,
                                .barrier_us = barrier_us};
        std::unordered_map<std::uint32_t, std::size_t> unit_of;
        for (std::size_t u = 0; u < n; ++u) {
            for (const op_id v : units[u]) {
                unit_of.emplace(v.value, u);
                const double duration = cost::duration_of(cost, v);
                p.duration_us[u] += duration;
                if constexpr (cost::demand_model<Cost>) {
                    p.area_us[u] += duration * std::min(1.0, cost::demand_of(cost, v));
                }
            }
        }
        for (std::size_t u = 0; u < n; ++u) {
            for (const op_id s : g.successors(units[u].back())) {
                if (const auto found = unit_of.find(s.value); found != unit_of.end()) {
                    p.successors[u] |= std::uint64_t{1} << found->second;
                    p.predecessors[found->second] |= std::uint64_t{1} << u;
                }
            }
        }
        return p;
    }
};

} // namespace opara::inline OPARA_ABI::assign
