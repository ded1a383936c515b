/// @file
/// Runs plans on this machine's GPU, measures them and compares what they yield.
#pragma once

#include <examples/engine/cuda/precision.hpp>
#include <examples/opara_run/evaluation.hpp>
#include <opara/cost/table.hpp>
#include <opara/search/variants.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace opara::run {

/// The name of the GPU that `cuda_runner` would use.
/// @throws error  there is none, or opara_run was built without the CUDA toolkit; the message says which
[[nodiscard]] std::string cuda_device_name();

/// The versions of CUDA's driver interface and runtime, in words.
/// @throws error  as `cuda_device_name`
[[nodiscard]] std::string cuda_software();

/// In which order the nodes of a plan are created.
enum class node_order : std::uint8_t {
    by_rank, ///< the longer what comes behind an operator, the earlier
    planned  ///< as the plan launches them: a search has chosen it
};

/// A plan that is to be measured.
struct plan_to_run {
    const plan* what;
    node_order order;
};

/// Runs the plans of one network on the current CUDA device.
class cuda_runner {
public:
    /// Prepares every operator, feeds the inputs and runs the operators one after another. Each plan must repeat, bit
    /// for bit, what its variants yield one after another.
    /// @throws operator_error  an operator that the engine does not have
    /// @throws error  as `cuda_device_name`, or CUDA failed
    cuda_runner(const model& m, bool programmatic, engine::precision in = engine::precision::tf32);
    ~cuda_runner();
    cuda_runner(cuda_runner&&) noexcept;
    cuda_runner& operator=(cuda_runner&&) noexcept;

    /// Measures every variant of every operator on its own.
    /// @param estimated  where bytes and FLOPs come from
    /// @param programmatic  whether the edges of what is measured are programmatic
    [[nodiscard]] search::variant_table tune(const cost::table& estimated, const cost::device& device,
                                             bool programmatic = false);
    /// Measures plans in turn, emitted in the order of their launches: what `search::improve_measured` asks.
    [[nodiscard]] std::vector<std::vector<double>> sample(std::span<const plan* const> plans, std::size_t rounds);
    /// Measures plans, in turn with each other and with the sequential one.
    /// @param duration_us  for each operator how long it takes, for the order of creation by rank
    [[nodiscard]] std::vector<cuda_result> run(std::span<const plan_to_run> plans, const plan& sequential,
                                               std::span<const double> duration_us);
    /// What was found out on the way; complete after `run`.
    [[nodiscard]] const cuda_summary& summary() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace opara::run
