/// @file
/// What tells a search how good plans are.
#pragma once

#include <opara/plan/plan.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI::search {

/// Tells what a plan takes, in microseconds, the same each time: a callable of one plan.
///
/// @code
/// auto waits = [](const opara::plan& p) { return static_cast<double>(p.waits()); };
/// static_assert(opara::search::evaluator<decltype(waits)>);
/// @endcode
template <class E>
concept evaluator = requires(E& evaluate, const plan& p) {
    { evaluate(p) } -> std::convertible_to<double>;
};

/// Measures plans in turn, so that what drifts drifts for all of them: a callable of some plans and a number of rounds
/// that gives for each plan as many samples as rounds, in microseconds; sample i of each was taken in round i.
///
/// @code
/// auto measure = [&](std::span<const opara::plan* const> plans, std::size_t rounds) {
///     std::vector<std::vector<double>> samples(plans.size());
///     for (std::size_t round = 0; round < rounds; ++round)
///         for (std::size_t i = 0; i < plans.size(); ++i) samples[i].push_back(time(*plans[i]));
///     return samples;
/// };
/// @endcode
template <class S>
concept sampler = requires(S& measure, std::span<const plan* const> plans, std::size_t rounds) {
    { measure(plans, rounds) } -> std::convertible_to<std::vector<std::vector<double>>>;
};

} // namespace opara::inline OPARA_ABI::search
