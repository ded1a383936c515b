/// @file
/// How moves are made: part of `mover`.
#pragma once

#include <opara/order/ready_list.hpp>
#include <opara/search/moves.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::search {

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
    if (kind == move_kind::variant && random_.chance(0.2)) {
        return choose_by_price(d);
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

// All operators at once, or all that are not on the critical chain.
inline bool mover::choose_by_price(draft& d) {
    const std::vector<variant_id>& choice = priced_[random_.below(prices.size())];
    std::vector<bool> stays(g_->size(), false);
    if (random_.chance(0.7)) {
        for (const op_id v : run_.critical) {
            stays[v.index()] = true;
        }
    }
    bool changed = false;
    for (const op_id v : choosers_) {
        if (!stays[v.index()]) {
            changed = changed || d.variant[v.index()] != choice[v.index()];
            d.variant[v.index()] = choice[v.index()];
        }
    }
    return changed;
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
