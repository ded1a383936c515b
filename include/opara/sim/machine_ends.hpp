/// @file
/// What is over leaves the SMs: part of `machine`.
#pragma once

#include <opara/sim/machine.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace opara::inline OPARA_ABI::sim::detail {

template <class Ended>
inline void machine::retire(Ended&& ended, bool emptied) {
    const double due = clock_ + instant;
    bool merged = linger_ <= due;
    for (group& at : groups()) {
        if (at.next > due && !emptied) {
            continue;
        }
        part* left = at.parts.begin();
        double next = never;
        for (const part& p : at.parts) {
            if (p.end > due && (p.count > 1e-9 || p.end == never)) {
                next = std::min(next, p.end);
                if (left != &p) {
                    *left = p;
                }
                ++left;
                continue;
            }
            running& k = *p.kernel;
            freed_by_ = k.op;
            at.taken.add(k.f->block, -p.count);
            k.resident -= p.count * at.sms;
            k.working -= p.worked;
            at.stretching -= k.f->stretches ? 1U : 0U;
            if (--k.parts == 0) {
                k.resident = k.working = 0.0; // no rounding errors are carried along
                ++blockless_;
            }
            note(k);
        }
        at.next = next;
        if (left != at.parts.end()) {
            at.parts.keep_first(static_cast<std::size_t>(left - at.parts.begin()));
            if (at.parts.empty()) {
                at.taken = {}; // no rounding errors are carried along
            }
            if (!at.calm) {
                disturb(at);
            }
            merged = room_ = true;
        }
    }
    if (!merged) {
        return;
    }
    touched_ = true;
    std::size_t left = 0;
    for (running* const k : active_) {
        if (k->no_block_is_left() && k->earliest <= due) {
            --blockless_;
            kernels_.give_back(*k);
            ended(k->op, k->sms);
        } else {
            active_[left++] = k;
        }
    }
    active_.keep_first(left);
    merge();
}

} // namespace opara::inline OPARA_ABI::sim::detail
