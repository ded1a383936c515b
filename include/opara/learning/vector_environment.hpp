/// @file
/// Several environments side by side.
#pragma once

#include <opara/core/random.hpp>
#include <opara/learning/agent.hpp>
#include <opara/learning/environment.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::learning {

/// The seed of an environment's episode: other for each environment and each episode, and known without the episodes
/// before, so that training can go on where it was interrupted.
[[nodiscard]] constexpr std::uint64_t episode_seed(std::uint64_t seed, std::size_t environment,
                                                   std::size_t episode) noexcept {
    random_source of_all{seed};
    random_source of_environment{of_all.next() + environment};
    random_source of_episode{of_environment.next() + episode};
    return of_episode.next();
}

/// Environments of one kind that take their steps together, in rows: row k belongs to environment k. One whose episode
/// has ended begins the next one at once; what the last step led to is still in the transitions.
///
/// A step that failed in an environment leaves rows of two moments: no other step is taken until `reset` has begun
/// again.
template <environment Env>
class vector_environment {
public:
    /// @param environments  as many as there shall be rows
    /// @param seed  equal seeds and equal actions give equal rows
    /// @param episodes  how many episodes each environment has behind it, to go on where others stopped; none: 0
    /// @throws environment_error  there is no environment, two differ in observations or actions, `episodes` has
    /// another
    ///         length, or an environment does not reset to as many numbers as it says
    explicit vector_environment(std::vector<Env> environments, std::uint64_t seed = 0,
                                std::vector<std::size_t> episodes = {})
        : environments_{std::move(environments)}, seed_{seed}, episodes_{std::move(episodes)} {
        if (environments_.empty()) {
            throw environment_error{"there is no environment to learn in"};
        }
        require_actions(actions());
        width_ = static_cast<std::size_t>(std::as_const(environments_.front()).observations());
        for (std::size_t k = 1; k < size(); ++k) {
            const Env& e = environments_[k];
            if (e.observations() != width_ || !(e.actions() == actions())) {
                throw environment_error{place(k) + "has other observations or actions than the first one"};
            }
        }
        episodes_.resize(episodes_.empty() ? size() : episodes_.size(), 0);
        if (episodes_.size() != size()) {
            throw environment_error{"there are episodes of " + std::to_string(episodes_.size()) +
                                    " environments, and " + std::to_string(size()) + " environments"};
        }
        now_.resize(size() * width_);
        before_.resize(now_.size());
        after_.resize(now_.size());
        actions_.resize(size() * numbers_per_action(actions()));
        rewards_.resize(size());
        terminated_.resize(size());
        truncated_.resize(size());
        reset();
    }

    [[nodiscard]] std::size_t size() const noexcept { return environments_.size(); } ///< how many there are
    [[nodiscard]] std::size_t observations() const noexcept { return width_; }       ///< numbers in one observation
    [[nodiscard]] actions_of<Env> actions() const { return std::as_const(environments_.front()).actions(); } ///< of one
    [[nodiscard]] const Env& operator[](std::size_t k) const noexcept { return environments_[k]; } ///< one of them
    /// The observations before the next step, one row an environment.
    [[nodiscard]] std::span<const double> now() const noexcept { return now_; }
    /// How many episodes each environment has ended.
    [[nodiscard]] const std::vector<std::size_t>& episodes() const noexcept { return episodes_; }

    /// One step of each environment.
    /// @param actions  one row an environment
    /// @returns what it led to, valid until the next step
    /// @throws agent_error  an action is none; no environment has taken its step
    /// @throws environment_error  an observation or a reward is no number, or an observation has another length; or a
    ///         step has failed before, with this or with an exception of an environment's own: `reset` begins again
    transitions step(std::span<const double> actions) {
        if (actions.size() != actions_.size()) {
            throw agent_error{"there are " + std::to_string(actions.size()) + " numbers for the actions of " +
                              std::to_string(size()) + " environments, which take " + std::to_string(actions_.size())};
        }
        const std::size_t each = actions_.size() / size();
        const auto action_of = [&](std::size_t k) { return actions.subspan(k * each, each); };
        for (std::size_t k = 0; k < size(); ++k) {
            try {
                require_action(std::as_const(environments_[k]).actions(), action_of(k));
            } catch (const agent_error& e) {
                throw agent_error{place(k) + "is given an action that is none: " + e.what()};
            }
        }
        if (is_broken_) {
            throw environment_error{"a step has failed, so environments are in the middle of it: reset begins again"};
        }
        is_broken_ = true; // until all have taken it
        std::copy(now_.begin(), now_.end(), before_.begin());
        std::copy(actions.begin(), actions.end(), actions_.begin());
        for (std::size_t k = 0; k < size(); ++k) {
            const auto action = std::span<const double>{actions_}.subspan(k * each, each);
            const auto& result = environments_[k].step(action);
            rewards_[k] = static_cast<double>(result.reward);
            terminated_[k] = static_cast<bool>(result.terminated) ? 1 : 0;
            truncated_[k] = static_cast<bool>(result.truncated) ? 1 : 0;
            detail::require_reward(rewards_[k]);
            store(k, result.observation, after_);
            if (terminated_[k] != 0 || truncated_[k] != 0) {
                ++episodes_[k];
                reset(k);
            } else {
                store(k, result.observation, now_);
            }
        }
        is_broken_ = false;
        return {before_, actions_, rewards_, after_, terminated_, truncated_};
    }

    /// Begins the present episode of each environment from its start, as one does that goes on from `episodes()`.
    /// @throws environment_error  as the constructor
    void reset() {
        is_broken_ = true; // until all have begun
        for (std::size_t k = 0; k < size(); ++k) {
            reset(k);
        }
        is_broken_ = false;
    }

private:
    [[nodiscard]] static std::string place(std::size_t k) { return "environment " + std::to_string(k) + " "; }

    void reset(std::size_t k) { store(k, environments_[k].reset(episode_seed(seed_, k, episodes_[k])), now_); }
    void store(std::size_t k, std::span<const double> observation, std::vector<double>& rows) {
        if (observation.size() != width_) {
            throw environment_error{place(k) + "gives " + std::to_string(observation.size()) + " numbers, not " +
                                    std::to_string(width_)};
        }
        detail::require_numbers(observation, "an observation");
        std::copy(observation.begin(), observation.end(), rows.begin() + static_cast<std::ptrdiff_t>(k * width_));
    }

    std::vector<Env> environments_;
    std::uint64_t seed_;
    std::vector<std::size_t> episodes_;
    std::size_t width_ = 0;
    bool is_broken_ = false; // rows are of two moments
    std::vector<double> now_;
    std::vector<double> before_;
    std::vector<double> after_;
    std::vector<double> actions_;
    std::vector<double> rewards_;
    std::vector<unsigned char> terminated_;
    std::vector<unsigned char> truncated_;
};

} // namespace opara::inline OPARA_ABI::learning
