/// @file
/// What a training leaves behind.
#pragma once

#include <examples/drl/training/session.hpp>
#include <opara/abstraction/json.hpp>
#include <opara/learning/train.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace opara::examples::drl {

/// The network that gives for raw bounds what the other one gives for bounds that are normalised over a domain: both
/// maps are affine, so the first layer takes the one up, rounded to single precision.
abstraction::network with_raw_bounds(const abstraction::network& net, const std::vector<double>& lower,
                                     const std::vector<double>& upper);

/// Why a training ended, in words.
const char* name_of(learning::training_end end);
/// How far it is, in words.
std::string progress_of(const learning::training_log& log, std::size_t window);
/// How it ended, in words.
std::string summary_of(const identity& what, const trained& t);

/// Writes PATH.json, PATH.onnx (where this was built with ONNX) and PATH.log.json.
/// @throws error  with the path and the reason
void write_results(const std::string& path, const identity& what, const trained& t);
/// Writes the first two. @throws error  with the path and the reason
void write_controller(const std::string& path, const abstraction::trained_controller& c);

} // namespace opara::examples::drl
