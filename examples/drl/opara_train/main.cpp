#include <examples/drl/environments/by_choice.hpp>
#include <examples/drl/environments/by_laws.hpp>
#include <examples/drl/environments/normalised_environment.hpp>
#include <examples/drl/environments/problems.hpp>
#include <examples/drl/opara_train/arguments.hpp>
#include <examples/drl/training/curves.hpp>
#include <examples/drl/training/interruption.hpp>
#include <examples/drl/training/plan.hpp>
#include <examples/drl/training/results.hpp>
#include <examples/drl/training/run_files.hpp>
#include <examples/drl/training/session.hpp>
#include <examples/standard_output.hpp>
#include <opara/core/file.hpp>
#include <opara/core/interruption.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace opara::examples::drl {

namespace {

template <class Problem>
auto environments_of(const Problem& p, const arguments& a) {
    using actions = learning::actions_of<decltype(p.environment)>;
    using any = any_environment<actions>;
    const auto longer = judged_environment(p);
    if (a.on_states && a.scale == learning::bounds_scale::normalised) {
        return surroundings<actions>{any{normalised_environment{p.environment, p.space}},
                                     any{normalised_environment{longer, p.space}}, any{p.environment}};
    }
    return a.on_states ? surroundings<actions>{any{p.environment}, any{longer}, any{p.environment}}
                       : surroundings_on(p.grid(widths_of(p, a)), p.environment, longer, p.environment, a.scale);
}

// One of several trainings, and its files, which are this process's own from here on.
struct prepared {
    plan_of_training plan;
    run_files files;
    bool goes_on;
};

// All trainings, before the first begins: what is there of earlier ones is checked, and of none of them anything is
// lost if one cannot go on.
std::vector<prepared> prepare(const plan_of_training& plan, const arguments& a) {
    std::vector<prepared> all;
    const beginning how = beginning_of(a);
    for (std::size_t k = 0; k < a.seeds; ++k) {
        plan_of_training mine = plan;
        mine.what.seed = a.seed + k;
        mine.seed = mine.what.seed;
        mine.path = a.out + "/" + plan.what.system + "-" + plan.what.agent + "-" + std::to_string(mine.what.seed);
        run_files files{mine.path, "checkpoint", {"json", "onnx", "log.json"}};
        const bool goes_on = files.goes_on(how, [&] {
            return difference_between(read_any_checkpoint(mine.path + ".checkpoint").of, parts_of(mine.what));
        });
        all.push_back({std::move(mine), std::move(files), goes_on});
    }
    for (const prepared& one : all) {
        if (how == beginning::fresh) {
            one.files.remove();
        }
        if (how == beginning::resumed && !one.goes_on) {
            std::printf("seed %s: there is no checkpoint, so it begins\n", std::to_string(one.plan.seed).c_str());
            std::fflush(stdout);
        }
    }
    return all;
}

// @param controls  what the choices stand for; none: their numbers
// @returns whether all trainings met their criterion
template <class Problem>
bool run(const Problem& p, const arguments& a, const std::vector<double>& controls = {}) {
    plan_of_training plan = plan_for(p, a);
    plan.by_laws = a.by_laws;
    if (a.by_lot) {
        std::get<ppo_options>(plan.options).by_lot = true;
    }
    if (!a.criterion.empty()) {
        plan.target.mean = a.criterion[0];
        plan.target.worst = a.criterion[1];
    }
    plan.what.recipe += a.by_laws ? " head=affine" : a.by_lot ? " head=softmax" : "";
    plan.what.recipe += controls.empty() ? "" : " choices=" + std::to_string(controls.size());
    const std::string& agent = plan.what.agent;
    const auto where = environments_of(p, a);
    std::filesystem::create_directories(a.out);
    const std::string picture = a.out + "/" + p.name + "-" + agent + ".svg";
    require_writable(picture);

    const std::vector<prepared> all = prepare(plan, a);

    std::vector<std::optional<trained>> results(a.seeds);
    std::vector<std::exception_ptr> failures(a.seeds);
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t k = next++; k < a.seeds; k = next++) {
            const plan_of_training& mine = all[k].plan;
            try {
                checkpoint from = all[k].goes_on ? read_checkpoint(mine.path + ".checkpoint", mine.what) : checkpoint{};
                from.has_ended = false; // it may be asked for more now
                teller tell{p.name + " with " + agent + ", seed " + std::to_string(mine.what.seed)};
                results[k] = go_on(where, mine, std::move(from), tell);
                results[k]->controller.actions = controls; // the environment knows them by their numbers
                write_results(mine.path, mine.what, *results[k]);
                std::printf("%s\n", summary_of(mine.what, *results[k]).c_str());
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
    curves drawn{
        p.name + " with " + agent, a.on_states ? "on states" : "on cells of " + plan.what.grid, p.target.window, {}};
    bool all_met = true;
    for (std::size_t k = 0; k < a.seeds; ++k) {
        drawn.all.push_back({"seed " + std::to_string(a.seed + k), results[k]->at.log.episodes});
        all_met = all_met && is_success(*results[k]);
    }
    write_file_atomically(picture, [&](std::ostream& out) { write_curves(out, drawn); });
    return all_met;
}

template <class Problem>
bool run_with_head(const Problem& p, const arguments& a) {
    using environment = std::remove_cvref_t<decltype(p.environment)>;
    constexpr bool chooses = std::is_same_v<learning::actions_of<environment>, learning::discrete_actions>;
    if (!a.by_laws && (chooses || !a.by_lot)) {
        return run(p, a);
    }
    if constexpr (can_take_laws<environment>) {
        if (a.by_laws) {
            return run(by_laws(p), a);
        }
        const std::vector<double> controls = choices_of(p, a.choices);
        return run(by_choice(p, controls), a, controls);
    } else {
        throw usage_error{std::string{"--head "} + (a.by_laws ? "affine is for systems with one control"
                                                              : "softmax is for systems with actions or one control")};
    }
}

} // namespace

} // namespace opara::examples::drl

int main(int argc, char** argv) {
    namespace drl = opara::examples::drl;
    opara::examples::occupy_standard_streams();
    opara::leave_no_partial_files_when_interrupted();
    try {
        const drl::arguments a = drl::parse_arguments({argv + 1, argv + argc});
        if (a.help) {
            opara::examples::say(drl::usage());
            return 0;
        }
        if (const auto settings = drl::settings_asked_for(a)) {
            opara::examples::say(*settings);
            return 0;
        }
        drl::watch_for_interruption();
        std::optional<bool> all_met;
        drl::for_each_problem([&](const auto& p) {
            if (p.name == a.system) {
                all_met = drl::run_with_head(p, a);
            }
        });
        if (!all_met) {
            throw opara::examples::usage_error{"unknown system '" + a.system + "'; there are: " + drl::problem_names};
        }
        opara::examples::require_said();
        return *all_met ? 0 : 1;
    } catch (const drl::interrupted& e) {
        std::fprintf(stderr, "opara_train: %s\n", e.what());
        return 130;
    } catch (const opara::examples::usage_error& e) {
        std::fprintf(stderr, "opara_train: %s\n(opara_train --help tells more)\n", e.what());
    } catch (const std::exception& e) {
        std::fprintf(stderr, "opara_train: %s\n", e.what());
    }
    return 2;
}
