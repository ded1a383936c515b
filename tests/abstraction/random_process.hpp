/// @file
/// Random Markov decision processes with interval probabilities.
#pragma once

#include <opara/abstraction/interval_process.hpp>
#include <opara/testing/random.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace opara::abstraction::test {

/// A choice of up to three outcomes whose intervals have eighths for ends: sums and corners are exact.
/// @param positive  no lower bound is 0
inline std::vector<branch> random_choice(opara::testing::random_source& random, std::size_t states, bool positive) {
    std::vector<std::uint32_t> targets;
    for (std::size_t k = random.between(1, 3); k > 0; --k) {
        targets.push_back(static_cast<std::uint32_t>(random.below(states)));
    }
    std::sort(targets.begin(), targets.end());
    targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
    std::vector<branch> choice;
    do {
        choice.clear();
        for (const std::uint32_t t : targets) {
            const std::size_t low = random.between(positive ? 1 : 0, 5);
            const std::size_t high = std::min<std::size_t>(8, random.between(std::max<std::size_t>(low, 1), low + 2));
            choice.push_back({state_id{t}, interval{static_cast<double>(low) / 8, static_cast<double>(high) / 8}});
        }
        if (targets.size() == 1) {
            choice[0].probability = interval{1.0};
        }
    } while (!detail::is_distribution(choice));
    return choice;
}

/// A process with one or two choices a state, often with a trap, state 0 initial; labels p (nearly everywhere) and q
/// (rarely).
inline interval_process random_process(opara::testing::random_source& random, std::size_t states,
                                       bool positive = false) {
    std::vector<std::vector<std::vector<branch>>> lists(states);
    labelling p{"p", std::vector<truth>(states, truth::yes)};
    labelling q{"q", std::vector<truth>(states, truth::no)};
    for (std::size_t s = 0; s < states; ++s) {
        for (std::size_t k = random.chance(0.3) ? 2 : 1; k > 0; --k) {
            lists[s].push_back(random_choice(random, states, positive));
        }
        if (s + 1 == states && random.chance(0.7)) {
            lists[s] = {{{state_id::from_index(s), interval{1.0}}}};
        }
        p.holds[s] = random.chance(0.1) ? truth::no : random.chance(0.1) ? truth::maybe : truth::yes;
        q.holds[s] = random.chance(0.2) ? truth::yes : random.chance(0.1) ? truth::maybe : truth::no;
    }
    return interval_process::from_lists(lists, {0}, {p, q});
}

} // namespace opara::abstraction::test
