/// @file
/// How kernels that run at once share what there is not enough of.
#pragma once

#include <opara/core/config.hpp>

#include <algorithm>
#include <span>

namespace opara::inline OPARA_ABI::sim::detail {

/// One that wants some of a resource.
struct claim {
    double demand = 0.0; // of the resource, at full speed
    double weight = 0.0; // the share that it gets of what is short, relative to the others
    double speed = 1.0;  // result: how much of the full speed is left
};

/// Divides `capacity` by weight: nobody gets more than the demand, and what one does not need goes to the others
/// (weighted max-min fairness). O(n^2) at worst, O(n) where everybody has enough.
inline void divide(std::span<claim> claims, double capacity) {
    double wanted = 0.0;
    for (claim& c : claims) {
        c.speed = 1.0;
        wanted += c.demand;
    }
    if (wanted <= capacity) {
        return;
    }
    for (claim& c : claims) {
        c.speed = c.demand > 0.0 ? 0.0 : 1.0; // 0: not satisfied yet
    }
    for (bool again = true; again;) {
        again = false;
        double weights = 0.0;
        for (const claim& c : claims) {
            weights += c.speed == 0.0 ? c.weight : 0.0;
        }
        const double level = capacity / weights;
        for (claim& c : claims) {
            if (c.speed == 0.0 && c.demand <= level * c.weight) {
                c.speed = 1.0;
                capacity -= c.demand;
                again = true;
            }
        }
        if (!again) {
            for (claim& c : claims) {
                if (c.speed == 0.0) {
                    c.speed = level * c.weight / c.demand;
                }
            }
        }
    }
}

/// One kernel's blocks on an SM whose units the warps use in turn.
struct turn {
    double use = 0.0;   // share of the units that it keeps busy at full speed
    double warps = 0.0; // that take part
    double need = 0.0;  // how much slower turns slow it down
    double speed = 1.0; // result
};

/// Gives each its turns. Beside units that others keep busy a kernel gets turns by its warps, and its speed follows as
/// far as it needs them: one latency-bound block beside a kernel that saturates the SM nearly stops, though it hardly
/// uses the units. Below saturation the effect fades with the fourth power of the others' use. What is used in the end
/// is never more than there is.
inline void take_turns(std::span<turn> turns) {
    double use = 0.0;
    double warps = 0.0;
    for (const turn& t : turns) {
        use += t.use;
        warps += t.warps;
    }
    double wanted = 0.0;
    for (turn& t : turns) {
        const double others = std::min(use - t.use, 1.0);
        const double effect = others * others * others * others;
        const double slowed = t.need * warps > t.warps ? t.warps / (warps * t.need) : 1.0;
        t.speed = 1.0 - effect * (1.0 - slowed);
        wanted += t.use * t.speed;
    }
    if (wanted <= 1.0) {
        return;
    }
    // Weighted max-min fairness in place: see `divide`.
    double left = 1.0;
    double open_warps = warps;
    for (bool again = true; again;) {
        again = false;
        for (turn& t : turns) {
            if (t.warps > 0.0 && t.use * t.speed * open_warps <= left * t.warps) {
                left -= t.use * t.speed;
                open_warps -= t.warps;
                t.warps = 0.0; // has what it wants
                again = true;
            }
        }
    }
    for (turn& t : turns) {
        if (t.warps > 0.0) {
            t.speed = left * t.warps / open_warps / t.use;
        }
    }
}

} // namespace opara::inline OPARA_ABI::sim::detail
