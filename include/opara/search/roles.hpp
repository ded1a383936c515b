/// @file
/// Which operators do the same in repeated parts of a graph.
#pragma once

#include <opara/core/hash.hpp>
#include <opara/core/id.hpp>
#include <opara/graph/frozen.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::search {

/// Operators grouped by what they are and what is around them. A regular value.
struct roles {
    std::vector<std::uint32_t> role;         ///< by operator
    std::vector<std::vector<op_id>> members; ///< by role, in the graph's topological order; roles by their first member

    friend bool operator==(const roles&, const roles&) = default;
};

/// Finds operators that cannot be told apart by what they are and what surrounds them up to a distance: colour
/// refinement (Weisfeiler and Leman 1968) along edges both ways, where arguments have an order and users have none.
/// Networks repeat their blocks, and what helps an operator in one block mostly helps its counterparts in the others.
/// @param g  the graph
/// @param kind  by operator, equal where two operators are alike by themselves (a hash of their variants, say)
/// @param distance  how far it looks: with 0 only at the operators themselves
/// Complexity: O(distance (E log degree + V)).
[[nodiscard]] inline roles find_roles(const frozen_graph& g, std::span<const std::uint64_t> kind,
                                      std::size_t distance) {
    OPARA_ASSERT(kind.size() == g.size());
    std::vector<std::uint64_t> colour(kind.begin(), kind.end());
    std::vector<std::uint64_t> next(g.size());
    std::vector<std::uint64_t> users;
    for (std::size_t round = 0; round < distance; ++round) {
        for (const op_id v : g.topological_order()) {
            stable_hash h;
            h.add(colour[v.index()]);
            for (const op_id p : g.predecessors(v)) {
                h.add(colour[p.index()]);
            }
            h.add(g.predecessors(v).size());
            users.clear();
            for (const op_id s : g.successors(v)) {
                users.push_back(colour[s.index()]);
            }
            std::sort(users.begin(), users.end());
            for (const std::uint64_t user : users) {
                h.add(user);
            }
            next[v.index()] = h.value();
        }
        std::swap(colour, next);
    }
    roles found{.role = std::vector<std::uint32_t>(g.size()), .members = {}};
    std::unordered_map<std::uint64_t, std::uint32_t> number;
    for (const op_id v : g.topological_order()) {
        const auto [at, fresh] = number.emplace(colour[v.index()], static_cast<std::uint32_t>(found.members.size()));
        if (fresh) {
            found.members.emplace_back();
        }
        found.role[v.index()] = at->second;
        found.members[at->second].push_back(v);
    }
    return found;
}

} // namespace opara::inline OPARA_ABI::search
