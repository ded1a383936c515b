/// @file
/// What a training leaves behind.
#pragma once

#include <examples/drl/opara_train/checkpoint.hpp>
#include <opara/abstraction/json.hpp>
#include <opara/learning/evaluate.hpp>
#include <opara/learning/train.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace opara::examples::drl {

/// A training that has ended.
struct training_result {
    identity what;                              ///< of what
    learning::training_log log;                 ///< of the last attempt
    std::size_t attempts = 1;                   ///< how many there were
    abstraction::trained_controller controller; ///< what was learned
    learning::evaluation_result evaluation;     ///< how the written controller does, without exploration
};

/// Whether it met its criterion.
[[nodiscard]] inline bool is_success(const training_result& r) { return r.log.end == learning::training_end::stopped; }

/// The network that gives for raw bounds what the other one gives for bounds that are normalised over a domain: both
/// maps are affine, so the first layer takes the one up, rounded to single precision.
abstraction::network with_raw_bounds(const abstraction::network& net, const std::vector<double>& lower,
                                     const std::vector<double>& upper);

/// How far it is, in words.
std::string progress_of(const learning::training_log& log, std::size_t window);
/// How it ended, in words.
std::string summary_of(const training_result& r);

/// Writes PATH.json, PATH.onnx (where this was built with ONNX) and PATH.log.json.
/// @throws error  with the path and the reason
void write_results(const std::string& path, const training_result& r);

} // namespace opara::examples::drl
