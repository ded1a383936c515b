/// @file
/// The command line of opara_train.
#pragma once

#include <examples/drl/opara_train/recipe.hpp>
#include <opara/learning/abstract_environment.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace opara::examples::drl {

/// What was asked for.
struct arguments {
    std::string system;         ///< its name
    std::string agent;          ///< dqn, ddpg, td3 or ppo; empty: the system's own
    bool on_states = false;     ///< --abstract none
    std::vector<double> widths; ///< of the cells: none (the published), one for all, or one a dimension
    learning::bounds_scale scale = learning::bounds_scale::raw; ///< in which units bounds are seen
    std::size_t seeds = 1;                                      ///< how many trainings
    std::uint64_t seed = 1;                                     ///< of the first; the others have the next ones
    std::size_t jobs = 0;                                       ///< trainings at a time; 0: as many as there are cores
    std::size_t environments = 1;                               ///< side by side in a training
    std::optional<std::size_t> restarts; ///< how often a training that fails begins again; none: the system's own
    std::string out = ".";               ///< the folder of all files
    std::optional<std::size_t> episodes; ///< at most; none: the system's own
    std::vector<double> criterion;       ///< mean and worst reward that end it; none: the system's own
    std::size_t evaluations = 100;       ///< episodes in which the written controller is judged
    std::optional<double> seconds;       ///< at most, each training with all its attempts
    std::vector<std::size_t> hidden;     ///< widths of the hidden layers; none: the published
    std::optional<abstraction::activation> function;      ///< of the hidden layers; none: the published
    std::vector<std::pair<std::string, double>> settings; ///< other hyper-parameters
    bool resume = false;                                  ///< go on from the checkpoint
    bool help = false;                                    ///< only the usage
};

/// Reads the command line. @throws usage_error
arguments parse_arguments(const std::vector<std::string>& words);

/// How to call the program.
extern const char* const usage;

} // namespace opara::examples::drl
