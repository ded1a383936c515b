/// @file
/// How SMs in the same state are kept together: part of `machine`.
#pragma once

#include <opara/sim/machine.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace opara::inline OPARA_ABI::sim::detail {

// Whether two groups with equally many parts hold the same kernels, nearly as far.
inline bool machine::nearly_as_far(const group& a, const group& b) const noexcept {
    const part* q = b.parts.begin();
    for (const part& p : a.parts) {
        if (p.kernel != q->kernel ||
            std::abs(p.remaining(clock_) - q->remaining(clock_)) > nearly * p.kernel->f->block_us) {
            return false; // not if both are infinite
        }
        ++q;
    }
    return true;
}

// Adds the SMs of group g to group h, which stands for both from now on: no block and no room is lost.
inline void machine::join(std::size_t h, std::size_t g) {
    group& into = groups_[h];
    group& from = groups_[g];
    if (into.parts.empty() && from.parts.empty()) {
        into.sms += from.sms;
        drop(g);
        return;
    }
    const double share = from.sms / (into.sms + from.sms);
    into.taken.add(into.taken, -share);
    into.taken.add(from.taken, share);
    for (part& p : into.parts) {
        p.count *= 1.0 - share;
        p.whole *= 1.0 - share;
    }
    for (const part& q : from.parts) {
        const auto same =
            std::find_if(into.parts.begin(), into.parts.end(), [&](const part& p) { return p.kernel == q.kernel; });
        if (same == into.parts.end()) {
            part& p = into.parts.add();
            p = q;
            p.count *= share;
            p.whole *= share;
            into.stretching += of(q).stretches ? 1U : 0U;
            continue;
        }
        same->worked += q.worked;
        same->count += share * q.count;
        same->whole += share * q.whole;
        const double remaining = std::max(same->remaining(clock_), q.remaining(clock_));
        same->end = clock_ + remaining / same->speed;
        same->first = std::min(same->first, q.first);
        same->last = std::max(same->last, q.last);
        --q.kernel->parts;
    }
    into.sms += from.sms;
    into.calm = into.calm && from.calm && is_calm(into);
    if (into.changed || from.changed || !into.calm) {
        disturb(into);
    }
    into.next = first_end(into);
    touched_ = true;
    from.parts.keep_first(0);
    drop(g);
}

// The last group takes the place of one without SMs.
inline void machine::drop(std::size_t g) noexcept {
    --live_;
    if (g != live_) {
        std::swap(groups_[g], groups_[live_]);
    }
}

inline void machine::merge() {
    for (std::size_t g = 1; g < live_; ++g) {
        const group& at = groups_[g];
        const std::size_t parts = at.parts.size();
        const double threads = at.taken.threads;
        for (std::size_t h = 0; h < g; ++h) {
            const group& other = groups_[h];
            if (other.parts.size() == parts && std::abs(other.taken.threads - threads) <= nearly_as_full_ &&
                nearly_as_far(other, at)) {
                join(h, g);
                --g;
                break;
            }
        }
    }
    const auto apart = [this](std::size_t a, std::size_t b) {
        return std::abs(groups_[a].taken.threads - groups_[b].taken.threads);
    };
    while (live_ > most_groups) { // the smallest joins the one that is as full
        std::size_t g = 0;
        for (std::size_t i = 1; i < live_; ++i) {
            g = groups_[i].sms < groups_[g].sms ? i : g;
        }
        std::size_t h = g == 0 ? 1 : 0;
        for (std::size_t i = 0; i < live_; ++i) {
            if (i != g && apart(i, g) < apart(h, g)) {
                h = i;
            }
        }
        join(h, g);
    }
}

// Parts the first `sms` SMs of a group from the rest. @return their group
inline std::size_t machine::split(std::size_t g, double sms) {
    if (live_ == groups_.size()) {
        groups_.emplace_back();
    }
    group& from = groups_[g];
    group& to = groups_[live_];
    to.sms = sms;
    to.taken = from.taken;
    to.stretching = from.stretching;
    to.calm = from.calm;
    to.changed = from.changed;
    to.next = from.next;
    to.parts.assign(from.parts);
    const double share = sms / from.sms;
    from.sms -= sms;
    for (std::size_t i = 0; i < to.parts.size(); ++i) {
        ++to.parts[i].kernel->parts;
        const double first = static_cast<double>(from.parts[i].first);
        const auto middle = static_cast<float>(first + share * (static_cast<double>(from.parts[i].last) - first));
        to.parts[i].worked *= share;
        from.parts[i].worked -= to.parts[i].worked;
        to.parts[i].last = middle;
        from.parts[i].first = middle;
    }
    return live_++;
}

} // namespace opara::inline OPARA_ABI::sim::detail
