/// @file
/// A grid whose cells can be bisected, each on its own.
#pragma once

#include <opara/abstraction/cell_index.hpp>
#include <opara/abstraction/uniform_grid.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// One cut of a cell: what lies below `at` keeps the cell's number, the rest gets the next free one.
struct cell_cut {
    std::uint64_t cell = 0;    ///< the number of the cell
    std::size_t dimension = 0; ///< in which dimension it is cut
    double at = 0;             ///< where

    friend bool operator==(const cell_cut&, const cell_cut&) = default;
};

/// A uniform grid that is finer where it has to be: any cell can be cut in two, again and again, without touching the
/// others. Where refinement by counterexamples bisects cells, this is the partition for it. Model of `partition`.
///
/// A cell of the grid that was cut is the root of a binary tree of cuts; a table leads from the cell to its tree, so
/// grids of any size cost what was cut, and nothing else. Cells are half open as those of `uniform_grid`: a point on a
/// cut belongs to the cell above it. The part below a cut keeps the cell's number and the part above gets the next free
/// one, so the number of a cell that is not cut never changes, while `outside()` does not depend on what was cut.
/// @tparam N  dimensions, at least 1
template <std::size_t N>
class adaptive_tree {
public:
    static constexpr std::size_t dimension = N; ///< of the state space
    using id_type = std::uint64_t;              ///< of the cells' numbers

    /// The grid as it is. From one cell: `adaptive_tree<2>{uniform_grid<2>{domain, {1, 1}}}`.
    explicit adaptive_tree(uniform_grid<N> grid) : grid_{std::move(grid)} {}
    /// The grid after these cuts, one after another: `adaptive_tree<N>{t.grid(), t.cuts()} == t`.
    /// @throws domain_error  a cut is none: of a cell that there is not then, in no dimension, or where the cell is
    /// not;
    ///         says which
    adaptive_tree(uniform_grid<N> grid, std::span<const cell_cut> cuts) : grid_{std::move(grid)} {
        for (std::size_t k = 0; k < cuts.size(); ++k) {
            const cell_cut& c = cuts[k];
            if (c.cell >= size() || c.dimension >= N) {
                throw domain_error{"cut " + std::to_string(k) + ", of cell " + std::to_string(c.cell) +
                                       " in dimension " + std::to_string(c.dimension) + ": there are " +
                                       std::to_string(size()) + " cells in " + std::to_string(N) + " dimensions",
                                   c.dimension};
            }
            try {
                cut(c.cell, c.dimension, c.at);
            } catch (const domain_error& e) {
                throw domain_error{"cut " + std::to_string(k) + ": " + e.what(), c.dimension};
            }
        }
    }

    /// The number of cells.
    [[nodiscard]] std::uint64_t size() const noexcept { return grid_.size() + added_.size(); }
    /// The number of what is in no cell: always the same.
    [[nodiscard]] std::uint64_t outside() const noexcept { return std::numeric_limits<std::uint64_t>::max() - 1; }
    [[nodiscard]] const box<N>& domain() const noexcept { return grid_.domain(); } ///< the box of all cells
    [[nodiscard]] const uniform_grid<N>& grid() const noexcept { return grid_; }   ///< before any cut
    /// All cuts, in the order in which they were made. O(cuts and, for each, later ones of its cell).
    [[nodiscard]] std::vector<cell_cut> cuts() const {
        std::vector<cell_cut> list;
        list.reserve(nodes_.size());
        for (const node& n : nodes_) {
            std::uint32_t below = n.next[0]; // what lies below has kept the number ever since
            while ((below & leaf_bit) == 0) {
                below = nodes_[below].next[0];
            }
            list.push_back({leaves_[below ^ leaf_bit].cell, n.dimension, n.at});
        }
        return list;
    }

