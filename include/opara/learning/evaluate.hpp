/// @file
/// How good what was learned is.
#pragma once

#include <opara/learning/agent.hpp>
#include <opara/learning/train.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::learning {

/// Over which episodes an agent is judged.
struct evaluation_options {
    std::size_t episodes = 10; ///< how many, at least 1
    std::uint64_t seed = 0;    ///< equal seeds give equal episodes
};

/// How an agent did without exploring.
struct evaluation_result {
    std::vector<episode> episodes; ///< in their order; `step` counts from the first one on
    double mean = 0;               ///< of the episodes' rewards
    double spread = 0;             ///< their standard deviation, that of the sample
    double worst = 0;              ///< the least of them
    double best = 0;               ///< the largest of them

    friend bool operator==(const evaluation_result&, const evaluation_result&) = default;
};

/// Runs episodes in which the agent does what it takes for the best, and learns nothing.
/// @pre options.episodes > 0, and every episode ends
/// @throws agent_error  the agent gives an action that is none, as in `train`
/// @throws environment_error  the environment gives what is no number
template <environment Env, agent Agent>
evaluation_result evaluate(Env env, Agent& actor, const evaluation_options& options = {}) {
    OPARA_ASSERT(options.episodes > 0);
    std::vector<Env> one;
    one.push_back(std::move(env));
    vector_environment<Env> envs{std::move(one), options.seed};
    std::vector<double> action(numbers_per_action(envs.actions()));
    evaluation_result r;
    std::size_t steps = 0;
    for (episode e; r.episodes.size() < options.episodes;) {
        std::fill(action.begin(), action.end(), unwritten_action);
        actor.act(envs.now(), std::span<double>{action});
        const transitions t = envs.step(action);
        e.reward += t.rewards[0];
        ++e.length;
        e.step = ++steps;
        if (t.terminated[0] != 0 || t.truncated[0] != 0) {
            r.episodes.push_back(e);
            e = {};
        }
    }
    const auto n = static_cast<double>(r.episodes.size());
    r.worst = r.best = r.episodes.front().reward;
    for (const episode& e : r.episodes) {
        r.mean += e.reward;
        r.worst = std::min(r.worst, e.reward);
        r.best = std::max(r.best, e.reward);
    }
    r.mean /= n;
    double squares = 0;
    for (const episode& e : r.episodes) {
        squares += (e.reward - r.mean) * (e.reward - r.mean);
    }
    r.spread = r.episodes.size() > 1 ? std::sqrt(squares / (n - 1)) : 0;
    return r;
}

} // namespace opara::inline OPARA_ABI::learning
