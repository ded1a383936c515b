/// @file
/// A training whose numbers are not finite any more.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/number_text.hpp>

#include <cmath>
#include <limits>
#include <span>
#include <string>

namespace opara::examples::drl {

/// An agent of which a loss, a gradient, a weight or an output is NaN or infinite. It cannot learn any more, nor act,
/// and nothing mends it but to begin again. Says what was not finite.
class diverged : public error {
public:
    using error::error;
};

/// Makes sure of a number. @throws diverged  it is NaN or infinite
inline void require_finite(double x, const std::string& what) {
    if (!std::isfinite(x)) {
        throw diverged{what + " is " + opara::detail::number_text(x)};
    }
}
/// Makes sure of all numbers. @throws diverged  one is NaN or infinite
inline void require_finite(std::span<const float> numbers, const char* what) {
    for (const float x : numbers) {
        if (!std::isfinite(x)) {
            require_finite(static_cast<double>(x), what);
        }
    }
}

/// A reward as it is learned from. @throws diverged  it is beyond single precision, in which networks are trained
inline float learned_reward(double reward, double scale) {
    const double scaled = scale * reward;
    if (!(std::abs(scaled) <= static_cast<double>(std::numeric_limits<float>::max()))) {
        throw diverged{"a reward of " + opara::detail::number_text(reward) + ", times reward_scale, is " +
                       opara::detail::number_text(scaled) + ", which is not finite in single precision"};
    }
    return static_cast<float>(scaled);
}

} // namespace opara::examples::drl
