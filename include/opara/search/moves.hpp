/// @file
/// Small changes of a plan: what a local search tries.
#pragma once

#include <opara/core/hash.hpp>
#include <opara/core/id.hpp>
#include <opara/core/random.hpp>
#include <opara/cost/device.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/search/draft.hpp>
#include <opara/search/fingerprint.hpp>
#include <opara/search/roles.hpp>
#include <opara/search/static_choice.hpp>
#include <opara/search/variants.hpp>
#include <opara/sim/timeline.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI::search {

/// What a move changes.
enum class move_kind : std::uint8_t {
    order,    ///< an operator is launched before or after another one
    priority, ///< an operator gets another priority
    wait,     ///< an operator waits for another one although the graph does not ask for it
    unwait,   ///< such a wait goes
    variant,  ///< an operator uses another kernel
    lane      ///< an operator goes to the lane of another one, or to one of its own
};

/// How many kinds of moves there are.
inline constexpr std::size_t move_kinds = 6;

/// Proposes changes of drafts of one graph. Where a run of the draft is known it looks at what holds the critical chain
/// up; half of the moves are joint ones, made alike to all operators with the same role; some choose the variants of
/// all operators at once, by one price for the area that they take.
class mover {
public:
    /// @param g,variants  the graph and what its operators offer; must outlive the mover
    /// @param d  the device
    /// @param seed  equal seeds give equal moves
    mover(const frozen_graph& g, const variant_table& variants, const cost::device& d, std::uint64_t seed)
        : g_{&g}, variants_{&variants}, random_{seed} {
        std::vector<std::uint64_t> kind;
        for (std::size_t v = 0; v < g.size(); ++v) {
            kind.push_back(fingerprint(variants.of(op_id::from_index(v))));
            if (variants.of(op_id::from_index(v)).size() > 1) {
                choosers_.push_back(op_id::from_index(v));
            }
        }
        if (!choosers_.empty()) {
            for (std::size_t i = 0; i < prices.size(); ++i) {
                priced_[i] = static_choice(g, variants, d, {.on_path = prices[i], .off_path = prices[i], .rounds = 1});
            }
        }
        for (std::size_t i = 0; i < distances.size(); ++i) {
            roles_[i] = find_roles(g, kind, distances[i]);
        }
    }

    /// Looks at a draft that moves are to start from.
    void look(const draft& d, const sim::timeline& run) {
        run_.critical = run.critical;
        run_.operators = run.operators;
        place_.resize(g_->size());
        for (std::size_t i = 0; i < d.sequence.size(); ++i) {
            place_[d.sequence[i].index()] = i;
        }
        by_start_ = d.sequence;
        std::stable_sort(by_start_.begin(), by_start_.end(), [&](op_id a, op_id b) {
            return run.operators[a.index()].start_us < run.operators[b.index()].start_us;
        });
        start_place_.resize(g_->size());
        for (std::size_t i = 0; i < by_start_.size(); ++i) {
            start_place_[by_start_[i].index()] = i;
        }
    }

    /// Changes the draft that was looked at. @return what was changed, or nothing that could be: try again
    [[nodiscard]] bool change(draft& d, move_kind kind);
    /// A kind of move that makes sense for a draft.
    [[nodiscard]] move_kind pick_kind(const draft& d);
    /// The moves' source of chance.
    [[nodiscard]] random_source& random() noexcept { return random_; }

private:
    static constexpr std::array<std::size_t, 3> distances{1, 2, 4};
    static constexpr std::array<double, 4> prices{0.0, 0.5, 2.0, 8.0}; // of area, see `static_choice`

    // An operator and the other one of the move.
    struct couple {
        op_id op;
        op_id other;
    };

    [[nodiscard]] op_id pick_op();
    [[nodiscard]] op_id pick_other(op_id v);
    // The operators that a move is made to: one, or all in its role, each with its own counterpart of the other.
    void pick_couples(couple first);
    void spread(const roles& r, couple first);
    bool reorder(draft& d);
    bool choose_by_price(draft& d);

