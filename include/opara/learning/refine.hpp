/// @file
/// Train, prove, learn from what fails, until a policy is verified.
#pragma once

#include <opara/abstraction/adaptive_tree.hpp>
#include <opara/abstraction/falsify.hpp>
#include <opara/abstraction/prove.hpp>
#include <opara/core/random.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::learning {

/// Where a refinement stands: all that it needs to go on, but for the agent. A value; `learning/json.hpp` writes it.
template <std::size_t N>
struct refinement_state {
    abstraction::adaptive_tree<N> decisions;     ///< the cells on which the policy is constant
    std::size_t round = 0;                       ///< how often was trained and proved
    std::uint64_t seed = 1;                      ///< equal seeds give equal results, if the training keeps to its seeds
    std::size_t refuted_in_a_row = 0;            ///< rounds that ended with a real counterexample, since any other end
    std::vector<abstraction::point<N>> starts{}; ///< states of real counterexamples: where episodes should start, too

    friend bool operator==(const refinement_state&, const refinement_state&) = default;
};

/// What the training is asked for.
template <std::size_t N>
struct training_request {
    /// The cells that the agent sees. The first of them, in the order of their numbers, are those of the request
    /// before: `decisions.cuts()` says from which cell each further one was cut, so that an agent with a table can
    /// start warm.
    const abstraction::adaptive_tree<N>& decisions;
    std::span<const abstraction::point<N>> starts; ///< where episodes should start, besides the initial set
    std::size_t round = 0;                         ///< from 0 on
    std::uint64_t seed = 0;                        ///< another one each round
};

/// What followed from a round.
enum class refinement_step : unsigned char {
    verified,      ///< the formula is proved of the policy
    train_on,      ///< a run violates it: the run's states are new starts
    cut_decisions, ///< it could not be proved within the budget, or training did not help: decision cells were cut
    gave_up,       ///< the rounds, the time or the cells are used up, or no decision cell can be cut
};

/// One round of a refinement.
struct refinement_round {
    std::size_t round = 0;                                        ///< from 0 on
    refinement_step what = refinement_step::gave_up;              ///< what followed
    abstraction::proof_end proof = abstraction::proof_end::stuck; ///< how the proof ended
    abstraction::counterexample_kind counterexample =             ///< of the proof's last check, if it failed
        abstraction::counterexample_kind::undecided;
    std::size_t proof_rounds = 0;  ///< how often cells were checked
    std::size_t states = 0;        ///< of the last system
    std::uint64_t decisions = 0;   ///< decision cells of the policy
    std::size_t decisions_cut = 0; ///< that were then cut
    std::size_t starts = 0;        ///< that were then added

    friend bool operator==(const refinement_round&, const refinement_round&) = default;
};

/// How long to go on.
struct refinement_options {
    std::size_t rounds = 20; ///< how often to train and prove
    /// On the clock, for all rounds of a call together: looked at between trainings and checks. A proof that begins
    /// when nothing is left makes its first check.
    double seconds = std::numeric_limits<double>::infinity();
    std::size_t patience = 3;            ///< after so many real counterexamples in a row, decision cells are cut, too
    std::size_t starts = 20;             ///< how many states of a counterexample become starts, spread evenly
    std::uint64_t decisions = 1'000'000; ///< how many decision cells all cuts may add
    double narrowest = 0x1p-10;          ///< no decision cell gets narrower, in widths of the grid's cells
    abstraction::prove_options proof{};  ///< the budget of each proof, which has no more than is left of `seconds`
};

/// The outcome of a refinement.
template <std::size_t N, class Pilot>
struct refinement {
    refinement_step what = refinement_step::gave_up; ///< `verified` or `gave_up`
    refinement_state<N> state;                       ///< where it stands, to go on from
    Pilot pilot;                                     ///< the last policy, on the decision cells of its round
    abstraction::proof<N> proof;                     ///< of that policy
    std::vector<refinement_round> rounds;            ///< those of this call, one after another
};

namespace detail {

struct ignore_refinement {
    template <std::size_t N>
    constexpr void operator()(const refinement_round&, const refinement_state<N>&) const noexcept {}
};

// Adds some of the states of a run, the first one always. How many.
template <std::size_t N>
std::size_t add_starts(std::vector<abstraction::point<N>>& starts, const abstraction::concrete_run<N>& run,
                       const abstraction::box<N>& domain, std::size_t most) {
    const std::size_t before = starts.size();
    const std::size_t count = std::min(most, run.states.size());
    for (std::size_t k = 0; k < count; ++k) {
        const abstraction::point<N>& x = run.states[k * run.states.size() / count];
        if (domain.contains(x) && std::find(starts.begin(), starts.end(), x) == starts.end()) {
            starts.push_back(x);
        }
    }
    return starts.size() - before;
}

// Bisects the decision cells in which these points lie, each where it is widest in widths of the grid's cells, or none
// if that would be too many. How many.
template <std::size_t N>
std::size_t cut_decisions(abstraction::adaptive_tree<N>& decisions, const std::vector<abstraction::point<N>>& where,
                          const refinement_options& options) {
    std::vector<std::uint64_t> cells;
    for (const abstraction::point<N>& x : where) {
        const std::uint64_t cell = decisions.locate(x);
        if (cell != decisions.outside() && std::find(cells.begin(), cells.end(), cell) == cells.end()) {
            cells.push_back(cell);
        }
    }
    if (decisions.size() - decisions.grid().size() + cells.size() > options.decisions) {
        return 0;
    }
    std::size_t count = 0;
    for (const std::uint64_t cell : cells) {
        const std::size_t i = abstraction::detail::widest_side(decisions, cell, options.narrowest);
        if (i != N) {
            decisions.bisect(cell, i);
            ++count;
        }
    }
    return count;
}

} // namespace detail

