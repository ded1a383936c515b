#include <examples/drl/agents/diverged.hpp>
#include <examples/drl/agents/network_agent.hpp>
#include <examples/drl/training/attempt_seed.hpp>
#include <examples/drl/training/interruption.hpp>
#include <examples/drl/training/results.hpp>
#include <examples/drl/training/save_timer.hpp>
#include <examples/drl/training/session.hpp>
#include <opara/learning/train.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace opara::examples::drl {

namespace {

// The criterion of a problem as one over the log: an environment of its own, and the agent that learns, decide.
template <class Env>
class met {
public:
    met(const aim& target, Env judge, learner& agent, std::size_t& next)
        : target_{target}, judge_{std::move(judge)}, agent_{agent}, next_{next} {}

    // Episodes without exploration cost time, so they are not run after each one with it.
    bool operator()(const learning::training_log& log) {
        const std::size_t n = log.episodes.size();
        if (n < target_.least_episodes || n < target_.window || n < next_ ||
            learning::mean_reward(log, target_.window) < target_.mean) {
            return false;
        }
        const auto judged = learning::evaluate(judge_, agent_, {.episodes = target_.evaluations, .seed = n});
        if (judged.worst >= target_.worst) {
            return true;
        }
        next_ = n + target_.window;
        return false;
    }

private:
    aim target_;
    Env judge_;
    learner& agent_;
    std::size_t& next_; // do not ask before so many episodes
};

// Where another attempt begins: from nothing.
checkpoint begun_again(const checkpoint& failed) {
    checkpoint next;
    next.before = seconds_of(failed);
    next.attempt = failed.attempt + 1;
    next.stage = failed.stage;
    next.penalty = failed.penalty;
    return next;
}

// The policy of an agent as it is written.
abstraction::trained_controller controller_of(const learner& agent, const plan_of_training& plan) {
    abstraction::trained_controller c = agent.policy();
    c.name = plan.what.system + "-" + plan.what.agent + "-" + std::to_string(plan.what.seed);
    c.system = plan.what.system;
    if (plan.what.observe == "normalised") {
        c.net = with_raw_bounds(c.net, plan.lower, plan.upper);
    }
    if (!plan.widths.empty()) { // else it was trained on states, and has no grid
        c.lower = plan.lower;
        c.upper = plan.upper;
        c.widths = plan.widths;
    }
    return c;
}

// Leaves `at` and `ended`, the episodes of the present attempt, as they are when something is thrown.
template <class Actions>
trained session(const surroundings<Actions>& where, const plan_of_training& plan, checkpoint& at, teller& tell,
                std::size_t& ended) {
    using environment = any_environment<Actions>;
    const std::string file = plan.path + ".checkpoint";
    for (;; at = begun_again(at)) {
        ended = at.log.episodes.size();
        const std::uint64_t seed = attempt_seed(plan.seed, at.attempt);
        learning::vector_environment<environment> envs{std::vector<environment>(plan.what.environments, where.learned),
                                                       seed, at.episodes};
        learner agent{envs.observations(), envs.actions(), plan.options, seed};
        if (!at.state.empty()) {
            agent.restore(at.state);
        }
        if (!at.has_ended) {
            if (at.log.steps == 0 && plan.begin) {
                plan.begin(agent);
            }
            const auto save = [&](const learning::training_log& log) {
                at.log = log;
                at.episodes = envs.episodes();
                at.state = agent.state();
                write_checkpoint(file, plan.what, at);
            };
            save_timer saving{plan.save_every};
            const learning::training_log log = learning::train(
                envs, agent,
                {.episodes = plan.target.most_episodes, .seconds = plan.seconds - at.before, .so_far = at.log},
                met<environment>{plan.target, where.judged, agent, at.next_judgement},
                [&](const learning::training_log& l) {
                    ended = l.episodes.size();
                    if (tell.is_due()) {
                        tell.say(progress_of(l, plan.target.window));
                    }
                    if (is_interrupted()) {
                        save(l);
                        throw interrupted{};
                    }
                    if (plan.deadline && std::chrono::steady_clock::now() >= *plan.deadline) {
                        save(l);
                        throw out_of_time{};
                    }
                    if (saving.is_due()) {
                        saving.run([&] { save(l); });
                    }
                });
            using learning::training_end; // where the time is up, there is none for another attempt
            at.has_ended =
                log.end == training_end::stopped || log.end == training_end::seconds || at.attempt >= plan.restarts;
            save(log);
        }
        if (at.has_ended) {
            trained t{std::move(at), controller_of(agent, plan), {}};
            network_agent written{t.controller};
            any_environment<Actions> judge = where.written;
            t.evaluation = learning::evaluate(judge, written, {.episodes = plan.evaluations, .seed = 1});
            // Where controls are coefficients, the environment has judged them as such.
            t.controller.head = plan.by_laws ? abstraction::head_kind::affine : t.controller.head;
            return t;
        }
        tell.say("no success after " + std::to_string(at.log.episodes.size()) +
                 " episodes; once more from the beginning");
    }
}

// The same, where attempts of which something is not finite any more have failed.
template <class Actions>
trained despite_failures(const surroundings<Actions>& where, const plan_of_training& plan, checkpoint at,
                         teller& tell) {
    const auto start = std::chrono::steady_clock::now();
    const double before = seconds_of(at);
    for (std::size_t ended = 0;;) {
        std::string what;
        try {
            return session(where, plan, at, tell, ended);
        } catch (const diverged& e) {
            what = e.what();
        } catch (const learning::not_finite_error& e) {
            what = e.what();
        }
        const std::string failure = "attempt " + std::to_string(at.attempt + 1) + " failed in episode " +
                                    std::to_string(ended + 1) + ": " + what;
        at = begun_again(at);
        at.before = before + std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        const bool is_last = at.attempt > plan.restarts;
        // A round of a refinement has one attempt, whatever was asked for: another would begin without what was
        // learned.
        const char* const none_left =
            at.stage > 0 ? "a training that goes on has one attempt" : "there is no attempt left (--restarts)";
        if (is_last || at.before >= plan.seconds) {
            throw error{plan.what.system + " with " + plan.what.agent + ", seed " + std::to_string(plan.what.seed) +
                        ": " + failure + "; " + (is_last ? none_left : "there is no time left for another") +
                        ", and no controller to write"};
        }
        write_checkpoint(plan.path + ".checkpoint", plan.what, at); // so that a kill does not bring it back
        tell.say(failure + "; once more from the beginning");
    }
}

} // namespace

trained go_on(const surroundings<learning::discrete_actions>& where, const plan_of_training& plan, checkpoint from,
              teller& tell) {
    return despite_failures(where, plan, std::move(from), tell);
}
trained go_on(const surroundings<learning::continuous_actions>& where, const plan_of_training& plan, checkpoint from,
              teller& tell) {
    return despite_failures(where, plan, std::move(from), tell);
}

} // namespace opara::examples::drl
