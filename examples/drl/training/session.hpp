/// @file
/// One training, or one stage of a longer one: from its first step to a controller.
#pragma once

#include <examples/drl/environments/aim.hpp>
#include <examples/drl/environments/any_environment.hpp>
#include <examples/drl/training/checkpoint.hpp>
#include <examples/drl/training/learner.hpp>
#include <examples/drl/training/recipe.hpp>
#include <examples/drl/training/teller.hpp>
#include <opara/abstraction/json.hpp>
#include <opara/learning/action.hpp>
#include <opara/learning/evaluate.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
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
    identity what;                                                   ///< of what it is
    aim target;                                                      ///< when it ends
    recipe options;                                                  ///< how the agent is set up
    std::string path;                                                ///< of the files, without their endings
    std::uint64_t seed = 0;                                          ///< of environments, and of an agent that is new
    std::size_t restarts = 0;                                        ///< how often it begins again, if need be
    double seconds = std::numeric_limits<double>::infinity();        ///< at most, all attempts together
    std::optional<std::chrono::steady_clock::time_point> deadline{}; ///< of everything: then `out_of_time` is thrown
    std::size_t evaluations = 100;                                   ///< episodes by which the controller is judged
    std::function<void(learner&)> begin{}; ///< called with the agent when a stage begins, unless it goes on
    bool by_laws = false;                  ///< the controls are coefficients of affine laws
    std::vector<double> lower;             ///< the lower corner of the states that are expected
    std::vector<double> upper;             ///< their upper corner
    std::vector<double> widths;            ///< of the grid's cells; empty: no grid
    double save_every = 10;                ///< seconds between checkpoints, or more where they take long to write
};

/// What comes of it.
struct trained {
    checkpoint at;                              ///< its end, from which another stage can begin
    abstraction::trained_controller controller; ///< what was learned, as it is written
    learning::evaluation_result evaluation;     ///< how that does, without exploration
};

/// Whether it met its criterion.
[[nodiscard]] inline bool is_success(const trained& t) { return t.at.log.end == learning::training_end::stopped; }

/// Trains until the criterion is met or a limit is reached, and judges the controller. Writes checkpoints to
/// PATH.checkpoint, between episodes whenever `save_every` has passed, before each further attempt, the last one at the
/// end.
/// @param from  where to begin: empty, or with the agent's state and an empty log (a new stage), or what was
///        interrupted, or has ended, which is then only judged
/// @throws interrupted,out_of_time  the user wants it to end, or the deadline has passed; a checkpoint was written
/// An attempt in which a loss, a weight, an action or what an environment gives is not finite has failed, and the next
/// one begins.
/// @throws error  a file cannot be written; or the last attempt has failed, or there is no time for another: says
/// system,
///         agent, seed, attempt, episode, and what was not finite
trained go_on(const surroundings<learning::discrete_actions>& where, const plan_of_training& plan, checkpoint from,
              teller& tell);
/// The same for controls.
trained go_on(const surroundings<learning::continuous_actions>& where, const plan_of_training& plan, checkpoint from,
              teller& tell);

} // namespace opara::examples::drl
