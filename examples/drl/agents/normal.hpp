/// @file
/// Normally distributed numbers that are the same everywhere.
#pragma once

#include <opara/core/random.hpp>

#include <cmath>

namespace opara::examples::drl {

/// A number of the standard normal distribution (Box and Muller, 1958; of the two that they make, one is used, so that
/// the source alone is the state).
inline double normal(random_source& random) {
    const double radius = std::sqrt(-2 * std::log(1 - random.unit())); // 1 - x is never 0
    return radius * std::cos(2 * 3.141592653589793 * random.unit());
}

} // namespace opara::examples::drl
