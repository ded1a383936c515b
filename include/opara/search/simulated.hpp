/// @file
/// The simulator as an evaluator.
#pragma once

#include <opara/core/error.hpp>
#include <opara/cost/device.hpp>
#include <opara/plan/plan.hpp>
#include <opara/search/evaluator.hpp>
#include <opara/search/variants.hpp>
#include <opara/sim/options.hpp>
#include <opara/sim/simulation.hpp>
#include <opara/sim/timeline.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace opara::inline OPARA_ABI::search {

/// Evaluates plans of one graph by simulation, each operator with the variant that the plan names: what
/// `sim::simulate` gives, with memory that is used again. A search of a small graph comes back to the same plans half
/// of the time, so latencies are remembered, by a 64-bit hash of the plan.
class simulated {
public:
    /// @param variants  what the operators offer; must outlive the object
    /// @param d  the device; must outlive the object
    /// @param emission  how plans become CUDA graphs
    simulated(const variant_table& variants, const cost::device& d, const sim::simulate_options& emission = {})
        : variants_{&variants}, simulation_{d, emission}, kernels_(variants.size()) {}
    simulated(const simulated&) = delete; // it points into itself
    simulated& operator=(const simulated&) = delete;

    /// The latency of a plan in microseconds. @throws as `run`
    [[nodiscard]] double operator()(const plan& p) {
        const std::uint64_t key = hash(p);
        const auto found = known_.find(key);
        return found != known_.end() ? found->second : simulate(p, key).makespan_us;
    }
    /// When each operator runs; valid until the next call.
    /// @throws invalid_plan  as `captured_edges`; a launch of a variant that the operator does not offer
    /// @throws cost_error  a block of a variant does not fit the device
    const sim::timeline& run(const plan& p) {
        const std::uint64_t key = hash(p);
        return last_ != nullptr && last_key_ == key ? *last_ : simulate(p, key);
    }

    [[nodiscard]] std::size_t simulations() const noexcept { return simulations_; } ///< plans that were not known yet

private:
    static constexpr std::size_t most_known = std::size_t{1} << 18U;

    static std::uint64_t hash(const plan& p) noexcept {
        std::uint64_t h = p.operators();
        const auto mix = [&h](std::uint64_t word) {
            h = (h ^ word) * 0x9E3779B97F4A7C15U;
            h ^= h >> 29U;
        };
        for (const command& c : p.commands()) {
            mix(std::uint64_t{c.op.value} << 32U | c.lane.value);
            mix(std::uint64_t{c.event.value} << 32U | static_cast<std::uint64_t>(c.what));
            if (c.what == action::launch) {
                mix(std::uint64_t{c.variant.value} << 32U | static_cast<std::uint32_t>(c.priority));
            }
        }
        return h;
    }

    const sim::timeline& simulate(const plan& p, std::uint64_t key) {
        if (p.operators() != variants_->size()) {
            throw invalid_plan{"the plan is for " + std::to_string(p.operators()) + " operators, variants for " +
                                   std::to_string(variants_->size()),
                               {},
                               {}};
        }
        for (const command& c : p.commands()) {
            if (c.what != action::launch || c.op.index() >= p.operators()) {
                continue; // the simulation says what is wrong
            }
            if (c.variant.value >= variants_->of(c.op).size()) {
                throw invalid_plan{"operator " + std::to_string(c.op.value) + " has no variant " +
                                       std::to_string(c.variant.value),
                                   c.op, c.op};
            }
            kernels_[c.op.index()] = variants_->node(c.op, c.variant);
        }
        last_ = nullptr; // unless all goes well
        const sim::timeline& run = simulation_.run(p, kernels_);
        last_ = &run;
        last_key_ = key;
        ++simulations_;
        if (known_.size() >= most_known) {
            known_.clear();
        }
        known_.emplace(key, run.makespan_us);
        return run;
    }

    const variant_table* variants_;
    sim::detail::simulation simulation_;
    std::vector<cost::kernel> kernels_; // by operator, of the plan at hand
    std::unordered_map<std::uint64_t, double> known_;
    const sim::timeline* last_ = nullptr; // of the simulation
    std::uint64_t last_key_ = 0;
    std::size_t simulations_ = 0;
};

static_assert(evaluator<simulated>);

} // namespace opara::inline OPARA_ABI::search
