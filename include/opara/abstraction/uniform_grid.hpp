/// @file
/// A grid of equal boxes.
#pragma once

#include <opara/abstraction/grid_cells.hpp>
#include <opara/abstraction/partition.hpp>
#include <opara/abstraction/split.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// A box cut into equal cells. Only the breakpoints of each dimension are stored, never a cell.
///
/// Cells are half open: a point on a breakpoint belongs to the cell above it. The last cell of a dimension has both its
/// faces, so that every point of the (closed) domain has exactly one cell; all other points, NaN included, are
/// `outside()`. Cell numbers count the last dimension fastest.
/// @tparam N  dimensions, at least 1
/// @tparam Id  the cells' numbers: 64 bits or, where that is enough, 32
template <std::size_t N, std::unsigned_integral Id = std::uint64_t>
    requires(N > 0)
class uniform_grid {
public:
    static constexpr std::size_t dimension = N; ///< of the state space
    using id_type = Id;                         ///< of the cells' numbers

    /// So many cells in each dimension.
    /// @throws domain_error  a count is 0, a bound is infinite or has no width, the cells are so narrow that doubles
    ///         cannot tell their faces apart, or there are too many for `Id`; carries the dimension
    uniform_grid(const box<N>& domain, const std::array<std::size_t, N>& counts) {
        for (std::size_t i = 0; i < N; ++i) {
            require_bounded(domain, i);
            if (counts[i] == 0 || counts[i] >= detail::most_breakpoints) {
                throw domain_error{
                    "dimension " + std::to_string(i) + " cannot have " + std::to_string(counts[i]) + " cells", i};
            }
            const double low = domain[i].lower();
            const double high = domain[i].upper();
            std::vector<double>& b = breakpoints_[i];
            b.reserve(counts[i] + 1);
            for (std::size_t k = 0; k < counts[i]; ++k) {
                const double part = static_cast<double>(k) / static_cast<double>(counts[i]);
                b.push_back(low * (1 - part) + high * part);
            }
            b.push_back(high);
        }
        finish();
    }

    /// Cells of given widths, the last one of a dimension narrower where they do not divide it. Breakpoints are
    /// `round(previous + width, 10 decimals)`: the numbers that a person would write, as in the tools for which the
    /// published controllers were trained.
    /// @throws domain_error  as the constructor, or a width is not a positive number
    [[nodiscard]] static uniform_grid by_width(const box<N>& domain, const point<N>& widths) {
        uniform_grid g;
        for (std::size_t i = 0; i < N; ++i) {
            require_bounded(domain, i);
            g.breakpoints_[i] = detail::breakpoints_by_width(domain[i], widths[i], i);
        }
        g.finish();
        return g;
    }

    /// The grid of some of the dimensions, in this order.
    /// @throws domain_error  a dimension is none of this grid's, or named twice
    template <std::size_t M>
    [[nodiscard]] uniform_grid<M, Id> part(const std::array<std::size_t, M>& dimensions) const {
        uniform_grid<M, Id> g;
        for (std::size_t k = 0; k < M; ++k) {
            if (dimensions[k] >= N ||
                std::count(dimensions.begin(), dimensions.begin() + static_cast<std::ptrdiff_t>(k), dimensions[k]) !=
                    0) {
                throw domain_error{"dimension " + std::to_string(dimensions[k]) + " cannot be a key", dimensions[k]};
            }
            g.breakpoints_[k] = breakpoints_[dimensions[k]];
        }
        g.finish();
        return g;
    }

    [[nodiscard]] Id size() const noexcept { return size_; }    ///< the number of cells
    [[nodiscard]] Id outside() const noexcept { return size_; } ///< the number of what is in no cell
    /// The box of all cells.
    [[nodiscard]] const box<N>& domain() const noexcept { return domain_; }
    /// The faces between the cells of a dimension, ascending, the domain's own included: one more than cells.
    [[nodiscard]] const std::vector<double>& breakpoints(std::size_t i) const noexcept { return breakpoints_[i]; }
    /// How many cells a dimension has.
    [[nodiscard]] std::size_t cells(std::size_t i) const noexcept { return breakpoints_[i].size() - 1; }

