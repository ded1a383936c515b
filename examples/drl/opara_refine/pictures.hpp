/// @file
/// Pictures of a refinement, as SVG.
#pragma once

#include <examples/drl/opara_refine/report.hpp>
#include <opara/abstraction/box.hpp>

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace opara::examples::drl {

/// A box of the plane.
using rectangle = abstraction::box<2>;

/// A cell of the proof and what the policy does there.
struct painted_cell {
    rectangle where;       ///< the cell
    double action = 0;     ///< the control, or the number of what was chosen
    std::size_t depth = 0; ///< how often it was cut
};

/// A box with a name.
struct named_box {
    std::string name; ///< of a label
    rectangle where;  ///< may be unbounded
};

/// A policy over the plane.
struct policy_picture {
    std::string title;                  ///< above everything
    std::string subtitle;               ///< below that
    std::vector<painted_cell> cells;    ///< those that are reached, at least one
    std::vector<named_box> regions;     ///< labels
    rectangle initial;                  ///< where the system starts
    std::vector<std::string> choices{}; ///< the names of actions that are chosen; empty: the action is a control
};

/// Draws two panels over the reached part of the plane: what the policy does, and how often the cells were cut. What is
/// finer than the picture is one spot, so the file stays small.
void write_policy(std::ostream& out, const policy_picture& p);

/// Draws states, suspects and cells of each check of all rounds, on a logarithmic scale.
void write_refinement(std::ostream& out, const refinement_report& r);

/// Draws the learning curve through all rounds. @param window  over how many episodes its strong line is a mean
void write_reward(std::ostream& out, const refinement_report& r, std::size_t window);

} // namespace opara::examples::drl
