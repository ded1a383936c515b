/// @file
/// One run as boxes: what is true of it in real arithmetic.
#pragma once

#include <opara/abstraction/build.hpp>
#include <opara/abstraction/closed_loop.hpp>
#include <opara/abstraction/evaluation.hpp>
#include <opara/abstraction/formula.hpp>
#include <opara/abstraction/single_run.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction::detail {

// The cell in which all of a box lies; nothing if it has parts of several.
template <partition P>
[[nodiscard]] std::optional<std::uint64_t> only_cell(const P& cells, const box<P::dimension>& b) {
    std::optional<std::uint64_t> only;
    std::size_t count = 0;
    cells.for_each_overlap(b, [&](std::uint64_t cell) {
        only = cell;
        ++count;
    });
    return count == 1 ? only : std::nullopt;
}

// Whether the run from x violates a formula in real arithmetic. It is followed with outward rounding for so many steps
// at most, as long as each box lies inside one cell; if a box lies in an earlier one, the run goes round there for
// ever. What comes later is taken for whatever helps the formula, so that `false` says nothing.
template <partition P, steppable_dynamics D, controller<P::dimension, typename D::action> C>
[[nodiscard]] bool surely_violates(const P& cells, closed_loop<P, D, C>& loop,
                                   const std::vector<region<P::dimension>>& labels, const formula& f,
                                   const point<P::dimension>& x, std::size_t steps) {
    using set = box<P::dimension>;
    std::vector<set> run{box_of<P::dimension>(x)};
    std::optional<std::uint64_t> cell = only_cell(cells, run.back());
    if (!cell) {
        return false;
    }
    std::optional<std::size_t> repeat;
    std::size_t mark = 0; // a position that doubles, so that any cycle is found (Brent, BIT 20, 1980)
    for (std::size_t k = 0; k < steps && loop.is_cell(*cell); ++k) {
        const set next = loop.post(run.back(), *cell);
        if (run[mark].contains(next)) {
            repeat = mark;
            break;
        }
        const std::optional<std::uint64_t> then = only_cell(cells, next);
        if (!then) {
            break;
        }
        run.push_back(next);
        cell = then;
        if (k + 1 >= 2 * (mark + 1)) {
            mark = k + 1;
        }
    }
    const auto inside = [&](std::size_t k, const region<P::dimension>& r) { return r.holds_in(run[k]); };
    const transition_system graph = single_run(labels, run.size(), repeat, !loop.is_cell(*cell), inside);
    return evaluation{graph, !f}.result()[0] != 0;
}

} // namespace opara::inline OPARA_ABI::abstraction::detail
