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
    bool merged = linger_ <= clock_ + instant;
    for (group& at : groups()) {
        if (at.next > clock_ + instant && !emptied) {
            continue;
        }
        part* left = at.parts.data();
        double next = never;
        for (const part& p : at.parts) {
            running& k = *p.kernel;
            if (p.end > clock_ + instant && (p.count > 1e-9 || p.end == never)) {
                next = std::min(next, p.end);
                if (left != &p) {
                    *left = p;
                }
                ++left;
                continue;
            }
            freed_by_ = k.op;
            at.taken.add(k.f->block, -p.count);
            k.resident -= p.count * at.sms;
            k.working -= p.worked;
            at.stretching -= k.f->stretches ? 1U : 0U;
            if (--k.parts == 0) {
                k.resident = k.working = 0.0; // no rounding errors are carried along
            }
            note(k);
        }
        at.next = next;
        if (left != at.parts.data() + at.parts.size()) {
            at.parts.resize(static_cast<std::size_t>(left - at.parts.data()));
            if (at.parts.empty()) {
                at.taken = {}; // no rounding errors are carried along
            }
            at.changed = at.changed || !at.calm;
            merged = room_ = true;
        }
    }
    if (!merged) {
        return;
    }
    touched_ = true;
    for (std::size_t i = 0; i < active_.size();) {
        running& k = *active_[i];
        if (k.no_block_is_left() && k.earliest <= clock_ + instant) {
            active_.erase(active_.begin() + static_cast<std::ptrdiff_t>(i));
            kernels_.give_back(k);
            ended(k.op, k.sms);
        } else {
            ++i;
        }
    }
    merge();
}

} // namespace opara::inline OPARA_ABI::sim::detail
