/// @file
/// What can be said about a training on the command line.
#pragma once

#include <examples/command_line.hpp>
#include <examples/drl/training/recipe.hpp>
#include <examples/drl/training/run_files.hpp>
#include <opara/learning/abstract_environment.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace opara::examples::drl {

/// What was asked for.
struct training_arguments {
    std::string system;         ///< its name
    std::string agent;          ///< dqn, ddpg, td3 or ppo; empty: the system's own
    bool on_states = false;     ///< --abstract none
    std::vector<double> widths; ///< of the cells: none (the published), one for all, or one a dimension
    learning::bounds_scale scale = learning::bounds_scale::raw; ///< in which units bounds are seen
    std::uint64_t seed = 1;                                     ///< of the training, the first if there are more
    std::size_t environments = 1;                               ///< side by side in a training
    std::optional<std::size_t> restarts; ///< how often a training that fails begins again; none: the system's own
    std::string out = ".";               ///< the folder of all files
    std::optional<std::size_t> episodes; ///< at most; none: the system's own
    std::size_t evaluations = 100;       ///< episodes in which the written controller is judged
    std::optional<double> seconds;       ///< at most; none: no limit
    std::vector<std::size_t> hidden;     ///< widths of the hidden layers; none: the published
    std::optional<abstraction::activation> function;           ///< of the hidden layers; none: the published
    std::vector<std::pair<std::string, std::string>> settings; ///< other hyper-parameters, as they were written
    bool tells_settings = false;                               ///< --set help: only the hyper-parameters
    bool resume = false;                                       ///< go on from the files of an earlier run
    bool fresh = false;                                        ///< remove them
    double save_every = 10;                                    ///< seconds between what a kill cannot take
    bool help = false;                                         ///< only the usage
};

/// The options that set them: all but --seconds, which means other things to other programs, and those of files.
void add_training_options(command_line& line, training_arguments& a);
/// Those of files: --out, --resume, --fresh and --save-every.
void add_file_options(command_line& line, training_arguments& a);
/// What they say of the files of an earlier run. @throws usage_error  two things
beginning beginning_of(const training_arguments& a);

/// Of `--seconds`: a time. @throws usage_error  it is no number above 0
double time_limit(const std::string& option, const std::string& text);

/// What the usage says of the first ones: lines of them.
std::string training_usage();
/// And of those of files.
extern const char* const file_usage;

/// How the agent is set up: the system's recipe for it, changed as asked for.
/// @param usual  the agent that the system has if none was asked for
/// @throws usage_error  there is no such agent, no such hyper-parameter, or one has no such value
recipe recipe_of(const training_arguments& a, const std::string& usual);

/// The text that `--set help` asks for: the hyper-parameters of the agent for the system. Nothing if it was not asked
/// for.
/// @throws usage_error  as `recipe_of`; or there is no such system
std::optional<std::string> settings_asked_for(const training_arguments& a);

} // namespace opara::examples::drl
