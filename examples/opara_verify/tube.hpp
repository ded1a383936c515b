/// @file
/// Reach tubes instead of cells.
#pragma once

#include <examples/opara_verify/preparation.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace opara::examples::verify {

/// What a tube is asked: where it is to come to, where it is to stay until then, or for so many steps.
template <std::size_t N>
struct tube_question {
    std::optional<box<N>> target{}; ///< of AF and A[..U..]
    std::optional<box<N>> safe{};   ///< of AG and A[..U..]
};

/// The question that is AF, AG or A[..U..] of labels. @throws usage_error  it is another formula
template <class System>
tube_question<System::dimension> ask_tube(const benchmark<System>& problem, const abstraction::formula& property,
                                          const std::string& text) {
    using kind = abstraction::formula::kind;
    const auto& nodes = property.nodes();
    const usage_error refused{"a tube answers AF, AG and A[..U..] of the system's labels, not '" + text + "'"};
    const auto set_of = [&](std::uint32_t node) {
        const auto label = std::find_if(problem.labels.begin(), problem.labels.end(), [&](const auto& region) {
            return nodes[node].what == kind::atom && nodes[node].label == region.name;
        });
        if (label == problem.labels.end() || label->seen) { // a box in other coordinates is none of the tube's
            throw refused;
        }
        return label->set;
    };
    const auto& root = nodes.back();
    tube_question<System::dimension> asked;
    if (root.what == kind::AF) {
        asked.target = set_of(root.left);
    } else if (root.what == kind::AU) {
        asked.safe = set_of(root.left);
        asked.target = set_of(root.right);
    } else if (root.what == kind::AG) {
        asked.safe = set_of(root.left);
    } else {
        throw refused;
    }
    return asked;
}

/// How a tube ended, in words.
template <std::size_t N>
std::string in_words(const abstraction::reach_tube<N>& tube, const tube_question<N>& asked) {
    using abstraction::tube_outcome;
    const auto steps = asked.safe ? abstraction::steps_inside(tube) : std::nullopt;
    const std::string shown = asked.target || !steps ? "" : "; it holds for " + std::to_string(*steps) + " steps";
    switch (tube.outcome) {
    case tube_outcome::reached: return "proved, after " + std::to_string(tube.last_step) + " steps at most";
    case tube_outcome::not_reached:
        return asked.target ? "not proved: boxes are left after the last step"
                            : "holds within the bound of " + std::to_string(*steps) + " steps, not proved beyond";
    case tube_outcome::left_domain: return "not proved: boxes leave the domain" + shown;
    case tube_outcome::left_safe: return "not proved: boxes leave the safe set" + shown;
    case tube_outcome::too_many_boxes: return "not proved: too many boxes" + shown;
    }
    return {};
}

/// Every run satisfies the property, as far as boxes can show: AG for so many steps only.
template <class System, class Pilot>
report follow(const benchmark<System>& problem, const Pilot& pilot, const abstraction::trained_controller& c,
              const arguments& a, run::progress& doing) {
    constexpr std::size_t n = System::dimension;
    if (problem.tube.steps == 0) {
        throw usage_error{"there are no settings for a tube of " + a.system};
    }
    const auto grid = make_grid<n>(c, a.widths);
    report r;
    const auto asked = ask_tube(problem, begin(r, problem, c, a), r.property);
    abstraction::tube_options<n> options;
    options.steps = a.steps.value_or(problem.tube.steps);
    options.target = asked.target;
    options.safe = asked.safe;
    options.nearness = problem.tube.nearness;
    options.gap = problem.tube.gap;
    options.threads = a.threads;
    doing.step("following boxes");
    const stopwatch following;
    const auto tube = abstraction::follow(grid, abstraction::enclosure<System>{problem.system}, pilot,
                                          abstraction::split(problem.initial, problem.tube.parts), options);
    r.build_s = following.seconds();
    r.cells = grid.size();
    r.proved = tube.outcome == abstraction::tube_outcome::reached;
    r.verdict = in_words(tube, asked);
    r.tube = tube_found{tube.parts.size(), tube.last_step, tube.peak, {}, {}};
    if (asked.safe && !asked.target) {
        r.tube->safe_steps = abstraction::steps_inside(tube);
    }
    if (tube.outcome == abstraction::tube_outcome::not_reached) {
        r.bound = r.tube->safe_steps;
    }
    for (const auto& layer : tube.layers) {
        place& p = r.tube->hulls.emplace_back(place{"hull", {}, {}});
        for (const interval& side : layer.hull.sides) {
            p.lower.push_back(side.lower());
            p.upper.push_back(side.upper());
        }
    }
    return r;
}

} // namespace opara::examples::verify
