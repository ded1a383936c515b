/// @file
/// How the last wave of a kernel frees its slots: part of `machine`.
#pragma once

#include <opara/sim/machine.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace opara::inline OPARA_ABI::sim::detail {

inline void machine::begin_last_wave(running& k) {
    k.now = wave_state::last;
    restart_wave(k);
}

inline void machine::restart_wave(running& k) {
    note(k);
    k.wave = k.resident;
    for (group& at : groups()) {
        bool here = false;
        for (part& p : at.parts) {
            if (p.kernel == &k) {
                here = true;
                p.end = clock_ + (k.f->block_us + (k.yielding() ? 0.0 : k.delay)) / p.speed;
                p.whole = p.count;
                p.first = 0.0F;
                p.last = 1.0F;
            }
        }
        at.next = here ? first_end(at) : at.next;
    }
}

// How far a last wave is in freeing its slots, from 0 to 1.
inline double machine::drained(const part& p, const running& k) const noexcept {
    return 1.0 - p.remaining(clock_) / (k.f->block_us * k.drain_width());
}

// Takes the blocks that ended by now out of the groups of kernels in their last wave.
inline void machine::free_ended_blocks() {
    for (std::size_t g = 0; g < live_; ++g) {
        for (std::size_t i = 0; i < groups_[g].parts.size(); ++i) {
            running& k = *groups_[g].parts[i].kernel;
            if (!k.drains() || groups_[g].parts[i].count <= 1e-9) {
                continue;
            }
            const double at = drained(groups_[g].parts[i], k) + 1e-9;
            if (at <= 0.0) {
                continue;
            }
            if (!piles_up()) {
                free_blocks(g, i, at * groups_[g].parts[i].whole, at >= 1.0 - 1e-9);
                continue;
            }
            for (const double border : {0.10, 0.35}) { // the SMs that free up first, the next ones, the others
                const part& p = groups_[g].parts[i];
                const double sms = groups_[g].sms;
                const double those = (border - static_cast<double>(p.first)) /
                                         (static_cast<double>(p.last) - static_cast<double>(p.first)) * sms +
                                     0.5;
                if (those >= 1.0 && whole(those) < sms) {
                    free_blocks_of_class(split(g, whole(those)), i, at);
                }
            }
            free_blocks_of_class(g, i, at);
        }
    }
}

inline void machine::free_blocks_of_class(std::size_t g, std::size_t i, double at) {
    const part& p = groups_[g].parts[i];
    const running& k = *p.kernel;
    // The SM at quantile q has freed j of n slots when at >= stagger q + (1 - stagger) (j - 1/2) / n; the last
    // block of the slowest SM ends when the kernel would end alone.
    const double stagger = k.drain_stagger();
    const double q = 0.5 * (static_cast<double>(p.first) + static_cast<double>(p.last));
    free_blocks(g, i, (at - stagger * q) / (1.0 - stagger) * p.whole + 0.5,
                at >= stagger * static_cast<double>(p.last) + (1.0 - stagger));
}

inline void machine::free_blocks(std::size_t g, std::size_t i, double freed, bool all) {
    part& p = groups_[g].parts[i];
    running& k = *p.kernel;
    const double left =
        all ? 0.0 : p.whole - std::clamp(freed > 0.0 ? whole(freed) : 0.0, 0.0, std::max(p.whole - 0.5, 0.0));
    if (left >= p.count) {
        return;
    }
    const double blocks = p.count - left;
    add(groups_[g], p, k, -blocks);
    note(k);
    p.count = left;
    freed_by_ = k.op;
    due_ = due_ || left <= 1e-9;
    room_ = true;
}

} // namespace opara::inline OPARA_ABI::sim::detail
