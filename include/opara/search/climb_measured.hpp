/// @file
/// Local search by measurement from one draft.
#pragma once

#include <opara/core/hash.hpp>
#include <opara/core/statistics.hpp>
#include <opara/cost/device.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/plan.hpp>
#include <opara/search/draft.hpp>
#include <opara/search/evaluator.hpp>
#include <opara/search/measured.hpp>
#include <opara/search/moves.hpp>
#include <opara/search/simulated.hpp>
#include <opara/search/variants.hpp>
#include <opara/sim/options.hpp>
#include <opara/sim/timeline.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::search {

/// How changes are tried on a device.
struct trial_options {
    std::size_t tries = 6;        ///< changes that are measured in turn with the present plan, at least 1
    std::size_t rounds = 5;       ///< samples of each of them, at least 1
    std::size_t confirm = 20;     ///< fresh samples of the best of them and the present plan, at least 6
    double least_gain = 0.002;    ///< share of the latency that a change must gain to be measured again
    double slack = 0.02;          ///< a change is not tried if the simulator thinks it slower by more than this share
    double variant_moves = 0.625; ///< share of the moves that are sure to change variants
};

/// Improves a draft by what a device says. Each step proposes some moves of the present draft (`mover`, joint ones
/// included), leaves out what the simulator thinks clearly slower, and measures the rest in turn with the present plan.
/// The best one is measured again with fresh samples, because those by which it was chosen flatter it, and replaces the
/// present plan only if the whole confidence interval (95 %) of the ratio lies below 1. A move that was turned down is
/// not measured again until another is accepted.
class measured_climber {
public:
    /// @param g,variants,d  must outlive the object
    /// @param emission  how the simulator thinks that plans become CUDA graphs
    /// @param start  a draft of `g`
    /// @param seed  of the moves
    measured_climber(const frozen_graph& g, const variant_table& variants, const cost::device& d,
                     const sim::simulate_options& emission, draft start, std::uint64_t seed,
                     const trial_options& options = {})
        : g_{&g},
          options_{options},
          evaluate_{variants, d, emission},
          mover_{g, variants, d, seed},
          now_{std::move(start)},
          plan_{express(g, now_)} {
        for (std::size_t v = 0; v < g.size(); ++v) {
            chooses_ = chooses_ || variants.of(op_id::from_index(v)).size() > 1;
        }
        look();
    }

    /// Tries some moves.
    /// @param measure  a `sampler`
    /// @return the new plan's latency over the old one's, if there is a new one
    /// @throws error  as `choose_measured`
    template <sampler S>
    std::optional<double> step(S&& measure) {
        const std::vector<draft> changes = propose();
        if (changes.empty()) {
            ++idle_;
            return std::nullopt;
        }
        std::vector<plan> plans;
        plans.reserve(changes.size());
        for (const draft& d : changes) {
            plans.push_back(express(*g_, d));
        }
        std::vector<const plan*> asked{&plan_};
        for (const plan& p : plans) {
            asked.push_back(&p);
        }
        tried_ += changes.size();
        const auto samples = detail::checked_samples(measure, std::span<const plan* const>{asked}, options_.rounds);
        std::size_t best = 0;
        double least = 1.0 - options_.least_gain;
        for (std::size_t i = 1; i < asked.size(); ++i) {
            const double ratio = paired_ratio(samples[i], samples[0]).median;
            if (ratio < least) {
                least = ratio;
                best = i;
            }
        }
        if (best == 0) {
            ++idle_;
            return std::nullopt;
        }
        const plan* const both[] = {&plan_, asked[best]};
        const auto fresh =
            detail::samples_in_calls(measure, std::span<const plan* const>{both}, options_.confirm, confirm_calls);
        const median_estimate ratio = paired_ratio(fresh[1], fresh[0]);
        if (!(ratio.high < 1.0)) {
            ++idle_;
            return std::nullopt;
        }
        now_ = changes[best - 1];
        plan_ = plans[best - 1];
        ++accepted_;
        idle_ = 0;
        look();
        return ratio.median;
    }

    [[nodiscard]] const draft& best() const noexcept { return now_; }         ///< the best so far
    [[nodiscard]] const plan& best_plan() const noexcept { return plan_; }    ///< as a plan
    [[nodiscard]] std::size_t tried() const noexcept { return tried_; }       ///< changes that were measured
    [[nodiscard]] std::size_t accepted() const noexcept { return accepted_; } ///< of them
    [[nodiscard]] std::size_t idle_steps() const noexcept { return idle_; }   ///< since one was accepted

private:
    static constexpr std::size_t patience = 40;     // moves for each that is wanted
    static constexpr std::size_t confirm_calls = 2; // of the sampler, that what it makes of a plan is not what is kept

    void look() {
        known_.clear();
        known_.insert(hash(now_));
        const sim::timeline& run = evaluate_.run(plan_);
        simulated_us_ = run.makespan_us;
        mover_.look(now_, run);
    }

    std::vector<draft> propose() {
        std::vector<draft> changes;
        for (std::size_t i = 0; i < patience * options_.tries && changes.size() < options_.tries; ++i) {
            draft next = now_;
            const bool other_kernel = chooses_ && mover_.random().chance(options_.variant_moves);
            if (!mover_.change(next, other_kernel ? move_kind::variant : mover_.pick_kind(next)) ||
                !known_.insert(hash(next)).second) {
                continue;
            }
            if (evaluate_(express(*g_, next)) <= (1.0 + options_.slack) * simulated_us_) {
                changes.push_back(std::move(next));
            }
        }
        return changes;
    }

    static std::uint64_t hash(const draft& d) noexcept {
        stable_hash h;
        for (const op_id v : d.sequence) {
            h.add(v.value).add(d.lane[v.index()].value).add(d.priority[v.index()]).add(d.variant[v.index()].value);
        }
        for (const edge e : d.order_edges) {
            h.add(e.source.value).add(e.target.value);
        }
        return h.value();
    }

    const frozen_graph* g_;
    trial_options options_;
    simulated evaluate_;
    mover mover_;
    draft now_;
    plan plan_;
    double simulated_us_ = 0.0;
    bool chooses_ = false;                    // whether any operator has a choice of variants
    std::unordered_set<std::uint64_t> known_; // drafts that were proposed since one was accepted
    std::size_t tried_ = 0;
    std::size_t accepted_ = 0;
    std::size_t idle_ = 0;
};

} // namespace opara::inline OPARA_ABI::search
