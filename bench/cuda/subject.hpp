/// @file
/// A network on the GPU, with what its operators cost there.
#pragma once

#include <examples/engine/cuda/cuda_engine.hpp>
#include <examples/engine/cuda/tuning.hpp>
#include <opara/cost/device.hpp>
#include <opara/cost/table.hpp>
#include <opara/cuda.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/onnx/network.hpp>
#include <opara/plan/memory.hpp>
#include <opara/plan/plan.hpp>
#include <opara/search/improve_measured.hpp>
#include <opara/search/variants.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace opara::bench {

/// What is asked of one network: its plans as CUDA graphs, what they yield, and what a search makes of them.
class subject {
public:
    /// Prepares, computes what the host yields for random inputs, tunes and profiles.
    /// @param net  must outlive the object
    /// @param device  the GPU that is there, as a model
    /// @param in  how float tensors lie on it
    subject(const onnx::network& net, const cost::device& device, engine::precision in = engine::precision::tf32);

    [[nodiscard]] const frozen_graph& graph() const noexcept { return graph_; }
    [[nodiscard]] const onnx::network& network() const noexcept { return net_; }
    [[nodiscard]] const cost::device& device() const noexcept { return device_; }
    [[nodiscard]] const engine::cuda_engine& engine() const noexcept { return engine_; }
    [[nodiscard]] const search::variant_table& variants() const noexcept { return variants_; } ///< with whole edges
    [[nodiscard]] std::span<const double> durations_us() const noexcept {
        return us_;
    } ///< alone, in the fastest variants
    /// What every variant takes in a chain of it.
    [[nodiscard]] search::variant_table measured_variants(engine::chain_edges edges) const;
    [[nodiscard]] const cost::table& costs() const noexcept { return costs_; } ///< in the variants fastest alone
    /// One variant for each operator: as a formula thinks ("model"), "fastest" alone, or "sparing".
    [[nodiscard]] std::span<const variant_id> variants(const std::string& name) const;

    /// A plan as a CUDA graph.
    [[nodiscard]] cuda::plan_graph emit(const plan& p, cuda::creation_order order, bool programmatic) const;
    /// What a search by measurement finds in so many seconds. It measures plans as they are going to be emitted, in the
    /// order in which they launch, and begins with what the policies' rows of the tables are, among others.
    [[nodiscard]] search::measured_improvement improved(bool programmatic, double seconds) const;
    /// How far what a graph yields is from what the host yields: ||ours - host|| / ||host||, after everything was
    /// overwritten; infinite for NaN.
    [[nodiscard]] double distance(const cuda::graph_exec& exec);
    /// How large an arena all activations need in a plan.
    [[nodiscard]] std::size_t peak_bytes(const plan& p) const { return lay_out(p, activations_).peak_bytes; }

    /// What each operator takes, for people who want to know where the time goes.
    [[nodiscard]] nlohmann::ordered_json operators() const;
    /// Counts, bounds, and how long tuning and profiling took.
    [[nodiscard]] nlohmann::ordered_json summary() const;

private:
    [[nodiscard]] auto launcher() const {
        return [this](const command& c, cudaStream_t s) { engine_.enqueue(c, s); };
    }
    [[nodiscard]] cuda::emission_options emission(bool programmatic) const;
    [[nodiscard]] cost::table profiled();

    const onnx::network& net_;
    const cost::device& device_;
    frozen_graph graph_;
    std::vector<activation> activations_;
    engine::cuda_engine engine_;
    std::vector<std::vector<float>> expected_;
    search::variant_table variants_;
    std::vector<variant_id> model_;
    std::vector<variant_id> fastest_;
    std::vector<variant_id> sparing_;
    std::vector<double> us_;
    cost::table costs_;
    double tuning_s_ = 0.0;
    double profiling_s_ = 0.0;
    cuda::stream stream_;
};

} // namespace opara::bench
