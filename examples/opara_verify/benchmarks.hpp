/// @file
/// The benchmark problems: where each system starts, what its labels mean, what is to be shown.
///
/// Initial sets and targets are those of the published verifications (Jin et al., "Trainify", CAV 2022; the BBReach
/// artifact, arXiv 2211.11127) and, for the last four, of ARCH-COMP's category AINNCS. No controllers on boxes are
/// published for those, so their grids are ours.
#pragma once

#include <examples/drl/environments/cascade.hpp>
#include <examples/drl/environments/systems.hpp>
#include <opara/abstraction.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace opara::examples::verify {

using abstraction::box;
using abstraction::box_of;
using abstraction::interval;

/// How a reach tube follows a system.
template <std::size_t N>
struct tube_settings {
    std::size_t steps = 0;            ///< the published bound on the steps to the target, or of the verdict
    abstraction::point<N> parts{};    ///< widths of the parts of the initial set
    abstraction::point<N> nearness{}; ///< of boxes that are merged
    abstraction::point<N> gap{};      ///< between them, in the dimension in which they differ
};

/// How the controllers of a system were trained, for those that come without saying so.
template <std::size_t N>
struct training_settings {
    box<N> space;                   ///< the gridded region
    abstraction::point<N> widths{}; ///< of its cells
    double scale = 1;               ///< the control per unit of the network's output
    bool chooses = false;           ///< the largest output is the action
    double offset = 0;              ///< the control where the network's output is 0
};

/// A system with its problem.
template <class System>
struct benchmark {
    static constexpr std::size_t dimension = System::dimension;

    System system;                                               ///< one step
    box<dimension> initial;                                      ///< where it starts
    std::vector<abstraction::region<dimension>> labels;          ///< what formulas speak of
    std::vector<std::pair<std::string, std::string>> properties; ///< name and formula
    training_settings<dimension> training;                       ///< of published controllers
    tube_settings<dimension> tube{};                             ///< 0 steps: there are none
};

/// The open interval, as the largest closed one of doubles inside.
inline interval open(double lower, double upper) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return {std::nextafter(lower, infinity), std::nextafter(upper, -infinity)};
}

/// "It holds after `first` steps, after one more, ..., after `last`", in CTL. @pre first <= last
inline std::string during(std::size_t first, std::size_t last, const std::string& what) {
    std::string formula = what;
    for (std::size_t k = first; k < last; ++k) {
        formula = what + " & AX (" + formula + ")";
    }
    formula = first == 0 ? formula : "(" + formula + ")";
    for (std::size_t k = 0; k < first; ++k) {
        formula = "AX " + formula;
    }
    return formula;
}

inline const interval anything = interval::whole();
inline const std::vector<std::pair<std::string, std::string>> reach{{"reach", "AF goal"}};
inline const std::vector<std::pair<std::string, std::string>> reach_and_avoid{
    {"reach", "AF goal"}, {"safe", "AG safe"}, {"reach_or_stay", "A[safe U goal] | AG safe"}};

