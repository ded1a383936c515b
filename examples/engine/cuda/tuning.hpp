/// @file
/// Which variant of each operator a plan should run.
#pragma once

#include <examples/engine/cuda/cuda_engine.hpp>
#include <opara/core/id.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/onnx/network.hpp>
#include <opara/plan/plan.hpp>

#include <span>
#include <vector>

namespace opara::engine {

/// What the variants of one operator take alone, in microseconds, by variant; empty if it launches nothing.
using variant_times = std::vector<double>;

/// Measures every variant of every operator on its own: a chain of it, warm in the cache, and the edges between.
/// Operators that are alike are measured once.
/// @throws cuda::cuda_error
[[nodiscard]] std::vector<variant_times> time_variants(const cuda_engine& engine, const onnx::network& net);

/// For each operator the variant that is fastest alone.
[[nodiscard]] std::vector<variant_id> fastest(std::span<const variant_times> times);

/// For each operator on the longest path, as `fastest` makes it, the variant that is fastest alone; for each other one
/// the variant that takes the least time and room together: a wide kernel that is not urgent keeps others from running.
/// @param weight  what a millisecond of the whole device is worth off the path, in milliseconds of the operator's own
[[nodiscard]] std::vector<variant_id> sparing(const cuda_engine& engine, const frozen_graph& g,
                                              std::span<const variant_times> times, double weight = 2.0);

/// The plan with other variants. @pre one for each operator
[[nodiscard]] plan with_variants(const plan& p, std::span<const variant_id> variants);

} // namespace opara::engine
