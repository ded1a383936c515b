/// @file
/// How likely is it that a closed loop with a stochastic policy does something within so many steps?
#pragma once

#include <opara/abstraction/always_probability.hpp>
#include <opara/abstraction/build_process.hpp>
#include <opara/abstraction/expectation.hpp>
#include <opara/abstraction/until_probability.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {

// One bound, from below or above, on the probability of coming from each state to the goal within so many steps of the
// system, by backward induction. A state behind the cells stands for an action that was drawn, and takes no time: what
// it is worth follows from the cells.
template <bool Most, bool Up>
[[nodiscard]] std::vector<double> bound_within(const cell_process& built, const std::vector<unsigned char>& goal,
                                               const std::vector<unsigned char>& hold, std::size_t steps) {
    const interval_process& process = built.process;
    const std::size_t cells = built.cells.size();
    expectation<Most, Up> expected;
    std::vector<double> now(process.size()); // of cells: with so many steps left
    for (std::size_t s = 0; s < cells; ++s) {
        now[s] = goal[s] != 0 ? 1 : 0;
    }
    const auto worth = [&](std::size_t s) {
        const auto state = state_id::from_index(s);
        double best = Most ? 0.0 : 1.0;
        for (std::size_t c = process.first_choice(state); c < process.end_of_choices(state); ++c) {
            const double x = expected(process.outcomes(c), now);
            best = Most ? std::max(best, x) : std::min(best, x);
        }
        return best;
    };
    std::vector<double> next(cells);
    for (bool moved = true; moved && steps > 0; --steps) {
        for (std::size_t s = cells; s < process.size(); ++s) {
            now[s] = worth(s);
        }
        moved = false;
        for (std::size_t s = 0; s < cells; ++s) {
            next[s] = goal[s] != 0 || hold[s] == 0 ? now[s] : worth(s);
            moved = moved || next[s] != now[s];
        }
        std::copy(next.begin(), next.end(), now.begin());
    }
    return now;
}

// As `reach_probability`, within so many steps of the system.
[[nodiscard]] inline reachability reach_within(const cell_process& built, const std::vector<unsigned char>& goal,
                                               const std::vector<unsigned char>& hold, extreme which,
                                               std::size_t steps) {
    if (which == extreme::least) {
        return {bound_within<false, false>(built, goal, hold, steps),
                bound_within<false, true>(built, goal, hold, steps), steps, true};
    }
    return {bound_within<true, false>(built, goal, hold, steps), bound_within<true, true>(built, goal, hold, steps),
            steps, true};
}

} // namespace detail

/// How likely it is that a run of the system from the initial set comes within so many steps to where the label `goal`
/// holds, through states where the label `hold` does (empty: through any). Steps are those of the system, of which one
/// may be two in the process. Both bounds are as close as they get: nothing is iterated to a limit.
///
/// @code
/// const cell_process built = build_process_bounded(grid, dynamics, pilot, initial, 100, {.labels = labels});
/// const probability_range p = until_probability_within(built, 100, "goal", "safe");
/// @endcode
/// @throws label_error  the process has no such label
/// @throws system_error  there is no initial state
/// Complexity: O(steps * branches * log(branches of a choice)), less where nothing changes any more.
[[nodiscard]] inline probability_range until_probability_within(const cell_process& built, std::size_t steps,
                                                                std::string_view goal, std::string_view hold = {}) {
    return detail::until_range(built.process, goal, hold, [&](const auto& ends, const auto& through, extreme which) {
        return detail::reach_within(built, ends, through, which, steps);
    });
}

/// How likely it is that in a run of the system from the initial set the label holds at first and after each of so many
/// steps. As `until_probability_within` otherwise.
/// @throws label_error  the process has no such label
/// @throws system_error  there is no initial state
[[nodiscard]] inline probability_range always_probability_within(const cell_process& built, std::size_t steps,
                                                                 std::string_view label) {
    return detail::always_range(built.process, label, [&](const auto& ends, const auto& through, extreme which) {
        return detail::reach_within(built, ends, through, which, steps);
    });
}

} // namespace opara::inline OPARA_ABI::abstraction
