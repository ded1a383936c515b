/// @file
/// What opara_run prints and writes.
#pragma once

#include <examples/opara_run/evaluation.hpp>
#include <opara/sim/svg.hpp>

#include <ostream>
#include <string>

namespace opara::run {

/// Text out of a file (a name, a complaint about one), such that no control character of it reaches the terminal.
[[nodiscard]] std::string plain(std::string text);

/// The table and the best plan, for people.
void print(std::ostream& out, const evaluation& e);

/// The same for programs: the JSON that `--report` writes. Keys never change their meaning; new ones may come.
[[nodiscard]] std::string report(const evaluation& e);

/// What the picture of the best plan says besides its run: title, lower bound, the sequential plan's latency.
[[nodiscard]] sim::svg_options picture_options(const evaluation& e);

} // namespace opara::run
