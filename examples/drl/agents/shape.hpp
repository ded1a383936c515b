/// @file
/// The shape of the networks that are trained.
#pragma once

#include <opara/abstraction/network.hpp>

#include <cstddef>
#include <vector>

namespace opara::examples::drl {

/// A multilayer perceptron without its weights.
struct perceptron_shape {
    std::size_t inputs = 0;                                           ///< numbers in
    std::vector<std::size_t> hidden;                                  ///< the widths of the hidden layers
    std::size_t outputs = 0;                                          ///< numbers out
    abstraction::activation function = abstraction::activation::tanh; ///< of the hidden layers
    abstraction::activation last = abstraction::activation::identity; ///< of the outputs
    double spread = 0; ///< the standard deviation of the first weights; 0: uniform within 1 / sqrt(inputs of the layer)
};

} // namespace opara::examples::drl
