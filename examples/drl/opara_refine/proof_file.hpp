/// @file
/// A proof that can be interrupted.
#pragma once

#include <opara/abstraction/adaptive_tree.hpp>
#include <opara/abstraction/prove.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace opara::examples::drl {

/// Of what a proof is: it goes on only with the same policy.
struct proof_identity {
    std::size_t round = 0; ///< of the refinement
    std::string property;  ///< the formula
    std::string initial;   ///< where it starts, in words
    std::string agent;     ///< the checksum of what the agent knows

    friend bool operator==(const proof_identity&, const proof_identity&) = default;
};

/// Where a proof stands, in whatever dimension.
struct kept_proof {
    proof_identity of;                            ///< of what it is
    std::vector<abstraction::cell_cut> cuts;      ///< of all its cells, with those of the policy
    std::vector<abstraction::proof_round> rounds; ///< the checks that were made
    std::size_t explored = 0;                     ///< as in `abstraction::proof_state`
    std::size_t replays = 0;                      ///< as there
};

/// Writes it in one step, under a checksum. @throws error  with the path and the reason
void write_proof(const std::string& path, const kept_proof& p);

/// Reads it. @throws error  it cannot be read, is none, is cut off or damaged: says which, with the path
kept_proof read_proof(const std::string& path);

/// Where it stands, on these cells of a policy; none: there is no such file, or it is of another proof, as one of a
/// round that has ended.
/// @throws error  as `read_proof`
template <std::size_t N>
std::optional<abstraction::proof_state<N>> proof_from(const std::string& path, const proof_identity& of,
                                                      const abstraction::uniform_grid<N>& grid) {
    kept_proof kept = read_proof(path);
    if (!(kept.of == of)) {
        return std::nullopt;
    }
    try {
        return abstraction::proof_state<N>{abstraction::adaptive_tree<N>{grid, kept.cuts}, std::move(kept.rounds),
                                           kept.explored, kept.replays};
    } catch (const error& e) {
        throw error{"cannot go on from " + path + ": " + e.what()};
    }
}

} // namespace opara::examples::drl
