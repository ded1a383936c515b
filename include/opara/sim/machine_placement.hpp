/// @file
/// Which blocks go where: part of `machine`.
#pragma once

#include <opara/sim/machine.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace opara::inline OPARA_ABI::sim::detail {

// From now on blocks of the kernel that end are replaced.
inline void machine::begin_filling(running& k) noexcept {
    k.now = wave_state::filling;
    note(k);
    for (group& at : groups()) {
        for (part& p : at.parts) {
            p.end = p.kernel == &k ? never : p.end;
        }
        at.next = first_end(at);
    }
}

// @param known  whether some of its blocks may be there already
inline void machine::put(group& at, running& k, double blocks, bool known) {
    if (known) {
        bool there = false;
        for (part& p : at.parts) {
            there = there || p.kernel == &k;
            if (p.kernel == &k && (k.flows || p.remaining(clock_) >= (k.f->block_us + k.delay) * (1.0 - 1e-12))) {
                add(at, p, k, blocks);
                return;
            }
        }
        k.sms += there ? 0.0 : at.sms;
    } else {
        k.sms += at.sms;
    }
    ++k.parts;
    const double end = k.filling() ? never : clock_ + k.f->block_us + k.delay;
    at.stretching += k.f->stretches ? 1U : 0U;
    at.next = std::min(at.next, end);
    at.parts.push_back({.kernel = &k, .end = end});
    add(at, at.parts.back(), k, blocks);
}

// Plans blocks for each SM of a group.
inline void machine::intend(group& at, running& k, double blocks) noexcept {
    at.planned += blocks;
    at.room -= blocks;
    at.full += blocks * k.f->block.threads;
    k.unplaced -= blocks * at.sms;
}

// Most of a large grid at once: up to the level at which SMs are equally full, short of the last round.
// @return whether there were any
inline bool machine::intend_evenly(running& k) noexcept {
    double level = capacity_.threads + 1.0; // threads that are taken then; it sinks as those drop out that are as full
    for (bool again = true; again;) {
        double threads = k.unplaced * k.f->block.threads;
        double sms = 0.0;
        for (const group& at : groups()) {
            if (at.room > 0.0 && at.full < level) {
                threads += at.full * at.sms;
                sms += at.sms;
            }
        }
        again = threads < (level - 1e-6) * sms;
        level = again ? threads / sms : level;
    }
    bool any = false;
    for (group& at : groups()) {
        const double blocks = std::min(at.room, whole(std::max(level - at.full, 0.0) * k.f->per_thread + 1e-9));
        if (blocks > 0.0 && k.unplaced >= blocks * at.sms) {
            intend(at, k, blocks);
            any = true;
        }
    }
    return any;
}

inline void machine::fill(running& k) {
    const double before = k.unplaced;
    const bool known = k.parts > 0;
    double all = 0.0; // that fit
    for (group& at : groups()) {
        at.room = room(at.taken, capacity_, *k.f);
        all += at.room * at.sms;
    }
    if (all == 0.0) {
        return;
    }
    if (before >= all) { // it takes what there is
        for (group& at : groups()) {
            if (at.room > 0.0) {
                k.unplaced -= at.room * at.sms;
                put(at, k, at.room, known);
            }
        }
        return;
    }
    for (group& at : groups()) {
        at.planned = 0.0;
        at.full = at.taken.threads;
    }
    while (k.unplaced >= 2.0 * device_->sms && intend_evenly(k)) {
    }
    group* share = nullptr;     // part of whose SMs get a block more
    while (k.unplaced >= 1.0) { // the emptiest SMs, until they are as full as the next ones
        group* best = nullptr;
        double next = capacity_.threads; // taken on the second best
        for (group& at : groups()) {
            if (at.room == 0.0) {
                continue;
            }
            if (best == nullptr || at.full < best->full ||
                (at.full == best->full && at.taken.slots + at.planned < best->taken.slots + best->planned)) {
                next = best == nullptr ? next : best->full;
                best = &at;
            } else {
                next = std::min(next, at.full);
            }
        }
        if (best == nullptr) {
            break;
        }
        if (k.unplaced < best->sms) {
            // A kernel that replaces its blocks waits for those: but if it gave all its slots away, none of them ends.
            share = k.flows && k.resident + before - k.unplaced >= 0.5 ? nullptr : best;
            break;
        }
        const double lead = std::max(whole((next - best->full) * k.f->per_thread + 1e-9), 1.0);
        intend(*best, k, std::min({lead, best->room, whole(k.unplaced / best->sms)}));
    }
    for (group& at : groups()) {
        if (at.planned > 0.0) {
            put(at, k, at.planned, known);
        }
    }
    if (share != nullptr) {
        const double sms = whole(k.unplaced);
        const bool there = known || share->planned > 0.0;
        k.unplaced -= sms;
        put(groups_[split(static_cast<std::size_t>(share - groups_.data()), sms)], k, 1.0, there);
    }
}

template <class Started>
inline void machine::place(Started&& started) {
    while (!queue_.empty()) {
        running& k = *queue_.front();
        if (k.yielding()) { // what it has left goes on: the inverse of what was reckoned when it gave way
            k.unplaced -= k.resident * (1.0 - 0.5 * k.resident / std::max(k.wave, 1.0));
        }
        const double before = k.unplaced;
        fill(k);
        if (!k.started && k.unplaced < before) {
            k.started = true;
            k.earliest = clock_ + k.f->duration_us + k.delay;
            active_.push_back(&k);
            started(k.op, freed_by_);
        }
        if (k.unplaced >= 1.0 && k.unplaced < before && !k.flows && k.f->blocks >= 2 * device_->sms) {
            k.flows = k.made = true; // so many small blocks that find no room at once come as others end
        }
        if (k.unplaced >= 1.0) {
            if (k.flows && !k.filling()) {
                begin_filling(k);
            }
            break;
        }
        if (k.flows) {
            begin_last_wave(k);
        }
        queue_.pop_front();
    }
    // Who filled its own slots and is no longer first lets them go, one after the other.
    running* const first = queue_.empty() ? nullptr : queue_.front();
    if (filling_ != nullptr && filling_ != first && filling_->filling()) {
        running& k = *filling_;
        k.now = wave_state::yielding;
        restart_wave(k);
        // Its blocks are half done on average, yet the flow counts only what was replaced: give the rest back.
        k.unplaced += 0.5 * k.resident;
    }
    filling_ = first != nullptr && first->filling() ? first : nullptr;
}

} // namespace opara::inline OPARA_ABI::sim::detail
