/// @file
/// Does a transition system in device memory satisfy a formula?
#pragma once

#include <opara/abstraction/check.hpp>
#include <opara/abstraction/verify.hpp>
#include <opara/cccl/build.cuh>
#include <opara/cccl/evaluation.cuh>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cccl {

/// What a check found, without a counterexample.
struct decision {
    bool holds = false;            ///< whether every initial state satisfies the formula, for sure
    std::size_t satisfying = 0;    ///< how many states do
    std::size_t first_failure = 0; ///< the position of the first initial state that does not, if not all do

    friend bool operator==(const decision&, const decision&) = default;
};

namespace detail {

struct find_initial_outside {
    const std::uint32_t* initial;
    const std::uint32_t* set;
    unsigned long long* least;
    __device__ void operator()(std::uint64_t k) const {
        if (!has_bit(set, initial[k])) {
            atomicMin(least, static_cast<unsigned long long>(k));
        }
    }
};

[[nodiscard]] inline decision decide(const transition_system& system, const evaluation& sets) {
    const std::size_t count = system.initial().size();
    const auto none = static_cast<unsigned long long>(count);
    buffer<unsigned long long> least{std::span<const unsigned long long>{&none, 1}};
    for_each_index(count, find_initial_outside{system.initial().data(), sets.result().words().data(), least.data()});
    const auto bad = static_cast<std::size_t>(least.at(0));
    return {bad == count, sets.result().count(), bad == count ? 0 : bad};
}

inline void require_initial(const transition_system& system) {
    if (system.initial().size() == 0) {
        throw abstraction::system_error{"a transition system without initial states", 0};
    }
}

// The sets of an evaluation in host memory.
class downloaded_sets {
public:
    downloaded_sets(const evaluation& sets, std::size_t nodes) {
        for (std::size_t i = 0; i < nodes; ++i) {
            sets_.push_back(sets.of(i).download());
        }
    }
    [[nodiscard]] const std::vector<unsigned char>& of(std::size_t node) const noexcept { return sets_[node]; }

private:
    std::vector<std::vector<unsigned char>> sets_;
};

} // namespace detail

/// Decides on the device whether all initial states satisfy a CTL formula.
/// @param best_at  a state of which the best is assumed (see `evaluation`)
/// @throws system_error  there is no initial state, or a state without a successor
/// @throws label_error  the formula has a label that the system has not
/// @throws memory_error  the device has no room
[[nodiscard]] inline decision decide(const transition_system& system, const abstraction::formula& f,
                                     std::optional<abstraction::state_id> best_at = std::nullopt) {
    detail::require_initial(system);
    return detail::decide(system, evaluation{system, f, best_at});
}

/// The verdict of `abstraction::check` on the same system, its counterexample included. Where the formula fails, the
/// system and the sets are copied to the host to find that: use `decide` if nobody wants to see it.
/// @throws system_error,label_error,memory_error  as `decide`
[[nodiscard]] inline abstraction::verdict check(const transition_system& system, const abstraction::formula& f,
                                                std::optional<abstraction::state_id> best_at = std::nullopt) {
    detail::require_initial(system);
    const evaluation sets{system, f, best_at};
    const decision d = detail::decide(system, sets);
    abstraction::verdict v{d.holds, d.satisfying, std::nullopt};
    if (!d.holds) {
        const detail::downloaded_sets flags{sets, f.nodes().size()};
        const abstraction::transition_system host = system.download();
        v.counterexample =
            abstraction::detail::explainer{host, f, flags}.explain(host.initial()[d.first_failure], false);
    }
    return v;
}

/// What the check of a fully explored abstraction says about the system: see `abstraction::check`.
/// @throws system_error,label_error,memory_error  as `decide`
[[nodiscard]] inline abstraction::cell_verdict check(const cell_system& system, const abstraction::formula& f) {
    return abstraction::detail::conclude(f, check(system.graph, f));
}

/// What the check of an abstraction that was explored for a number of steps says: see `abstraction::check`.
/// @throws system_error,label_error,memory_error  as `decide`
[[nodiscard]] inline abstraction::bounded_verdict check(const bounded_cell_system& system,
                                                        const abstraction::formula& f) {
    return abstraction::detail::conclude_bounded(
        f, system.steps, system.unexplored,
        [&](std::optional<abstraction::state_id> best_at) { return check(system.part.graph, f, best_at); });
}

} // namespace opara::inline OPARA_ABI::cccl
