/// @file
/// Where to cut cells after a check has failed.
#pragma once

#include <opara/abstraction/adaptive_tree.hpp>
#include <opara/abstraction/blame.hpp>
#include <opara/abstraction/build.hpp>
#include <opara/abstraction/rounding.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {

// The dimension in which a cell is widest, in widths of the grid's cells, and can be bisected into parts that are no
// narrower than this; N if there is none. The first of sides that are equal but for rounding.
template <std::size_t N>
[[nodiscard]] std::size_t widest_side(const adaptive_tree<N>& cells, std::uint64_t cell, double narrowest) {
    const box<N> b = cells.cell_box(cell);
    std::size_t widest = N;
    double most = 0;
    for (std::size_t i = 0; i < N; ++i) {
        const interval& all = cells.domain()[i];
        const double unit = (all.upper() - all.lower()) / static_cast<double>(cells.grid().cells(i));
        const double width = (b[i].upper() - b[i].lower()) / unit;
        if (width >= 2 * narrowest && width > 1.001 * most && b[i].lower() < b[i].middle() &&
            b[i].middle() < b[i].upper()) {
            widest = i;
            most = width;
        }
    }
    return widest;
}

template <std::size_t N>
class splitter {
public:
    splitter(const adaptive_tree<N>& cells, const cell_system& built, double narrowest)
        : cells_{cells}, built_{built}, done_(built.cells.size(), 0), narrowest_{narrowest} {}

    // At a face of the initial set. A point on a cut belongs above it, so the upper face goes just beyond.
    void at_faces(state_id s, const box<N>& initial) {
        at(s,
           [&](std::size_t i) { return std::array{initial[i].lower(), std::nextafter(initial[i].upper(), infinity)}; });
    }
    // At a face of a label's set: where it should hold, so that it holds on one side; where it should not, just
    // outside, as cells are closed when labels are looked at.
    void at_faces(state_id s, const box<N>& set, truth wanted) {
        at(s, [&](std::size_t i) {
            return wanted == truth::yes ? std::array{set[i].lower(), set[i].upper()}
                                        : std::array{std::nextafter(set[i].lower(), -infinity),
                                                     std::nextafter(set[i].upper(), infinity)};
        });
    }
    // In the middle of the side that is widest, in widths of the grid's cells.
    void bisect(state_id s) {
        if (is_over(s)) {
            return;
        }
        const std::size_t i = widest_side(cells_, cell(s), narrowest_);
        if (i != N) {
            add(s, i, cells_.cell_box(cell(s))[i].middle());
        }
    }

    [[nodiscard]] std::vector<cell_cut> cuts() && { return std::move(cuts_); }

private:
    [[nodiscard]] std::uint64_t cell(state_id s) const { return built_.cells[s.index()]; }
    [[nodiscard]] bool is_over(state_id s) const { return done_[s.index()] != 0 || cell(s) == cells_.outside(); }
    void add(state_id s, std::size_t i, double x) {
        done_[s.index()] = 1;
        cuts_.push_back({cell(s), i, x});
    }
    template <class Places>
    void at(state_id s, Places places) {
        if (is_over(s)) {
            return;
        }
        const box<N> b = cells_.cell_box(cell(s));
        for (std::size_t i = 0; i < N; ++i) {
            for (const double x : places(i)) {
                if (b[i].lower() < x && x < b[i].upper()) {
                    return add(s, i, x);
                }
            }
        }
    }

    const adaptive_tree<N>& cells_;
    const cell_system& built_;
    std::vector<unsigned char> done_; // a cell is cut once
    std::vector<cell_cut> cuts_;
    double narrowest_;
};

} // namespace detail

/// How finely to cut.
struct split_options {
    /// No side is bisected into parts that are narrower than this, in widths of the grid's cells of its dimension.
    double narrowest = 0x1p-20;
};

/// The cuts that a failed check calls for: at most one for each suspect cell, where it does most for the next check.
///
/// * A cell that lies only partly in the initial set is cut at a face of it: from the rest nothing starts.
/// * A cell where a label is `maybe`, and that is in the way, is cut at a face of the label's set.
/// * Any other is bisected where it is widest, in widths of the grid's cells. So suspects become finer step by step,
/// and
///   keep the shape that was chosen with the grid.
///
/// Cells that are no suspects are left alone. What was measured against this rule is in docs/refinement.md: choosing
/// the dimension by the posts of the two halves, cutting only cells of which some successors are no suspects, only
/// those that simulated runs visit, or only those that are nearest to the initial set. All need more cells, or more
/// time, or never end.
/// @param cells,initial,problem  what the system was built from
/// @param built  the system that was checked
/// @param why  what `find_blame` says of it
/// @return the cuts, in the order in which they are to be made; none if there is nothing left to cut
/// Complexity: O(states + suspects * N).
template <std::size_t N>
[[nodiscard]] std::vector<cell_cut> choose_cuts(const adaptive_tree<N>& cells, const box<N>& initial,
                                                const build_options<N>& problem, const cell_system& built,
                                                const blame& why, const split_options& options = {}) {
    detail::splitter<N> splitter{cells, built, options.narrowest};
    for (const state_id s : built.graph.initial()) {
        if (why.suspects[s.index()] != 0) {
            splitter.at_faces(s, initial);
        }
    }
    for (const blurred_label& b : why.blurred) {
        for (const region<N>& r : problem.labels) {
            if (r.name == b.label && !r.seen) { // else no face is parallel to a cell's: the cell is bisected
                splitter.at_faces(b.state, r.set, b.wanted);
            }
        }
    }
    for (std::size_t s = 0; s < why.suspects.size(); ++s) {
        if (why.suspects[s] != 0) {
            splitter.bisect(state_id::from_index(s));
        }
    }
    return std::move(splitter).cuts();
}

} // namespace opara::inline OPARA_ABI::abstraction
