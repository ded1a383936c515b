/// @file
/// One training from the first step to the written files.
#pragma once

#include <examples/drl/agents/network_agent.hpp>
#include <examples/drl/environments/problem.hpp>
#include <examples/drl/opara_train/arguments.hpp>
#include <examples/drl/opara_train/checkpoint.hpp>
#include <examples/drl/opara_train/learner.hpp>
#include <examples/drl/opara_train/results.hpp>
#include <opara/core/random.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace opara::examples::drl {

/// The criterion of a problem as one over the log: an environment of its own, and the agent that learns, decide.
template <class Env>
class met {
public:
    met(const aim& target, Env judge, learner& agent) : target_{target}, judge_{std::move(judge)}, agent_{agent} {}

    /// Whether the training has reached its aim. Episodes without exploration cost time, so they are not run after each
    /// one with it.
    bool operator()(const learning::training_log& log) {
        const std::size_t n = log.episodes.size();
        if (n < target_.least_episodes || n < target_.window || n < next_ ||
            learning::mean_reward(log, target_.window) < target_.mean) {
            return false;
        }
        next_ = n + target_.window;
        const auto judged = learning::evaluate(judge_, agent_, {.episodes = target_.evaluations, .seed = n});
        return judged.worst >= target_.worst;
    }

private:
    aim target_;
    Env judge_;
    learner& agent_;
    std::size_t next_ = 0; // do not ask before so many episodes
};

/// What a training is about, in words.
template <class Problem>
identity identify(const Problem& p, const arguments& a, const std::string& agent, const recipe& options,
                  const abstraction::point<Problem::dimension>& widths, std::uint64_t seed) {
    std::string grid = a.on_states ? "none" : "";
    for (std::size_t i = 0; i < Problem::dimension && !a.on_states; ++i) {
        using learning::detail::shown;
        grid += (i == 0 ? "[" : " x [") + shown(p.space[i].lower()) + ", " + shown(p.space[i].upper()) + "] by " +
                shown(widths[i]);
    }
    return {
        p.name, agent,         grid, a.scale == learning::bounds_scale::raw ? "raw" : "normalised", describe(options),
        seed,   a.environments};
}

/// Trains, from the beginning or from a checkpoint.
/// @param env  what is learned in, as the agent sees it
/// @param judge  the same with the length of episodes by which the criterion judges
/// @param path  of the files, without their endings
/// @param tell  `tell(text)` says how far it is
template <class Env, class Problem, class Tell>
training_result train_in(const Env& env, const Env& judge, const Problem& p, const arguments& a, const recipe& options,
                         const identity& what, const std::string& path, Tell tell) {
    checkpoint at;
    if (a.resume) {
        at = read_checkpoint(path + ".checkpoint", what);
    }
    aim target = p.target;
    if (a.episodes) {
        target.most_episodes = *a.episodes;
    }
    for (;; ++at.attempt, at.log = {}, at.state.clear(), at.episodes.clear()) {
        // Another attempt is another seed, and yet the same each time.
        const std::uint64_t seed = at.attempt == 0 ? what.seed : random_source{what.seed + at.attempt}.next();
        learning::vector_environment<Env> envs{std::vector<Env>(a.environments, env), seed, at.episodes};
        learner agent{envs.observations(), envs.actions(), options, seed};
        if (!at.state.empty()) {
            agent.restore(at.state);
        }
        const auto save = [&](const learning::training_log& log) {
            at.log = log;
            at.episodes = envs.episodes();
            at.state = agent.state();
            write_checkpoint(path + ".checkpoint", what, at);
        };
        constexpr std::size_t saved_every = 200;
        const learning::training_options limits{.episodes = target.most_episodes,
                                                .seconds = a.seconds.value_or(std::numeric_limits<double>::infinity()),
                                                .so_far = at.log};
        const learning::training_log log =
            learning::train(envs, agent, limits, met<Env>{target, judge, agent}, [&](const learning::training_log& l) {
                tell(progress_of(l, target.window));
                if (l.episodes.size() % saved_every == 0) {
                    save(l);
                }
            });
        save(log);
        if (log.end == learning::training_end::stopped || at.attempt >= a.restarts) {
            return {
                .what = what, .log = log, .attempts = at.attempt + 1, .controller = agent.policy(), .evaluation = {}};
        }
        tell("no success after " + std::to_string(log.episodes.size()) + " episodes; once more from the beginning");
    }
}

/// One training of a problem, its files included.
template <class Problem, class Tell>
training_result run_session(const Problem& p, const arguments& a, const std::string& agent, const recipe& options,
                            std::uint64_t seed, Tell tell) {
    constexpr std::size_t n = Problem::dimension;
    abstraction::point<n> widths = p.widths;
    for (std::size_t i = 0; i < n && !a.widths.empty(); ++i) {
        widths[i] = a.widths.size() == 1 ? a.widths[0] : a.widths[i];
    }
    const identity what = identify(p, a, agent, options, widths, seed);
    const std::string path = a.out + "/" + p.name + "-" + agent + "-" + std::to_string(seed);
    const auto longer = p.target.step_limit == 0 ? p.environment : p.environment.limited_to(p.target.step_limit);
    constexpr learning::evaluation_options last{.episodes = 100, .seed = 1};
    const auto judged = [&](training_result r, const auto& env) {
        network_agent written{r.controller};
        r.evaluation = learning::evaluate(env, written, last);
        return r;
    };
    const auto on_states = [&] {
        return judged(train_in(p.environment, longer, p, a, options, what, path, tell), p.environment);
    };
    const auto on_cells = [&] {
        using learning::abstract_environment;
        const auto grid = p.grid(widths);
        training_result r = train_in(abstract_environment{p.environment, grid, a.scale},
                                     abstract_environment{longer, grid, a.scale}, p, a, options, what, path, tell);
        for (std::size_t i = 0; i < n; ++i) {
            r.controller.lower.push_back(p.space[i].lower());
            r.controller.upper.push_back(p.space[i].upper());
            r.controller.widths.push_back(widths[i]);
        }
        if (a.scale == learning::bounds_scale::normalised) {
            r.controller.net = with_raw_bounds(r.controller.net, r.controller.lower, r.controller.upper);
        }
        return judged(std::move(r), abstract_environment{p.environment, grid});
    };
    training_result r = a.on_states ? on_states() : on_cells();
    r.controller.system = p.name;
    r.controller.name = p.name + "-" + agent + "-" + std::to_string(seed);
    write_results(path, r);
    return r;
}

} // namespace opara::examples::drl
