/// @file
/// Smaller systems that can do more: states merged, for instance those that differ in other than key dimensions only.
#pragma once

#include <opara/abstraction/build.hpp>
#include <opara/abstraction/cell_index.hpp>
#include <opara/abstraction/error.hpp>
#include <opara/abstraction/product.hpp>
#include <opara/abstraction/transition_system.hpp>
#include <opara/abstraction/uniform_grid.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// A system whose states are sets of another one's states.
struct quotient_system {
    transition_system graph;     ///< sets of states, numbered in the order of their first members
    std::vector<state_id> image; ///< for each state of the other system the set that it is in

    friend bool operator==(const quotient_system&, const quotient_system&) = default;
};

/// Merges states: the existential quotient. A set leads to another one if any member leads to any member, is initial if
/// any member is, and has a label for sure (`yes` or `no`) only where all members agree on it.
///
/// So the map from a state to its set is a simulation: every run of the system is one of the quotient, with labels that
/// say no more. Universal formulas that hold in the quotient hold in the system (Clarke, Grumberg, Long, "Model
/// checking and abstraction", TOPLAS 16, 1994). It is the smallest such system: each of its transitions is one of a
/// member.
/// @param set_of  for each state a number; states with equal numbers are merged
/// @throws system_error  there are not as many numbers as states
/// Complexity: O(states * labels + transitions * log(transitions of a set)).
[[nodiscard]] inline quotient_system quotient(const transition_system& system, std::span<const std::uint64_t> set_of) {
    if (set_of.size() != system.size()) {
        throw system_error{"a quotient of " + std::to_string(system.size()) + " states by " +
                               std::to_string(set_of.size()) + " numbers",
                           set_of.size()};
    }
    quotient_system result;
    detail::cell_index numbers;
    std::vector<std::size_t> ends; // of each set's members, once they are sorted by set
    for (const std::uint64_t name : set_of) {
        const state_id set = numbers.insert(name);
        result.image.push_back(set);
        ends.resize(numbers.cells().size());
        ++ends[set.index()];
    }
    const std::size_t sets = ends.size();
    std::size_t begin = 0;
    for (std::size_t& e : ends) {
        e = std::exchange(begin, begin + e);
    }
    std::vector<std::uint32_t> members(system.size());
    for (std::size_t s = 0; s < system.size(); ++s) {
        members[ends[result.image[s].index()]++] = static_cast<std::uint32_t>(s);
    }

    std::vector<std::uint64_t> offsets{0};
    std::vector<state_id> targets;
    std::vector<std::uint32_t> seen(sets, static_cast<std::uint32_t>(sets)); // the last set that led there
    for (std::size_t set = 0, k = 0; set < sets; ++set) {
        const std::size_t first = targets.size();
        for (; k < ends[set]; ++k) {
            for (const state_id t : system.successors(state_id{members[k]})) {
                const state_id to = result.image[t.index()];
                if (seen[to.index()] != set) {
                    seen[to.index()] = static_cast<std::uint32_t>(set);
                    targets.push_back(to);
                }
            }
        }
        std::sort(targets.begin() + static_cast<std::ptrdiff_t>(first), targets.end());
        offsets.push_back(targets.size());
    }
    std::vector<state_id> initial;
    std::vector<unsigned char> is_initial(sets, 0);
    for (const state_id s : system.initial()) {
        const state_id set = result.image[s.index()];
        if (std::exchange(is_initial[set.index()], 1) == 0) {
            initial.push_back(set);
        }
    }
    std::vector<labelling> labels;
    for (const labelling& l : system.labels()) {
        labelling merged{l.name, std::vector<truth>(sets)};
        for (std::size_t set = 0, k = 0; set < sets; ++set) {
            merged.holds[set] = l.holds[members[k]];
            for (; k < ends[set]; ++k) {
                if (l.holds[members[k]] != merged.holds[set]) {
                    merged.holds[set] = truth::maybe;
                }
            }
        }
        labels.push_back(std::move(merged));
    }
    result.graph = transition_system{std::move(offsets), std::move(targets), std::move(initial), std::move(labels)};
    return result;
}

namespace detail {

// What `project` has in common for all partitions: `key_of(cell)` is the cell of the smaller partition.
template <class KeyOf>
[[nodiscard]] cell_system project_cells(const cell_system& system, std::uint64_t outside, std::uint64_t new_outside,
                                        KeyOf key_of) {
    std::vector<std::uint64_t> keys;
    keys.reserve(system.cells.size());
    for (const std::uint64_t cell : system.cells) {
        keys.push_back(cell == unexplored_cell ? cell : cell == outside ? new_outside : key_of(cell));
    }
    quotient_system q = quotient(system.graph, keys);
    std::vector<std::uint64_t> cells(q.graph.size());
    for (std::size_t s = 0; s < keys.size(); ++s) {
        cells[q.image[s].index()] = keys[s];
    }
    return {std::move(q.graph), std::move(cells)};
}

} // namespace detail

/// Some dimensions of a grid as a grid of their own.
/// @throws domain_error  a dimension is none of the grid's, or named twice
template <std::size_t M, std::size_t N, std::unsigned_integral Id>
[[nodiscard]] uniform_grid<M, Id> project(const uniform_grid<N, Id>& grid,
                                          const std::array<std::size_t, M>& dimensions) {
    return grid.template part<M>(dimensions);
}

/// A system projected onto some dimensions of its grid: states whose cells differ in the others only are merged (see
/// `quotient`). Cells of the result are those of `project(grid, dimensions)`; the outside and the unexplored stay what
/// they are.
/// @throws domain_error  a dimension is none of the grid's, or named twice
/// Complexity: as `quotient`.
template <std::size_t M, std::size_t N, std::unsigned_integral Id>
[[nodiscard]] cell_system project(const cell_system& system, const uniform_grid<N, Id>& grid,
                                  const std::array<std::size_t, M>& dimensions) {
    const uniform_grid<M, Id> smaller = project(grid, dimensions);
    return detail::project_cells(system, grid.outside(), smaller.outside(), [&](std::uint64_t cell) {
        std::array<std::uint64_t, N> place{};
        for (std::size_t i = N; i-- > 0;) {
            place[i] = cell % grid.cells(i);
            cell /= grid.cells(i);
        }
        std::uint64_t key = 0;
        for (const std::size_t i : dimensions) {
            key = key * grid.cells(i) + place[i];
        }
        return key;
    });
}

/// A system on a product of partitions projected onto the key dimensions. Cells of the result are those of
/// `cells.first()`.
/// Complexity: as `quotient`.
template <partition P, partition Q>
[[nodiscard]] cell_system project(const cell_system& system, const product<P, Q>& cells) {
    return detail::project_cells(system, cells.outside(), cells.first().outside(),
                                 [&](std::uint64_t cell) { return cells.key_cell(cell); });
}

/// A system that was not explored to its end, projected likewise.
/// @param onto  the partition, and the dimensions where it is a grid: what `project` takes for a `cell_system`
template <class... Onto>
[[nodiscard]] bounded_cell_system project(const bounded_cell_system& system, const Onto&... onto) {
    bounded_cell_system result{project(system.part, onto...), system.steps, std::nullopt};
    if (system.unexplored) {
        const auto& cells = result.part.cells;
        const auto at = std::find(cells.begin(), cells.end(), detail::unexplored_cell) - cells.begin();
        result.unexplored = state_id::from_index(static_cast<std::size_t>(at));
    }
    return result;
}

} // namespace opara::inline OPARA_ABI::abstraction
