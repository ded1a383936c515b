/// @file
/// Drawing by lot what a stochastic policy does.
#pragma once

#include <opara/abstraction/interval.hpp>
#include <opara/core/config.hpp>
#include <opara/core/random.hpp>

#include <cstddef>
#include <span>

namespace opara::inline OPARA_ABI::abstraction {

/// The number of one of these outcomes, each as likely as the middle of its interval says, so that a run of a policy
/// can be simulated: `draw(softmax(outputs), random)`. Whatever is missing to 1 goes to the last one.
/// @pre there is an outcome
/// Complexity: O(outcomes).
[[nodiscard]] inline std::size_t draw(std::span<const interval> probabilities, random_source& random) noexcept {
    OPARA_ASSERT(!probabilities.empty());
    double left = random.unit();
    for (std::size_t k = 0; k + 1 < probabilities.size(); ++k) {
        left -= probabilities[k].middle();
        if (left < 0) {
            return k;
        }
    }
    return probabilities.size() - 1;
}

} // namespace opara::inline OPARA_ABI::abstraction
