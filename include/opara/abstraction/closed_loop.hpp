/// @file
/// A system under its controller, on points and on boxes inside cells.
#pragma once

#include <opara/abstraction/pilot_memory.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// A transformer that can also make one step of a single point: `d.step(x, u)`.
template <class D>
concept steppable_dynamics =
    dynamics<D> && requires(const D& d, const point<D::dimension>& x, const typename D::action& u) {
        { d.step(x, u) } -> std::same_as<point<D::dimension>>;
    };

/// A run of a system in double arithmetic. It ends outside the domain, where there is no controller, or where it comes
/// back to a state, or because it was long enough.
template <std::size_t N>
struct concrete_run {
    std::vector<point<N>> states;      ///< one after another; only the last one may lie outside the domain
    std::optional<std::size_t> repeat; ///< the position to which it returns from its last state, bit by bit

    friend bool operator==(const concrete_run&, const concrete_run&) = default;
};

namespace detail {

template <partition P, steppable_dynamics D, controller<P::dimension, typename D::action> C>
class closed_loop {
public:
    static constexpr std::size_t n = P::dimension;

    closed_loop(const P& cells, const D& system, const C& pilot, const std::vector<box<n>>& absorbing)
        : partition_{cells}, dynamics_{system}, absorbing_{absorbing}, memory_{cells, pilot} {}

    [[nodiscard]] bool is_cell(std::uint64_t cell) const { return cell < partition_.size(); }
    [[nodiscard]] box<n> cell_box(std::uint64_t cell) const {
        return partition_.cell_box(static_cast<decltype(partition_.size())>(cell));
    }
    // Where all states of a box inside one cell go.
    box<n> post(const box<n>& b, std::uint64_t cell) { return stops(cell) ? b : dynamics_.post(b, action(cell)); }

    // The run from x, for so many steps at most.
    concrete_run<n> run(const point<n>& start, std::size_t steps) {
        concrete_run<n> r{{start}, std::nullopt};
        std::size_t mark = 0; // a position that doubles, so that any cycle is found (Brent, BIT 20, 1980)
        for (std::size_t k = 0; k < steps; ++k) {
            const point<n>& here = r.states.back();
            const std::uint64_t cell = partition_.locate(here);
            if (!is_cell(cell)) {
                break;
            }
            const point<n> next = stops(cell) ? here : dynamics_.step(here, action(cell));
            if (next == r.states[mark]) {
                r.repeat = mark;
                break;
            }
            r.states.push_back(next);
            if (k + 1 >= 2 * (mark + 1)) {
                mark = k + 1;
            }
        }
        return r;
    }

private:
    typename D::action action(std::uint64_t cell) {
        const std::uint32_t number = memory_.meet(cell);
        memory_.decide();
        return memory_.action(number);
    }
    [[nodiscard]] bool stops(std::uint64_t cell) const {
        return !absorbing_.empty() && std::any_of(absorbing_.begin(), absorbing_.end(),
                                                  [&](const box<n>& a) { return a.contains(cell_box(cell)); });
    }

    const P& partition_;
    const D& dynamics_;
    const std::vector<box<n>>& absorbing_;
    pilot_memory<P, D, C> memory_;
};

} // namespace detail

} // namespace opara::inline OPARA_ABI::abstraction
