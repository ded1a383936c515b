#include <examples/drl/environments/normalised_environment.hpp>
#include <examples/drl/environments/problems.hpp>
#include <examples/drl/opara_train/arguments.hpp>
#include <examples/drl/opara_train/curves.hpp>
#include <examples/drl/opara_train/learner.hpp>
#include <examples/drl/opara_train/session.hpp>
#include <opara/core/file.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <limits>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace opara::examples::drl {

namespace {

// Makes sure that the agent can learn the system, before anything is written. @throws usage_error
template <class Problem>
void require_fitting(const Problem& p, const arguments& a, const recipe& options) {
    if (a.widths.size() > 1 && a.widths.size() != Problem::dimension) {
        throw usage_error{"--abstract takes 1 or " + std::to_string(Problem::dimension) + " widths for " + p.name +
                          ", not " + std::to_string(a.widths.size())};
    }
    static_cast<void>(learner{1, p.environment.actions(), options, 0});
}

template <std::size_t N>
void describe_grid(plan_of_training& plan, const box<N>& space, const abstraction::point<N>& widths) {
    using learning::detail::shown;
    plan.what.grid.clear();
    for (std::size_t i = 0; i < N; ++i) {
        plan.what.grid += (i == 0 ? "[" : " x [") + shown(space[i].lower()) + ", " + shown(space[i].upper()) + "] by " +
                          shown(widths[i]);
        plan.widths.push_back(widths[i]);
    }
}

// @throws abstraction::domain_error  the widths make no grid
template <class Problem>
auto environments_of(const Problem& p, const arguments& a, const abstraction::point<Problem::dimension>& widths) {
    using actions = learning::actions_of<decltype(p.environment)>;
    using any = any_environment<actions>;
    using learning::abstract_environment;
    const auto longer = p.target.step_limit == 0 ? p.environment : p.environment.limited_to(p.target.step_limit);
    if (a.on_states && a.scale == learning::bounds_scale::normalised) {
        return surroundings<actions>{any{normalised_environment{p.environment, p.space}},
                                     any{normalised_environment{longer, p.space}}, any{p.environment}};
    }
    if (a.on_states) {
        return surroundings<actions>{any{p.environment}, any{longer}, any{p.environment}};
    }
    const auto grid = p.grid(widths);
    return surroundings<actions>{any{abstract_environment{p.environment, grid, a.scale}},
                                 any{abstract_environment{longer, grid, a.scale}},
                                 any{abstract_environment{p.environment, grid}}};
}

// @returns whether all trainings met their criterion
template <class Problem>
bool run(const Problem& p, const arguments& a) {
    const std::string agent = a.agent.empty() ? p.agent : a.agent;
    recipe options = recipe_for(agent, p.name);
    std::visit(
        [&](auto& o) {
            o.hidden = a.hidden.empty() ? o.hidden : a.hidden;
            o.function = a.function.value_or(o.function);
        },
        options);
    for (const auto& [name, value] : a.settings) {
        set(options, name, value);
    }
    require_fitting(p, a, options);
    constexpr std::size_t n = Problem::dimension;
    abstraction::point<n> widths = p.widths;
    for (std::size_t i = 0; i < n && !a.widths.empty(); ++i) {
        widths[i] = a.widths.size() == 1 ? a.widths[0] : a.widths[i];
    }
    plan_of_training plan{.what = {p.name, agent, "none", a.scale == learning::bounds_scale::raw ? "raw" : "normalised",
                                   describe(options), a.seed, a.environments},
                          .target = p.target,
                          .options = options,
                          .path = {},
                          .restarts = a.restarts.value_or(p.target.restarts),
                          .seconds = a.seconds.value_or(std::numeric_limits<double>::infinity()),
                          .evaluations = a.evaluations,
                          .resume = a.resume,
                          .lower = {},
                          .upper = {},
                          .widths = {}};
    plan.target.most_episodes = a.episodes.value_or(p.target.most_episodes);
    if (!a.criterion.empty()) {
        plan.target.mean = a.criterion[0];
        plan.target.worst = a.criterion[1];
    }
    for (std::size_t i = 0; i < n; ++i) {
        plan.lower.push_back(p.space[i].lower());
        plan.upper.push_back(p.space[i].upper());
    }
    if (!a.on_states) {
        describe_grid(plan, p.space, widths);
    }
    const auto where = environments_of(p, a, widths);
    std::filesystem::create_directories(a.out);
    const std::string picture = a.out + "/" + p.name + "-" + agent + ".svg";
    require_writable(picture);

    std::vector<std::optional<training_result>> results(a.seeds);
    std::vector<std::exception_ptr> failures(a.seeds);
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t k = next++; k < a.seeds; k = next++) {
            plan_of_training mine = plan;
            mine.what.seed = a.seed + k;
            mine.path = a.out + "/" + p.name + "-" + agent + "-" + std::to_string(mine.what.seed);
            try {
                results[k] = run_session(
                    where, mine, teller{p.name + " with " + agent + ", seed " + std::to_string(mine.what.seed)});
                std::printf("%s\n", summary_of(*results[k]).c_str());
                std::fflush(stdout);
            } catch (...) {
                failures[k] = std::current_exception();
            }
        }
    };
    const std::size_t cores = std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
    std::vector<std::thread> threads;
    for (std::size_t k = 1; k < std::min(a.jobs == 0 ? cores : a.jobs, a.seeds); ++k) {
        threads.emplace_back(work);
    }
    work();
    for (std::thread& t : threads) {
        t.join();
    }
    for (const std::exception_ptr& failure : failures) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    }
    curves drawn{p.name + " with " + agent,
                 results.front()->what.grid == "none" ? "on states" : "on cells of " + results.front()->what.grid,
                 p.target.window,
                 {}};
    bool all_met = true;
    for (const std::optional<training_result>& r : results) {
        drawn.all.push_back({"seed " + std::to_string(r->what.seed), r->log.episodes});
        all_met = all_met && is_success(*r);
    }
    write_file_atomically(picture, [&](std::ostream& out) { write_curves(out, drawn); });
    return all_met;
}

} // namespace

} // namespace opara::examples::drl

int main(int argc, char** argv) {
    namespace drl = opara::examples::drl;
    try {
        const drl::arguments a = drl::parse_arguments({argv + 1, argv + argc});
        if (a.help) {
            std::fputs(drl::usage, stdout);
            return 0;
        }
        std::optional<bool> all_met;
        drl::for_each_problem([&](const auto& p) {
            if (p.name == a.system) {
                all_met = drl::run(p, a);
            }
        });
        if (!all_met) {
            throw drl::usage_error{"unknown system '" + a.system + "'; there are: " + drl::problem_names};
        }
        return *all_met ? 0 : 1;
    } catch (const drl::usage_error& e) {
        std::fprintf(stderr, "opara_train: %s\n(opara_train --help tells more)\n", e.what());
    } catch (const std::exception& e) {
        std::fprintf(stderr, "opara_train: %s\n", e.what());
    }
    return 2;
}
