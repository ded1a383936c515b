/// @file
/// Trainings that can be interrupted.
#pragma once

#include <examples/drl/training/identity.hpp>
#include <opara/learning/train.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace opara::examples::drl {

/// How far a training has come. With one environment, what goes on from it is what would have happened without the
/// interruption, to the last bit; with more, those that were in the middle of an episode begin another one.
struct checkpoint {
    double before = 0;                 ///< seconds of earlier attempts
    learning::training_log log;        ///< so far
    std::vector<std::size_t> episodes; ///< of each environment
    std::size_t attempt = 0;           ///< how often it began again
    std::size_t next_judgement = 0;    ///< the criterion is not judged before so many episodes of this attempt
    std::string state;                 ///< all that the agent knows
    std::size_t stage = 0;             ///< of a training in stages
    double penalty = 0;                ///< which the stage's task has, besides its own
    bool has_ended = false;            ///< the stage is over: the criterion was met or a limit was reached
};

/// How long it has taken, with all attempts.
[[nodiscard]] inline double seconds_of(const checkpoint& c) noexcept { return c.before + c.log.seconds; }

/// Writes a checkpoint in one step, so that there is always a whole one. @throws error  with the path and the reason
void write_checkpoint(const std::string& path, const identity& of, const checkpoint& c);

/// A checkpoint and of what it is.
struct read_of {
    named_values of; ///< as `parts_of`
    checkpoint at;   ///< how far it has come
};

/// Reads one, of whatever it is.
/// @throws error  the file cannot be read, is none, is cut off, or is damaged: says which, but not of which file
read_of read_any_checkpoint(const std::string& path);

/// Reads one. @throws error  as `read_any_checkpoint`, with the path; or it is of something else: says what differs
checkpoint read_checkpoint(const std::string& path, const identity& of);

} // namespace opara::examples::drl