    const frozen_graph* g_;
    const variant_table* variants_;
    random_source random_;
    std::array<roles, distances.size()> roles_;
    std::vector<op_id> choosers_;                               // operators with a choice of variants
    std::array<std::vector<variant_id>, prices.size()> priced_; // what they choose at each price
    sim::timeline run_;
    std::vector<std::size_t> place_;       // by operator, in the sequence
    std::vector<op_id> by_start_;          // operators as they started
    std::vector<std::size_t> start_place_; // by operator, among these
    std::vector<couple> couples_;
    std::vector<op_id> by_place_;
    std::vector<double> key_;
};

inline op_id mover::pick_op() {
    if (!run_.critical.empty() && random_.chance(0.6)) {
        return run_.critical[random_.below(run_.critical.size())];
    }
    return op_id::from_index(random_.below(g_->size()));
}

inline op_id mover::pick_other(op_id v) {
    const sim::activity& a = run_.operators[v.index()];
    if (a.held == sim::held_by::space && random_.chance(0.4)) {
        return a.cause;
    }
    // Somebody that starts about when it does, mostly near.
    const std::size_t n = by_start_.size();
    std::size_t reach = 2;
    while (reach < 64 && random_.chance(0.5)) {
        reach *= 2;
    }
    const std::size_t here = start_place_[v.index()];
    const std::size_t low = here - std::min(here, reach);
    const std::size_t high = std::min(here + reach, n - 1);
    return by_start_[random_.between(low, high)];
}

inline void mover::pick_couples(couple first) {
    couples_.assign(1, first);
    if (random_.chance(0.5)) {
        spread(roles_[random_.below(roles_.size())], first);
    }
}

inline void mover::spread(const roles& r, couple first) {
    const auto& ops = r.members[r.role[first.op.index()]];
    const auto& others = r.members[r.role[first.other.index()]];
    const auto at = static_cast<std::ptrdiff_t>(place_[first.op.index()]);
    const auto distance = static_cast<std::ptrdiff_t>(place_[first.other.index()]) - at;
    by_place_.assign(others.begin(), others.end());
    std::sort(by_place_.begin(), by_place_.end(),
              [&](op_id a, op_id b) { return place_[a.index()] < place_[b.index()]; });
    for (const op_id v : ops) {
        if (v == first.op) {
            continue;
        }
        // The one nearest to where the other of this couple would be if all couples were as far apart as the first.
        const std::ptrdiff_t wanted = static_cast<std::ptrdiff_t>(place_[v.index()]) + distance;
        const auto off = [&](op_id w) {
            const std::ptrdiff_t apart = static_cast<std::ptrdiff_t>(place_[w.index()]) - wanted;
            return apart < 0 ? -apart : apart;
        };
        const auto behind =
            std::lower_bound(by_place_.begin(), by_place_.end(), wanted, [&](op_id w, std::ptrdiff_t bound) {
                return static_cast<std::ptrdiff_t>(place_[w.index()]) < bound;
            });
        const op_id* best = nullptr;
        for (const auto index : {behind - by_place_.begin() - 2, behind - by_place_.begin() - 1,
                                 behind - by_place_.begin(), behind - by_place_.begin() + 1}) {
            if (index >= 0 && index < std::ssize(by_place_)) {
                const op_id& w = by_place_[static_cast<std::size_t>(index)];
                best = w != v && (best == nullptr || off(w) < off(*best)) ? &w : best;
            }
        }
        if (best != nullptr) {
            couples_.push_back({v, *best});
        }
    }
}

inline move_kind mover::pick_kind(const draft& d) {
    while (true) {
        const auto kind = static_cast<move_kind>(random_.below(move_kinds));
        if ((kind == move_kind::variant && choosers_.empty()) || (kind == move_kind::unwait && d.order_edges.empty())) {
            continue;
        }
        return kind;
    }
}

} // namespace opara::inline OPARA_ABI::search

#include <opara/search/moves_made.hpp>