    /// Cuts a cell in the middle of one dimension. Returns the number of the part above; the part below keeps the
    /// cell's own.
    /// @throws domain_error  no double lies inside that side of the cell, or no number is left; nothing has changed
    /// @pre cell < size(), i < N
    /// Complexity: O(1) on average.
    std::uint64_t bisect(std::uint64_t cell, std::size_t i) { return cut(cell, i, cell_box(cell)[i].middle()); }
    /// Cuts a cell at x: what lies below x keeps the cell's number, and the number of the rest is returned.
    /// @throws domain_error  x does not lie inside that side of the cell, or no number is left; nothing has changed
    /// @pre cell < size(), i < N
    /// Complexity: O(1) on average.
    std::uint64_t cut(std::uint64_t cell, std::size_t i, double x) {
        OPARA_ASSERT(cell < size() && i < N);
        const box<N> whole = cell_box(cell);
        if (!(whole[i].lower() < x && x < whole[i].upper())) {
            throw domain_error{"cell " + std::to_string(cell) + " cannot be cut in dimension " + std::to_string(i), i};
        }
        if (size() >= outside() || nodes_.size() >= leaf_bit) {
            throw domain_error{"there are too many cells to number them", i};
        }
        const auto above = static_cast<std::uint32_t>(leaves_.size() + (is_whole(cell) ? 1U : 0U));
        make_room(leaves_, 2); // from here on only the table could fail, which comes first
        make_room(added_, 1);
        make_room(nodes_, 1);
        const std::uint32_t below = slot_of(cell);
        const std::uint64_t number = size();
        const auto here = static_cast<std::uint32_t>(nodes_.size());
        nodes_.push_back({x, static_cast<std::uint32_t>(i), {below | leaf_bit, above | leaf_bit}});
        leaf& lower = leaves_[below];
        *link_to(lower) = here;
        leaf upper{number, whole, here, 1};
        upper.bounds[i] = interval::unchecked(x, whole[i].upper());
        lower.bounds[i] = interval::unchecked(whole[i].lower(), x);
        lower.parent = here;
        lower.side = 0;
        leaves_.push_back(upper);
        added_.push_back(above);
        return number;
    }
    /// Bisects a cell in each of these dimensions: 2^count cells in its place. Returns their numbers, the cell's own
    /// first. @throws domain_error  as above, but the cuts that were possible have been made  @pre cell < size()
    std::vector<std::uint64_t> bisect(std::uint64_t cell, std::span<const std::size_t> dimensions) {
        std::vector<std::uint64_t> parts{cell};
        for (const std::size_t i : dimensions) {
            for (std::size_t k = 0, count = parts.size(); k < count; ++k) {
                parts.push_back(bisect(parts[k], i));
            }
        }
        return parts;
    }

    /// The cell of a point, `outside()` if there is none. O(N + cuts around it).
    [[nodiscard]] std::uint64_t locate(const point<N>& x) const noexcept {
        const std::uint64_t root = grid_.locate(x);
        if (root == grid_.outside()) {
            return outside();
        }
        const std::uint32_t cut = cut_cells_.find(root);
        if (cut == detail::cell_index::absent) {
            return root;
        }
        std::uint32_t at = trees_[cut].root;
        while ((at & leaf_bit) == 0) {
            const node& n = nodes_[at];
            at = n.next[x[n.dimension] < n.at ? 0 : 1];
        }
        return leaves_[at ^ leaf_bit].cell;
    }

    /// The closure of a cell. O(N). @pre cell < size()
    [[nodiscard]] box<N> cell_box(std::uint64_t cell) const noexcept {
        OPARA_ASSERT(cell < size());
        if (cell >= grid_.size()) {
            return leaves_[added_[static_cast<std::size_t>(cell - grid_.size())]].bounds;
        }
        const std::uint32_t cut = cut_cells_.find(cell);
        return cut == detail::cell_index::absent ? grid_.cell_box(cell) : leaves_[trees_[cut].first].bounds;
    }

