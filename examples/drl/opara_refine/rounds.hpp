/// @file
/// What is written down of a round of a refinement.
#pragma once

#include <examples/drl/opara_refine/arguments.hpp>
#include <examples/drl/opara_refine/lines.hpp>
#include <examples/drl/opara_refine/report.hpp>
#include <examples/drl/training/results.hpp>
#include <opara/abstraction/box.hpp>
#include <opara/abstraction/prove.hpp>
#include <opara/learning/error.hpp>
#include <opara/learning/refine.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace opara::examples::drl {

/// A box in words.
template <std::size_t N>
std::string text_of(const abstraction::box<N>& b) {
    using learning::detail::number_text;
    std::string text;
    for (std::size_t i = 0; i < N; ++i) {
        text += (i == 0 ? "[" : " x [") + number_text(b[i].lower()) + ", " + number_text(b[i].upper()) + "]";
    }
    return text;
}

/// A round whose training has ended, and whose proof begins.
inline round_record trained_round(const refine_arguments& a, std::size_t round, const trained& t,
                                  std::uint64_t decisions) {
    return {.round = round,
            .asked = {.penalty = t.at.penalty,
                      .further = a.further,
                      .patience = a.patience,
                      .starts = a.starts,
                      .proof_rounds = a.proof_rounds,
                      .max_cells = a.max_cells,
                      .max_decisions = a.max_decisions},
            .training = name_of(t.at.log.end),
            .episodes = t.at.log.episodes,
            .attempts = t.at.attempt + 1,
            .training_s = seconds_of(t.at),
            .reward = t.evaluation.mean,
            .worst = t.evaluation.worst,
            .decisions = decisions};
}

/// Writes down how it ended. @param s  where the refinement then stands
template <std::size_t N>
void end_round(round_record& one, const learning::refinement_round& r, const learning::refinement_state<N>& s) {
    one.proof = name_of(r.proof);
    one.counterexample = r.what == learning::refinement_step::verified ? "" : name_of(r.counterexample);
    one.starts = r.starts;
    one.decisions_cut = r.decisions_cut;
    // Where the budget ends, the next round would begin like this, and with more of it does.
    using learning::refinement_step;
    one.then = name_of(r.what != refinement_step::gave_up           ? r.what
                       : r.decisions_cut != 0                       ? refinement_step::cut_decisions
                       : r.proof == abstraction::proof_end::refuted ? refinement_step::train_on
                                                                    : r.what);
    if (r.starts != 0) { // the first state of the run comes first
        const abstraction::point<N>& x = s.starts[s.starts.size() - r.starts];
        one.violated_from.assign(x.begin(), x.end());
    }
}

/// What is to be said of a refinement after a round.
/// @param rounds  that there may be
/// @param otherwise  if it goes on
template <std::size_t N>
std::string verdict_after(const learning::refinement_round& r, const learning::refinement_state<N>& s,
                          std::size_t rounds, const std::string& otherwise) {
    if (r.what == learning::refinement_step::verified) {
        return "verified in " + std::to_string(s.round) + (s.round == 1 ? " round" : " rounds");
    }
    if (r.what != learning::refinement_step::gave_up) {
        return otherwise;
    }
    return s.round >= rounds ? "not verified in " + std::to_string(s.round) + " rounds"
                             : "not verified, and no cell of the policy is left to cut";
}

} // namespace opara::examples::drl
