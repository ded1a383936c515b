/// @file
/// What opara_verify found.
#pragma once

#include <examples/opara_verify/exports.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace opara::examples::verify {

/// A step of a counterexample.
struct place {
    std::string what;          ///< "cell", "outside" or "unexplored"
    std::vector<double> lower; ///< of a cell: its lower corner
    std::vector<double> upper; ///< and its upper one
};

/// What became of a counterexample on the system itself.
struct replayed {
    std::string what;                     ///< "real", "spurious" or "undecided"
    bool certain = false;                 ///< `real`: in real arithmetic, too
    std::vector<std::vector<double>> run; ///< `real`: the states of a run that violates the property
    std::optional<std::size_t> repeat;    ///< where that run goes on after its end, for ever
};

/// A reach tube.
struct tube_found {
    std::size_t parts = 0;                 ///< of the initial set
    std::size_t steps = 0;                 ///< after which nothing was left to follow, or that were followed
    std::size_t peak = 0;                  ///< boxes at once
    std::vector<place> hulls;              ///< of the boxes after each step, from the initial set on
    std::optional<std::size_t> safe_steps; ///< of AG: for so many steps it holds; none: not even at the beginning
};

/// Runs of the system itself.
struct simulated {
    std::size_t runs = 0; ///< how many
    std::size_t yes = 0;  ///< those that have the property
    std::size_t no = 0;   ///< those that have not; of the rest nobody knows
};

/// How likely the property is under a policy that chooses by lot.
struct chance_found {
    double least = 0;                      ///< it is no less
    double most = 1;                       ///< and no more
    double at_least = 1;                   ///< what was asked for
    bool is_precise = false;               ///< whether the bounds of the abstraction are as close as they get
    std::optional<simulated> simulation{}; ///< if one was asked for

    /// The property fails with this probability: one less the other. @returns a number from [0, 1], rounded up
    [[nodiscard]] double failure_at_most() const { return outward_rest(least, true); }
    /// The same from below, rounded down.
    [[nodiscard]] double failure_at_least() const { return outward_rest(most, false); }

private:
    static double outward_rest(double p, bool up);
};

/// A round of a proof by refinement.
struct round_found {
    std::uint64_t cells = 0;     ///< of the partition
    std::size_t states = 0;      ///< that were reached
    std::size_t transitions = 0; ///< between them
    std::size_t suspects = 0;    ///< states that can be blamed for the failure
    std::size_t cuts = 0;        ///< that were then made
    double seconds = 0;          ///< since the beginning
};

/// What was found.
struct report {
    std::string system;                        ///< its name
    std::string controller;                    ///< its name
    std::string property;                      ///< the formula
    place initial{};                           ///< where the system starts
    std::vector<double> trained_widths;        ///< of the cells on which the policy was trained
    std::vector<double> decision_widths;       ///< of those on which it decides: the same, but for --grid
    std::vector<std::size_t> finer;            ///< into how many parts these are cut for the proof; empty: none
    std::uint64_t cells = 0;                   ///< of the grid, or of the partition that came out of its refinement
    std::size_t states = 0;                    ///< that were reached
    std::size_t transitions = 0;               ///< between them
    double build_s = 0;                        ///< seconds for the transition system
    double check_s = 0;                        ///< seconds for the formula
    std::string verdict;                       ///< in words
    bool proved = false;                       ///< whether every run satisfies the property
    std::optional<std::size_t> bound;          ///< the number of steps, where the exploration was cut off
    std::vector<place> counterexample;         ///< of the abstraction; the system may be unable to do it
    std::optional<std::size_t> repeat;         ///< where the counterexample goes on after its end
    bool conclusive = true;                    ///< whether it alone shows that the abstraction fails
    std::optional<replayed> replay;            ///< of the counterexample, if there is one
    std::optional<std::size_t> projected_from; ///< how many states there were before a projection
    std::optional<chance_found> chance;        ///< of a policy that chooses by lot; then there is no counterexample
    std::optional<tube_found> tube;            ///< if one was asked for; then there are no states
    std::vector<round_found> rounds;           ///< of a proof by refinement; then the seconds are those of all rounds
    std::vector<exported> exports;             ///< files that were written for other checkers
};

/// As JSON.
std::string to_json(const report& r);
/// For people.
std::string to_text(const report& r);

} // namespace opara::examples::verify
