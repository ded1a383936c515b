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
    const double sms = device_->sms;
    for (const std::uint32_t k : active_) {
        kernels_[k].use_dram = 0.0;
        kernels_[k].use_l2 = 0.0;
    }
    busy_ = 0.0;
    math_ = 0.0;
    for (std::size_t g = 0; g < live_; ++g) {
        group& at = groups_[g];
        if (at.parts.empty()) {
            continue;
        }
        busy_ += at.sms / sms;
        for (const part& p : at.parts) {
            at.changed = at.changed || (kernels_[p.kernel].changed && kernels_[p.kernel].f.stretch_global > 1.0);
        }
        if (at.changed) {
            share_sm(at);
            at.changed = false;
        }
        for (part& p : at.parts) {
            running& k = kernels_[p.kernel];
            p.speed = p.on_sm;
            // Nor are bytes lost: the blocks that are left of a last wave move those of the ones that are gone.
            const double moved_for = k.resident > 0.0 ? k.sharers() / k.resident : 1.0;
            const double blocks = p.count * at.sms * p.speed * moved_for;
            k.use_dram += blocks * k.f.dram;
            k.use_l2 += blocks * k.f.l2;
        }
    }
    for (const std::uint32_t k : active_) {
        kernels_[k].changed = false;
    }
    linger_ = std::numeric_limits<double>::infinity();
    for (const std::uint32_t k : active_) {
        linger_ = kernels_[k].no_block_is_left() ? std::min(linger_, kernels_[k].earliest) : linger_;
    }
    dram_ = 0.0;
    share_memory();
    flow_ = 0.0;
    next_ = std::numeric_limits<double>::infinity();
    const std::uint32_t head = queue_.empty() ? std::numeric_limits<std::uint32_t>::max() : queue_.front();
    for (std::size_t g = 0; g < live_; ++g) {
        const group& at = groups_[g];
        for (const part& p : at.parts) {
            const running& k = kernels_[p.kernel];
            math_ += at.sms * p.count * p.speed * k.f.math / sms;
            if (k.filling) {
                if (p.kernel == head) {
                    flow_ += at.sms * p.count * p.speed / k.f.block_us;
                }
                continue;
            }
            double until = p.remaining;
            if (k.f.flows && !queue_.empty()) { // somebody waits for its slots
                const double step = next_step(drained(p, k) + 1e-6);
                until = std::min(until, p.remaining - (1.0 - step) * width(k) * k.f.block_us);
            }
            next_ = std::min(next_, std::max(until, 0.0) / p.speed);
        }
    }
    if (flow_ > 0.0) {
        next_ = std::min(next_, std::max(kernels_[head].unplaced, 0.0) / flow_);
    }
    next_ = std::min(next_, std::max(linger_ - clock_, 0.0));
}

// When those who wait are told next of the slots that a last wave frees: often, if it matters which.
inline double machine::next_step(double now) const noexcept {
    if (!piles_up()) {
        return now < 0.5 ? 0.5 : 1.0;
    }
    return *std::find_if(std::begin(steps), std::end(steps) - 1, [now](double x) { return x > now; });
}

inline void machine::share_sm(group& at) {
    double math = 0.0;
    double l2 = 0.0;
    for (part& p : at.parts) {
        const running& k = kernels_[p.kernel];
        const footprint& f = k.f;
        p.speed = 1.0;
        // A last wave that thins out is part of the kernel's time alone: only blocks that never came speed it up.
        const double here = k.ending() ? p.whole : p.count;
        if (f.stretch_global > 1.0 && k.sharers() < f.resident) {
            p.speed = std::min(f.stretch_global, f.resident / k.sharers());
        } else if (f.stretch_local > 1.0 && here < f.per_sm) {
            // A group that stands for SMs which differ goes by the fullest of them: else all blocks of a kernel with
            // one block more than there are SMs would run as if alone on theirs, and be done before it could be.
            p.speed = std::min(f.stretch_local, f.per_sm / std::max(std::ceil(here - 1e-9), 1.0));
        }
        math += p.count * f.math * p.speed;
        l2 += p.count * f.l2 * p.speed;
    }
    if (at.parts.size() > 1 || math > 1.0) {
        turns_.resize(at.parts.size());
        for (const bool ordinary : {true, false}) {
            bool contended = false;
            for (std::size_t i = 0; i < at.parts.size(); ++i) {
                const part& p = at.parts[i];
                const footprint& f = of(p);
                turns_[i] = {.use = p.count * (ordinary ? f.fp32 : f.math) * p.speed,
                             .warps = p.count * f.warps,
                             .need = ordinary ? f.issue_need : f.math_need};
                contended = contended || turns_[i].use > 0.2;
            }
            if (contended) {
                take_turns(turns_);
                for (std::size_t i = 0; i < at.parts.size(); ++i) {
                    at.parts[i].speed *= turns_[i].speed;
                }
            }
        }
        l2 = 0.0;
        for (const part& p : at.parts) {
            l2 += p.count * of(p).l2 * p.speed;
        }
    }
    const double roof = device_->l2_gb_per_s_per_sm * 1e3;
    for (part& p : at.parts) {
        if (l2 > roof && of(p).l2 > 0.0) {
            p.speed *= roof / l2;
        }
        p.on_sm = std::max(p.speed, 1e-4);
    }
}

inline void machine::share_memory() {
    const double dram_roof = device_->dram_gb_per_s * 1e3;
    const double l2_roof = device_->l2_gb_per_s * 1e3;
    const double more = device_->l2_bytes_per_dram_byte - 1.0;
    double dram = 0.0;
    double l2 = 0.0;
    for (const std::uint32_t k : active_) {
        dram += kernels_[k].use_dram;
        l2 += kernels_[k].use_l2 + more * kernels_[k].use_dram;
    }
    dram_ = std::min(dram / dram_roof, 1.0);
    const double enough = 1.0 + 1e-9;
    if (dram <= dram_roof * enough && l2 <= l2_roof * enough) {
        return;
    }
    claims_.resize(active_.size());
    slowed_.assign(kernels_.size(), 1.0);
    if (l2 > l2_roof) {
        for (std::size_t i = 0; i < active_.size(); ++i) {
            const running& k = kernels_[active_[i]];
            const double cost = k.use_l2 > 0.0 ? (k.use_l2 + more * k.use_dram) / k.use_l2 : 1.0;
            claims_[i] = {.demand = k.use_l2 * cost, .weight = k.sharers() * k.f.in_flight * cost};
        }
        divide(claims_, l2_roof);
        for (std::size_t i = 0; i < active_.size(); ++i) {
            slowed_[active_[i]] *= claims_[i].speed;
        }
    }
    for (std::size_t i = 0; i < active_.size(); ++i) {
        const running& k = kernels_[active_[i]];
        claims_[i] = {.demand = k.use_dram * slowed_[active_[i]], .weight = k.sharers() * k.f.in_flight};
    }
    divide(claims_, dram_roof);
    for (std::size_t i = 0; i < active_.size(); ++i) {
        slowed_[active_[i]] *= claims_[i].speed;
    }
    for (std::size_t g = 0; g < live_; ++g) {
        for (part& p : groups_[g].parts) {
            p.speed = std::max(p.speed * slowed_[p.kernel], 1e-4);
        }
    }
}

} // namespace opara::inline OPARA_ABI::sim::detail
