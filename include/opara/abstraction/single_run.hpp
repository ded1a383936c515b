/// @file
/// One run as a transition system.
#pragma once

#include <opara/abstraction/build.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction::detail {

// `count` states in a row. The last one leads back to `repeat` or, without it, to one more state of which nothing is
// known; it lies outside the domain if `leaves`. `inside(k, region)` is what is known of state k.
template <std::size_t N, class Inside>
[[nodiscard]] transition_system single_run(const std::vector<region<N>>& regions, std::size_t count,
                                           std::optional<std::size_t> repeat, bool leaves, Inside inside) {
    const std::size_t states = repeat ? count : count + 1;
    std::vector<std::uint64_t> offsets{0};
    std::vector<state_id> targets;
    for (std::size_t s = 0; s < states; ++s) {
        targets.push_back(state_id::from_index(s + 1 < states ? s + 1 : repeat.value_or(s)));
        offsets.push_back(targets.size());
    }
    std::vector<labelling> labels;
    for (const region<N>& r : regions) {
        labels.push_back({r.name, std::vector<truth>(states, truth::maybe)});
        for (std::size_t k = 0; k < count; ++k) {
            labels.back().holds[k] = inside(k, r);
        }
    }
    labels.push_back({"outside", std::vector<truth>(states, truth::maybe)});
    labels.push_back({"unexplored", std::vector<truth>(states, truth::maybe)});
    for (std::size_t k = 0; k < count; ++k) {
        labels[regions.size()].holds[k] = leaves && k + 1 == count ? truth::yes : truth::no;
        labels[regions.size() + 1].holds[k] = truth::no;
    }
    return {std::move(offsets), std::move(targets), {state_id{0}}, std::move(labels)};
}

} // namespace opara::inline OPARA_ABI::abstraction::detail
