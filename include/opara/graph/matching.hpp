/// @file
/// The largest set of pairs in a bipartite graph.
#pragma once

#include <opara/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI {

/// A matching: who is paired with whom.
struct bipartite_matching {
    static constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max(); ///< stands for "unpaired"

    std::vector<std::uint32_t> left;  ///< for each left vertex its right partner, or `nobody`
    std::vector<std::uint32_t> right; ///< for each right vertex its left partner, or `nobody`
    std::size_t size = 0;             ///< number of pairs
};

namespace detail {
/// Hopcroft and Karp, SIAM J. Comput. 2(4), 1973, without recursion.
template <class Neighbours>
class hopcroft_karp {
public:
    hopcroft_karp(std::size_t left, std::size_t right, Neighbours& neighbours)
        : neighbours_{neighbours}, distance_(left), next_(left) {
        pairs_.left.assign(left, bipartite_matching::nobody);
        pairs_.right.assign(right, bipartite_matching::nobody);
    }

    bipartite_matching solve() {
        pair_greedily();
        while (layer()) {
            next_.assign(next_.size(), 0);
            for (std::uint32_t u = 0; u < pairs_.left.size(); ++u) {
                if (pairs_.left[u] == bipartite_matching::nobody && augment(u)) {
                    ++pairs_.size;
                }
            }
        }
        return std::move(pairs_);
    }

private:
    void pair_greedily() {
        for (std::uint32_t u = 0; u < pairs_.left.size(); ++u) {
            for (const std::uint32_t v : neighbours_(u)) {
                if (pairs_.right[v] == bipartite_matching::nobody) {
                    pairs_.left[u] = v;
                    pairs_.right[v] = u;
                    ++pairs_.size;
                    break;
                }
            }
        }
    }
    // Breadth first from the unpaired left vertices; whether an unpaired right vertex was seen.
    bool layer() {
        constexpr std::uint32_t unseen = bipartite_matching::nobody;
        bool found = false;
        queue_.clear();
        for (std::uint32_t u = 0; u < pairs_.left.size(); ++u) {
            distance_[u] = unseen;
            if (pairs_.left[u] == bipartite_matching::nobody) {
                distance_[u] = 0;
                queue_.push_back(u);
            }
        }
        for (std::size_t i = 0; i < queue_.size(); ++i) {
            const std::uint32_t u = queue_[i];
            for (const std::uint32_t v : neighbours_(u)) {
                const std::uint32_t w = pairs_.right[v];
                if (w == bipartite_matching::nobody) {
                    found = true;
                } else if (distance_[w] == unseen) {
                    distance_[w] = distance_[u] + 1;
                    queue_.push_back(w);
                }
            }
        }
        return found;
    }
    // Depth first along the layers from `root`; pairs everything on the path anew if it ends at an unpaired vertex.
    bool augment(std::uint32_t root) {
        path_.assign(1, root);
        while (!path_.empty()) {
            const std::uint32_t u = path_.back();
            const auto row = neighbours_(u);
            bool deeper = false;
            while (next_[u] < row.size()) {
                const std::uint32_t w = pairs_.right[row[next_[u]]];
                if (w == bipartite_matching::nobody) {
                    for (const std::uint32_t x : path_) {
                        const std::uint32_t v = neighbours_(x)[next_[x]++];
                        pairs_.left[x] = v;
                        pairs_.right[v] = x;
                    }
                    return true;
                }
                if (distance_[w] == distance_[u] + 1) {
                    path_.push_back(w);
                    deeper = true;
                    break;
                }
                ++next_[u];
            }
            if (!deeper) {
                path_.pop_back();
                if (!path_.empty()) {
                    ++next_[path_.back()];
                }
            }
        }
        return false;
    }

    Neighbours& neighbours_;
    bipartite_matching pairs_;
    std::vector<std::uint32_t> distance_;
    std::vector<std::size_t> next_;
    std::vector<std::uint32_t> queue_;
    std::vector<std::uint32_t> path_;
};
} // namespace detail

/// A maximum matching of a bipartite graph; deterministic.
/// @param left,right  how many vertices each side has, numbered from 0
/// @param neighbours  called with a left number; returns a `std::span<const std::uint32_t>` of right numbers
/// Complexity: O(E sqrt(V)).
template <class Neighbours>
[[nodiscard]] bipartite_matching maximum_matching(std::size_t left, std::size_t right, Neighbours neighbours) {
    return detail::hopcroft_karp<Neighbours>{left, right, neighbours}.solve();
}

} // namespace opara::inline OPARA_ABI
