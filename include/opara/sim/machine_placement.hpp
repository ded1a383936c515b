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
    k.unplaced -= blocks * at.sms;
    at.room -= blocks;
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
    k.sms += there ? 0 : at.sms;
    ++k.parts;
    at.stretching += k.f->stretches ? 1U : 0U;
    at.parts.push_back({.kernel = kernel, .end = clock_ + k.f->block_us + k.delay});
    at.next = k.filling ? at.next : std::min(at.next, at.parts.back().end);
    add(at, at.parts.back(), k, blocks);
}

// What fits each group. @return what fits the device
inline double machine::look_for_room(const footprint& f) noexcept {
    double all = 0.0;
    for (group& at : groups()) {
        at.room = room(at.taken, capacity_, f);
        all += at.room * at.sms;
    }
    return all;
}

// Most of a large grid at once: up to the level at which SMs are equally full, short of the last round.
inline bool machine::fill_evenly(std::uint32_t kernel) {
    const footprint& f = *kernels_[kernel].f;
    const double wanted = kernels_[kernel].unplaced * f.block.threads;
    double level = -1.0; // threads that stay free; it rises as those drop out that have no more than that
    for (bool again = true; again;) {
        double threads = 0.0;
        double sms = 0.0;
        for (const group& at : groups()) {
            if (const double there = capacity_.threads - at.taken.threads; at.room > 0.0 && there > level) {
                threads += there * at.sms;
                sms += at.sms;
            }
        }
        const double next = (threads - wanted) / sms;
        again = sms > 0.0 && next > level + 1e-6;
        level = again ? next : level;
    }
    bool any = false;
    for (std::size_t g = 0; g < live_; ++g) {
        const group& at = groups_[g];
        const double blocks = std::min(at.room, whole(std::max(capacity_.threads - at.taken.threads - level, 0.0) * f.per_thread + 1e-9));
        if (blocks > 0.0 && kernels_[kernel].unplaced >= blocks * at.sms) {
            put(g, kernel, blocks);
            any = true;
        }
    }
    return any;
}

inline void machine::fill(std::uint32_t kernel) {
    const running& k = kernels_[kernel];
    const double all = look_for_room(*k.f);
    if (all == 0.0) {
        return;
    }
    if (k.unplaced >= all) {
        for (std::size_t g = 0; g < live_; ++g) {
            if (groups_[g].room > 0.0) {
                put(g, kernel, groups_[g].room);
            }
        }
        return;
    }
    while (k.unplaced >= 2.0 * device_->sms && fill_evenly(kernel)) {
    }
    while (k.unplaced >= 1.0) { // the emptiest SMs, until they are as full as the next ones
        std::size_t best = live_;
        double next = capacity_.threads; // taken on the second best
        for (std::size_t g = 0; g < live_; ++g) {
            const group& at = groups_[g];
            if (at.room == 0.0) {
                continue;
            }
            if (best == live_ || at.taken.threads < groups_[best].taken.threads ||
                (at.taken.threads == groups_[best].taken.threads && at.taken.slots < groups_[best].taken.slots)) {
                next = best == live_ ? next : groups_[best].taken.threads;
                best = g;
            } else {
                next = std::min(next, at.taken.threads);
            }
        }
        if (best == live_) {
            return;
        }
        const group& at = groups_[best];
        if (k.unplaced < at.sms) {
            if (k.flows && k.resident >= 0.5) { // if it gave all its slots away, none of its blocks ever ends
                return;                         // less than a block for each SM: they come as others end
            }
            put(split(best, static_cast<std::uint32_t>(k.unplaced)), kernel, 1.0);
            return;
        }
        const double lead = std::max(whole((next - at.taken.threads) * k.f->per_thread + 1e-9), 1.0);
        put(best, kernel, std::min({lead, at.room, whole(k.unplaced / at.sms)}));
    }
}

template <class Started>
inline void machine::place(Started&& started) {
    while (!queue_.empty()) {
        const std::uint32_t head = queue_.front();
        running& k = kernels_[head];
        if (k.yielding) { // what it has left goes on: the inverse of what was reckoned when it gave way
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
        if (const bool filling = k.flows && k.unplaced >= 1.0; filling != k.filling) {
            k.filling = filling;
            touch(head);
        }
        k.yielding = false;
        if (k.unplaced >= 1.0) {
            break;
        }
        if (k.flows) {
            begin_last_wave(head);
        }
        queue_.pop_front();
    }
    // Who filled its own slots and is no longer first lets them go, one after the other.
    const std::uint32_t first = queue_.empty() ? nobody : queue_.front();
    if (filling_ != nobody && filling_ != first && kernels_[filling_].filling) {
        running& k = kernels_[filling_];
        k.filling = false;
        k.yielding = true;
        restart_wave(filling_);
        // Its blocks are half done on average, yet the flow counts only what was replaced: give the rest back.
        k.unplaced += 0.5 * k.resident;
    }
    filling_ = first != nobody && kernels_[first].filling ? first : nobody;
}

} // namespace opara::inline OPARA_ABI::sim::detail
