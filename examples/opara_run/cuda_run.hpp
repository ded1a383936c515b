/// @file
/// Runs plans on this machine's GPU, measures them and compares what they yield.
#pragma once

#include <examples/opara_run/evaluation.hpp>
#include <opara/cost/table.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace opara::run {

/// The name of the GPU that `cuda_runner` would use.
/// @throws error  there is none, or opara_run was built without the CUDA toolkit; the message says which
[[nodiscard]] std::string cuda_device_name();

/// Runs the plans of one network on the current CUDA device.
class cuda_runner {
public:
    /// Prepares every operator, feeds the inputs and runs the operators one after another; all plans must repeat what
    /// that yields.
    /// @throws operator_error  an operator that the engine does not have
    /// @throws error  as `cuda_device_name`, or CUDA failed
    explicit cuda_runner(const model& m, bool programmatic);
    ~cuda_runner();
    cuda_runner(cuda_runner&&) noexcept;
    cuda_runner& operator=(cuda_runner&&) noexcept;

    /// Measures every operator on its own and returns the costs with what was measured: durations and launch shapes.
    /// @param estimated  where bytes and FLOPs come from
    [[nodiscard]] cost::table profile(const cost::table& estimated, const cost::device& device);
    /// Measures plans, in turn with each other and with the sequential one.
    /// @pre `profile` was called
    [[nodiscard]] std::vector<cuda_result> run(std::span<const plan* const> plans, const plan& sequential);
    /// What was found out on the way; complete after `run`.
    [[nodiscard]] const cuda_summary& summary() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace opara::run
