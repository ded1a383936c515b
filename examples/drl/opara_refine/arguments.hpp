/// @file
/// The command line of opara_refine.
#pragma once

#include <examples/drl/training/options.hpp>
#include <opara/abstraction/interval.hpp>
#include <opara/abstraction/prove.hpp>
#include <opara/learning/refine.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace opara::examples::drl {

/// What was asked for. `seconds` is for everything together.
struct refine_arguments : training_arguments {
    std::string property;                                       ///< a formula or a name; empty: the system's first
    std::vector<abstraction::interval> initial;                 ///< where it starts; empty: as published
    std::size_t rounds = learning::refinement_options{}.rounds; ///< trainings and proofs
    std::size_t further = 50;                                   ///< episodes of each training but the first, at least
    std::size_t patience = learning::refinement_options{}.patience;         ///< real counterexamples in a row
    std::size_t starts = 100;                                               ///< states of each that become starts
    std::size_t proof_rounds = abstraction::prove_options{}.rounds;         ///< of each proof
    std::uint64_t max_cells = abstraction::prove_options{}.cells;           ///< that cuts of a proof may add
    std::uint64_t max_decisions = learning::refinement_options{}.decisions; ///< that cuts of the policy's cells may
    double penalty = 0;      ///< of a state that the property forbids, once a run has violated it
    std::size_t threads = 0; ///< of a proof; 0: all cores
};

/// Reads the command line. @throws usage_error
refine_arguments parse_refine_arguments(const std::vector<std::string>& words);

/// How to call the program.
std::string refine_usage();

} // namespace opara::examples::drl
