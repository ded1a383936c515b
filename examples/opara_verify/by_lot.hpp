/// @file
/// Cells under a policy that chooses by lot.
#pragma once

#include <examples/opara_verify/lots.hpp>
#include <examples/opara_verify/preparation.hpp>

#include <cstddef>

namespace opara::examples::verify {

/// Explores the cells of a policy that chooses by lot, and bounds a probability.
template <class System>
report explore_by_lot(const benchmark<System>& problem, const abstraction::trained_controller& c, const arguments& a,
                      run::progress& doing) {
    constexpr std::size_t n = System::dimension;
    const auto grid = make_grid<n>(c, a.widths);
    report r;
    const chance_of asked = chance_asked(begin(r, problem, c, a));
    for (const export_request& e : a.exports) {
        require_process_export(e);
    }
    r.cells = grid.size();
    const abstraction::softmax_network<n> pilot{c.net};
    doing.step("exploring");
    const stopwatch building;
    const abstraction::cell_process built = abstraction::build_process(
        grid, abstraction::enclosure<System>{problem.system}, pilot, problem.initial,
        abstraction::build_options<n>{.labels = problem.labels, .threads = a.threads}, teller(doing));
    r.build_s = building.seconds();
    r.states = built.process.size();
    r.transitions = built.process.branches();
    doing.step("bounding the probability");
    const stopwatch checking;
    const abstraction::probability_range p = answer(built.process, asked);
    r.check_s = checking.seconds();
    r.chance = chance_found{p.least.lower(), p.most.upper(), a.at_least.value_or(1.0), p.is_precise};
    r.proved = p.least.lower() >= a.at_least.value_or(1.0);
    r.verdict = r.proved ? "proved" : "not proved";
    doing.step("writing");
    for (const export_request& e : a.exports) {
        r.exports.push_back(write_process(e, built.process));
    }
    return r;
}

} // namespace opara::examples::verify
