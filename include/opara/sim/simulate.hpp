/// @file
/// Runs a plan on a GPU that is not there.
#pragma once

#include <opara/core/id.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/cost/device.hpp>
#include <opara/plan/plan.hpp>
#include <opara/sim/options.hpp>
#include <opara/sim/simulation.hpp>
#include <opara/sim/timeline.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::sim {

/// Simulates one replay of the CUDA graph that a plan makes, from launch to end.
///
/// Lanes vanish: nodes are the operators that launch something, in the order of emission, edges are what the lanes and
/// waits say. Nodes start by the measured rules for edges, forks, joins, channels and the front end; their blocks take
/// places on SMs in the order of priority, then arrival; kernels that run at once share DRAM, L2 and the SMs' units.
/// docs/simulator.md tells every rule and where it comes from, and how far from measurements the result is.
/// @param p  the plan
/// @param cost  every operator's launch (`cost::kernel_model`)
/// @param d  the device
/// @return for every operator when it ran, in us
/// @throws error  `options.out_degree` is 1
/// @throws invalid_plan  as `captured_edges`
/// @throws cost_error  a kernel's numbers are no costs, a block of it does not fit the device, or the cost model is of
///         another size
/// Complexity: O(V log V + E) for graphs of bounded width; proportional to the kernels that run at once.
template <cost::kernel_model Cost>
[[nodiscard]] timeline simulate(const plan& p, const Cost& cost, const cost::device& d, simulate_options options = {}) {
    cost::require_size(cost, p.operators());
    if constexpr (requires {
                      { cost.kernels() } -> std::convertible_to<std::span<const cost::kernel>>;
                  }) {
        return std::move(detail::simulation{d, options}.run(p, cost.kernels()));
    }
    std::vector<cost::kernel> kernels;
    kernels.reserve(p.operators());
    for (std::size_t v = 0; v < p.operators(); ++v) {
        kernels.push_back(cost.kernel(op_id::from_index(v)));
    }
    return std::move(detail::simulation{d, options}.run(p, kernels));
}

} // namespace opara::inline OPARA_ABI::sim
