/// @file
/// Plans for simulator tests.
#pragma once

#include <opara/assign/concepts.hpp>
#include <opara/cost/devices.hpp>
#include <opara/cost/table.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/plan.hpp>
#include <opara/plan/sync.hpp>
#include <opara/sim/simulate.hpp>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace opara::test {

/// An edge by numbers.
inline edge arc(std::size_t source, std::size_t target) {
    return {op_id::from_index(source), op_id::from_index(target)};
}

/// The plan whose partial order is the graph's and whose order of emission is the one given: a lane for each operator.
inline plan plan_of(const frozen_graph& g, std::span<const op_id> order) {
    assignment own;
    own.lanes = g.size();
    for (std::size_t v = 0; v < g.size(); ++v) {
        own.lane.push_back(lane_id::from_index(v));
    }
    return synchronise(g, own, order);
}
/// The same, in the order of the numbers where the edges allow it.
inline plan plan_of(const frozen_graph& g) { return plan_of(g, g.topological_order()); }

/// Small kernels of one block that disturb nobody.
inline cost::table one_block(std::span<const double> durations_us) {
    return cost::tabulate(durations_us, cost::devices::h200);
}

/// What each kind of graph costs on an H200, as a replay in a queue of replays.
inline sim::timeline simulate_h200(const frozen_graph& g, const cost::table& costs,
                                   sim::simulate_options options = {}) {
    return sim::simulate(plan_of(g), costs, cost::devices::h200, options);
}

} // namespace opara::test
