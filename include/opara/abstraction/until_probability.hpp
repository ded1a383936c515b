/// @file
/// How likely is it that a run comes to a goal, through safe states?
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/probability_range.hpp>
#include <opara/abstraction/reachability.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {

// The least and the largest probability from the initial states that a run comes to the goal through `hold`, where
// `solve(goal, hold, extreme)` bounds them in each state.
template <class Solve>
[[nodiscard]] probability_range until_range(const interval_process& process, std::string_view goal,
                                            std::string_view hold, Solve solve) {
    if (process.initial().empty()) {
        throw system_error{"a process without initial states", 0};
    }
    const auto states_with = [&](std::string_view name, truth at_least_so) {
        std::vector<unsigned char> set(process.size(), 1);
        if (!name.empty()) {
            const labelling* const l = process.find_label(name);
            if (l == nullptr) {
                throw label_error{std::string{name}};
            }
            std::transform(l->holds.begin(), l->holds.end(), set.begin(),
                           [&](truth t) { return static_cast<unsigned char>(t >= at_least_so ? 1 : 0); });
        }
        return set;
    };
    const reachability low = solve(states_with(goal, truth::yes), states_with(hold, truth::yes), extreme::least);
    const reachability high = solve(states_with(goal, truth::maybe), states_with(hold, truth::maybe), extreme::most);
    probability_range p{interval{1.0}, interval{0.0}, low.is_precise && high.is_precise};
    for (const state_id s : process.initial()) {
        const std::size_t i = s.index();
        p.least = interval::unchecked(std::min(p.least.lower(), low.lower[i]), std::min(p.least.upper(), low.upper[i]));
        p.most = interval::unchecked(std::max(p.most.lower(), high.lower[i]), std::max(p.most.upper(), high.upper[i]));
    }
    return p;
}

} // namespace detail

/// How likely it is that a run from an initial state comes to where the label `goal` holds, through states where the
/// label `hold` does (empty: through any). Of a stochastic policy's abstraction (`build_process`) it follows that the
/// probability of the closed loop, from each state of the initial set, is in [least.lower(), most.upper()].
///
/// Where a label is `maybe` it counts as false for the least probability and as true for the largest.
///
/// @code
/// const probability_range p = until_probability(built.process, "goal", "safe");
/// bool is_safe_enough = p.least.lower() >= 0.99;
/// @endcode
/// @throws label_error  the process has no such label
/// @throws system_error  there is no initial state
[[nodiscard]] inline probability_range until_probability(const interval_process& process, std::string_view goal,
                                                         std::string_view hold = {},
                                                         const reachability_options& options = {}) {
    return detail::until_range(process, goal, hold, [&](const auto& ends, const auto& through, extreme which) {
        return reach_probability(process, ends, through, which, options);
    });
}

} // namespace opara::inline OPARA_ABI::abstraction
