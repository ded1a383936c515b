/// @file
/// Which moment of early launch suits a plan.
#pragma once

#include <opara/cuda/capture_nodes.hpp>
#include <opara/cuda/emission_options.hpp>
#include <opara/cuda/graph.hpp>
#include <opara/cuda/launcher.hpp>
#include <opara/cuda/measure.hpp>
#include <opara/plan/plan.hpp>

#include <array>
#include <vector>

namespace opara::inline OPARA_ABI::cuda {

/// Makes a plan's graph with both and measures them in turn. Neither is better for all: kernels that fetch much before
/// they wait gain from an early start, and lose by it what others beside them would have done in their room
/// (docs/cuda.md). It repeats the plan about 100 times on each.
/// @param launch  a `launcher`
/// @param how  the other options; `how.early` does not matter
/// @return that with the shorter median period; the later one where they are equal
/// @throws as `capture_nodes`; cuda_error  also whatever the kernels do wrong
template <launcher L>
[[nodiscard]] early_launch faster_early_launch(const plan& p, L launch, emission_options how) {
    constexpr std::array both{early_launch::when_triggered, early_launch::when_started};
    std::vector<graph_exec> graphs;
    for (const early_launch early : both) {
        how.early = early;
        graphs.push_back(capture_nodes(p, launch, how).instantiate());
    }
    const std::array<const graph_exec*, both.size()> measured{&graphs[0], &graphs[1]};
    const std::vector<replay_times> times = measure(measured, {.rounds = 9, .replays = 10, .warm_up = 1});
    return times[1].period.median < times[0].period.median ? both[1] : both[0];
}

} // namespace opara::inline OPARA_ABI::cuda
