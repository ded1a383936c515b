/// @file
/// Cells under a policy that chooses by lot.
#pragma once

#include <examples/opara_verify/controllers.hpp>
#include <examples/opara_verify/finer.hpp>
#include <examples/opara_verify/lots.hpp>
#include <examples/opara_verify/preparation.hpp>
#include <examples/opara_verify/simulation.hpp>
#include <opara/core/file_set.hpp>

#include <cstddef>
#include <limits>
#include <string>

namespace opara::examples::verify {

/// Makes sure that a policy draws what the system takes.
/// @throws error  the system takes controls, and nobody says which the policy draws
template <class System>
void require_actions(const abstraction::trained_controller& c) {
    constexpr bool chooses = requires(double u) { System::accepts(u); };
    if (!chooses && c.actions.empty()) {
        throw error{"the controller chooses among actions by lot, and the system takes a control: which ones they are "
                    "has to be said, by \"actions\" in its file or by --actions"};
    }
}

/// Explores the cells of a policy that chooses by lot, and bounds a probability; adds exports, if they were asked for.
template <class System>
report explore_by_lot(const benchmark<System>& problem, const abstraction::trained_controller& c, const arguments& a,
                      file_set& written, run::progress& doing) {
    constexpr std::size_t n = System::dimension;
    require_actions<System>(c);
    const auto decisions = make_grid<n>(c, a.widths);
    const auto grid = make_grid<n>(c, finer_widths<n>(c, a));
    report r;
    const chance_of asked = chance_asked(begin(r, problem, c, a));
    for (const export_request& e : a.exports) {
        require_process_export(e);
    }
    r.cells = grid.size();
    const abstraction::coarse_lottery pilot{
        decisions, made_from(a.controllers, [&] { return abstraction::softmax_network<n>{c.net, c.actions}; })};
    doing.step("exploring");
    const stopwatch building;
    const abstraction::cell_process built = abstraction::build_process_bounded(
        grid, abstraction::enclosure<System>{problem.system}, pilot, problem.initial,
        a.steps.value_or(std::numeric_limits<std::size_t>::max()),
        abstraction::build_options<n>{.labels = problem.labels, .threads = a.threads}, teller(doing));
    r.build_s = building.seconds();
    r.states = built.process.size();
    r.transitions = built.process.branches();
    r.bound = a.steps;
    doing.step("bounding the probability");
    const stopwatch checking;
    const abstraction::probability_range p = answer(built, asked, a.steps);
    r.check_s = checking.seconds();
    r.chance = chance_found{p.least.lower(), p.most.upper(), a.at_least.value_or(1.0), p.is_precise, {}};
    r.proved = p.least.lower() >= a.at_least.value_or(1.0);
    r.verdict = (r.proved ? "proved" : "not proved") +
                (a.steps ? " for " + std::to_string(*a.steps) + " steps" : std::string{});
    if (a.simulate) {
        doing.step("simulating");
        r.chance->simulation = simulate(problem, pilot, asked, a, *a.simulate);
    }
    doing.step("writing");
    for (const export_request& e : a.exports) {
        r.exports.push_back(add_process(written, e, built.process));
    }
    return r;
}

} // namespace opara::examples::verify
