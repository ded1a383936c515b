/// @file
/// Which blocks go where: part of `machine`.
#pragma once

#include <opara/sim/machine.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace opara::inline OPARA_ABI::sim::detail {

// Has the groups looked at again that hold blocks of a kernel.
inline void machine::touch(std::uint32_t kernel) noexcept {
    for (std::size_t g = 0; g < live_; ++g) {
        for (const part& p : groups_[g].parts) {
            groups_[g].changed = groups_[g].changed || p.kernel == kernel;
            touched_ = true;
        }
    }
}

inline void machine::put(std::size_t g, std::uint32_t kernel, double blocks) {
    running& k = kernels_[kernel];
    group& at = groups_[g];
    occupy(at, *k.f, blocks);
    at.changed = touched_ = true;
    k.changed = true;
    const double all = blocks * at.sms;
    k.unplaced -= all;
    k.resident += all;
    bool there = false;
    for (part& p : at.parts) {
        there = there || p.kernel == kernel;
        if (p.kernel == kernel && (k.flows || p.remaining(clock_) >= (k.f->block_us + k.delay) * (1.0 - 1e-12))) {
            p.count += blocks;
            return;
        }
    }
    k.sms += there ? 0 : at.sms;
    ++k.parts;
    at.parts.push_back({.kernel = kernel, .count = blocks, .end = clock_ + k.f->block_us + k.delay});
}

// Most of a large grid at once: up to the level at which SMs are equally full, short of the last round.
inline void machine::fill_evenly(std::uint32_t kernel) {
    const footprint& f = *kernels_[kernel].f;
    const auto blocks_at = [&](const group& at, double level) { // level: threads that stay free
        return fits(at, f) && at.threads > level ? std::min(room(at, f), whole((at.threads - level) / f.threads))
                                                 : 0.0;
    };
    const auto placed_at = [&](double level) {
        double sum = 0.0;
        for (std::size_t g = 0; g < live_; ++g) {
            sum += blocks_at(groups_[g], level) * groups_[g].sms;
        }
        return sum;
    };
    if (kernels_[kernel].unplaced < 2.0 * device_->sms) {
        return;
    }
    double low = 0.0; // too many, or all that fits
    double high = device_->threads_per_sm;
    if (placed_at(0.0) <= kernels_[kernel].unplaced) {
        high = 0.0;
    }
    while (high > low + 31.0) {
        const double middle = (low + high) / 2.0;
        (placed_at(middle) <= kernels_[kernel].unplaced ? high : low) = middle;
    }
    for (std::size_t g = 0; g < live_; ++g) {
        if (const double blocks = blocks_at(groups_[g], high); blocks > 0.0) {
            put(g, kernel, blocks);
        }
    }
}

inline void machine::fill(std::uint32_t kernel) {
    fill_evenly(kernel);
    while (kernels_[kernel].unplaced >= 1.0) {
        const running& k = kernels_[kernel];
        constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
        std::size_t best = none;
        double next_free = 0.0; // threads of the second best
        for (std::size_t g = 0; g < live_; ++g) {
            if (!fits(groups_[g], *k.f)) {
                continue;
            }
            if (best == none || groups_[g].threads > groups_[best].threads ||
                (groups_[g].threads == groups_[best].threads && groups_[g].slots > groups_[best].slots)) {
                next_free = best == none ? 0.0 : groups_[best].threads;
                best = g;
            } else {
                next_free = std::max(next_free, groups_[g].threads);
            }
        }
        if (best == none) {
            return;
        }
        const double fraction = k.unplaced / groups_[best].sms;
        if (fraction < 1.0) {
            if (k.flows && k.resident >= 0.5) { // if it gave all its slots away, none of its blocks ever ends
                return;                           // less than a block for each SM: they come as others end
            }
            best = split(best, static_cast<std::uint32_t>(k.unplaced));
            put(best, kernel, 1.0);
            return;
        }
        const double lead = std::max(whole((groups_[best].threads - next_free) / k.f->threads), 1.0);
        const double rounds = std::min({lead, room(groups_[best], *k.f), whole(fraction)});
        put(best, kernel, rounds);
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