    /// The cell of a point, `outside()` if there is none. O(N).
    [[nodiscard]] Id locate(const point<N>& x) const noexcept {
        if (!domain_.contains(x)) {
            return outside();
        }
        Id cell = 0;
        for (std::size_t i = 0; i < N; ++i) {
            cell = static_cast<Id>(cell * static_cast<Id>(cells(i)) + static_cast<Id>(axis(i).slot(x[i])));
        }
        return cell;
    }

    /// The closure of a cell. O(N). @pre cell < size()
    [[nodiscard]] box<N> cell_box(Id cell) const noexcept {
        OPARA_ASSERT(cell < size_);
        return detail::box_of_cell<N>(cell, [this](std::size_t i) { return axis(i); });
    }

    /// Calls f(cell) for each cell that has a point in the box, in ascending order, and f(outside()) last if the box
    /// has points outside. O(N + cells).
    template <std::invocable<Id> F>
    void for_each_overlap(const box<N>& b, F&& f) const {
        const auto block = detail::cells_that_meet(b, [this](std::size_t i) { return axis(i); });
        if (block.inside) {
            std::array<std::uint32_t, N> at{};
            for (bool more = true; more;) {
                Id row = 0;
                for (std::size_t i = 0; i + 1 < N; ++i) {
                    row = static_cast<Id>((row + static_cast<Id>(block.first[i] + at[i])) *
                                          static_cast<Id>(cells(i + 1)));
                }
                for (std::uint32_t k = 0; k < block.count[N - 1]; ++k) {
                    f(static_cast<Id>(row + static_cast<Id>(block.first[N - 1] + k)));
                }
                more = false;
                for (std::size_t i = N - 1; i-- > 0 && !more;) {
                    more = at[i] + 1 < block.count[i];
                    at[i] = more ? at[i] + 1 : 0;
                }
            }
        }
        if (block.outside) {
            f(outside());
        }
    }

    friend bool operator==(const uniform_grid&, const uniform_grid&) = default;

private:
    template <std::size_t M, std::unsigned_integral OtherId>
        requires(M > 0)
    friend class uniform_grid; // makes grids of fewer dimensions

    uniform_grid() = default;

    static void require_bounded(const box<N>& domain, std::size_t i) {
        if (!(domain[i].lower() < domain[i].upper()) || !(domain[i].upper() - domain[i].lower() <= detail::largest)) {
            throw domain_error{"dimension " + std::to_string(i) + " of the domain is infinite or has no width", i};
        }
    }

    void finish() {
        Id product = 1;
        for (std::size_t i = 0; i < N; ++i) {
            const std::vector<double>& b = breakpoints_[i];
            for (std::size_t k = 0; k + 1 < b.size(); ++k) {
                if (!(b[k] < b[k + 1])) {
                    throw domain_error{"dimension " + std::to_string(i) + " has cells without width", i};
                }
            }
            // The largest number is kept for the outside.
            if (cells(i) > (std::numeric_limits<Id>::max() - 1) / product) {
                throw domain_error{"there are too many cells to number them with " +
                                       std::to_string(std::numeric_limits<Id>::digits) + " bits",
                                   i};
            }
            product = static_cast<Id>(product * static_cast<Id>(cells(i)));
            domain_[i] = interval{b.front(), b.back()};
            scale_[i] = static_cast<double>(cells(i)) / (b.back() - b.front());
            if (!(scale_[i] <= detail::largest)) {
                throw domain_error{
                    "dimension " + std::to_string(i) + " is so narrow that its cells cannot be told apart", i};
            }
        }
        size_ = product;
    }

    [[nodiscard]] detail::grid_axis axis(std::size_t i) const noexcept {
        return {breakpoints_[i].data(), cells(i), scale_[i]};
    }

    std::array<std::vector<double>, N> breakpoints_;
    std::array<double, N> scale_{};
    box<N> domain_;
    Id size_ = 0;
};

static_assert(partition<uniform_grid<2>>);

} // namespace opara::inline OPARA_ABI::abstraction
