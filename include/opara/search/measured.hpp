/// @file
/// Which of some plans is the fastest by measurement.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/statistics.hpp>
#include <opara/plan/plan.hpp>
#include <opara/search/evaluator.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::search {

/// How much to measure.
struct halving_options {
    std::size_t rounds = 8;        ///< samples of each plan at first; twice as many with each halving
    std::size_t most_rounds = 64;  ///< ... but no more than so many
    std::size_t final_rounds = 64; ///< fresh samples of the last plan and the sequential one, at least 6
};

/// What was measured of one plan.
struct standing {
    median_estimate us;      ///< latency, by the samples of the last round that it took part in
    median_estimate ratio;   ///< of its samples to the sequential plan's of the same rounds; below 1 it was faster
    std::size_t samples = 0; ///< of all its rounds

    friend bool operator==(const standing&, const standing&) = default;
};

/// The outcome of `choose_measured`.
struct measured_choice {
    std::size_t winner = 0;        ///< the plan to use: the last one left, or the sequential one if that is not slower
    std::size_t fastest = 0;       ///< the last one left
    median_estimate us;            ///< the winner's latency
    median_estimate sequential_us; ///< the sequential plan's in the same rounds
    median_estimate ratio;         ///< of the last one left to the sequential plan, by the fresh samples
    std::vector<standing> standings; ///< by plan

    friend bool operator==(const measured_choice&, const measured_choice&) = default;
};

namespace detail {

/// Samples of some plans, known to be what a `sampler` promises.
/// @throws error  another number of plans or samples than was asked for, or a sample that is not above 0
template <sampler S>
[[nodiscard]] std::vector<std::vector<double>> checked_samples(S& measure, std::span<const plan* const> plans,
                                                               std::size_t rounds) {
    std::vector<std::vector<double>> samples = measure(plans, rounds);
    if (samples.size() != plans.size()) {
        throw error{"asked for the samples of " + std::to_string(plans.size()) + " plans, got those of " +
                    std::to_string(samples.size())};
    }
    for (const std::vector<double>& of_one : samples) {
        if (of_one.size() != rounds || !std::all_of(of_one.begin(), of_one.end(), [](double us) { return us > 0.0; })) {
            throw error{"asked for " + std::to_string(rounds) + " samples above 0 of each plan, got " +
                        std::to_string(of_one.size()) + ", or one that is not"};
        }
    }
    return samples;
}

/// The same in several calls, so that a sampler which makes something of the plans makes it anew for each.
/// @throws error  as `checked_samples`
template <sampler S>
[[nodiscard]] std::vector<std::vector<double>> samples_in_calls(S& measure, std::span<const plan* const> plans,
                                                                std::size_t rounds, std::size_t calls) {
    std::vector<std::vector<double>> all(plans.size());
    for (std::size_t call = 0; call < calls; ++call) {
        const std::size_t share = rounds * (call + 1) / calls - rounds * call / calls;
        if (share == 0) {
            continue;
        }
        const std::vector<std::vector<double>> some = checked_samples(measure, plans, share);
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i].insert(all[i].end(), some[i].begin(), some[i].end());
        }
    }
    return all;
}

} // namespace detail

/// Finds the fastest of some plans by successive halving (Karnin, Koren, Somekh, ICML 2013): all are measured in turn,
/// the slower half leaves, and those that stay are measured twice as long. Plans are compared by the median of their
/// samples' ratios to the sequential plan's of the same round, so that drift does not count. The last one is then
/// measured against the sequential plan with fresh samples, since those by which it was chosen flatter it, and is
/// accepted only if the whole confidence interval of that ratio (95 %, no distribution assumed) lies below 1.
/// @param plans  at least one
/// @param sequential  which of them is the one to beat
/// @param measure  a `sampler`
/// @throws error  `measure` gave another number of plans or samples than it was asked for, or a sample that is not
///         above 0
/// Complexity: measurements; about `2 plans rounds + 2 final_rounds` samples.
template <sampler S>
[[nodiscard]] measured_choice choose_measured(std::span<const plan* const> plans, std::size_t sequential, S&& measure,
                                              const halving_options& options = {}) {
    OPARA_ASSERT(sequential < plans.size() && options.rounds != 0 && options.final_rounds >= 6);
    measured_choice choice;
    choice.standings.resize(plans.size());
    const auto sample = [&](std::span<const std::size_t> which, std::size_t rounds) {
        std::vector<const plan*> asked;
        for (const std::size_t i : which) {
            asked.push_back(plans[i]);
        }
        return detail::checked_samples(measure, std::span<const plan* const>{asked}, rounds);
    };

    std::vector<std::size_t> left; // the sequential plan first: it is measured whether or not it leads
    left.push_back(sequential);
    for (std::size_t i = 0; i < plans.size(); ++i) {
        if (i != sequential) {
            left.push_back(i);
        }
    }
    const auto measure_all = [&](std::size_t rounds) {
        const std::vector<std::vector<double>> samples = sample(left, rounds);
        for (std::size_t i = 0; i < left.size(); ++i) {
            standing& s = choice.standings[left[i]];
            s.us = median_of(samples[i]);
            s.ratio = paired_ratio(samples[i], samples[0]);
            s.samples += rounds;
        }
    };
    std::size_t rounds = std::min(options.rounds, options.most_rounds);
    while (left.size() > 2) { // the sequential plan and more than one other
        measure_all(rounds);
        std::stable_sort(left.begin() + 1, left.end(), [&](std::size_t a, std::size_t b) {
            return choice.standings[a].ratio.median < choice.standings[b].ratio.median;
        });
        left.resize(1 + (left.size() - 1 + 1) / 2);
        rounds = std::min(2 * rounds, options.most_rounds);
    }
    measure_all(options.final_rounds);
    choice.fastest = left.back();
    choice.ratio = choice.standings[choice.fastest].ratio;
    choice.sequential_us = choice.standings[sequential].us;
    choice.winner = choice.fastest != sequential && choice.ratio.high < 1.0 ? choice.fastest : sequential;
    choice.us = choice.standings[choice.winner].us;
    return choice;
}

} // namespace opara::inline OPARA_ABI::search
