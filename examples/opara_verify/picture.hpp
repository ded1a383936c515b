/// @file
/// A picture of the cells that a system reaches, as SVG.
#pragma once

#include <opara/abstraction.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

namespace opara::examples::verify {

/// A box of the plane.
using rectangle = abstraction::box<2>;

/// Something that was reached, seen from above: cells that differ in other coordinates only lie over each other.
struct drawn_cell {
    rectangle where;       ///< its first two sides
    std::size_t step = 0;  ///< how many steps it takes to come there
    bool satisfies = true; ///< whether the formula holds of all runs from it
};

/// A box with a name.
struct drawn_region {
    std::string name; ///< of the label
    rectangle where;  ///< its first two sides; may be unbounded
};

/// What a picture shows.
struct drawing {
    std::string title;                           ///< above everything
    std::string subtitle;                        ///< below that
    std::array<std::string, 2> axes;             ///< the names of the coordinates, across and up
    std::vector<drawn_cell> cells;               ///< at least one
    std::vector<drawn_region> regions;           ///< labels
    rectangle initial;                           ///< where the system starts
    std::vector<rectangle> counterexample;       ///< the cells of a run of the abstraction
    std::vector<std::array<double, 2>> replayed; ///< the states of a run of the system itself
};

/// Writes a picture: cells in colours that say how many steps away they are, bluish where the formula holds and reddish
/// where it does not, under the labels' boxes, the initial set and the counterexample. Of a grid that is finer than the
/// picture, what falls into one spot is one spot, so the file stays small.
/// @pre there is a cell
void write_picture(std::ostream& out, const drawing& d);

/// The first two sides of a box; of a box of the line, the second one is that from 0 to 1.
template <std::size_t N>
rectangle seen_from_above(const abstraction::box<N>& b) {
    rectangle r{{b[0], abstraction::interval{0.0, 1.0}}};
    if constexpr (N > 1) {
        r[1] = b[1];
    }
    return r;
}

/// How many steps each state is from the initial ones.
std::vector<std::size_t> steps_to(const abstraction::transition_system& graph);

/// The cells of a system, for `drawing::cells`, without what is no cell.
template <abstraction::partition P>
std::vector<drawn_cell> drawn_cells(const P& grid, const abstraction::cell_system& system,
                                    const abstraction::formula& property) {
    const std::vector<std::size_t> steps = steps_to(system.graph);
    const abstraction::evaluation sets{system.graph, property};
    std::vector<drawn_cell> cells;
    for (std::size_t s = 0; s < system.cells.size(); ++s) {
        if (system.cells[s] < grid.size()) {
            cells.push_back({seen_from_above(grid.cell_box(system.cells[s])), steps[s], sets.result()[s] != 0});
        }
    }
    return cells;
}

} // namespace opara::examples::verify
