/// @file
/// The whole search with a device at hand: simulated first, then measured.
#pragma once

#include <opara/core/id.hpp>
#include <opara/core/statistics.hpp>
#include <opara/cost/device.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/plan.hpp>
#include <opara/search/budget.hpp>
#include <opara/search/climb_measured.hpp>
#include <opara/search/draft.hpp>
#include <opara/search/evaluator.hpp>
#include <opara/search/finalists.hpp>
#include <opara/search/improve.hpp>
#include <opara/search/measured.hpp>
#include <opara/search/portfolio.hpp>
#include <opara/search/simulated.hpp>
#include <opara/search/variants.hpp>
#include <opara/sim/options.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::search {

/// How to search with a device.
struct measured_options {
    double seconds = 20.0; ///< of everything; what has begun is always finished, and the last comparison always made
    /// Share of the seconds for the simulator. The measurements take the rest: the finalists what they need, local
    /// search all that is left.
    double simulate_share = 0.4;
    std::size_t searches = 3; ///< runs of `improve`, each with a seed of its own, at least 1
    std::size_t steps = std::numeric_limits<std::size_t>::max();  ///< moves of each of them at most
    std::size_t trials = std::numeric_limits<std::size_t>::max(); ///< steps of local search by measurement at most
    std::uint64_t seed = 1;                                       ///< of all moves
    sim::simulate_options emission = sim::as_emitted;             ///< how plans become CUDA graphs
    portfolio_options policies{};                                 ///< what to begin with
    finalist_options finalists{};                                 ///< what to measure besides
    halving_options halving{.rounds = 6, .most_rounds = 24, .final_rounds = 24}; ///< among the finalists
    trial_options trial{};                                                       ///< of changes of the best one
    std::size_t last_rounds = 48; ///< samples of each plan of the last comparison, at least 6
    std::size_t patience = 60;    ///< steps in a row that gain nothing until the local search gives up
};

/// What a measured search does.
enum class measured_stage : std::uint8_t {
    simulate, ///< policies and local search on the simulator
    choose,   ///< the finalists are measured
    climb,    ///< changes of the best one are measured
    confirm   ///< the winner is measured against the best of the policies and the sequential plan
};

/// Where a measured search stands.
struct measured_progress {
    measured_stage stage = measured_stage::simulate; ///< what it does
    double seconds = 0.0;                            ///< since the search began
    /// The best plan's latency over the sequential plan's: simulated in the first stage, then measured.
    double ratio = 1.0;
    std::size_t tried = 0;    ///< changes that were measured
    std::size_t accepted = 0; ///< of them
};

/// Takes no notice of a measured search's progress.
struct always_measuring {
    /// @return to go on
    constexpr go operator()(const measured_progress&) const noexcept { return go::on; }
};

/// A plan of the last comparison. Latencies are those of the same rounds.
struct verdict {
    candidate which;               ///< its latency is simulated
    median_estimate us;            ///< measured
    median_estimate to_sequential; ///< over the sequential plan's; below 1 it was faster
    median_estimate to_policy;     ///< over that of the best policy with the variants that are fastest alone

    friend bool operator==(const verdict&, const verdict&) = default;
};

/// What a measured search found.
struct measured_improvement {
    improvement simulated; ///< the best of the searches on the simulator; its steps and simulations are those of all
    std::vector<candidate> finalists; ///< what was measured first, the sequential plan in front; latencies simulated
    measured_choice first;            ///< among them
    std::size_t tried = 0;            ///< changes of the best one that were measured
    std::size_t accepted = 0;         ///< of them
    verdict sequential;               ///< one operator after another, in the variants that are fastest alone
    verdict policy; ///< the fastest by measurement of the policies' plans with these variants; else as `sequential`
    verdict in_simulation;  ///< what is fastest on the simulator
    verdict by_measurement; ///< what the measurements led to
    plan best;              ///< the plan to use: the fastest of these four that is surely not slower than the first
    double seconds = 0.0;   ///< all of it took
};

namespace detail {

/// Of the finalists with the sequential plan's variants that no search found, the one that was faster than the others
/// for longest; the sequential one where there is none.
inline std::size_t best_policy_of(std::span<const candidate> finalists, const measured_choice& among) {
    const std::vector<variant_id> fastest = variants_of(finalists.front().what);
    std::size_t best = 0;
    for (std::size_t i = 1; i < finalists.size(); ++i) {
        const standing& a = among.standings[i];
        const standing& b = among.standings[best];
        const bool longer = a.samples > b.samples || (a.samples == b.samples && a.ratio.median < b.ratio.median);
        if (finalists[i].name != "searched" && (best == 0 || longer) && variants_of(finalists[i].what) == fastest) {
            best = i;
        }
    }
    return best;
}

/// Measures the four plans of the last comparison in turn and chooses.
template <sampler S>
void compare_last(measured_improvement& found, S& measure, std::size_t rounds) {
    verdict* const all[] = {&found.sequential, &found.policy, &found.in_simulation, &found.by_measurement};
    std::vector<const plan*> plans;
    for (const verdict* v : all) {
        plans.push_back(&v->which.what);
    }
    constexpr std::size_t calls = 4; // what a sampler makes of a plan may matter
    const auto samples = samples_in_calls(measure, std::span<const plan* const>{plans}, rounds, calls);
    const verdict* best = &found.sequential;
    for (std::size_t i = 0; i < plans.size(); ++i) {
        all[i]->us = median_of(samples[i]);
        all[i]->to_sequential = paired_ratio(samples[i], samples[0]);
        all[i]->to_policy = paired_ratio(samples[i], samples[1]);
        if (all[i]->to_sequential.high < 1.0 && all[i]->to_sequential.median < best->to_sequential.median) {
            best = all[i];
        }
    }
    found.best = best->which.what;
}

} // namespace detail

