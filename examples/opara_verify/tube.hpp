/// @file
/// Reach tubes instead of cells.
#pragma once

#include <examples/opara_verify/preparation.hpp>

#include <cstddef>
#include <string>

namespace opara::examples::verify {

/// Every run reaches the first label, or it is not known.
template <class System, class Pilot>
report follow(const benchmark<System>& problem, const Pilot& pilot, const abstraction::trained_controller& c,
              const arguments& a, run::progress& doing) {
    constexpr std::size_t n = System::dimension;
    if (problem.tube.steps == 0) {
        throw usage_error{"there are no settings for a tube of " + a.system};
    }
    const auto grid = make_grid<n>(c, a.widths);
    abstraction::tube_options<n> options;
    options.steps = a.steps.value_or(problem.tube.steps);
    options.target = problem.labels.front().set;
    options.nearness = problem.tube.nearness;
    options.threads = a.threads;
    doing.step("following boxes");
    const stopwatch following;
    const auto tube = abstraction::follow(grid, abstraction::enclosure<System>{problem.system}, pilot,
                                          abstraction::split(problem.initial, problem.tube.parts), options);
    report r;
    r.build_s = following.seconds();
    r.system = a.system;
    r.controller = c.name;
    r.cells = grid.size();
    r.property = "AF " + problem.labels.front().name;
    r.proved = tube.outcome == abstraction::tube_outcome::reached;
    switch (tube.outcome) {
    case abstraction::tube_outcome::reached:
        r.verdict = "proved, after " + std::to_string(tube.last_step) + " steps at most";
        break;
    case abstraction::tube_outcome::not_reached: r.verdict = "not proved: boxes are left after the last step"; break;
    case abstraction::tube_outcome::left_domain: r.verdict = "not proved: boxes leave the domain"; break;
    case abstraction::tube_outcome::too_many_boxes: r.verdict = "not proved: too many boxes"; break;
    }
    r.tube = tube_found{tube.parts.size(), tube.last_step, tube.peak, {}};
    for (const auto& layer : tube.layers) {
        place& p = r.tube->hulls.emplace_back(place{"hull", {}, {}});
        for (const interval& side : layer.hull.sides) {
            p.lower.push_back(side.lower());
            p.upper.push_back(side.upper());
        }
    }
    return r;
}

} // namespace opara::examples::verify
