/// @file
/// Refined partitions as JSON, both ways. Needs nlohmann/json (component `json`).
#pragma once

#include <opara/abstraction/adaptive_tree.hpp>
#include <opara/core/hash.hpp>
#include <opara/core/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {

// What tells a grid from others: bounds, counts, and a hash of all breakpoints.
template <std::size_t N>
[[nodiscard]] nlohmann::ordered_json identity_of(const uniform_grid<N>& grid) {
    std::array<double, N> lower;
    std::array<double, N> upper;
    std::array<std::size_t, N> cells;
    stable_hash breakpoints;
    for (std::size_t i = 0; i < N; ++i) {
        lower[i] = grid.domain()[i].lower();
        upper[i] = grid.domain()[i].upper();
        cells[i] = grid.cells(i);
        for (const double x : grid.breakpoints(i)) {
            breakpoints.add(x);
        }
    }
    return {{"lower", lower}, {"upper", upper}, {"cells", cells}, {"breakpoints", breakpoints.value()}};
}
[[nodiscard]] inline nlohmann::ordered_json cuts_as_json(std::span<const cell_cut> cuts) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const cell_cut& c : cuts) {
        list.push_back(nlohmann::ordered_json::array({c.cell, c.dimension, c.at}));
    }
    return list;
}
[[nodiscard]] inline std::vector<cell_cut> read_cuts(const opara::detail::json_place& list, std::size_t dimensions) {
    list.require_array();
    std::vector<cell_cut> cuts;
    cuts.reserve(list.size());
    for (std::size_t k = 0; k < list.size(); ++k) {
        const opara::detail::json_place cut = list.at(k);
        cut.require_array();
        if (cut.size() != 3) {
            cut.fail("must be a cell, a dimension and a coordinate");
        }
        cuts.push_back({cut.at(std::size_t{0}).number(std::numeric_limits<std::uint64_t>::max()),
                        static_cast<std::size_t>(cut.at(std::size_t{1}).number(dimensions - 1)),
                        cut.at(std::size_t{2}).real()});
    }
    return cuts;
}
// The grid of the document's `grid`, after its `cuts`.
template <std::size_t N>
[[nodiscard]] adaptive_tree<N> read_cells(const opara::detail::json_place& root, const uniform_grid<N>& grid) {
    const nlohmann::json expected = identity_of(grid);
    const opara::detail::json_place is = root.at("grid");
    is.require_object({"lower", "upper", "cells", "breakpoints"});
    for (const char* const key : {"lower", "upper", "cells", "breakpoints"}) {
        if (!is.at(key).equals(expected[key])) {
            is.at(key).fail("is of another grid: here it is " + expected[key].dump());
        }
    }
    const opara::detail::json_place list = root.at("cuts");
    const std::vector<cell_cut> cuts = read_cuts(list, N);
    try {
        return {grid, cuts};
    } catch (const domain_error& e) {
        list.fail(e.what());
    }
}

} // namespace detail

/// The cuts of a partition as JSON, in the order in which they were made: cell, dimension, coordinate. The grid itself
/// is not written, only what tells it from others. O(cuts).
///
/// @code
/// {"format": "opara-cells", "version": 1,
///  "grid": {"lower": [0.0, -1.0], "upper": [1.0, 1.0], "cells": [3, 2], "breakpoints": 1234}, "cuts": [[2, 0, 0.5]]}
/// @endcode
template <std::size_t N>
[[nodiscard]] std::string to_json(const adaptive_tree<N>& cells) {
    return "{\"format\": \"opara-cells\", \"version\": 1,\n \"grid\": " + detail::identity_of(cells.grid()).dump() +
           ", \"cuts\": " + detail::cuts_as_json(cells.cuts()).dump() + "}\n";
}

/// What `to_json(cells)` wrote, on the grid from which those cells were cut.
/// @throws parse_error  no JSON, another document, of another grid, or a cut that cannot be made
template <std::size_t N>
[[nodiscard]] adaptive_tree<N> cells_from_json(std::string_view text, const uniform_grid<N>& grid) {
    const nlohmann::json document = opara::detail::parse_json(text);
    const opara::detail::json_place root{document};
    root.require_object({"format", "version", "grid", "cuts"});
    opara::detail::require_format(root, "opara-cells");
    return detail::read_cells(root, grid);
}

} // namespace opara::inline OPARA_ABI::abstraction
