/// @file
/// Runs plans for real and compares what they yield.
#pragma once

#include <examples/engine/host_engine.hpp>
#include <examples/opara_run/evaluation.hpp>
#include <opara/host/executor.hpp>

#include <vector>

namespace opara::run {

/// Runs the plans of one network on the threads of this machine, one plan at a time.
class host_runner {
public:
    /// Prepares every operator, feeds the inputs and runs the sequential plan, whose outputs all others must repeat.
    /// @throws operator_error  an operator that the engine does not have, or that fails
    host_runner(const model& m, const plan& sequential, std::size_t threads);

    /// Runs a plan a few times, for at most some seconds, each time with all activations overwritten beforehand.
    /// @throws operator_error  an operator failed; the message names it
    [[nodiscard]] host_result run(const plan& p);
    /// What was found out on the way.
    [[nodiscard]] const host_summary& summary() const noexcept { return summary_; }

private:
    [[nodiscard]] std::vector<onnx::tensor> outputs() const;
    [[nodiscard]] double time(const plan& p, std::size_t threads);

    const model& model_;
    engine::host_engine engine_;
    std::vector<onnx::tensor> expected_;
    host_summary summary_;
};

} // namespace opara::run
