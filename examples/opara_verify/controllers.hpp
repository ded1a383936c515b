/// @file
/// Reading a trained controller.
#pragma once

#include <opara/abstraction/json.hpp>

#include <string>
#include <vector>

namespace opara::examples::verify {

/// Reads a controller: from ONNX if the file's name ends in `.onnx`, else from JSON. An ONNX file says nothing of how
/// the controller was trained, so state space and widths are empty then, and the system is the one that is asked for.
/// @throws error  the file cannot be read, is no controller, or is one of a kind that this program was built without
abstraction::trained_controller read_controller(const std::string& file, const std::string& system);

/// Makes sure that a file to be written is none of those that were read. @throws error  it is
void require_no_input(const std::string& file, const std::vector<std::string>& inputs);

} // namespace opara::examples::verify
