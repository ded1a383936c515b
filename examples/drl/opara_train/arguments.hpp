/// @file
/// The command line of opara_train.
#pragma once

#include <examples/drl/training/options.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace opara::examples::drl {

/// What was asked for.
struct arguments : training_arguments {
    std::size_t seeds = 1;         ///< how many trainings; the others have the next seeds
    bool by_laws = false;          ///< --head affine
    bool by_lot = false;           ///< --head softmax
    std::size_t choices = 3;       ///< controls of which one is drawn by lot, where the system takes a control
    std::vector<double> criterion; ///< mean and worst reward that end a training; none: the system's own
    std::size_t jobs = 0;          ///< trainings at a time; 0: as many as there are cores
};

/// Reads the command line. @throws usage_error
arguments parse_arguments(const std::vector<std::string>& words);

/// How to call the program.
std::string usage();

} // namespace opara::examples::drl
