/// @file
/// A memory of steps, to learn from in any order.
#pragma once

#include <opara/core/random.hpp>
#include <opara/learning/agent.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace opara::examples::drl {

/// Some steps, each list one row a step, in single precision, in which networks are trained.
struct batch {
    std::vector<float> before;  ///< observations before the steps
    std::vector<float> actions; ///< what was done
    std::vector<float> rewards; ///< one a step
    std::vector<float> after;   ///< observations after the steps
    std::vector<float> goes_on; ///< 0 where nothing comes after a step, else 1
};

/// Keeps the last steps, up to so many; the oldest goes first.
class replay_buffer {
public:
    /// @param capacity  steps, at least 1
    /// @param observation,action  numbers in one
    replay_buffer(std::size_t capacity, std::size_t observation, std::size_t action)
        : capacity_{std::max<std::size_t>(capacity, 1)}, observation_{observation}, action_{action} {}

    [[nodiscard]] std::size_t size() const noexcept { return kept_.rewards.size(); } ///< steps that it holds

    /// Adds a step.
    void add(std::span<const double> before, std::span<const float> action, double reward,
             std::span<const double> after, bool is_last) {
        const std::size_t at = size() < capacity_ ? size() : oldest_;
        if (size() < capacity_) {
            kept_.before.resize(kept_.before.size() + observation_);
            kept_.after.resize(kept_.after.size() + observation_);
            kept_.actions.resize(kept_.actions.size() + action_);
            kept_.rewards.push_back(0);
            kept_.goes_on.push_back(0);
        } else {
            oldest_ = (oldest_ + 1) % capacity_;
        }
        put(before, kept_.before, at, observation_);
        put(after, kept_.after, at, observation_);
        put(action, kept_.actions, at, action_);
        kept_.rewards[at] = static_cast<float>(reward);
        kept_.goes_on[at] = is_last ? 0.0F : 1.0F;
    }

    /// Draws steps, each equally likely, with repetition. @pre size() > 0
    void sample(random_source& random, std::size_t count, batch& to) const {
        to.before.resize(count * observation_);
        to.after.resize(count * observation_);
        to.actions.resize(count * action_);
        to.rewards.resize(count);
        to.goes_on.resize(count);
        for (std::size_t k = 0; k < count; ++k) {
            const std::size_t from = random.below(size());
            const auto copy = [&](const std::vector<float>& all, std::vector<float>& some, std::size_t width) {
                std::copy_n(all.data() + from * width, width, some.data() + k * width);
            };
            copy(kept_.before, to.before, observation_);
            copy(kept_.after, to.after, observation_);
            copy(kept_.actions, to.actions, action_);
            copy(kept_.rewards, to.rewards, 1);
            copy(kept_.goes_on, to.goes_on, 1);
        }
    }

    /// For checkpoints.
    template <class Archive>
    void transfer(Archive& a) {
        a.list(kept_.before);
        a.list(kept_.actions);
        a.list(kept_.rewards);
        a.list(kept_.after);
        a.list(kept_.goes_on);
        a.value(oldest_);
    }

private:
    template <class Number>
    static void put(std::span<const Number> row, std::vector<float>& all, std::size_t at, std::size_t width) {
        for (std::size_t i = 0; i < width; ++i) {
            all[at * width + i] = static_cast<float>(row[i]);
        }
    }

    std::size_t capacity_;
    std::size_t observation_;
    std::size_t action_;
    batch kept_;
    std::size_t oldest_ = 0;
};

} // namespace opara::examples::drl
