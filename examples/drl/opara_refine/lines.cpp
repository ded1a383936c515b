#include <examples/drl/opara_refine/lines.hpp>

#include <cstddef>
#include <cstdio>
#include <string>

namespace opara::examples::drl {

namespace {

std::string rounded(double x) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", x);
    return text;
}
// 1234567 as 1,234,567.
std::string grouped(std::size_t n) {
    const std::string digits = std::to_string(n);
    std::string text;
    for (std::size_t k = 0; k < digits.size(); ++k) {
        if (k != 0 && (digits.size() - k) % 3 == 0) {
            text += ',';
        }
        text += digits[k];
    }
    return text;
}
std::string counted(std::size_t n, const char* one, const char* many) {
    return grouped(n) + " " + (n == 1 ? one : many);
}

} // namespace

std::string name_of(abstraction::proof_end end) {
    switch (end) {
    case abstraction::proof_end::proved: return "proved";
    case abstraction::proof_end::refuted: return "refuted: a run of the system violates the property";
    case abstraction::proof_end::rounds: return "not proved in so many rounds of cuts";
    case abstraction::proof_end::cells: return "not proved with so many cells";
    case abstraction::proof_end::seconds: return "not proved in so much time";
    case abstraction::proof_end::stuck: break;
    }
    return "not proved, and no cell is left to cut";
}
std::string name_of(abstraction::counterexample_kind kind) {
    switch (kind) {
    case abstraction::counterexample_kind::real: return "real";
    case abstraction::counterexample_kind::spurious: return "spurious";
    case abstraction::counterexample_kind::undecided: break;
    }
    return "undecided";
}
std::string name_of(learning::refinement_step step) {
    switch (step) {
    case learning::refinement_step::verified: return "verified";
    case learning::refinement_step::train_on: return "training goes on from states of the run";
    case learning::refinement_step::cut_decisions: return "cells of the policy are cut";
    case learning::refinement_step::gave_up: break;
    }
    return "given up";
}

std::string training_line(const round_record& r) {
    return "round " + std::to_string(r.round) + ", training: " + r.training + " after " +
           counted(r.episodes.size(), "episode", "episodes") +
           (r.attempts > 1 ? " in attempt " + std::to_string(r.attempts) : std::string{}) + " and " +
           rounded(r.training_s) + " s" + (r.attempts > 1 ? " in all" : "") + " on " +
           counted(r.decisions, "cell", "cells") + "; without exploration: mean " + rounded(r.reward) + ", worst " +
           rounded(r.worst);
}

std::string check_line(std::size_t round, std::size_t check, const check_record& c) {
    std::string line = "round " + std::to_string(round) + ", check " + std::to_string(check) + ": " +
                       counted(c.states, "state", "states") + ", " +
                       counted(c.transitions, "transition", "transitions");
    if (!c.replayed.empty()) {
        line += ", counterexample " + c.replayed;
    }
    if (c.suspects != 0) {
        line += ", " + grouped(c.suspects) + " to blame";
    }
    if (c.cuts != 0) {
        line += ", " + counted(c.cuts, "cell", "cells") + " cut";
    }
    return line + ", " + rounded(c.seconds) + " s";
}

std::string proof_line(const round_record& r) {
    std::string line = "round " + std::to_string(r.round) + ", proof: " + r.proof;
    if (!r.violated_from.empty()) {
        for (std::size_t i = 0; i < r.violated_from.size(); ++i) {
            line += (i == 0 ? ", from (" : ", ") + rounded(r.violated_from[i]);
        }
        line += ")";
    } else if (!r.counterexample.empty()) {
        line += ", counterexample " + r.counterexample;
    }
    if (r.starts != 0) {
        line += "; " + counted(r.starts, "new start", "new starts");
    }
    if (r.decisions_cut != 0) {
        line += "; " + counted(r.decisions_cut, "cell of the policy", "cells of the policy") + " cut";
    }
    return line + "; " + r.then;
}

} // namespace opara::examples::drl
