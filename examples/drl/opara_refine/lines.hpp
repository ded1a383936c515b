/// @file
/// What a refinement says while it runs.
#pragma once

#include <examples/drl/opara_refine/report.hpp>
#include <opara/abstraction/falsify.hpp>
#include <opara/abstraction/prove.hpp>
#include <opara/learning/refine.hpp>

#include <cstddef>
#include <string>

namespace opara::examples::drl {

/// How a proof ended, in words.
std::string name_of(abstraction::proof_end end);
/// What a counterexample is worth, in a word.
std::string name_of(abstraction::counterexample_kind kind);
/// What followed from a round, in words.
std::string name_of(learning::refinement_step step);
/// The training of a round, in a line.
std::string training_line(const round_record& r);
/// Its proof, in a line.
std::string proof_line(const round_record& r);
/// One check of it.
std::string check_line(std::size_t round, std::size_t check, const check_record& c);

} // namespace opara::examples::drl
