/// @file
/// The published controllers, for tests that nvcc compiles: it need not read the JSON library.
#pragma once

#include <opara/abstraction/network.hpp>

#include <optional>
#include <string>
#include <vector>

namespace opara::abstraction::test {

/// A controller and the grid on which it was trained.
struct trained {
    network net;                ///< takes `[l1..ln, u1..un]`
    double scale;               ///< the control per unit of output
    std::vector<double> lower;  ///< the gridded region's lower corner
    std::vector<double> upper;  ///< its upper corner
    std::vector<double> widths; ///< the cells' widths
};

/// The controller of this name (without `.json`) in the folder OPARA_NETS, or nothing, said aloud as a skip.
std::optional<trained> trained_or_skip(const std::string& name);

} // namespace opara::abstraction::test