/// Searches for the fastest plan of a graph, variants of its operators included, with a device to measure on.
///
/// First `improve` searches on the simulator, several times with different seeds. What it finds, the best policies and
/// plans at several prices of area (`find_finalists`) are measured in turn, by successive halving. The best one is
/// changed move by move as long as measurements say that it gains (`measured_climber`). At the end the sequential
/// plan, the best policy's, the simulator's choice and the result are measured in turn with fresh samples, and the
/// sequential plan is the one to use unless another one is faster with a confidence of 95 %.
/// @param g,variants,d  as for `improve`; the variants' times must have been measured on the device
/// @param measure  a `sampler`, which emits the plans as they are going to be used
/// @param options  budget, seed and so on
/// @param tell  called with a `measured_progress` before each measurement and now and then; returns whether to go on.
///        When told to stop it goes on with the last comparison.
/// @throws as `improve` and `choose_measured`
template <sampler S, class Tell = always_measuring>
[[nodiscard]] measured_improvement improve_measured(const frozen_graph& g, const variant_table& variants,
                                                    const cost::device& d, S&& measure,
                                                    const measured_options& options = {}, Tell&& tell = {}) {
    OPARA_ASSERT(options.searches != 0);
    const stopwatch watch;
    measured_improvement found;
    measured_progress now;
    bool stopped = false;
    const auto go_on = [&](measured_stage stage) {
        now.stage = stage;
        now.seconds = watch.seconds();
        stopped = stopped || tell(std::as_const(now)) == go::stop;
        return !stopped;
    };

    std::vector<improvement> searches;
    for (std::size_t i = 0; i < options.searches && (i == 0 || !stopped); ++i) {
        const double until = options.seconds * options.simulate_share * static_cast<double>(i + 1) /
                             static_cast<double>(options.searches);
        searches.push_back(
            improve(g, variants, d,
                    {.limit = {.seconds = std::max(until - watch.seconds(), 0.0), .steps = options.steps},
                     .seed = options.seed + 1000 * i,
                     .emission = options.emission,
                     .policies = options.policies},
                    [&](const progress& p) {
                        now.ratio = p.sequential_us > 0.0 ? p.best_us / p.sequential_us : 1.0;
                        return go_on(measured_stage::simulate) ? go::on : go::stop;
                    }));
        if (searches.back().end == ending::nothing_left && searches.back().steps == 0) {
            break; // another seed would find the same
        }
    }
    simulated evaluate{variants, d, options.emission};
    found.finalists = find_finalists(g, variants, d, searches, evaluate, options.finalists);
    const auto best_search =
        std::min_element(searches.begin(), searches.end(),
                         [](const improvement& a, const improvement& b) { return a.winner().us < b.winner().us; });
    found.simulated = *best_search;
    found.simulated.steps = found.simulated.simulations = 0;
    for (const improvement& one : searches) {
        found.simulated.steps += one.steps;
        found.simulated.simulations += one.simulations;
    }

    const auto plans_of = [](std::span<const candidate> candidates) {
        std::vector<const plan*> plans;
        for (const candidate& c : candidates) {
            plans.push_back(&c.what);
        }
        return plans;
    };
    static_cast<void>(go_on(measured_stage::choose));
    found.first = choose_measured(plans_of(found.finalists), 0, measure, options.halving);
    now.ratio = std::min(found.first.ratio.median, 1.0);

    // From the fastest, even where it is not surely faster than the sequential plan: that is decided at the end.
    const candidate& start = found.finalists[found.first.fastest];
    plan best = start.what;
    if (!stopped) {
        measured_climber climb{g, variants, d, options.emission, draft_of(g, start.what), options.seed, options.trial};
        const double until = 0.9 * options.seconds; // the rest is for the last comparison
        for (std::size_t i = 0; i < options.trials && climb.idle_steps() < options.patience &&
                                watch.seconds() < until && go_on(measured_stage::climb);
             ++i) {
            if (const auto gain = climb.step(measure); gain) {
                now.ratio *= *gain;
            }
            now.tried = climb.tried();
            now.accepted = climb.accepted();
        }
        found.tried = climb.tried();
        found.accepted = climb.accepted();
        if (found.accepted != 0) {
            best = climb.best_plan();
        }
    }

    const std::size_t policy = detail::best_policy_of(found.finalists, found.first);
    found.sequential.which = found.finalists.front();
    found.policy.which = found.finalists[policy];
    found.in_simulation.which = found.simulated.winner();
    const double best_us = evaluate(std::as_const(best));
    found.by_measurement.which = {"searched", std::move(best), best_us};
    static_cast<void>(go_on(measured_stage::confirm));
    detail::compare_last(found, measure, options.last_rounds);
    found.seconds = watch.seconds();
    return found;
}

} // namespace opara::inline OPARA_ABI::search
