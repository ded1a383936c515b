/// @file
/// The quadrotor with its problem.
#pragma once

#include <examples/drl/environments/systems.hpp>
#include <examples/opara_verify/benchmarks.hpp>
#include <opara/abstraction/quadrotor.hpp>

#include <cstddef>

namespace opara::examples::verify {

/// It climbs to a height of 1, give or take 0.06, from a box of sides 0.05 (PLDNN, NeurIPS 2023). `safe` are the bounds
/// at which an episode of our training ends.
inline benchmark<abstraction::systems::quadrotor> quadrotor() {
    box<12> initial;
    box<12> goal;
    box<12> safe;
    training_settings<12> training;
    for (std::size_t i = 0; i < 12; ++i) {
        const bool is_angle = i >= 6 && i < 9;
        initial[i] = i < 6 ? interval{0.35, 0.4} : interval{0.0, 0.0};
        goal[i] = i == 2 ? interval{0.94, 1.06} : anything;
        safe[i] = i < 2      ? interval{-1.5, 1.5}
                  : i == 2   ? interval{-0.5, 1.5}
                  : is_angle ? interval{-1.0, 1.0}
                             : interval{-4.0, 4.0};
        training.space[i] = i < 2      ? interval{-2.0, 2.0}
                            : i == 2   ? interval{-1.0, 2.0}
                            : is_angle ? interval{-1.5, 1.5}
                                       : interval{-6.0, 6.0};
        training.widths[i] = drl::quadrotor_widths[i];
    }
    tube_settings<12> tube{100, {}, {}};
    for (std::size_t i = 0; i < 12; ++i) {
        tube.parts[i] = i == 2 || i == 5 ? 0.0125 : 0.05;
        tube.nearness[i] = 0.01;
    }
    return {{}, initial, {{"goal", goal}, {"safe", safe}}, reach_and_avoid, training, tube};
}

} // namespace opara::examples::verify
