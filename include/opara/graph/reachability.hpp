/// @file
/// Which operators come before which: the transitive closure as a bit matrix.
#pragma once

#include <opara/graph/frozen.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI {

/// The transitive closure of a graph. Answers in O(1); takes n^2 / 8 bytes and O(V E / 64) steps to build, so it is for
/// graphs of some ten thousand operators at most.
class reachability {
public:
    /// @param g  the graph; not kept
    explicit reachability(const frozen_graph& g) : words_{(g.size() + 63) / 64}, bits_(g.size() * words_, 0) {
        const auto order = g.topological_order();
        for (std::size_t i = order.size(); i-- > 0;) {
            std::uint64_t* const own = row(order[i]);
            for (const op_id s : g.successors(order[i])) {
                const std::uint64_t* const other = row(s);
                for (std::size_t w = 0; w < words_; ++w) {
                    own[w] |= other[w];
                }
                own[s.index() / 64] |= std::uint64_t{1} << (s.index() % 64);
            }
        }
    }

    /// Whether a path of at least one edge leads from `source` to `target`.
    [[nodiscard]] bool operator()(op_id source, op_id target) const noexcept {
        return (bits_[source.index() * words_ + target.index() / 64] >> (target.index() % 64) & 1U) != 0;
    }
    /// All that can be reached from `source`, a bit each, 64 in a word, the smallest number in the lowest bit.
    [[nodiscard]] std::span<const std::uint64_t> from(op_id source) const noexcept {
        return {bits_.data() + source.index() * words_, words_};
    }

private:
    [[nodiscard]] std::uint64_t* row(op_id v) noexcept { return bits_.data() + v.index() * words_; }

    std::size_t words_;
    std::vector<std::uint64_t> bits_;
};

} // namespace opara::inline OPARA_ABI
