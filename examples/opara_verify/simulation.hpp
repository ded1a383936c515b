/// @file
/// Runs of a system under a policy that chooses by lot: how often it does what was asked for.
#pragma once

#include <examples/opara_verify/lots.hpp>
#include <examples/opara_verify/preparation.hpp>
#include <opara/abstraction.hpp>
#include <opara/abstraction/parallel.hpp>
#include <opara/core/random.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace opara::examples::verify {

namespace detail {

// The region of a label, or nothing for the empty name. @throws abstraction::label_error  there is no such label
template <std::size_t N>
const abstraction::region<N>* region_called(const std::vector<abstraction::region<N>>& labels,
                                            const std::string& name) {
    if (name.empty()) {
        return nullptr;
    }
    const auto found = std::find_if(labels.begin(), labels.end(), [&](const auto& l) { return l.name == name; });
    if (found == labels.end()) {
        throw abstraction::label_error{name};
    }
    return &*found;
}

// Where a state leaves a question: 1 it has happened, 0 it cannot happen any more, nothing if it is open.
template <std::size_t N>
std::optional<bool> settled(const abstraction::region<N>* goal, const abstraction::region<N>* hold,
                            const abstraction::point<N>& x) {
    using abstraction::truth;
    if (goal != nullptr && goal->holds_at(x) == truth::yes) {
        return true;
    }
    return hold != nullptr && hold->holds_at(x) != truth::yes ? std::optional{false} : std::nullopt;
}

} // namespace detail

/// So many runs in double arithmetic from random states of the initial set, equal seeds the same ones.
/// @param pilot  what draws, on the cells of `pilot.decisions()`
/// @throws abstraction::label_error  the question is about what is no region of the problem
template <class System, class Pilot>
simulated simulate(const benchmark<System>& problem, const Pilot& pilot, const chance_of& asked, const arguments& a,
                   std::size_t runs) {
    constexpr std::size_t n = System::dimension;
    constexpr std::size_t many = 10'000; // steps, where nobody says how many
    constexpr std::size_t block = 500;   // runs side by side, so that the network sees many cells at once
    const auto* const goal = detail::region_called(problem.labels, asked.goal);
    const auto* const hold = detail::region_called(problem.labels, asked.hold);
    const auto& cells = pilot.decisions();
    struct count {
        std::size_t yes = 0;
        std::size_t no = 0;
    };
    std::vector<count> counts((runs + block - 1) / block);
    abstraction::detail::parallel_for(counts.size(), abstraction::detail::thread_count(a.threads), [&](std::size_t k) {
        random_source random{random_source{k}.next()};
        std::vector<abstraction::point<n>> going(std::min(block, runs - k * block));
        for (auto& x : going) {
            for (std::size_t i = 0; i < n; ++i) {
                const interval& side = problem.initial[i];
                const double part = random.unit();
                x[i] = std::clamp(side.lower() * (1 - part) + side.upper() * part, side.lower(), side.upper());
            }
        }
        std::vector<abstraction::box<n>> boxes;
        std::vector<abstraction::lottery<double>> lots;
        std::vector<interval> chances;
        for (std::size_t step = 0; !going.empty(); ++step) {
            const bool is_last = step == a.steps.value_or(many);
            // In place: those that go on move to the front. A run that leaves the domain is never settled.
            std::size_t kept = 0;
            boxes.clear();
            for (const auto& x : going) {
                const std::optional<bool> known = detail::settled(goal, hold, x);
                const bool ends = is_last && a.steps.has_value();
                if (known || ends) {
                    known.value_or(goal == nullptr) ? ++counts[k].yes : ++counts[k].no;
                } else if (const auto cell = cells.locate(x); !is_last && cell != cells.outside()) {
                    boxes.push_back(cells.cell_box(cell));
                    going[kept++] = x;
                }
            }
            going.resize(kept);
            lots.resize(kept);
            pilot.weigh(std::span<const abstraction::box<n>>{boxes}, std::span<abstraction::lottery<double>>{lots});
            for (std::size_t r = 0; r < kept; ++r) {
                chances.clear();
                for (const auto& w : lots[r]) {
                    chances.push_back(w.probability);
                }
                going[r] = problem.system(going[r], lots[r][abstraction::draw(chances, random)].action);
            }
        }
    });
    simulated s{runs, 0, 0};
    for (const count& c : counts) {
        s.yes += c.yes;
        s.no += c.no;
    }
    return s;
}

} // namespace opara::examples::verify
