/// @file
/// What every plan of a network is worth.
#pragma once

#include <examples/opara_run/arguments.hpp>
#include <examples/opara_run/model.hpp>
#include <examples/opara_run/progress.hpp>
#include <opara/core/statistics.hpp>
#include <opara/cost/device.hpp>
#include <opara/cost/table.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/bounds.hpp>
#include <opara/plan/plan.hpp>
#include <opara/sim/timeline.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace opara::run {

/// One real run of a plan on the host, against the sequential one.
struct host_result {
    double wall_us = 0.0;                 ///< median of some runs
    double max_relative_difference = 0.0; ///< largest over all outputs, from the sequential run; must be 0
};

/// A plan measured as a CUDA graph, microseconds on the device: medians, and where the true ones are with 95 %.
struct cuda_result {
    double measured_us = 0.0; ///< of a replay alone
    double measured_low_us = 0.0;
    double measured_high_us = 0.0;
    double queued_us = 0.0; ///< of one of many replays back to back
    double queued_low_us = 0.0;
    double queued_high_us = 0.0;
    /// Largest over all outputs, from what the plan's variants yield one after another; must be 0.
    double max_relative_difference = 0.0;
    double host_difference = 0.0; ///< largest over all outputs, from the host engine's
};

/// One policy's plan and what it is worth.
struct policy_result {
    std::string name;
    opara::plan plan;
    sim::timeline simulated;
    std::size_t peak_bytes = 0;      ///< of the arena that all activations live in
    std::optional<host_result> host; ///< with the host backend
    std::optional<cuda_result> cuda; ///< with the CUDA backend
};

/// What was measured in a search, by samples that chose nothing; ratios below 1 are gains.
struct measured_search_summary {
    std::size_t finalists = 0;      ///< plans that were measured first
    std::size_t tried = 0;          ///< changes of the best of them that were measured
    std::size_t accepted = 0;       ///< of them
    std::string policy;             ///< the fastest policy by measurement, in the variants that are fastest alone
    double simulated_ratio = 1.0;   ///< simulated: the simulator's choice over that policy's plan
    median_estimate in_simulation;  ///< measured: the simulator's choice over that policy's plan
    median_estimate by_measurement; ///< measured: what the measurements led to over that policy's plan
    median_estimate to_sequential;  ///< measured: the same over the sequential plan
};

/// How a search went. Its plan is the policy result "searched"; "searched_measured" with the CUDA backend is what
/// measurements made of it.
struct search_summary {
    double seconds = 0.0;                            ///< it took
    std::size_t steps = 0;                           ///< moves that were tried
    std::size_t simulations = 0;                     ///< of plans of the whole network or of pieces of it
    std::size_t parts = 0;                           ///< different pieces that were searched one by one
    std::optional<measured_search_summary> measured; ///< with the CUDA backend
    std::optional<std::string> taken_from;           ///< the file of the plan cache; then nothing was searched
};

/// The host backend's results that concern no single policy.
struct host_summary {
    std::size_t threads = 1;
    double sequential_us = 0.0;                 ///< median of some runs of the sequential plan
    std::optional<double> reference_difference; ///< largest relative difference of the outputs from the references
};

/// The CUDA backend's results that concern no single policy.
struct cuda_summary {
    std::string gpu;
    engine::precision precision = engine::precision::tf32;
    cuda_result sequential;
    double host_difference = 0.0;               ///< largest relative difference of the outputs from the host engine's
    std::optional<double> reference_difference; ///< from the references
};

/// Everything that opara_run finds out.
struct evaluation {
    std::string model;
    std::int64_t batch = 1;
    granularity operators_are = granularity::framework;
    cost::device device;
    frozen_graph graph;
    cost::table costs; ///< estimated; with the CUDA backend measured, of the variants that are fastest alone
    std::vector<std::string> operator_names;
    std::size_t width = 0;
    opara::bounds bounds;
    double sequential_us = 0.0;          ///< simulated latency of the sequential plan, whether or not it was asked for
    std::vector<policy_result> policies; ///< and last the searched plans, if there are any
    std::size_t best =
        0; ///< index into `policies`: the smallest latency, measured with the CUDA backend, else simulated
    std::optional<host_summary> host;
    std::optional<cuda_summary> cuda;
    std::optional<search_summary> search; ///< if it was asked for
    std::optional<std::size_t> budget;    ///< bytes that plans were held to, if it was asked for
};

/// Plans, simulates and, if asked to, runs.
[[nodiscard]] evaluation evaluate(const arguments& a, const model& m, const cost::device& device, progress& steps);

/// The device to simulate: the one that the user named, or described in a file; else with the CUDA backend the one that
/// is there, if the library knows it; else an H200.
/// @throws usage_error  there is none
/// @throws parse_error  the file describes none
/// @throws error  there is no GPU for the CUDA backend
[[nodiscard]] cost::device find_device(const arguments& a);

} // namespace opara::run
