/// @file
/// A proof in the plane as a picture of the policy and of the cells.
#pragma once

#include <examples/drl/opara_refine/pictures.hpp>
#include <examples/opara_verify/benchmarks.hpp>
#include <opara/abstraction.hpp>
#include <opara/learning/action.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace opara::examples::drl {

/// What the policy does in the reached cells of a proof, and how often these were cut.
/// @param decisions  the cells on which it is constant
template <class Pilot, class Problem, class System>
policy_picture picture_of(const abstraction::adaptive_tree<2>& decisions, const Pilot& policy,
                          const abstraction::proof<2>& p, const verify::benchmark<System>& problem, const Problem& task,
                          const std::string& property, const std::string& verdict) {
    policy_picture picture{task.name + ": " + property,
                           verdict + ", " + std::to_string(p.built.graph.size()) + " states",
                           {},
                           {},
                           problem.initial};
    // The part above a cut has the next free number, and as many cuts behind it as the part below.
    std::unordered_map<std::uint64_t, std::size_t> depths;
    std::uint64_t next = p.cells.grid().size();
    for (const abstraction::cell_cut& c : p.cells.cuts()) {
        const std::size_t depth = ++depths[c.cell];
        depths[next++] = depth;
    }
    std::vector<abstraction::box<2>> boxes;
    std::vector<std::size_t> cuts; // of each box
    for (const std::uint64_t cell : p.built.cells) {
        if (cell < p.cells.size()) {
            boxes.push_back(p.cells.cell_box(cell));
            const auto found = depths.find(cell);
            cuts.push_back(found == depths.end() ? 0 : found->second);
        }
    }
    std::vector<typename System::action> done(boxes.size());
    const abstraction::coarse_controller<abstraction::adaptive_tree<2>, Pilot, typename System::action> held{decisions,
                                                                                                             policy};
    held.act(boxes, done);
    for (std::size_t k = 0; k < boxes.size(); ++k) {
        picture.cells.push_back({boxes[k], done[k], cuts[k]});
    }
    for (const auto& label : problem.labels) {
        if (!label.seen) { // else it is no box in the plane
            picture.regions.push_back({label.name, label.set});
        }
    }
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(task.environment.actions())>,
                                 learning::discrete_actions>) {
        for (std::size_t k = 0; k < task.environment.actions().count; ++k) {
            picture.choices.push_back(std::to_string(k));
        }
    }
    return picture;
}

} // namespace opara::examples::drl
