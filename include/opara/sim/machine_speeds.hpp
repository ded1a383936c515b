/// @file
/// How fast blocks run beside each other: part of `machine`.
#pragma once

#include <opara/sim/machine.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>

namespace opara::inline OPARA_ABI::sim::detail {

inline void machine::share() {
    if (stretched_) {
        disturb_stretched();
    }
    if (disturbed_) {
        for (group& at : groups()) {
            if (at.changed) {
                share_sm(at);
                set_speeds(at);
                at.changed = false;
            }
        }
        disturbed_ = false;
    }
    const bool was_short = short_;
    short_ = share_memory();
    if (short_ || was_short) {
        for (group& at : groups()) {
            set_speeds(at);
        }
    }
    double next = never;
    double idle = 0.0;
    for (const group& at : groups()) {
        next = std::min(next, at.next);
        idle += at.parts.empty() ? at.sms : 0.0;
    }
    next_end_ = next;
    busy_ = (sms_ - idle) / sms_;
}

// The SMs of kernels that go faster where others are gone are to be looked at.
inline void machine::disturb_stretched() noexcept {
    for (group& at : groups()) {
        for (const part& p : at.parts) {
            if (p.kernel->changed && p.kernel->f->stretch_global > 1.0) {
                disturb(at);
            }
        }
    }
    stretched_ = false;
}

// Finds out what happens next by itself, and when.
inline void machine::set_alarm() noexcept {
    next_ = std::min(next_end_, linger_);
    flow_ = 0.0;
    filled_ = never;
    told_ = 0.0;
    if (queue_.empty()) {
        return;
    }
    if (const running& head = *queue_.front(); head.filling()) {
        // Where none of its blocks runs, none is replaced: it waits for room.
        flow_ = std::max(head.working, 0.0) * head.slowed / head.f->block_us;
        filled_ = head.unplaced <= 0.0 ? clock_ : flow_ > 0.0 ? clock_ + head.unplaced / flow_ : never;
    }
    told_ = waves_ ? tells_at() : never;
    next_ = std::min({next_, filled_, told_});
}

// When those who wait are told next of slots that last waves free.
inline double machine::tells_at() const noexcept {
    double first = never;
    for (const group& at : groups()) {
        for (const part& p : at.parts) {
            const running& k = *p.kernel;
            if (k.drains()) {
                const double us = k.drain_width() * k.f->block_us / p.speed;
                first = std::min(first, p.end - (1.0 - next_step(1.0 - (p.end - clock_) / us + 1e-6)) * us);
            }
        }
    }
    return std::max(first, clock_);
}

// Brings the parts of a group to the speeds that SM and memory leave them.
inline void machine::set_speeds(group& at) {
    at.next = never;
    for (part& p : at.parts) {
        running& k = *p.kernel;
        const double worked = p.count * at.sms * p.on_sm;
        k.working += worked - p.worked;
        k.stale = true;
        p.worked = worked;
        if (const double speed = std::max(p.on_sm * k.slowed, 1e-4); speed != p.speed) {
            p.run_at(speed, clock_);
        }
        at.next = std::min(at.next, p.end);
    }
}

// When those who wait are told next of the slots that a last wave frees: often, if it matters which.
inline double machine::next_step(double now) const noexcept {
    if (!piles_up()) {
        return now < 0.5 ? 0.5 : 1.0;
    }
    return *std::find_if(std::begin(steps), std::end(steps) - 1, [now](double x) { return x > now; });
}

inline void machine::share_sm(group& at) {
    at.calm = is_calm(at);
    if (is_quiet(at)) {
        for (part& p : at.parts) {
            p.on_sm = at.calm ? 1.0 : undelayed(at, of(p));
        }
        return;
    }
    double math = 0.0;
    double most = 0.0; // of math, by one kernel
    double l2 = 0.0;
    for (part& p : at.parts) {
        const running& k = *p.kernel;
        const footprint& f = *k.f;
        p.on_sm = 1.0;
        // A last wave that thins out is part of the kernel's time alone: only blocks that never came speed it up.
        const double here = k.ending() ? p.whole : p.count;
        if (!f.stretches) {
        } else if (f.stretch_global > 1.0 && k.sharers() < f.resident) {
            p.on_sm = std::min(f.stretch_global, f.resident / std::max(k.sharers(), 1e-9));
        } else if (f.stretch_local > 1.0 && here < f.per_sm) {
            // A group that stands for SMs which differ goes by the fullest of them: else all blocks of a kernel with
            // one block more than there are SMs would run as if alone on theirs, and be done before it could be.
            p.on_sm = std::min(f.stretch_local, f.per_sm / std::max(std::ceil(here - 1e-9), 1.0));
        }
        const double use = p.count * f.block.math * p.on_sm;
        math += use;
        most = std::max(most, use);
        l2 += p.count * f.block.l2 * p.on_sm;
    }
    if (at.parts.size() > 1 ? most > contended_from : math > 1.0) {
        turns_.resize(at.parts.size());
        for (const bool ordinary : {true, false}) {
            bool contended = false;
            for (std::size_t i = 0; i < at.parts.size(); ++i) {
                const part& p = at.parts[i];
                const footprint& f = of(p);
                turns_[i] = {.use = p.count * (ordinary ? f.fp32 : f.block.math) * p.on_sm,
                             .warps = p.count * f.warps,
                             .need = ordinary ? f.issue_need : f.math_need};
                contended = contended || turns_[i].use > contended_from;
            }
            if (contended) {
                take_turns(turns_);
                for (std::size_t i = 0; i < at.parts.size(); ++i) {
                    at.parts[i].on_sm *= turns_[i].speed;
                }
            }
        }
        l2 = 0.0;
        for (const part& p : at.parts) {
            l2 += p.count * of(p).block.l2 * p.on_sm;
        }
    }
    for (part& p : at.parts) {
        const footprint& f = of(p);
        p.on_sm *= undelayed(at, f) * (l2 > l2_of_sm_ && f.block.l2 > 0.0 ? l2_of_sm_ / l2 : 1.0);
    }
}

// Works out what a kernel's blocks want.
inline void machine::reckon(running& k) noexcept {
    const double moving = k.moving();
    k.dram = moving * k.f->dram;
    k.l2 = moving * k.f->l2_cost;
    k.math = k.working * k.f->block.math;
    k.frees = k.parts > 0 && k.drains();
    k.changed = k.stale = false;
}

inline bool machine::share_memory() {
    double dram = 0.0;
    double l2 = 0.0;
    double math = 0.0;
    bool waves = false;
    for (running* const active : active_) {
        running& k = *active;
        if (k.stale) {
            reckon(k);
        }
        dram += k.dram;
        l2 += k.l2;
        math += k.math;
        waves |= k.frees;
    }
    waves_ = waves;
    linger_ = blockless_ == 0 ? never : first_lingering();
    math_ = math / sms_;
    dram_ = std::min(dram / dram_roof_, 1.0);
    if (short_) {
        for (running* const k : active_) {
            k->slowed = 1.0;
        }
    }
    const double enough = 1.0 + 1e-9;
    if (dram <= dram_roof_ * enough && l2 <= l2_roof_ * enough) {
        return false;
    }
    divide_memory(l2);
    return true;
}

// The first end of those whose blocks are all gone.
inline double machine::first_lingering() const noexcept {
    double first = never;
    for (const running* const k : active_) {
        first = k->no_block_is_left() ? std::min(first, k->earliest) : first;
    }
    return first;
}

// Divides DRAM and L2 among those who want more than there is.
// @param l2  what they want of L2
inline void machine::divide_memory(double l2) {
    claims_.resize(active_.size());
    if (l2 > l2_roof_) {
        for (std::size_t i = 0; i < active_.size(); ++i) {
            const running& k = *active_[i];
            const double cost = k.f->block.l2 > 0.0 ? k.f->l2_cost / k.f->block.l2 : 1.0;
            claims_[i] = {.demand = k.moving() * k.f->block.l2 * cost, .weight = k.sharers() * k.f->in_flight * cost};
        }
        divide(claims_, l2_roof_);
        for (std::size_t i = 0; i < active_.size(); ++i) {
            active_[i]->slowed = claims_[i].speed;
        }
    }
    for (std::size_t i = 0; i < active_.size(); ++i) {
        const running& k = *active_[i];
        claims_[i] = {.demand = k.moving() * k.f->dram * k.slowed, .weight = k.sharers() * k.f->in_flight};
    }
    divide(claims_, dram_roof_);
    for (std::size_t i = 0; i < active_.size(); ++i) {
        active_[i]->slowed *= claims_[i].speed;
    }
    double dram = 0.0;
    double math = 0.0;
    for (const running* const k : active_) {
        dram += k->moving() * k->slowed * k->f->dram;
        math += k->working * k->slowed * k->f->block.math;
    }
    dram_ = std::min(dram / dram_roof_, 1.0);
    math_ = math / sms_;
}

} // namespace opara::inline OPARA_ABI::sim::detail
