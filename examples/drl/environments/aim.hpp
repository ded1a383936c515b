/// @file
/// When a training has reached its aim.
#pragma once

#include <cstddef>

namespace opara::examples::drl {

/// The last episodes were good, and then those without exploration are, too.
struct aim {
    std::size_t least_episodes = 0; ///< no sooner
    std::size_t most_episodes = 0;  ///< no longer: then it has failed
    std::size_t restarts = 0;       ///< how often it then begins again from nothing
    std::size_t window = 10;        ///< how many of the last episodes count
    double mean = 0;                ///< what their mean reward has to be, at least
    std::size_t evaluations = 10;   ///< over so many episodes without exploration
    std::size_t step_limit = 0;     ///< of so many steps (0: as in training),
    double worst = 0;               ///< the worst reward has to be so large, at least

    friend bool operator==(const aim&, const aim&) = default;
};

} // namespace opara::examples::drl
