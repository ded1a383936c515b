/// @file
/// What a refinement leaves behind, and goes on from.
#pragma once

#include <examples/drl/training/checkpoint.hpp>
#include <examples/drl/training/identity.hpp>
#include <opara/abstraction/json.hpp>
#include <opara/abstraction/prove.hpp>
#include <opara/learning/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace opara::examples::drl {

/// A check of a proof.
struct check_record {
    std::uint64_t added = 0;     ///< cells that cuts had added
    std::size_t states = 0;      ///< that were reached
    std::size_t transitions = 0; ///< between them
    std::size_t suspects = 0;    ///< states that can be blamed for the failure
    std::size_t cuts = 0;        ///< that were then made
    double seconds = 0;          ///< since the proof began
    std::string replayed;        ///< what the counterexample is worth; empty: it was not replayed
};

/// What was asked for in a round, of what may be asked for otherwise in another one.
struct round_settings {
    double penalty = 0;              ///< of a state that the property forbids, in this round's training
    std::size_t further = 0;         ///< episodes, at least
    std::size_t patience = 0;        ///< real counterexamples in a row before cells of the policy are cut
    std::size_t starts = 0;          ///< states of a counterexample that become starts, at most
    std::size_t proof_rounds = 0;    ///< of cuts of the proof
    std::uint64_t max_cells = 0;     ///< that they may add
    std::uint64_t max_decisions = 0; ///< that cuts of the policy's cells may add

    friend bool operator==(const round_settings&, const round_settings&) = default;
};

/// The record of a check that a proof has made.
check_record record_of(const abstraction::proof_round& r);

/// A round: a training and a proof.
struct round_record {
    std::size_t round = 0;                     ///< from 0 on
    round_settings asked{};                    ///< how it was to be done
    std::string training{};                    ///< how it ended
    std::vector<learning::episode> episodes{}; ///< of its last attempt
    std::size_t attempts = 1;                  ///< how many there were
    double training_s = 0;                     ///< seconds of all of them
    double reward = 0;                         ///< of the written controller: its mean,
    double worst = 0;                          ///< and its worst one
    std::uint64_t decisions = 0;               ///< cells on which the policy is constant
    std::vector<check_record> checks{};        ///< of the proof
    std::string proof{};                       ///< how it ended
    std::string counterexample{};              ///< real, spurious or undecided; empty: there is none
    std::vector<double> violated_from{};       ///< real: the first state of the run
    std::size_t starts = 0;                    ///< states that episodes then started from, too
    std::size_t decisions_cut = 0;             ///< cells of the policy that were then cut
    std::string then{};                        ///< what followed
};

/// All rounds, and of what.
struct refinement_report {
    identity what;                    ///< the training
    std::string property;             ///< the formula
    std::string initial;              ///< where the proof starts, in words
    std::string verdict = "running";  ///< in words
    bool is_verified = false;         ///< whether every run satisfies the property
    double seconds = 0;               ///< on the clock, of all calls together
    std::vector<round_record> rounds; ///< one after another
};

/// As JSON. @param state  as `learning::to_json` writes it: where the refinement stands
std::string to_json(const refinement_report& r, const std::string& state);

/// What must be the same for a refinement to go on.
named_values parts_of(const refinement_report& r);

/// What was read.
struct read_report {
    refinement_report report; ///< so far
    std::string state;        ///< for `learning::refinement_state_from_json`
};

/// Of what it is that `to_json` wrote. @throws error  the file cannot be read, or is none; says why, but not of which
/// file
named_values parts_in_report(const std::string& path);

/// Reads what `to_json` wrote.
/// @param of  what was asked for: what the file says of training, property and initial set must be the same
/// @throws error  the file cannot be read, is none, or is of something else: says what
read_report read_refinement(const std::string& path, const refinement_report& of);

} // namespace opara::examples::drl
