/// @file
/// Two partitions side by side.
#pragma once

#include <opara/abstraction/partition.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace opara::inline OPARA_ABI::abstraction {

/// A partition of some dimensions and one of the others as a partition of all: a cell for each pair of cells. So one
/// can be refined where it matters (the *key* dimensions, as Trainify calls them) while the other stays a plain grid.
/// Model of `partition`.
///
/// The cell of a pair (p, q) has the number p * second().size() + q, which does not change when the first partition
/// gets more cells.
/// @tparam P  of the key dimensions
/// @tparam Q  of the others
template <partition P, partition Q>
class product {
public:
    static constexpr std::size_t dimension = P::dimension + Q::dimension; ///< of the state space
    using id_type = std::uint64_t;                                        ///< of the cells' numbers

    /// The first partition for the dimensions `key`, in this order; the second for the others, in ascending order.
    /// @throws domain_error  `key` names a dimension twice, or one that there is not, or there are too many pairs to
    ///         leave room for 2^32 more cells of the first partition
    product(P first, Q second, const std::array<std::size_t, P::dimension>& key)
        : first_{std::move(first)}, second_{std::move(second)}, key_{key} {
        std::array<bool, dimension> taken{};
        for (const std::size_t i : key) {
            if (i >= dimension || taken[i]) {
                throw domain_error{"dimension " + std::to_string(i) + " cannot be a key", i};
            }
            taken[i] = true;
        }
        std::size_t next = 0;
        for (std::size_t i = 0; i < dimension; ++i) {
            if (!taken[i]) {
                rest_[next++] = i;
            }
        }
        const std::uint64_t rows = std::uint64_t{first_.size()} + (std::uint64_t{1} << 32U);
        if (std::uint64_t{second_.size()} > outside() / rows) {
            throw domain_error{"there are too many pairs of cells to number them"};
        }
    }

    [[nodiscard]] const P& first() const noexcept { return first_; }   ///< the partition of the key dimensions
    [[nodiscard]] P& first() noexcept { return first_; }               ///< the same, to refine it
    [[nodiscard]] const Q& second() const noexcept { return second_; } ///< the partition of the others
    /// The key dimensions.
    [[nodiscard]] const std::array<std::size_t, P::dimension>& key() const noexcept { return key_; }

    /// The number of cells.
    [[nodiscard]] std::uint64_t size() const noexcept { return first_.size() * columns(); }
    /// The number of what is in no cell: always the same.
    [[nodiscard]] std::uint64_t outside() const noexcept { return std::numeric_limits<std::uint64_t>::max() - 1; }
    /// The box of all cells.
    [[nodiscard]] box<dimension> domain() const noexcept { return joined(first_.domain(), second_.domain()); }
    /// The cell of the first partition that a cell lies over. @pre cell < size()
    [[nodiscard]] std::uint64_t key_cell(std::uint64_t cell) const noexcept { return cell / columns(); }

    /// The cell of a point, `outside()` if there is none.
    [[nodiscard]] std::uint64_t locate(const point<dimension>& x) const noexcept {
        const auto p = first_.locate(part<P::dimension>(x, key_));
        const auto q = second_.locate(part<Q::dimension>(x, rest_));
        return p == first_.outside() || q == second_.outside() ? outside() : p * columns() + q;
    }
    /// The closure of a cell. @pre cell < size()
    [[nodiscard]] box<dimension> cell_box(std::uint64_t cell) const noexcept {
        OPARA_ASSERT(cell < size());
        return joined(first_.cell_box(static_cast<decltype(first_.size())>(cell / columns())),
                      second_.cell_box(static_cast<decltype(second_.size())>(cell % columns())));
    }
    /// Calls f(cell) for each cell that has a point in the box, and f(outside()) last if the box has points outside.
    template <std::invocable<std::uint64_t> F>
    void for_each_overlap(const box<dimension>& b, F&& f) const {
        const box<P::dimension> over = part_of<P::dimension>(b, key_);
        const box<Q::dimension> along = part_of<Q::dimension>(b, rest_);
        bool leaves_domain = false;
        first_.for_each_overlap(over, [&](std::uint64_t p) {
            if (p == first_.outside()) {
                leaves_domain = true;
                return;
            }
            second_.for_each_overlap(along, [&](std::uint64_t q) {
                if (q == second_.outside()) {
                    leaves_domain = true;
                } else {
                    f(p * columns() + q);
                }
            });
        });
        if (leaves_domain) {
            f(outside());
        }
    }

    friend bool operator==(const product&, const product&) = default;

private:
    [[nodiscard]] std::uint64_t columns() const noexcept { return second_.size(); }
    template <std::size_t M>
    [[nodiscard]] static point<M> part(const point<dimension>& x, const std::array<std::size_t, M>& which) noexcept {
        point<M> y;
        for (std::size_t k = 0; k < M; ++k) {
            y[k] = x[which[k]];
        }
        return y;
    }
    template <std::size_t M>
    [[nodiscard]] static box<M> part_of(const box<dimension>& b, const std::array<std::size_t, M>& which) noexcept {
        box<M> c;
        for (std::size_t k = 0; k < M; ++k) {
            c[k] = b[which[k]];
        }
        return c;
    }
    [[nodiscard]] box<dimension> joined(const box<P::dimension>& p, const box<Q::dimension>& q) const noexcept {
        box<dimension> b;
        for (std::size_t k = 0; k < P::dimension; ++k) {
            b[key_[k]] = p[k];
        }
        for (std::size_t k = 0; k < Q::dimension; ++k) {
            b[rest_[k]] = q[k];
        }
        return b;
    }

    P first_;
    Q second_;
    std::array<std::size_t, P::dimension> key_;
    std::array<std::size_t, Q::dimension> rest_{};
};

} // namespace opara::inline OPARA_ABI::abstraction
