/// @file
/// Reading a trained controller.
#pragma once

#include <opara/abstraction/json.hpp>

#include <string>

namespace opara::examples::verify {

/// Reads a controller: from ONNX if the file's name ends in `.onnx`, else from JSON. An ONNX file says nothing of how
/// the controller was trained, so state space and widths are empty then, and the system is the one that is asked for.
/// @throws error  the file cannot be read, is no controller, or is one of a kind that this program was built without
abstraction::trained_controller read_controller(const std::string& file, const std::string& system);

} // namespace opara::examples::verify
