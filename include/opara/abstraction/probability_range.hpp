/// @file
/// Between which bounds a probability lies.
#pragma once

#include <opara/abstraction/interval.hpp>

namespace opara::inline OPARA_ABI::abstraction {

/// How likely it is that a run reaches a goal, between the least and the largest probability.
struct probability_range {
    interval least;          ///< holds the least probability from the worst initial state
    interval most;           ///< holds the largest one from the best
    bool is_precise = false; ///< whether both are as narrow as was asked for

    friend bool operator==(const probability_range&, const probability_range&) = default;
};

} // namespace opara::inline OPARA_ABI::abstraction
