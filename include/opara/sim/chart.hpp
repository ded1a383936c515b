/// @file
/// Where things go in a picture of a simulated run.
#pragma once

#include <opara/core/id.hpp>
#include <opara/sim/timeline.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::sim::detail {

/// Rows of a chart: one for each lane, or, where there are too many, rows that lanes share one after the other.
struct chart_rows {
    std::vector<std::size_t> of_lane; ///< its row
    std::size_t rows = 0;             ///< how many
    bool shared = false;              ///< whether lanes share them
};

/// @param most  lanes that get a row each
inline chart_rows rows_of(const timeline& t, std::size_t most) {
    struct extent {
        double first = 0.0;
        double last = -1.0; // nothing yet
    };
    std::vector<extent> lanes;
    for (const activity& a : t.operators) {
        lanes.resize(std::max(lanes.size(), a.lane.index() + 1));
        extent& e = lanes[a.lane.index()];
        e = e.last < 0.0 ? extent{a.start_us, a.end_us}
                         : extent{std::min(e.first, a.start_us), std::max(e.last, a.end_us)};
    }
    chart_rows result;
    result.of_lane.resize(lanes.size());
    if (lanes.size() <= most) {
        for (std::size_t l = 0; l < lanes.size(); ++l) {
            result.of_lane[l] = l;
        }
        result.rows = lanes.size();
        return result;
    }
    result.shared = true;
    std::vector<std::size_t> by_start(lanes.size());
    for (std::size_t l = 0; l < lanes.size(); ++l) {
        by_start[l] = l;
    }
    std::stable_sort(by_start.begin(), by_start.end(),
                     [&](std::size_t a, std::size_t b) { return lanes[a].first < lanes[b].first; });
    std::vector<double> until; // by row
    for (const std::size_t l : by_start) {
        std::size_t row = 0;
        while (row < until.size() && until[row] > lanes[l].first) {
            ++row;
        }
        until.resize(std::max(until.size(), row + 1), 0.0);
        until[row] = lanes[l].last;
        result.of_lane[l] = row;
    }
    result.rows = until.size();
    return result;
}

/// A round step (1, 2 or 5 times a power of ten) that divides `range` into about `pieces`.
inline double tick_step(double range, double pieces) {
    const double raw = std::max(range, 1e-9) / pieces;
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    const double scaled = raw / power;
    return power * (scaled <= 1.0 ? 1.0 : scaled <= 2.0 ? 2.0 : scaled <= 5.0 ? 5.0 : 10.0);
}

/// The mean of a load over each of `columns` equal pieces of the run. @param value  member of `load`
inline std::vector<double> columns_of(const timeline& t, double load::* value, std::size_t columns) {
    std::vector<double> sums(columns, 0.0);
    if (t.makespan_us <= 0.0) {
        return sums;
    }
    const double width = t.makespan_us / static_cast<double>(columns);
    for (std::size_t i = 0; i + 1 < t.loads.size(); ++i) {
        double from = t.loads[i].time_us;
        const double until = std::min(t.loads[i + 1].time_us, t.makespan_us);
        while (from < until) {
            const auto column = std::min(static_cast<std::size_t>(from / width + 1e-9), columns - 1);
            const double edge =
                column + 1 == columns ? until : std::min(until, static_cast<double>(column + 1) * width);
            if (edge <= from) {
                break;
            }
            sums[column] += t.loads[i].*value * (edge - from) / width;
            from = edge;
        }
    }
    return sums;
}

} // namespace opara::inline OPARA_ABI::sim::detail
