/// @file
/// Where states lie, for formats whose states are vectors of integers.
#pragma once

#include <opara/abstraction/transition_system.hpp>
#include <opara/abstraction/uniform_grid.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace opara::inline OPARA_ABI::abstraction {

/// A name for each state that is a vector of integers, different for different states.
///
/// `dimensions()` is the length of the vectors; `name(i)` is a word for dimension i and `count(i)` bounds its values,
/// 0 to count - 1; `at(s, i)` is the value of state s.
template <class C>
concept state_coordinates = requires(const C& c, state_id s, std::size_t i) {
    { c.dimensions() } -> std::convertible_to<std::size_t>;
    { c.name(i) } -> std::convertible_to<std::string>;
    { c.count(i) } -> std::convertible_to<std::uint64_t>;
    { c.at(s, i) } -> std::convertible_to<std::uint64_t>;
};

/// States by their own numbers: one dimension, "s".
class state_numbers {
public:
    /// For a system of so many states.
    explicit state_numbers(std::size_t states) : states_{states} {}

    [[nodiscard]] std::size_t dimensions() const noexcept { return 1; }                        ///< one
    [[nodiscard]] std::string name(std::size_t) const { return "s"; }                          ///< its name
    [[nodiscard]] std::uint64_t count(std::size_t) const noexcept { return states_; }          ///< the number of states
    [[nodiscard]] std::uint64_t at(state_id s, std::size_t) const noexcept { return s.value; } ///< the state's number

private:
    std::size_t states_;
};

/// The cells of a grid by their places: dimension 0 is "where" (0 in a cell, 1 outside, 2 unexplored), the others are
/// "x0", "x1" and so on, 0 for what is in no cell.
/// @tparam N  the grid's dimensions
template <std::size_t N, std::unsigned_integral Id = std::uint64_t>
class grid_coordinates {
public:
    /// @param grid  the grid; must outlive this
    /// @param cells  the cell of each state, as in `cell_system::cells`; must outlive this
    grid_coordinates(const uniform_grid<N, Id>& grid, std::span<const std::uint64_t> cells)
        : grid_{&grid}, cells_{cells} {
        for (const std::uint64_t cell : cells) {
            places_ = std::max(places_, place(cell) + 1);
        }
    }

    [[nodiscard]] std::size_t dimensions() const noexcept { return N + 1; } ///< one more than the grid has
    /// "where", or "x0" for the grid's first dimension.
    [[nodiscard]] std::string name(std::size_t i) const { return i == 0 ? "where" : "x" + std::to_string(i - 1); }
    /// How many cells lie side by side; for "where" no more than is needed.
    [[nodiscard]] std::uint64_t count(std::size_t i) const noexcept { return i == 0 ? places_ : grid_->cells(i - 1); }
    /// A state's value. O(N). @pre i < dimensions()
    [[nodiscard]] std::uint64_t at(state_id s, std::size_t i) const noexcept {
        std::uint64_t cell = cells_[s.index()];
        if (i == 0 || place(cell) != 0) {
            return i == 0 ? place(cell) : 0;
        }
        for (std::size_t k = N; k-- > i;) { // the last dimension counts fastest
            cell /= grid_->cells(k);
        }
        return cell % grid_->cells(i - 1);
    }

private:
    [[nodiscard]] std::uint64_t place(std::uint64_t cell) const noexcept {
        return cell < grid_->size() ? 0 : cell == grid_->outside() ? 1 : 2;
    }

    const uniform_grid<N, Id>* grid_;
    std::span<const std::uint64_t> cells_;
    std::uint64_t places_ = 1;
};

static_assert(state_coordinates<state_numbers>);
static_assert(state_coordinates<grid_coordinates<2>>);

} // namespace opara::inline OPARA_ABI::abstraction
