/// @file
/// One training from the first step to the written files.
#pragma once

#include <examples/drl/environments/aim.hpp>
#include <examples/drl/environments/any_environment.hpp>
#include <examples/drl/opara_train/checkpoint.hpp>
#include <examples/drl/opara_train/recipe.hpp>
#include <examples/drl/opara_train/results.hpp>
#include <examples/drl/opara_train/teller.hpp>
#include <opara/learning/action.hpp>

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace opara::examples::drl {

/// The environments of a training.
template <learning::action_space Actions>
struct surroundings {
    any_environment<Actions> learned; ///< as the agent sees it while it learns
    any_environment<Actions> judged;  ///< the same with the length of episodes by which the criterion judges
    any_environment<Actions> written; ///< as the controller that is written sees it
};

/// What else a training needs to know.
struct plan_of_training {
    identity what;                                            ///< of what it is
    aim target;                                               ///< when it ends
    recipe options;                                           ///< how the agent is set up
    std::string path;                                         ///< of the files, without their endings
    std::size_t restarts = 0;                                 ///< how often it begins again, if need be
    double seconds = std::numeric_limits<double>::infinity(); ///< at most, all attempts together
    std::size_t evaluations = 100;                            ///< episodes by which the controller is judged
    bool resume = false;                                      ///< from the checkpoint
    std::vector<double> lower;                                ///< the lower corner of the states that are expected
    std::vector<double> upper;                                ///< their upper corner
    std::vector<double> widths;                               ///< of the grid's cells; empty: no grid
};

/// Trains from the beginning or from the checkpoint, judges the controller, and writes all files but the picture.
/// @throws error  a file cannot be read or written, or the checkpoint is of something else
training_result run_session(const surroundings<learning::discrete_actions>& where, const plan_of_training& plan,
                            teller tell);
/// The same for controls.
training_result run_session(const surroundings<learning::continuous_actions>& where, const plan_of_training& plan,
                            teller tell);

} // namespace opara::examples::drl
