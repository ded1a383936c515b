/// @file
/// Searches for plans that are better than the policies', or takes what an earlier search found.
#pragma once

#include <examples/opara_run/cuda_run.hpp>
#include <examples/opara_run/evaluation.hpp>
#include <opara/cost/device.hpp>
#include <opara/cost/table.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/plan.hpp>
#include <opara/search/variants.hpp>

#include <string>
#include <utility>
#include <vector>

namespace opara::run {

/// What there is to search in.
struct search_space {
    const frozen_graph& graph;
    const search::variant_table& variants; ///< whose times policies go by
    const cost::table& costs;              ///< in the variants that are fastest alone
    const cost::device& device;
};

/// Plans that a search found, and how it went.
struct searched_plans {
    std::vector<std::pair<std::string, plan>> plans; ///< names of policy results, and the plans
    search_summary summary;
    double us = 0.0; ///< the last plan's latency: measured where there is a GPU, else simulated
};

/// Searches for about `a.search` seconds: on the simulator, and with a GPU by measurement, too. With a plan cache it
/// takes the plan that is there for this graph, these extents, this device and these kernels instead, and stores what
/// it found where there is none.
/// @param a  `search` must be there
/// @param estimated  where bytes and FLOPs of the operators come from
/// @param gpu  nothing where plans are only simulated
/// @throws parse_error  the stored plan is damaged
/// @throws error  it cannot be read, or the new one not be written
[[nodiscard]] searched_plans search_plans(const arguments& a, const model& m, const search_space& space,
                                          const cost::table& estimated, cuda_runner* gpu, progress& steps);

} // namespace opara::run