/// Trains a policy until a formula is proved of it, or the budget is spent.
///
/// Each round asks `train(request)` for a controller on the decision cells and gives it to `prove`, which cuts cells of
/// its own. A real counterexample means more training, with episodes that start where the policy failed; the agent goes
/// on from where it was. What is neither proved nor refuted within the budget is put down to decisions that are too
/// coarse, as is a policy that `patience` rounds of training do not mend: the decision cells on the way of the
/// counterexample are bisected, and no others. Jin et al., "Trainify", CAV 2022, train from scratch after every failed
/// check, on cells that are those of the proof.
/// @param state  where to begin: `{.decisions = adaptive_tree<N>{grid}}`, or what an earlier call was told
/// @param train  gives an `abstraction::controller`; keeps its agent from call to call
/// @param tell  called with a `refinement_round` and the `refinement_state` after it, from which a later call would go
///        on: what to write to disk, together with the agent; and, if it takes them, with each
///        `abstraction::proof_round` (and the `abstraction::proof_state` after it), and before the first with the
///        `abstraction::proof` and the controller of which it is. What it throws ends the refinement
/// @param begun  where the proof of the first round goes on, if not null: an earlier call was told of it, and what
///        `train` gives in that round must be the controller of which it is
/// @throws domain_error,system_error,label_error,controller_error  as `prove`; and what `train` and `tell` throw
///
/// @code
/// auto result = refine(refinement_state<2>{adaptive_tree<2>{grid}}, dynamics, initial, parse_formula("AF goal"),
///                      problem, [&](const training_request<2>& r) { return improve(agent, r); });
/// if (result.what == refinement_step::verified) { ... }         // of result.pilot
/// @endcode
template <std::size_t N, abstraction::steppable_dynamics D, std::invocable<const training_request<N>&> Train,
          class Tell = detail::ignore_refinement>
    requires(D::dimension == N &&
             abstraction::controller<std::invoke_result_t<Train&, const training_request<N>&>, N, typename D::action>)
[[nodiscard]] auto refine(refinement_state<N> state, const D& system, const abstraction::box<N>& initial,
                          const abstraction::formula& f, const abstraction::build_options<N>& problem, Train train,
                          const refinement_options& options = {}, Tell tell = {},
                          const abstraction::proof_state<N>* begun = nullptr)
    -> refinement<N, std::invoke_result_t<Train&, const training_request<N>&>> {
    using abstraction::proof_end;
    using clock = std::chrono::steady_clock;
    const auto start = clock::now();
    const auto seconds_left = [&] {
        return options.seconds - std::chrono::duration<double>(clock::now() - start).count();
    };
    std::vector<refinement_round> rounds;
    for (;;) {
        // Seeds far from each other, which do not depend on where the loop began.
        const std::uint64_t seed = random_source{state.seed + 0x9E3779B97F4A7C15U * (state.round + 1)}.next();
        auto pilot = train(training_request<N>{state.decisions, state.starts, state.round, seed});
        abstraction::prove_options budget = options.proof;
        budget.seconds = std::min(budget.seconds, seconds_left());
        auto p = abstraction::prove(
            state.decisions, system, pilot, initial, f, problem, budget,
            [&tell](const abstraction::proof_round& round, [[maybe_unused]] const abstraction::proof_state<N>& at) {
                using abstraction::proof_round;
                if constexpr (std::invocable<Tell&, const proof_round&, decltype(at)>) {
                    tell(round, at);
                } else if constexpr (std::invocable<Tell&, const proof_round&>) {
                    tell(round);
                }
            },
            std::exchange(begun, nullptr));
        refinement_round r{.round = state.round,
                           .proof = p.what,
                           .counterexample = p.counterexample.what,
                           .proof_rounds = p.rounds.size(),
                           .states = p.built.graph.size(),
                           .decisions = state.decisions.size()};
        if (p.what == proof_end::proved) {
            r.what = refinement_step::verified;
        } else {
            const bool is_real = p.what == proof_end::refuted;
            state.refuted_in_a_row = is_real ? state.refuted_in_a_row + 1 : 0;
            std::vector<abstraction::point<N>> way = p.counterexample.run.states;
            if (is_real) {
                r.starts = detail::add_starts(state.starts, p.counterexample.run,
                                              abstraction::box<N>{state.decisions.domain()}, options.starts);
                r.what = refinement_step::train_on;
            } else if (p.check.abstraction.counterexample) {
                way.clear();
                for (const abstraction::state_id s : p.check.abstraction.counterexample->states) {
                    if (p.built.cells[s.index()] != p.cells.outside()) {
                        way.push_back(p.cells.cell_box(p.built.cells[s.index()]).middle());
                    }
                }
            }
            if (!is_real || state.refuted_in_a_row >= options.patience) {
                r.decisions_cut = detail::cut_decisions(state.decisions, way, options);
                state.refuted_in_a_row = 0;
                r.what = r.decisions_cut != 0 ? refinement_step::cut_decisions
                         : is_real            ? refinement_step::train_on
                                              : refinement_step::gave_up;
            }
        }
        ++state.round;
        if (r.what != refinement_step::verified && (state.round >= options.rounds || seconds_left() <= 0)) {
            r.what = refinement_step::gave_up;
        }
        rounds.push_back(r);
        if constexpr (std::invocable<Tell&, const abstraction::proof<N>&, const decltype(pilot)&>) {
            tell(std::as_const(p), std::as_const(pilot));
        }
        tell(std::as_const(r), std::as_const(state));
        if (r.what == refinement_step::verified || r.what == refinement_step::gave_up) {
            return {r.what, std::move(state), std::move(pilot), std::move(p), std::move(rounds)};
        }
    }
}

} // namespace opara::inline OPARA_ABI::learning
