/// @file
/// What the variants of a network's operators take, for whoever chooses among them.
#pragma once

#include <examples/engine/cuda/cuda_engine.hpp>
#include <opara/core/id.hpp>
#include <opara/cost/device.hpp>
#include <opara/cost/table.hpp>
#include <opara/onnx/network.hpp>
#include <opara/plan/plan.hpp>
#include <opara/search/variants.hpp>

#include <span>

namespace opara::engine {

/// Measures every variant of every operator on its own, in a chain of it, warm in the cache; operators that are alike
/// are measured once. What comes of it is what `search::static_choice` and the search for plans take.
/// @param estimated  where bytes and FLOPs come from
/// @param on  the device that is there, as a model
/// @throws cuda::cuda_error
[[nodiscard]] search::variant_table measure_variants(const cuda_engine& engine, const onnx::network& net,
                                                     const cost::table& estimated, const cost::device& on);

/// The plan with other variants. @pre one for each operator
[[nodiscard]] plan with_variants(const plan& p, std::span<const variant_id> variants);

} // namespace opara::engine
