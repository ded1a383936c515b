/// @file
/// What a partition of the state space is, for generic code.
#pragma once

#include <opara/abstraction/box.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {
struct ignore_cell {
    void operator()(std::uint64_t) const noexcept {}
};
} // namespace detail

/// A finite set of cells such that every point of the state space is in exactly one, the *outside* being a cell, too.
///
/// Cells have numbers from 0 to `size() - 1`; `outside()` is another number, for whatever is in no cell. `locate(x)` is
/// the cell of a point, `cell_box(c)` the closure of a cell (not of the outside), and `for_each_overlap(b, f)` calls
/// `f(c)` for every cell that has a point in common with the box, `outside()` last, if at all. It may name more, never
/// fewer. `domain()` is the box of all cells.
template <class P>
concept partition = requires(const P& p, const point<P::dimension>& x, const box<P::dimension>& b, std::uint64_t cell) {
    { p.size() } -> std::convertible_to<std::uint64_t>;
    { p.outside() } -> std::convertible_to<std::uint64_t>;
    { p.locate(x) } -> std::convertible_to<std::uint64_t>;
    { p.cell_box(cell) } -> std::same_as<box<P::dimension>>;
    { p.domain() } -> std::convertible_to<box<P::dimension>>;
    p.for_each_overlap(b, detail::ignore_cell{});
};

} // namespace opara::inline OPARA_ABI::abstraction
