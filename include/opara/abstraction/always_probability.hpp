/// @file
/// How likely it is that a run stays where it should.
#pragma once

#include <opara/abstraction/interval_process.hpp>
#include <opara/abstraction/probability_range.hpp>
#include <opara/abstraction/reachability.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {

// One less the probability of coming to where the label does not hold, which `solve(goal, hold, extreme)` bounds in
// each state.
template <class Solve>
[[nodiscard]] probability_range always_range(const interval_process& process, std::string_view label, Solve solve) {
    if (process.initial().empty()) {
        throw system_error{"a process without initial states", 0};
    }
    const labelling* const l = process.find_label(label);
    if (l == nullptr) {
        throw label_error{std::string{label}};
    }
    const auto failing = [&](truth at_most_so) {
        std::vector<unsigned char> set(process.size());
        std::transform(l->holds.begin(), l->holds.end(), set.begin(),
                       [&](truth t) { return static_cast<unsigned char>(t <= at_most_so ? 1 : 0); });
        return set;
    };
    const std::vector<unsigned char> anywhere(process.size(), 1);
    const reachability often = solve(failing(truth::maybe), anywhere, extreme::most);
    const reachability rarely = solve(failing(truth::no), anywhere, extreme::least);
    const auto rest = [](double lower, double upper) {
        const interval p = interval{1.0} - interval::unchecked(lower, upper);
        return interval::unchecked(std::clamp(p.lower(), 0.0, 1.0), std::clamp(p.upper(), 0.0, 1.0));
    };
    probability_range p{interval{1.0}, interval{0.0}, often.is_precise && rarely.is_precise};
    for (const state_id s : process.initial()) {
        const interval least = rest(often.lower[s.index()], often.upper[s.index()]);
        const interval most = rest(rarely.lower[s.index()], rarely.upper[s.index()]);
        p.least =
            interval::unchecked(std::min(p.least.lower(), least.lower()), std::min(p.least.upper(), least.upper()));
        p.most = interval::unchecked(std::max(p.most.lower(), most.lower()), std::max(p.most.upper(), most.upper()));
    }
    return p;
}

} // namespace detail

/// How likely it is that a run from an initial state is for ever where the label does hold: one less the probability
/// that it comes to where it does not (`reach_probability`). Where the label is `maybe`, as it is outside, the run has
/// failed for the least probability, and not for the largest.
///
/// @code
/// const probability_range p = always_probability(built.process, "balanced");
/// bool falls_rarely = p.least.lower() >= 0.999;
/// @endcode
/// @throws label_error  the process has no such label
/// @throws system_error  there is no initial state
[[nodiscard]] inline probability_range always_probability(const interval_process& process, std::string_view label,
                                                          const reachability_options& options = {}) {
    return detail::always_range(process, label, [&](const auto& ends, const auto& through, extreme which) {
        return reach_probability(process, ends, through, which, options);
    });
}

} // namespace opara::inline OPARA_ABI::abstraction
