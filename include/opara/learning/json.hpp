/// @file
/// Where a refinement stands, as JSON, so that it can go on later. Needs nlohmann/json (component `json`).
#pragma once

#include <opara/abstraction/json.hpp>
#include <opara/core/json.hpp>
#include <opara/learning/refine.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::learning {

/// A state of a refinement as JSON. The agent is not part of it. O(cuts + starts).
///
/// @code
/// {"format": "opara-refinement", "version": 1, "round": 3, "seed": 1, "refuted_in_a_row": 0,
///  "starts": [[0.8, 0.5]], "grid": {...}, "cuts": [[2, 0, 0.5]]}
/// @endcode
/// `grid` and `cuts` are those of `to_json(state.decisions)`.
template <std::size_t N>
[[nodiscard]] std::string to_json(const refinement_state<N>& state) {
    return "{\"format\": \"opara-refinement\", \"version\": 1, \"round\": " + std::to_string(state.round) +
           ", \"seed\": " + std::to_string(state.seed) +
           ", \"refuted_in_a_row\": " + std::to_string(state.refuted_in_a_row) +
           ",\n \"starts\": " + nlohmann::json(state.starts).dump() +
           ",\n \"grid\": " + abstraction::detail::identity_of(state.decisions.grid()).dump() +
           ",\n \"cuts\": " + abstraction::detail::cuts_as_json(state.decisions.cuts()).dump() + "}\n";
}

/// What `to_json(state)` wrote, on the grid of its decisions.
/// @throws parse_error  no JSON, another document, of another grid, a start outside the grid, or a cut that cannot be
///         made
template <std::size_t N>
[[nodiscard]] refinement_state<N> refinement_state_from_json(std::string_view text,
                                                             const abstraction::uniform_grid<N>& grid) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    const nlohmann::json document = opara::detail::parse_json(text);
    const opara::detail::json_place root{document};
    root.require_object({"format", "version", "round", "seed", "refuted_in_a_row", "starts", "grid", "cuts"});
    opara::detail::require_format(root, "opara-refinement");
    refinement_state<N> state{abstraction::detail::read_cells(root, grid)};
    state.round = static_cast<std::size_t>(root.at("round").number(most));
    state.seed = root.at("seed").number(most);
    state.refuted_in_a_row = static_cast<std::size_t>(root.at("refuted_in_a_row").number(most));
    const opara::detail::json_place starts = root.at("starts");
    starts.require_array();
    for (std::size_t k = 0; k < starts.size(); ++k) {
        const std::vector<double> numbers = abstraction::detail::numbers(starts.at(k));
        abstraction::point<N> x{};
        if (numbers.size() != N) {
            starts.at(k).fail("must have " + std::to_string(N) + " coordinates, has " + std::to_string(numbers.size()));
        }
        for (std::size_t i = 0; i < N; ++i) {
            x[i] = numbers[i];
        }
        if (!grid.domain().contains(x)) {
            starts.at(k).fail("is not inside the domain");
        }
        state.starts.push_back(x);
    }
    return state;
}

} // namespace opara::inline OPARA_ABI::learning