inline benchmark<abstraction::systems::b1> b1() {
    return {{},
            box_of<2>({0.8, 0.5}, {0.9, 0.6}),
            {{"goal", box_of<2>({0, 0.05}, {0.2, 0.3})}, {"safe", box_of<2>({-1.5, -1.5}, {1.5, 1.5})}},
            reach_and_avoid,
            {box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.02, 0.02}, 4},
            {70, {0.01, 0.01}, {1e-4, 1e-4}}};
}
inline benchmark<abstraction::systems::b2> b2() {
    return {{},
            box_of<2>({0.7, 0.7}, {0.9, 0.9}),
            {{"goal", box_of<2>({-0.3, -0.35}, {0.1, 0.5})}, {"safe", box_of<2>({-1.5, -1.5}, {1.5, 1.5})}},
            reach_and_avoid,
            {box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.1, 0.1}, 2},
            {140, {0.2, 0.05}, {1e-3, 1e-4}}};
}
/// B1 and B2 as Trainify trains them: longer steps, a control in [-1, 1] and a finer grid.
inline benchmark<abstraction::systems::b1> b1_trainify() {
    benchmark<abstraction::systems::b1> b = b1();
    b.system.dt = 0.2;
    b.training = {box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.01, 0.01}};
    b.tube = {};
    return b;
}
inline benchmark<abstraction::systems::b2> b2_trainify() {
    benchmark<abstraction::systems::b2> b = b2();
    b.system.dt = 0.2;
    b.training = {box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.01, 0.01}};
    b.tube = {};
    return b;
}
inline benchmark<abstraction::systems::b3> b3() {
    return {{},
            box_of<2>({0.8, 0.4}, {0.9, 0.5}),
            {{"goal", box_of<2>({0.2, -0.3}, {0.3, -0.05})}},
            reach,
            {box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.2, 0.2}},
            {150, {0.02, 0.02}, {1e-3, 1e-4}}};
}
inline benchmark<abstraction::systems::b4> b4() {
    return {{},
            box_of<3>({0.25, 0.08, 0.25}, {0.27, 0.1, 0.27}),
            {{"goal", box<3>{{open(-0.05, 0.05), open(-0.05, 0), anything}}}},
            reach,
            {box_of<3>({-2.5, -2.5, -2.5}, {2.5, 2.5, 2.5}), {0.2, 0.2, 0.2}},
            {60, {0.01, 0.01, 0.02}, {1e-3, 1e-4, 1e-4}}};
}
inline benchmark<abstraction::systems::b5> b5() {
    return {{},
            box_of<3>({0.38, 0.45, 0.25}, {0.4, 0.47, 0.27}),
            {{"goal", box<3>{{open(-0.4, -0.28), open(0.05, 0.22), anything}}}},
            reach,
            {box_of<3>({-2.5, -2.5, -5.5}, {2.5, 2.5, 5.5}), {0.1, 0.1, 0.1}},
            {50, {0.01, 0.01, 0.001}, {1e-3, 1e-3, 1e-3}}};
}
/// The gap is what two controls of one step may be apart: where the policy changes its sign at x4 = -1, pieces of one
/// box jump to and fro.
inline benchmark<abstraction::systems::tora> tora() {
    return {{},
            box_of<4>({-0.77, -0.45, 0.51, -0.3}, {-0.75, -0.43, 0.54, -0.28}),
            {{"goal", box<4>{{interval{-0.1, 0.2}, interval{-0.9, -0.6}, anything, anything}}},
             {"safe",
              box<4>{{interval{-1.5, 1.5}, interval{-1.5707963267948966, 1.5707963267948966}, anything, anything}}}},
            reach_and_avoid,
            {box_of<4>({-2.5, -2.5, -2, -10}, {2.5, 2.5, 2, 10}), {0.2, 0.2, 0.2, 0.2}},
            {250, {0.001, 0.001, 0.015, 0.02}, {6e-4, 6e-4, 1e-3, 1e-3}, {0, 0, 0, 0.04}}};
}
/// Tora as Trainify trains it: without saturation and with a control in [-1, 1]. It is asked for `safe`, in its code's
/// bounds; `inside` are the wider ones at which an episode of the training ends.
inline benchmark<drl::tora_unbounded> tora_stay() {
    constexpr double quarter = 1.5707963267948966;
    return {{},
            box_of<4>({-0.77, -0.45, 0.51, -0.3}, {-0.75, -0.43, 0.54, -0.28}),
            {{"safe", box<4>{{interval{-1.5, 1.5}, interval{-quarter, quarter}, anything, anything}}},
             {"inside", box_of<4>({-5, -5, -quarter, -5}, {5, 5, quarter, 5})}},
            {{"stay", "AG safe"}},
            {box_of<4>({-10, -10, -10, -10}, {10, 10, 10, 10}), {0.1, 0.1, 0.1, 0.1}},
            {20, {0.05, 0.05, 0.05, 0.05}, {1e-3, 1e-3, 1e-3, 1e-3}}}; // the initial set in one part
}
inline benchmark<abstraction::systems::acc6> acc6() {
    return {
        {},
        box_of<6>({90, 32, 0, 10, 30, 0}, {91, 32.05, 0, 11, 30.05, 0}),
        {{"goal", box<6>{{anything, open(22.81, 22.87), anything, anything, open(29.88, 30.02), anything}}}},
        reach,
        {box_of<6>({-300, -100, -100, -300, -100, -100}, {300, 100, 100, 300, 100, 100}), {1, 0.1, 0.1, 1, 0.1, 0.1}},
        {55, {1, 0.02, 0.01, 1, 0.02, 0.01}, {10, 1e-3, 1e-3, 10, 1e-3, 1e-3}}};
}
inline benchmark<abstraction::systems::mountain_car> mountain_car() {
    return {{},
            box_of<2>({-0.5, 0}, {-0.5, 0}),
            {{"success", box<2>{{interval{0.45, std::numeric_limits<double>::infinity()}, anything}}},
             {"left", box<2>{{open(0.15, 0.25), anything}}},
             {"right", box<2>{{anything, open(0.02, 1)}}}},
            {{"success", "AF success"}, {"fast", "AG (left -> right)"}},
            {box_of<2>({-1.4, -0.09}, {0.8, 0.09}), {0.01, 0.001}, 1, true}};
}
inline benchmark<abstraction::systems::pendulum> pendulum() {
    return {{},
            box_of<3>({1, 0, 0.1}, {1, 0, 0.1}),
            {{"upright", box<3>{{open(0, 2), anything, anything}}}},
            {{"upright", "AG upright"}},
            {box_of<3>({-1.5, -1.5, -10}, {1.5, 1.5, 10}), {0.16, 0.16, 0.01}}};
}
/// The pendulum by its angle and rate, from all states in which the training starts. The closed interval up to the
/// double below pi/2 lies inside the angles whose cosine is above 0.
inline benchmark<drl::pendulum_angle> pendulum_angle() {
    constexpr double pi = 3.141592653589793;
    return {{},
            box_of<2>({-0.1, -0.1}, {0.1, 0.1}),
            {{"upright", box<2>{{interval{-pi / 2, pi / 2}, anything}}}},
            {{"upright", "AG upright"}},
            {box_of<2>({-pi, -8}, {pi, 8}), {0.02, 0.05}}};
}
inline benchmark<abstraction::systems::cart_pole> cart_pole() {
    return {{},
            box_of<4>({0.001, 0.001, 0, 0.001}, {0.001, 0.001, 0, 0.001}),
            {{"balanced", box<4>{{interval{-2.4, 2.4}, anything, interval{-0.21, 0.21}, anything}}}},
            {{"balanced", "AG balanced"}},
            {box_of<4>({-4.8, -10, -0.42, -10}, {4.8, 10, 0.42, 10}), {0.16, 0.02, 0.016, 0.02}, 1, true}};
}
/// CartPole in other coordinates, from gym's whole initial set: the box around it in these coordinates.
inline benchmark<drl::cascaded_cart_pole> cart_pole_cascade() {
    const drl::cascaded_cart_pole system;
    return {system,
            abstraction::new_coordinates(system.change)
                .of(box_of<4>({-0.05, -0.05, -0.05, -0.05}, {0.05, 0.05, 0.05, 0.05})),
            {{"balanced", box<4>{{interval{-2.4, 2.4}, anything, interval{-0.21, 0.21}, anything}},
              abstraction::old_coordinates(system.change)}},
            {{"balanced", "AG balanced"}},
            {box_of<4>({-4, -8, -2.4, -24}, {4, 8, 2.4, 24}), {0.25, 0.1, 0.01, 0.05}, 1, true}};
}

