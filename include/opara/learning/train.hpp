/// @file
/// The loop in which an agent learns.
#pragma once

#include <opara/learning/agent.hpp>
#include <opara/learning/vector_environment.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI::learning {

/// One episode that has ended.
struct episode {
    double reward = 0;      ///< the sum of its rewards
    std::size_t length = 0; ///< in steps
    std::size_t step = 0;   ///< with which step of the training it ended, all environments counted together

    friend bool operator==(const episode&, const episode&) = default;
};

/// Why training ended.
enum class training_end : unsigned char {
    stopped,  ///< the criterion was met
    steps,    ///< so many steps were taken
    episodes, ///< so many episodes have ended
    seconds,  ///< the time was up
};

/// What happened in a training.
struct training_log {
    std::vector<episode> episodes;          ///< those that have ended, in that order
    std::size_t steps = 0;                  ///< of all environments together
    double seconds = 0;                     ///< how long it took
    training_end end = training_end::steps; ///< why it ended

    friend bool operator==(const training_log&, const training_log&) = default;
};

/// How far a training may go; what is not given is no limit.
struct training_options {
    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max(); ///< no limit

    std::size_t steps = unlimited;                            ///< of all environments together, at least so many
    std::size_t episodes = unlimited;                         ///< to be ended
    double seconds = std::numeric_limits<double>::infinity(); ///< of time
    training_log so_far{};                                    ///< of a training that goes on; limits count it, too
};

/// A criterion that is never met.
struct until_limit {
    /// Goes on.
    [[nodiscard]] constexpr bool operator()(const training_log&) const noexcept { return false; }
};
/// Tells nobody.
struct untold {
    /// Says nothing.
    constexpr void operator()(const training_log&) const noexcept {}
};

/// Lets an agent explore environments and learn from what it meets, until a criterion is met or a limit is reached.
/// Nothing here is random but the environments and the agent: equal seeds of both give equal logs, but for `seconds`.
///
/// @code
/// vector_environment envs{std::vector{my_environment{}}, 1};
/// training_log log = train(envs, agent, {.episodes = 500},
///                          [](const training_log& l) { return l.episodes.back().reward > 100; });
/// @endcode
/// @param until  `until(log)` after each step with which an episode ended: true ends the training. Asked at once of
///        `so_far`, if that has episodes: whoever was interrupted while `progress` was told has not asked it yet
/// @param progress  `progress(log)` then, too, before; what it throws ends the training
/// @throws agent_error  the agent gives an action that is none: NaN, not written, out of bounds, no whole number, not
///         existing
/// @throws environment_error  an environment gives what is no number
template <environment Env, agent Agent, std::predicate<const training_log&> Until = until_limit,
          std::invocable<const training_log&> Progress = untold>
training_log train(vector_environment<Env>& envs, Agent& learner, const training_options& options, Until&& until = {},
                   Progress&& progress = {}) {
    using clock = std::chrono::steady_clock;
    const auto start = clock::now();
    training_log log = options.so_far;
    const double seconds_before = log.seconds;
    if (!log.episodes.empty() && until(static_cast<const training_log&>(log))) {
        log.end = training_end::stopped;
        return log;
    }
    std::vector<double> actions(envs.size() * numbers_per_action(envs.actions()));
    std::vector<episode> running(envs.size());
    for (;;) {
        log.seconds = seconds_before + std::chrono::duration<double>(clock::now() - start).count();
        if (log.steps >= options.steps) {
            log.end = training_end::steps;
            return log;
        }
        if (log.episodes.size() >= options.episodes) {
            log.end = training_end::episodes;
            return log;
        }
        if (!(log.seconds < options.seconds)) {
            log.end = training_end::seconds;
            return log;
        }
        std::fill(actions.begin(), actions.end(), unwritten_action);
        learner.explore(envs.now(), std::span<double>{actions});
        const transitions t = envs.step(actions);
        log.steps += t.size();
        bool some_ended = false;
        for (std::size_t k = 0; k < t.size(); ++k) {
            episode& e = running[k];
            e.reward += t.rewards[k];
            ++e.length;
            if (t.terminated[k] != 0 || t.truncated[k] != 0) {
                e.step = log.steps;
                log.episodes.push_back(e);
                e = {};
                some_ended = true;
            }
        }
        learner.learn(t);
        if (some_ended) {
            progress(static_cast<const training_log&>(log));
            if (until(static_cast<const training_log&>(log))) {
                log.end = training_end::stopped;
                log.seconds = seconds_before + std::chrono::duration<double>(clock::now() - start).count();
                return log;
            }
        }
    }
}

/// The mean reward of the last episodes: of `count`, or of all if there are fewer. @pre there is one, and count > 0
[[nodiscard]] inline double mean_reward(const training_log& log, std::size_t count) {
    OPARA_ASSERT(!log.episodes.empty() && count > 0);
    const std::size_t n = count < log.episodes.size() ? count : log.episodes.size();
    double sum = 0;
    for (std::size_t k = log.episodes.size() - n; k < log.episodes.size(); ++k) {
        sum += log.episodes[k].reward;
    }
    return sum / static_cast<double>(n);
}

} // namespace opara::inline OPARA_ABI::learning