    /// Calls f(cell) for each cell that has a point in the box, and f(outside()) last if the box has points outside.
    /// O(N + cells of the grid + cuts around the box).
    template <std::invocable<std::uint64_t> F>
    void for_each_overlap(const box<N>& b, F&& f) const {
        bool leaves_domain = false;
        grid_.for_each_overlap(b, [&](std::uint64_t root) {
            if (root == grid_.outside()) {
                leaves_domain = true;
                return;
            }
            const std::uint32_t cut = cut_cells_.find(root);
            if (cut == detail::cell_index::absent) {
                f(root);
            } else {
                descend(trees_[cut].root, b, f);
            }
        });
        if (leaves_domain) {
            f(outside());
        }
    }

    friend bool operator==(const adaptive_tree&, const adaptive_tree&) = default;

private:
    // A number with this bit names a leaf, any other a node.
    static constexpr std::uint32_t leaf_bit = std::uint32_t{1} << 31U;
    static constexpr std::uint32_t no_parent = std::numeric_limits<std::uint32_t>::max();

    struct node {
        double at;                         // where it cuts
        std::uint32_t dimension;           // in which dimension
        std::array<std::uint32_t, 2> next; // below, and from there on
        friend bool operator==(const node&, const node&) = default;
    };
    struct leaf {
        std::uint64_t cell;
        box<N> bounds;
        std::uint32_t parent; // the node above it
        std::uint32_t side;   // and which of its sides
        friend bool operator==(const leaf&, const leaf&) = default;
    };
    struct tree {
        std::uint32_t root;  // a node or a leaf
        std::uint32_t first; // the leaf that has the number of the grid's cell
        friend bool operator==(const tree&, const tree&) = default;
    };

    [[nodiscard]] bool is_whole(std::uint64_t cell) const {
        return cell < grid_.size() && cut_cells_.find(cell) == detail::cell_index::absent;
    }
    // The leaf of a cell; one is made for a cell of the grid that was not cut before.
    std::uint32_t slot_of(std::uint64_t cell) {
        if (cell >= grid_.size()) {
            return added_[static_cast<std::size_t>(cell - grid_.size())];
        }
        make_room(trees_, 1);
        const std::uint32_t number = cut_cells_.insert(cell).value;
        if (number == trees_.size()) {
            const auto next = static_cast<std::uint32_t>(leaves_.size());
            trees_.push_back({next | leaf_bit, next});
            leaves_.push_back({cell, grid_.cell_box(cell), no_parent, 0});
        }
        return trees_[number].first;
    }
    // As `reserve`, but so that many calls cost what as many push_backs do.
    template <class T>
    static void make_room(std::vector<T>& list, std::size_t more) {
        if (list.capacity() - list.size() < more) {
            list.reserve(2 * list.size() + more);
        }
    }
    // What leads to a leaf.
    [[nodiscard]] std::uint32_t* link_to(const leaf& l) {
        return l.parent == no_parent ? &trees_[cut_cells_.find(l.cell)].root : &nodes_[l.parent].next[l.side];
    }
    template <class F>
    void descend(std::uint32_t at, const box<N>& b, F& f) const {
        while ((at & leaf_bit) == 0) {
            const node& n = nodes_[at];
            const bool below = b[n.dimension].lower() < n.at;
            const bool above = b[n.dimension].upper() >= n.at;
            if (below && above) {
                descend(n.next[0], b, f);
            }
            at = n.next[above ? 1 : 0];
        }
        f(leaves_[at ^ leaf_bit].cell);
    }

    uniform_grid<N> grid_;
    detail::cell_index cut_cells_; // the grid's cells that were cut
    std::vector<tree> trees_;      // one each
    std::vector<node> nodes_;
    std::vector<leaf> leaves_;
    std::vector<std::uint32_t> added_; // the leaf of each cell beyond the grid's
};

static_assert(partition<adaptive_tree<2>>);

} // namespace opara::inline OPARA_ABI::abstraction
