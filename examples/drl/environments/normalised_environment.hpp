/// @file
/// An environment whose states are seen between -1 and 1.
#pragma once

#include <opara/abstraction/box.hpp>
#include <opara/learning/environment.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace opara::examples::drl {

/// The same environment, seen in the units of a box: -1 and 1 are its bounds. What `bounds_scale::normalised` is to the
/// bounds of cells, this is to states. Model of `learning::environment`.
template <learning::environment Env, std::size_t N>
class normalised_environment {
public:
    using observation = std::array<double, N>; ///< the state in units of the box

    /// @param env  its observations are its states, of N numbers
    normalised_environment(Env env, const abstraction::box<N>& space) : env_{std::move(env)}, space_{space} {}

    observation reset(std::uint64_t seed) { return seen(env_.reset(seed)); } ///< begins an episode
    /// Takes one step.
    learning::step_result<observation> step(std::span<const double> action) {
        const auto& r = env_.step(action);
        return {seen(r.observation), r.reward, r.terminated, r.truncated};
    }
    [[nodiscard]] std::size_t observations() const noexcept { return N; }              ///< numbers in an observation
    [[nodiscard]] learning::actions_of<Env> actions() const { return env_.actions(); } ///< those of the environment

private:
    [[nodiscard]] observation seen(std::span<const double> state) const {
        observation in_units{};
        for (std::size_t i = 0; i < N; ++i) {
            const double low = space_[i].lower();
            in_units[i] = 2 * ((state[i] - low) / (space_[i].upper() - low)) - 1;
        }
        return in_units;
    }

    Env env_;
    abstraction::box<N> space_;
};

} // namespace opara::examples::drl
