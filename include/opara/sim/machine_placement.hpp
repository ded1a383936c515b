/// @file
/// Which blocks go where: part of `machine`.
#pragma once

#include <opara/sim/machine.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace opara::inline OPARA_ABI::sim::detail {

// Has the groups looked at again that hold blocks of a kernel.
inline void machine::touch(std::uint32_t kernel) noexcept {
    for (group& at : groups()) {
        for (const part& p : at.parts) {
            at.changed = at.changed || p.kernel == kernel;
        }
    }
    touched_ = true;
}

inline void machine::put(std::size_t g, std::uint32_t kernel, double blocks) {
    running& k = kernels_[kernel];
    group& at = groups_[g];
    bool there = false;
    if (k.parts > 0) {
        for (part& p : at.parts) {
            there = there || p.kernel == kernel;
            if (p.kernel == kernel && (k.flows || p.remaining(clock_) >= (k.f->block_us + k.delay) * (1.0 - 1e-12))) {
                add(at, p, k, blocks);
                return;
            }
        }
    }
    k.sms += there ? 0.0 : at.sms;
    ++k.parts;
    at.stretching += k.f->stretches ? 1U : 0U;
    at.parts.push_back({.kernel = kernel, .end = clock_ + k.f->block_us + k.delay});
    at.next = k.filling() ? at.next : std::min(at.next, at.parts.back().end);
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

inline void machine::fill(std::uint32_t kernel) {
    running& k = kernels_[kernel];
    const double before = k.unplaced;
    double all = 0.0; // that fit
    for (group& at : groups()) {
        at.room = room(at.taken, capacity_, *k.f);
        at.planned = 0.0;
        at.full = at.taken.threads;
        all += at.room * at.sms;
    }
    if (all == 0.0) {
        return;
    }
    if (k.unplaced >= all) {
        for (group& at : groups()) {
            intend(at, k, at.room);
        }
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
    for (std::size_t g = 0; g < live_; ++g) {
        if (groups_[g].planned > 0.0) {
            put(g, kernel, groups_[g].planned);
        }
    }
    if (share != nullptr) {
        const double sms = whole(k.unplaced);
        k.unplaced -= sms;
        put(split(static_cast<std::size_t>(share - groups_.data()), sms), kernel, 1.0);
    }
}

template <class Started>
inline void machine::place(Started&& started) {
    while (!queue_.empty()) {
        const std::uint32_t head = queue_.front();
        running& k = kernels_[head];
        if (k.yielding()) { // what it has left goes on: the inverse of what was reckoned when it gave way
            k.unplaced -= k.resident * (1.0 - 0.5 * k.resident / std::max(k.wave, 1.0));
        }
        const double before = k.unplaced;
        fill(head);
        if (!k.started && k.unplaced < before) {
            k.started = true;
            k.earliest = clock_ + k.f->duration_us + k.delay;
            active_.push_back(head);
            started(k.op, freed_by_);
        }
        if (k.unplaced >= 1.0 && k.unplaced < before && !k.flows && k.f->blocks >= 2 * device_->sms) {
            k.flows = k.made = true; // so many small blocks that find no room at once come as others end
        }
        if (k.unplaced >= 1.0) {
            if (k.flows && !k.filling()) {
                k.now = wave_state::filling;
                touch(head);
            }
            break;
        }
        if (k.flows) {
            begin_last_wave(head);
        }
        queue_.pop_front();
    }
    // Who filled its own slots and is no longer first lets them go, one after the other.
    const std::uint32_t first = queue_.empty() ? nobody : queue_.front();
    if (filling_ != nobody && filling_ != first && kernels_[filling_].filling()) {
        running& k = kernels_[filling_];
        k.now = wave_state::yielding;
        restart_wave(filling_);
        // Its blocks are half done on average, yet the flow counts only what was replaced: give the rest back.
        k.unplaced += 0.5 * k.resident;
    }
    filling_ = first != nobody && kernels_[first].filling() ? first : nobody;
}

} // namespace opara::inline OPARA_ABI::sim::detail
