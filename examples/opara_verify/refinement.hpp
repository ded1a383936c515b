/// @file
/// From a problem and a controller to a verdict on cells that are cut where the proof needs it.
#pragma once

#include <examples/opara_verify/preparation.hpp>
#include <examples/opara_verify/verification.hpp>
#include <opara/abstraction.hpp>
#include <opara/core/file_set.hpp>

#include <cstddef>
#include <string>

namespace opara::examples::verify {

/// How a proof ended, in words. @param may_cut  whether cells could have been cut
inline std::string in_words(abstraction::proof_end end, bool may_cut) {
    switch (end) {
    case abstraction::proof_end::proved: return "proved";
    case abstraction::proof_end::refuted: return "not proved: a run of the system violates the property";
    case abstraction::proof_end::rounds: return may_cut ? "not proved in so many rounds" : "not proved";
    case abstraction::proof_end::cells: return "not proved with so many cells";
    case abstraction::proof_end::seconds: return "not proved in so much time";
    case abstraction::proof_end::stuck: return "not proved, and no cell is left to cut";
    }
    return {};
}

/// Explores cells, checks the property, cuts what is to blame, and so on; adds a picture, if one was asked for.
template <class System, class Pilot>
report refine(const benchmark<System>& problem, const Pilot& pilot, const abstraction::trained_controller& c,
              const arguments& a, file_set& written, run::progress& doing) {
    constexpr std::size_t n = System::dimension;
    const auto grid = make_grid<n>(c, a.widths);
    const abstraction::adaptive_tree<n> decisions{grid, c.cuts};
    report r;
    const abstraction::formula property = begin(r, problem, c, a);
    if (!property.is_universal()) {
        throw error{"the property speaks of some runs, not of all: finer cells cannot prove it"};
    }
    abstraction::prove_options options;
    options.rounds = a.refine.value_or(0); // none: the cells of the decisions
    options.cells = a.max_cells.value_or(options.cells);
    doing.step("refining");
    const auto p = abstraction::prove(
        decisions, abstraction::enclosure<System>{problem.system}, pilot, problem.initial, property,
        abstraction::build_options<n>{.labels = problem.labels, .threads = a.threads}, options,
        [&](const abstraction::proof_round& round) {
            r.rounds.push_back({decisions.size() + round.added, round.states, round.transitions, round.suspects,
                                round.cuts, round.seconds});
            doing.detail("round " + std::to_string(round.round) + ", " + std::to_string(round.states) + " states, " +
                         std::to_string(round.suspects) + " to blame");
        });
    r.cells = p.cells.size();
    r.build_s = r.rounds.back().seconds;
    r.proved = p.what == abstraction::proof_end::proved;
    r.verdict = in_words(p.what, a.refine.has_value());
    fill(r, p.cells, p.built, p.check.abstraction);
    if (p.check.abstraction.counterexample) {
        fill(r, p.counterexample);
    }
    doing.step("writing");
    if (!a.picture.empty()) {
        draw(written, r, p.cells, p.built, property, problem.labels, problem.initial, {0, 1}, a.picture);
    }
    return r;
}

} // namespace opara::examples::verify
