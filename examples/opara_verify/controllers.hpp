/// @file
/// Reading a trained controller.
#pragma once

#include <opara/abstraction/json.hpp>
#include <opara/core/error.hpp>

#include <string>
#include <vector>

namespace opara::examples::verify {

/// What is made of the controllers in these files. Where there is one only, what is wrong with it is said together with
/// its file; of several, the complaint has to say which it means.
/// @throws error  what `make` throws
template <class F>
auto made_from(const std::vector<std::string>& files, F make) {
    try {
        return make();
    } catch (const abstraction::controller_error& e) {
        if (files.size() != 1) {
            throw;
        }
        throw error{"the controller in " + files.front() + ": " + e.what()};
    }
}

/// Reads a controller: from ONNX if the file's name ends in `.onnx`, else from JSON. An ONNX file says nothing of how
/// the controller was trained, so state space and widths are empty then, and the system is the one that is asked for.
/// @throws error  the file cannot be read, is no controller, or is one of a kind that this program was built without
abstraction::trained_controller read_controller(const std::string& file, const std::string& system);

/// Makes sure that a file to be written is none of those that were read. @throws error  it is
void require_no_input(const std::string& file, const std::vector<std::string>& inputs);

} // namespace opara::examples::verify
