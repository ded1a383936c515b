/// @file
/// An index that answers most questions of reachability in O(1), in linear space, while the graph grows.
#pragma once

#include <opara/core/id.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI {

/// What is known of whether one operator comes before another.
enum class precedence : std::uint8_t {
    yes,    ///< it does
    no,     ///< it does not
    unknown ///< the index has lost track of it
};

/// Keeps for most operators what comes before them: chains are grown greedily, a chain going on with any operator that
/// its end precedes, and each operator keeps how far each chain lies behind it (the chain index of Jagadish, ACM TODS
/// 15(4), 1990). Where more chains would be needed than are kept, the one that has not grown for longest is given up,
/// and of its operators nothing is known any more. Complexity: O(chains) time for each edge, 4 V chains bytes.
class chain_clocks {
public:
    static constexpr std::size_t chains = 32;        ///< so many are kept
    using clock = std::array<std::uint32_t, chains>; ///< how far each chain lies behind something

    /// An index of no operators yet. @param operators  how many there will be
    explicit chain_clocks(std::size_t operators) : place_(operators), behind_(operators, clock{}) {}

    /// Adds an operator behind its predecessors, which were added before.
    /// @param is_followed  whether anything will ever come behind it
    void add(op_id v, std::span<const op_id> predecessors, bool is_followed) {
        clock& own = behind_[v.index()];
        own = merged(predecessors);
        for (const op_id p : predecessors) {
            if (const place at = place_[p.index()]; is_kept(at)) {
                own[at.chain] = std::max(own[at.chain], at.moment);
            }
        }
        ++now_;
        if (!is_followed) {
            return;
        }
        std::size_t chain = 0;
        while (chain < chains && (end_[chain] == 0 || own[chain] != end_[chain])) {
            ++chain;
        }
        if (chain == chains) { // it follows the end of no chain: begin one, in place of the one that has waited longest
            chain = static_cast<std::size_t>(std::min_element(end_.begin(), end_.end()) - end_.begin());
            begin_[chain] = now_;
        }
        end_[chain] = now_;
        place_[v.index()] = {static_cast<std::uint32_t>(chain), now_};
    }

    /// What lies behind any of several operators that were added, themselves not counted.
    [[nodiscard]] clock merged(std::span<const op_id> operators) const noexcept {
        clock together{};
        for (const op_id p : operators) {
            const clock& theirs = behind_[p.index()];
            for (std::size_t c = 0; c < chains; ++c) {
                together[c] = std::max(together[c], theirs[c]);
            }
        }
        return together;
    }
    /// Whether `v` comes before one of the operators that were merged.
    [[nodiscard]] precedence precedes(op_id v, const clock& together) const noexcept {
        const place at = place_[v.index()];
        if (!is_kept(at)) {
            return precedence::unknown;
        }
        return at.moment <= together[at.chain] ? precedence::yes : precedence::no;
    }

private:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    struct place {
        std::uint32_t chain = none;
        std::uint32_t moment = 0; // when it was added, from 1; later ones in a chain are larger, whoever had it before
    };
    [[nodiscard]] bool is_kept(place at) const noexcept { return at.chain != none && at.moment >= begin_[at.chain]; }

    std::vector<place> place_;
    std::vector<clock> behind_;
    clock begin_{}; // when each chain was begun
    clock end_{};   // when each chain last grew, 0 if never
    std::uint32_t now_ = 0;
};

} // namespace opara::inline OPARA_ABI
