/// @file
/// From a problem and a controller to a verdict on the cells.
#pragma once

#include <examples/opara_verify/exports.hpp>
#include <examples/opara_verify/finer.hpp>
#include <examples/opara_verify/picture.hpp>
#include <examples/opara_verify/preparation.hpp>
#include <opara/abstraction.hpp>
#include <opara/core/file_set.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

namespace opara::examples::verify {

/// Tells of what was reached, and of the counterexample.
template <abstraction::partition P>
void fill(report& r, const P& grid, const abstraction::cell_system& built, const abstraction::verdict& v) {
    r.states = built.graph.size();
    r.transitions = built.graph.transitions();
    if (!v.counterexample) {
        return;
    }
    r.repeat = v.counterexample->repeat;
    r.conclusive = v.counterexample->conclusive;
    for (const abstraction::state_id s : v.counterexample->states) {
        const std::uint64_t cell = built.cells[s.index()];
        place p{cell < grid.size() ? "cell" : cell == grid.outside() ? "outside" : "unexplored", {}, {}};
        if (cell < grid.size()) {
            for (const interval& side : grid.cell_box(cell).sides) {
                p.lower.push_back(side.lower());
                p.upper.push_back(side.upper());
            }
        }
        r.counterexample.push_back(p);
    }
}

/// Tells of a replayed counterexample.
template <std::size_t N>
void fill(report& r, const abstraction::replay<N>& found) {
    r.replay.emplace();
    switch (found.what) {
    case abstraction::counterexample_kind::real:
        r.replay->what = "real";
        r.replay->certain = found.certain;
        for (const auto& x : found.run.states) {
            r.replay->run.emplace_back(x.begin(), x.end());
        }
        r.replay->repeat = found.run.repeat;
        break;
    case abstraction::counterexample_kind::spurious: r.replay->what = "spurious"; break;
    case abstraction::counterexample_kind::undecided: r.replay->what = "undecided"; break;
    }
}

/// Can the system itself do what the abstraction did?
template <class Dynamics, class Pilot>
void replay(report& r, const abstraction::uniform_grid<Dynamics::dimension>& grid, const Dynamics& dynamics,
            const Pilot& pilot, const box<Dynamics::dimension>& initial,
            const abstraction::build_options<Dynamics::dimension>& options, const abstraction::cell_system& built,
            const abstraction::formula& property, const abstraction::verdict& v) {
    if (!v.counterexample) {
        return;
    }
    fill(r, abstraction::falsify(grid, dynamics, pilot, initial, options, built, property, *v.counterexample));
}

/// Adds a picture of what was reached. @throws error  with the path and the reason
template <abstraction::partition P>
void draw(file_set& written, const report& r, const P& grid, const abstraction::cell_system& built,
          const abstraction::formula& property, const std::vector<abstraction::region<P::dimension>>& labels,
          const box<P::dimension>& initial, const std::vector<std::size_t>& dimensions, const std::string& file) {
    drawing d;
    d.title = r.system + " under " + r.controller + ": " + r.verdict;
    d.subtitle = (r.property.size() > 80 ? r.property.substr(0, 80) + "..." : r.property) + ", " +
                 std::to_string(r.states) + " states";
    d.axes = {"x" + std::to_string(dimensions[0]),
              P::dimension > 1 ? "x" + std::to_string(dimensions[1]) : std::string{}};
    d.cells = drawn_cells(grid, built, property);
    d.initial = seen_from_above(initial);
    for (const auto& label : labels) {
        if (!label.seen) { // else it is no box from above
            d.regions.push_back({label.name, seen_from_above(label.set)});
        }
    }
    for (const place& p : r.counterexample) {
        if (p.what == "cell") {
            d.counterexample.push_back({{interval{p.lower[0], p.upper[0]},
                                         P::dimension > 1 ? interval{p.lower[1], p.upper[1]} : interval{0.0, 1.0}}});
        }
    }
    if (r.replay) {
        for (const auto& x : r.replay->run) {
            d.replayed.push_back({x[dimensions[0]], P::dimension > 1 ? x[dimensions[1]] : 0.5});
        }
    }
    written.add(file, [&](std::ostream& out) { write_picture(out, d); });
}

/// Some sides of a box.
template <std::size_t M, std::size_t N>
box<M> part_of(const box<N>& b, const std::array<std::size_t, M>& dimensions) {
    box<M> part;
    for (std::size_t k = 0; k < M; ++k) {
        part[k] = b[dimensions[k]];
    }
    return part;
}

/// Checks an abstraction and tells of what follows for the system.
template <std::size_t N>
abstraction::verdict decide(report& r, const abstraction::uniform_grid<N>& grid,
                            const abstraction::bounded_cell_system& built, const abstraction::formula& property,
                            run::progress& doing) {
    doing.step("checking");
    const stopwatch checking;
    const abstraction::bounded_verdict v = abstraction::check(built, property);
    r.check_s = checking.seconds();
    r.proved = v.what == abstraction::bounded_conclusion::proved;
    r.verdict = r.proved ? "proved"
                : v.what == abstraction::bounded_conclusion::holds_within_bound
                    ? "holds within the bound of " + std::to_string(v.steps) + " steps, not proved beyond"
                    : "not proved";
    if (built.unexplored) {
        r.bound = built.steps;
    }
    if (!property.is_universal()) {
        r.verdict += " (the formula speaks of some runs, not of all: no abstraction of this kind can prove it)";
    }
    fill(r, grid, built.part, v.abstraction);
    return v.abstraction;
}

/// Adds exports and a picture, if they were asked for.
template <std::size_t N>
void add_files(file_set& written, report& r, const abstraction::uniform_grid<N>& grid,
               const abstraction::cell_system& built, const abstraction::formula& property,
               const std::vector<abstraction::region<N>>& labels, const box<N>& initial,
               const std::vector<std::size_t>& dimensions, const arguments& a, run::progress& doing) {
    doing.step("writing");
    r.exports = add_exports(written, a.exports, built, grid, property);
    if (!a.picture.empty()) {
        draw(written, r, grid, built, property, labels, initial, dimensions, a.picture);
    }
}

/// Checks a projection onto so many dimensions: smaller, and it can do more.
template <std::size_t M, class System>
void decide_projected(file_set& written, report& r, const benchmark<System>& problem,
                      const abstraction::uniform_grid<System::dimension>& grid,
                      const abstraction::bounded_cell_system& built, const abstraction::formula& property,
                      const arguments& a, run::progress& doing) {
    doing.step("projecting");
    std::array<std::size_t, M> dimensions{};
    std::copy(a.project.begin(), a.project.end(), dimensions.begin());
    const auto smaller = abstraction::project(grid, dimensions);
    const abstraction::bounded_cell_system projected = abstraction::project(built, grid, dimensions);
    r.projected_from = built.part.graph.size();
    decide(r, smaller, projected, property, doing);
    std::vector<abstraction::region<M>> labels;
    for (const auto& label : problem.labels) {
        if (!label.seen) {
            labels.push_back({label.name, part_of(label.set, dimensions)});
        }
    }
    add_files(written, r, smaller, projected.part, property, labels, part_of(problem.initial, dimensions), a.project, a,
              doing);
}

/// Makes sure, before the work starts, that one can project onto these of so many dimensions. @throws usage_error
inline void require_keys(const std::vector<std::size_t>& keys, std::size_t dimensions) {
    const std::size_t most = std::min<std::size_t>(3, dimensions - 1);
    if (keys.size() > most) {
        throw usage_error{"--project takes up to " + std::to_string(most) +
                          (most == 1 ? " dimension of this system" : " dimensions of this system")};
    }
    for (const std::size_t i : keys) {
        if (i >= dimensions || std::count(keys.begin(), keys.end(), i) != 1) {
            throw usage_error{"--project: dimension " + std::to_string(i) +
                              (i >= dimensions ? " is none of 0 to " + std::to_string(dimensions - 1)
                                               : std::string{" is named twice"})};
        }
    }
}

/// Explores cells and checks the property; adds exports and a picture, if they were asked for.
template <class System, class Pilot>
report explore(const benchmark<System>& problem, const Pilot& pilot, const abstraction::trained_controller& c,
               const arguments& a, file_set& written, run::progress& doing) {
    constexpr std::size_t n = System::dimension;
    const auto decisions = make_grid<n>(c, a.widths);
    const auto grid = make_grid<n>(c, finer_widths<n>(c, a));
    const Pilot acting = a.finer.empty() ? pilot : on_finer_cells<System>(decisions, pilot);
    report r;
    // Before the long work: what cannot be asked or written is said at once.
    const abstraction::formula property = begin(r, problem, c, a);
    for (const export_request& e : a.exports) {
        require_exportable(e, property);
    }
    require_keys(a.project, n);
    r.cells = grid.size();
    const abstraction::enclosure<System> dynamics{problem.system};
    const abstraction::build_options<n> options{.labels = problem.labels, .threads = a.threads};
    doing.step("exploring");
    const stopwatch building;
    const auto built =
        abstraction::build_bounded(grid, dynamics, acting, problem.initial,
                                   a.steps.value_or(std::numeric_limits<std::size_t>::max()), options, teller(doing));
    r.build_s = building.seconds();
    switch (a.project.size()) {
    case 1: decide_projected<1>(written, r, problem, grid, built, property, a, doing); return r;
    case 2: decide_projected<2>(written, r, problem, grid, built, property, a, doing); return r;
    case 3: decide_projected<3>(written, r, problem, grid, built, property, a, doing); return r;
    default: break;
    }
    const abstraction::verdict v = decide(r, grid, built, property, doing);
    doing.step("replaying the counterexample");
    replay(r, grid, dynamics, acting, problem.initial, options, built.part, property, v);
    add_files(written, r, grid, built.part, property, problem.labels, problem.initial, {0, 1}, a, doing);
    return r;
}

} // namespace opara::examples::verify
