/// @file
/// Several systems as one, for checkers that take long to begin.
#pragma once

#include <opara/abstraction/formula.hpp>
#include <opara/abstraction/transition_system.hpp>
#include <tests/abstraction/agreement.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::abstraction::test {

/// Systems with no way from one to another.
struct side_by_side {
    transition_system all;           ///< each of them once, with the labels of all; where one lacks a label it is `no`
    std::vector<std::string> starts; ///< for each question, the label that its system's initial states have in `all`
};

/// The systems of questions; those about the same system stand one after another.
inline side_by_side beside(std::span<const std::pair<transition_system, formula>> questions) {
    std::vector<std::vector<std::uint32_t>> successors;
    std::vector<std::uint32_t> initial;
    std::vector<labelling> labels;
    const auto holds_of = [&](const std::string& name) -> std::vector<truth>& {
        const auto known = std::find_if(labels.begin(), labels.end(), [&](const auto& l) { return l.name == name; });
        return known != labels.end() ? known->holds : labels.emplace_back(labelling{name, {}}).holds;
    };
    std::vector<std::string> starts;
    for (std::size_t k = 0; k < questions.size(); ++k) {
        const transition_system& system = questions[k].first;
        if (k > 0 && questions[k - 1].first == system) {
            starts.push_back(starts.back());
            continue;
        }
        const parts p{system};
        const std::size_t first = successors.size();
        const auto moved = [&](std::vector<std::uint32_t> states) {
            for (std::uint32_t& s : states) {
                s += static_cast<std::uint32_t>(first);
            }
            return states;
        };
        std::transform(p.successors.begin(), p.successors.end(), std::back_inserter(successors), moved);
        for (const labelling& l : p.labels) {
            std::vector<truth>& holds = holds_of(l.name);
            holds.resize(first, truth::no);
            holds.insert(holds.end(), l.holds.begin(), l.holds.end());
        }
        starts.push_back("start" + std::to_string(k));
        std::vector<truth>& is_start = holds_of(starts.back());
        is_start.resize(successors.size(), truth::no);
        for (const std::uint32_t s : moved(p.initial)) {
            is_start[s] = truth::yes;
            initial.push_back(s);
        }
    }
    for (labelling& l : labels) {
        l.holds.resize(successors.size(), truth::no);
    }
    return {transition_system::from_lists(successors, initial, std::move(labels)), std::move(starts)};
}

/// Cuts a list of questions into those that are to be asked of systems side by side. Each is then asked of all of them,
/// so their states times the questions are as many as this at most, but for questions about one system, which stay
/// together.
inline std::vector<std::span<const std::pair<transition_system, formula>>>
together(std::span<const std::pair<transition_system, formula>> questions, std::size_t most) {
    std::vector<std::span<const std::pair<transition_system, formula>>> groups;
    std::size_t begin = 0;
    std::size_t states = 0;
    for (std::size_t k = 0; k < questions.size(); ++k) {
        const transition_system& system = questions[k].first;
        if (k == 0 || questions[k - 1].first != system) {
            states += system.size();
            if (k > begin && states * (k - begin + 1) > most) {
                groups.push_back(questions.subspan(begin, k - begin));
                begin = k;
                states = system.size();
            }
        }
    }
    groups.push_back(questions.subspan(begin));
    return groups;
}

} // namespace opara::abstraction::test
