/// @file
/// From a problem and what was asked for to what a training needs to know.
#pragma once

#include <examples/drl/environments/problem.hpp>
#include <examples/drl/training/learner.hpp>
#include <examples/drl/training/options.hpp>
#include <examples/drl/training/session.hpp>
#include <opara/abstraction/partition.hpp>
#include <opara/learning/abstract_environment.hpp>

#include <cstddef>
#include <limits>
#include <string>

namespace opara::examples::drl {

/// The widths of the cells: those asked for, or the published ones.
/// @throws usage_error  there are too many or too few
template <class Problem>
abstraction::point<Problem::dimension> widths_of(const Problem& p, const training_arguments& a) {
    constexpr std::size_t n = Problem::dimension;
    if (a.widths.size() > 1 && a.widths.size() != n) {
        throw usage_error{"--abstract takes 1 or " + std::to_string(n) + " widths for " + p.name + ", not " +
                          std::to_string(a.widths.size())};
    }
    abstraction::point<n> widths = p.widths;
    for (std::size_t i = 0; i < n && !a.widths.empty(); ++i) {
        widths[i] = a.widths.size() == 1 ? a.widths[0] : a.widths[i];
    }
    return widths;
}

/// What a training needs to know, but for `path`, which is left empty.
/// @throws usage_error  there is no such agent or hyper-parameter, or the agent cannot learn the system
template <class Problem>
plan_of_training plan_for(const Problem& p, const training_arguments& a) {
    const recipe options = recipe_of(a, p.agent);
    static_cast<void>(learner{1, p.environment.actions(), options, 0}); // says what does not fit
    const abstraction::point<Problem::dimension> widths = widths_of(p, a);
    plan_of_training plan{.what = {p.name, a.agent.empty() ? p.agent : a.agent, "none",
                                   a.scale == learning::bounds_scale::raw ? "raw" : "normalised", describe(options),
                                   a.seed, a.environments},
                          .target = p.target,
                          .options = options,
                          .path = {},
                          .seed = a.seed,
                          .restarts = a.restarts.value_or(p.target.restarts),
                          .seconds = a.seconds.value_or(std::numeric_limits<double>::infinity()),
                          .evaluations = a.evaluations,
                          .lower = {},
                          .upper = {},
                          .widths = {},
                          .save_every = a.save_every};
    plan.target.most_episodes = a.episodes.value_or(p.target.most_episodes);
    for (std::size_t i = 0; i < Problem::dimension; ++i) {
        plan.lower.push_back(p.space[i].lower());
        plan.upper.push_back(p.space[i].upper());
    }
    if (!a.on_states) {
        using learning::detail::number_text;
        plan.what.grid.clear();
        for (std::size_t i = 0; i < Problem::dimension; ++i) {
            plan.what.grid += (i == 0 ? "[" : " x [") + number_text(p.space[i].lower()) + ", " +
                              number_text(p.space[i].upper()) + "] by " + number_text(widths[i]);
            plan.widths.push_back(widths[i]);
        }
    }
    return plan;
}

/// The environments of a training on cells.
/// @param learned,judged  on concrete states, for learning and for the criterion
/// @param written  on concrete states, for judging the controller that is written
template <class Learned, class Judged, class Written, abstraction::partition Cells>
auto surroundings_on(const Cells& cells, const Learned& learned, const Judged& judged, const Written& written,
                     learning::bounds_scale scale) {
    using actions = learning::actions_of<Learned>;
    using any = any_environment<actions>;
    using learning::abstract_environment;
    return surroundings<actions>{any{abstract_environment{learned, cells, scale}},
                                 any{abstract_environment{judged, cells, scale}},
                                 any{abstract_environment{written, cells}}};
}

/// A problem's environment with the length of episodes by which its criterion judges.
template <class Problem>
auto judged_environment(const Problem& p) {
    return p.target.step_limit == 0 ? p.environment : p.environment.limited_to(p.target.step_limit);
}

} // namespace opara::examples::drl