inline benchmark<abstraction::systems::single_pendulum> single_pendulum() {
    return {{},
            box_of<2>({1, 0}, {1.175, 0.2}),
            {{"inside", box<2>{{interval{0, 1}, anything}}}},
            {{"inside", during(10, 20, "inside")}}, // between half a second and a second
            {box_of<2>({-2, -6}, {2, 6}), {0.01, 0.01}}};
}
inline benchmark<abstraction::systems::unicycle> unicycle() {
    return {{},
            box_of<4>({9.5, -4.5, 2.1, 1.5}, {9.55, -4.45, 2.11, 1.51}),
            {{"goal", box_of<4>({-0.6, -0.2, -0.06, -0.3}, {0.6, 0.2, 0.06, 0.3})}},
            reach,
            {box_of<4>({-2, -8, -4, -5}, {12, 4, 4, 5}), {0.02, 0.02, 0.02, 0.02}, 1, false, -20},
            {50, {0.025, 0.025, 0.01, 0.01}, {1e-3, 1e-3, 1e-3, 1e-3}}};
}
inline benchmark<abstraction::systems::attitude> attitude() {
    return {{},
            box_of<6>({-0.45, -0.55, 0.65, -0.75, 0.85, -0.65}, {-0.44, -0.54, 0.66, -0.74, 0.86, -0.64}),
            {{"unsafe", box_of<6>({-0.2, -0.5, 0, -0.7, 0.7, -0.4}, {0, -0.4, 0.2, -0.6, 0.8, -0.2})}},
            {{"avoid", during(0, 30, "!unsafe")}, {"avoid_always", "AG !unsafe"}},
            {box_of<6>({-2, -2, -2, -2, -2, -2}, {2, 2, 2, 2, 2, 2}), {0.05, 0.05, 0.05, 0.05, 0.05, 0.05}}};
}
inline benchmark<abstraction::systems::vertical_cas> vertical_cas(abstraction::systems::pilot_response response) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return {{.response = response},
            box_of<4>({-133, -28.5, 25, 0}, {-129, -19.5, 25, 0}),
            {{"above", box<4>{{interval{std::nextafter(100.0, infinity), infinity}, anything, anything, anything}}},
             {"below", box<4>{{interval{-infinity, std::nextafter(-100.0, -infinity)}, anything, anything, anything}}}},
            {{"clear", during(1, 10, "(above | below)")}},
            {box_of<4>({-8000, -200, -0.5, -0.5}, {8000, 200, 40.5, 8.5}), {1, 0.5, 1, 1}}};
}

/// How the networks of vertical collision avoidance see height, rate of climb and time, as its published verification
/// codes it.
inline constexpr abstraction::mode_networks<4>::normalisation vertical_cas_inputs{{0, 0, 20}, {16000, 5000, 40}};

} // namespace opara::examples::verify
