/// @file
/// Plans measured as CUDA graphs: what a search by measurement asks.
#pragma once

#include <opara/cuda/capture_nodes.hpp>
#include <opara/cuda/emission_options.hpp>
#include <opara/cuda/graph.hpp>
#include <opara/cuda/launcher.hpp>
#include <opara/cuda/measure.hpp>
#include <opara/plan/plan.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cuda {

/// What a sample is of.
enum class replay_kind : std::uint8_t {
    queued, ///< one of several replays back to back: their mean
    alone   ///< a single replay on an idle device
};

/// How `plan_sampler` makes graphs of plans and measures them.
struct sampler_options {
    /// Nodes are created in the plan's order, because a search has chosen it.
    emission_options emission{.order = creation_order::planned};
    replay_kind what = replay_kind::queued; ///< what is measured
    double sample_us = 2000.0;              ///< a sample of queued replays takes about so long ...
    std::size_t most_replays = 10;          ///< ... but is of no more than so many, at least 1
};

/// Measures plans of one network in turn: a `search::sampler`. Each round takes one sample of each plan, beginning with
/// another one each time. Every call makes the graphs anew and replays each once before: two instances of one graph
/// differ by up to 2 %, so whoever asks again asks about the plan and not about an instance. Not copyable.
/// @code
/// opara::cuda::plan_sampler measure{[&](const opara::command& c, cudaStream_t s) { engine.enqueue(c, s); }};
/// auto found = opara::search::improve_measured(graph, variants, device, measure);
/// @endcode
template <launcher L>
class plan_sampler {
public:
    /// @param launch  a `launcher`; one that takes the command, where operators have variants
    /// @param options  what `options.emission.duration_us` views must outlive the object
    /// @throws cuda_error
    explicit plan_sampler(L launch, sampler_options options = {})
        : launch_{std::move(launch)}, options_{std::move(options)} {
        OPARA_ASSERT(options_.most_replays != 0);
    }

    /// @return for each plan `rounds` samples in microseconds; sample i of each was taken in round i
    /// @throws as `capture_nodes`; cuda_error  also whatever the kernels of a graph do wrong
    std::vector<std::vector<double>> operator()(std::span<const plan* const> plans, std::size_t rounds) {
        std::vector<graph_exec> graphs;
        graphs.reserve(plans.size());
        for (const plan* p : plans) {
            graphs.push_back(capture_nodes(*p, launch_, options_.emission).instantiate());
            ++emitted_;
            const double once_us = timer_.latency_us(graphs.back()); // the first replay also uploads the graph
            if (replays_ == 0) { // the same number for all plans ever after, so that samples can be compared
                const double wanted = std::ceil(options_.sample_us / std::max(once_us, 1.0));
                replays_ =
                    static_cast<std::size_t>(std::clamp(wanted, 1.0, static_cast<double>(options_.most_replays)));
            }
        }
        std::vector<std::vector<double>> samples(plans.size());
        for (std::size_t round = 0; round < rounds; ++round) {
            for (std::size_t i = 0; i < graphs.size(); ++i) {
                const std::size_t which = (i + round) % graphs.size();
                samples[which].push_back(options_.what == replay_kind::alone
                                             ? timer_.latency_us(graphs[which])
                                             : timer_.period_us(graphs[which], replays_));
            }
        }
        return samples;
    }

    [[nodiscard]] std::size_t emitted() const noexcept { return emitted_; } ///< graphs that were made so far

private:
    L launch_;
    sampler_options options_;
    replay_timer timer_;
    std::size_t replays_ = 0; // of a sample, once it is known
    std::size_t emitted_ = 0;
};

} // namespace opara::inline OPARA_ABI::cuda
