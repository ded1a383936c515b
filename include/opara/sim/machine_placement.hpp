/// @file
/// Which blocks go where: part of `machine`.
#pragma once

#include <opara/sim/machine.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace opara::inline OPARA_ABI::sim::detail {

// A kernel whose blocks do not all find room runs in waves, if they are many: they come as others end.
inline void machine::make_flow(running& k) const noexcept {
    if (!k.flows && k.f->blocks >= 2 * device_->sms) {
        k.flows = k.made = true;
    }
}

// From now on blocks of the kernel that end are replaced.
inline void machine::begin_filling(running& k) noexcept {
    k.now = wave_state::filling;
    note(k);
    for (group& at : groups()) {
        bool here = false;
        for (part& p : at.parts) {
            if (p.kernel == &k) {
                here = true;
                p.end = never;
            }
        }
        at.next = here ? first_end(at) : at.next;
    }
}

// Puts the blocks that are planned where they go.
inline void machine::put(running& k) {
    const footprint& f = *k.f;
    const double us = f.block_us + k.delay;
    const double end = k.filling() ? never : clock_ + f.block_us + k.delay;
    const bool known = k.parts > 0; // some of its blocks may be there already
    for (const opening& o : openings_) {
        if (o.planned <= 0.0) {
            continue;
        }
        group& at = *o.at;
        if (known) {
            bool there = false;
            part* with = nullptr; // those that began at the same time
            for (part& p : at.parts) {
                if (p.kernel == &k) {
                    there = true;
                    if (k.flows || p.remaining(clock_) >= us * (1.0 - 1e-12)) {
                        with = &p;
                        break;
                    }
                }
            }
            if (with != nullptr) {
                add(at, *with, k, o.planned);
                continue;
            }
            k.sms += there ? 0.0 : at.sms;
        } else {
            k.sms += at.sms;
        }
        ++k.parts;
        at.stretching += f.stretches ? 1U : 0U;
        at.next = std::min(at.next, end);
        part& p = at.parts.add();
        p = {.kernel = &k, .end = end};
        add(at, p, k, o.planned);
    }
}

// Plans blocks for each SM of a group.
inline void machine::intend(opening& o, running& k, double blocks) noexcept {
    o.planned += blocks;
    o.room -= blocks;
    o.threads = o.room > 0.0 ? o.threads + blocks * k.f->block.threads : never;
    o.slots += blocks;
    k.unplaced -= blocks * o.sms;
}

// Most of a large grid at once: up to the level at which SMs are equally full, short of the last round.
// @return whether there were any
inline bool machine::intend_evenly(running& k) noexcept {
    double level = capacity_.threads + 1.0; // threads that are taken then; it sinks as those drop out that are as full
    for (bool again = true; again;) {
        double threads = k.unplaced * k.f->block.threads;
        double sms = 0.0;
        for (const opening& o : openings_) {
            if (o.threads < level) {
                threads += o.threads * o.sms;
                sms += o.sms;
            }
        }
        again = threads < (level - 1e-6) * sms;
        level = again ? threads / sms : level;
    }
    bool any = false;
    for (opening& o : openings_) {
        const double blocks = std::min(o.room, whole(std::max(level - o.threads, 0.0) * k.f->per_thread + 1e-9));
        if (blocks > 0.0 && k.unplaced >= blocks * o.sms) {
            intend(o, k, blocks);
            any = true;
        }
    }
    return any;
}

// The emptiest SMs get blocks until they are as full as the next ones.
// @param before  blocks that were to be placed before any was planned
// @return the group of which not all SMs get one of the last blocks, if any
inline machine::opening* machine::intend_by_need(running& k, double before) noexcept {
    while (k.unplaced >= 1.0) {
        opening* best = openings_.begin();
        double next = capacity_.threads; // taken on the second best
        for (opening* o = best + 1; o < openings_.end(); ++o) {
            if (o->threads < best->threads || (o->threads <= best->threads && o->slots < best->slots)) {
                next = best->threads;
                best = o;
            } else {
                next = std::min(next, o->threads);
            }
        }
        if (best->room <= 0.0) {
            break;
        }
        if (k.unplaced < best->sms) {
            // A kernel that replaces its blocks waits for those: but if it gave all its slots away, none of them ends.
            return k.flows && k.resident + before - k.unplaced >= 0.5 ? nullptr : best;
        }
        const double lead = std::max(whole((next - best->threads) * k.f->per_thread + 1e-9), 1.0);
        intend(*best, k, std::min({lead, best->room, whole(k.unplaced / best->sms)}));
    }
    return nullptr;
}

inline void machine::fill(running& k) {
    const footprint& f = *k.f;
    double all = 0.0; // that fit
    std::size_t open = 0;
    opening* o = openings_.memory_for(live_);
    for (group& at : groups()) {
        if (const double blocks = room(at.taken, capacity_, f); blocks > 0.0) {
            all += blocks * at.sms;
            o->at = &at;
            o->room = o->planned = blocks;
            ++o;
            ++open;
        }
    }
    if (open == 0) {
        return;
    }
    openings_.keep_first(open);
    note(k);
    if (k.unplaced >= all) {
        k.unplaced -= all;                       // it takes what there is
        if (k.parts == 0 && k.unplaced >= 1.0) { // before its first blocks are put, so that none is given an end
            make_flow(k);
            k.now = k.flows ? wave_state::filling : k.now;
        }
        put(k);
        return;
    }
    const opening* const share = plan_blocks(k);
    put(k);
    if (share != nullptr) { // so many of its SMs get one block more
        const double sms = whole(k.unplaced);
        k.unplaced -= sms;
        const std::size_t those = split(static_cast<std::size_t>(share->at - groups_.data()), sms);
        openings_[0].at = &groups_[those];
        openings_[0].planned = 1.0;
        openings_.keep_first(1);
        put(k);
    }
}

// Plans blocks where there is more room than they need.
// @return the group of which not all SMs get one of the last blocks, if any
inline machine::opening* machine::plan_blocks(running& k) {
    const double before = k.unplaced;
    for (opening& o : openings_) {
        o.sms = o.at->sms;
        o.threads = o.at->taken.threads;
        o.slots = o.at->taken.slots;
        o.planned = 0.0;
    }
    while (k.unplaced >= 2.0 * sms_ && intend_evenly(k)) {
    }
    return intend_by_need(k, before);
}

template <class Started>
inline void machine::place(Started&& started) {
    while (!queue_.empty()) {
        running& k = *queue_.front();
        if (k.yielding()) { // what it has left goes on: the inverse of what was reckoned when it gave way
            k.unplaced -= k.resident * (1.0 - 0.5 * k.resident / std::max(k.wave, 1.0));
        }
        const double before = k.unplaced;
        const bool blockless = k.started && k.parts == 0;
        fill(k);
        if (blockless && k.parts > 0) {
            --blockless_;
        }
        if (!k.started && k.unplaced < before) {
            k.started = true;
            k.earliest = clock_ + k.f->duration_us + k.delay;
            active_.add() = &k;
            started(k.op, freed_by_);
        }
        if (k.unplaced >= 1.0) {
            if (k.unplaced < before) {
                make_flow(k);
            }
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
