/// @file
/// Small changes of a plan: what a local search tries.
#pragma once

#include <opara/core/hash.hpp>
#include <opara/core/id.hpp>
#include <opara/core/random.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/order/ready_list.hpp>
#include <opara/search/draft.hpp>
#include <opara/search/fingerprint.hpp>
#include <opara/search/roles.hpp>
#include <opara/search/variants.hpp>
#include <opara/sim/timeline.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
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
/// up; half of the moves are joint ones, made alike to all operators with the same role.
class mover {
public:
    /// @param g,variants  the graph and what its operators offer; must outlive the mover
    /// @param seed  equal seeds give equal moves
    mover(const frozen_graph& g, const variant_table& variants, std::uint64_t seed)
        : g_{&g}, variants_{&variants}, random_{seed} {
        std::vector<std::uint64_t> kind;
        for (std::size_t v = 0; v < g.size(); ++v) {
            kind.push_back(fingerprint(variants.of(op_id::from_index(v))));
            if (variants.of(op_id::from_index(v)).size() > 1) {
                choosers_.push_back(op_id::from_index(v));
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

    const frozen_graph* g_;
    const variant_table* variants_;
    random_source random_;
    std::array<roles, distances.size()> roles_;
    std::vector<op_id> choosers_; // operators with a choice of variants
    sim::timeline run_;
    std::vector<std::size_t> place_;       // by operator, in the sequence
    std::vector<op_id> by_start_;          // operators as they started
    std::vector<std::size_t> start_place_; // by operator, among these
    std::vector<couple> couples_;
    std::vector<double> key_;
};

inline op_id mover::pick_op() {
    if (!run_.critical.empty() && random_.chance(0.6)) {
        const op_id v = run_.critical[random_.below(run_.critical.size())];
        return v;
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
    for (const op_id v : ops) {
        if (v == first.op) {
            continue;
        }
        const std::ptrdiff_t wanted = static_cast<std::ptrdiff_t>(place_[v.index()]) + distance;
        op_id best;
        std::ptrdiff_t off = -1;
        for (const op_id w : others) {
            const std::ptrdiff_t apart = static_cast<std::ptrdiff_t>(place_[w.index()]) - wanted;
            const std::ptrdiff_t d = apart < 0 ? -apart : apart;
            if (w != v && (off < 0 || d < off)) {
                off = d;
                best = w;
            }
        }
        if (off >= 0) {
            couples_.push_back({v, best});
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

inline bool mover::change(draft& d, move_kind kind) {
    if (kind == move_kind::unwait) {
        if (d.order_edges.empty()) {
            return false;
        }
        const std::size_t which = random_.below(d.order_edges.size());
        if (random_.chance(0.5)) {
            d.order_edges.erase(d.order_edges.begin() + static_cast<std::ptrdiff_t>(which));
            return true;
        }
        const roles& r = roles_[random_.below(roles_.size())];
        const edge like = d.order_edges[which];
        std::erase_if(d.order_edges, [&](edge e) {
            return r.role[e.source.index()] == r.role[like.source.index()] &&
                   r.role[e.target.index()] == r.role[like.target.index()];
        });
        return true;
    }
    const op_id v = kind == move_kind::variant ? choosers_[random_.below(choosers_.size())] : pick_op();
    const op_id w = pick_other(v);
    if (v == w && kind != move_kind::variant && kind != move_kind::priority) {
        return false;
    }
    pick_couples({v, w});
    bool changed = false;
    switch (kind) {
    case move_kind::order: {
        key_.resize(g_->size());
        for (std::size_t i = 0; i < key_.size(); ++i) {
            key_[i] = static_cast<double>(place_[i]);
        }
        const double side = random_.chance(0.7) ? -0.5 : 0.5;
        for (const couple c : couples_) {
            key_[c.op.index()] = static_cast<double>(place_[c.other.index()]) + side;
        }
        return reorder(d);
    }
    case move_kind::priority: {
        const auto priority = static_cast<std::int32_t>(random_.between(0, 3)) - 1;
        for (const couple c : couples_) {
            changed = changed || d.priority[c.op.index()] != priority;
            d.priority[c.op.index()] = priority;
        }
        return changed;
    }
    case move_kind::wait: {
        const bool before = place_[v.index()] < place_[w.index()];
        for (const couple c : couples_) {
            const edge e = before ? edge{c.op, c.other} : edge{c.other, c.op};
            if (place_[e.source.index()] < place_[e.target.index()] &&
                std::find(d.order_edges.begin(), d.order_edges.end(), e) == d.order_edges.end()) {
                d.order_edges.push_back(e);
                changed = true;
            }
        }
        return changed;
    }
    case move_kind::variant: {
        const auto offered = variants_->of(v).size();
        const variant_id which{static_cast<std::uint32_t>(random_.below(offered))};
        for (const couple c : couples_) {
            if (which.value < variants_->of(c.op).size()) {
                changed = changed || d.variant[c.op.index()] != which;
                d.variant[c.op.index()] = which;
            }
        }
        return changed;
    }
    case move_kind::lane: {
        std::uint32_t fresh = 0;
        for (const lane_id l : d.lane) {
            fresh = std::max(fresh, l.value + 1);
        }
        const bool alone = random_.chance(0.3);
        for (const couple c : couples_) {
            const lane_id to = alone ? lane_id{fresh++} : d.lane[c.other.index()];
            changed = changed || d.lane[c.op.index()] != to;
            d.lane[c.op.index()] = to;
        }
        return changed;
    }
    case move_kind::unwait: break;
    }
    return false;
}

inline bool mover::reorder(draft& d) {
    const auto in_order = [&](const frozen_graph& h) {
        order::keyed_queue<double> ready;
        return order::list_order(h, [&](op_id v) { ready.push(key_[v.index()], v); }, [&] { return ready.pop(); });
    };
    std::vector<op_id> sequence = d.order_edges.empty() ? in_order(*g_) : in_order(g_->with_edges(d.order_edges));
    if (sequence == d.sequence) {
        return false;
    }
    d.sequence = std::move(sequence);
    return true;
}

} // namespace opara::inline OPARA_ABI::search
