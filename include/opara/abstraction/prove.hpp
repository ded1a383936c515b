/// @file
/// Proving a formula of a trained controller, on cells that are cut where the proof needs it.
#pragma once

#include <opara/abstraction/adaptive_tree.hpp>
#include <opara/abstraction/blame.hpp>
#include <opara/abstraction/build.hpp>
#include <opara/abstraction/coarse_controller.hpp>
#include <opara/abstraction/falsify.hpp>
#include <opara/abstraction/split_cells.hpp>
#include <opara/abstraction/verify.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// Why a proof by refinement came to its end.
enum class proof_end : unsigned char {
    proved,  ///< every run of the system satisfies the formula
    refuted, ///< a run of the system, in double arithmetic, violates it (in real arithmetic, too: `replay::certain`)
    rounds,  ///< the rounds are used up
    cells,   ///< the next cuts would make more cells than may be
    seconds, ///< the time is used up
    stuck,   ///< nothing is left to cut, or the formula speaks of some runs and not of all
};

/// What a proof may spend; it stops at the first that is used up. The first check is always made.
struct prove_options {
    std::size_t rounds = 40;                                  ///< how often cells may be cut
    std::uint64_t cells = 5'000'000;                          ///< how many cells all cuts may add
    double seconds = std::numeric_limits<double>::infinity(); ///< of one call, looked at after each round
    split_options split{};                                    ///< how finely to cut
    falsify_options falsify{.samples = 100, .boxes = 100};    ///< how hard to look for a run that violates the formula
};

/// One round of a proof: a system that was built and checked.
struct proof_round {
    std::size_t round = 0;                         ///< from 0 on
    std::uint64_t added = 0;                       ///< cells that cuts have added so far
    std::size_t states = 0;                        ///< that were reached
    std::size_t transitions = 0;                   ///< between them
    std::size_t suspects = 0;                      ///< states that can be blamed for the failure
    std::size_t cuts = 0;                          ///< that were then made
    double seconds = 0;                            ///< that the proof has taken, with all calls
    std::optional<counterexample_kind> replayed{}; ///< what the counterexample is worth, if it was replayed
};

/// Where a proof stands between two of its checks: all that it needs to go on. A value.
template <std::size_t N>
struct proof_state {
    adaptive_tree<N> cells;            ///< with all cuts so far
    std::vector<proof_round> rounds{}; ///< those that were made
    std::size_t explored = 0;          ///< states since a counterexample was replayed
    std::size_t replays = 0;           ///< of counterexamples, or as many as matter
};

/// The outcome of a proof by refinement.
template <std::size_t N>
struct proof {
    proof_end what = proof_end::stuck; ///< how it ended
    adaptive_tree<N> cells;            ///< the cells of the last round
    cell_system built;                 ///< the system of the last round, up to the goal if there is one
    cell_verdict check;                ///< what its check said
    replay<N> counterexample;          ///< its counterexample, replayed; of no meaning if proved
    std::vector<proof_round> rounds;   ///< one after another
};

namespace detail {

// Of `AF goal`, and of `A[hold U goal]` where hold speaks of states alone, what comes after the goal does not matter:
// the system may stop there, and what would be reached later need not be explored.
template <std::size_t N>
[[nodiscard]] build_options<N> until_goal(build_options<N> problem, const formula& f) {
    using kind = formula::kind;
    const formula::node& root = f.nodes().back();
    if (root.what == kind::AF || (root.what == kind::AU && !f.temporal()[root.left])) {
        const formula::node& goal = f.nodes()[root.what == kind::AF ? root.left : root.right];
        for (const region<N>& r : problem.labels) {
            if (goal.what == kind::atom && goal.label == r.name && !r.seen) {
                problem.absorbing.push_back(r.set);
            }
        }
    }
    return problem;
}

struct ignore_round {
    constexpr void operator()(const proof_round&) const noexcept {}
};

// Where the proof on these cells stands: at its beginning, or where another call was.
template <std::size_t N>
[[nodiscard]] proof_state<N> state_of_proof(adaptive_tree<N> decisions, const proof_state<N>* begun) {
    if (begun == nullptr) {
        return {std::move(decisions)};
    }
    const std::vector<cell_cut> first = decisions.cuts();
    const std::vector<cell_cut> all = begun->cells.cuts();
    if (!(begun->cells.grid() == decisions.grid()) || all.size() < first.size() ||
        !std::equal(first.begin(), first.end(), all.begin())) {
        throw domain_error{"the proof that was begun is of a policy on other cells"};
    }
    return *begun;
}

template <std::size_t N, steppable_dynamics D, controller<N, typename D::action> C>
class prover {
public:
    prover(const D& system, const C& pilot, const box<N>& initial, const formula& f, const build_options<N>& problem,
           const prove_options& options)
        : dynamics_{system},
          pilot_{pilot},
          initial_{initial},
          formula_{f},
          problem_{until_goal(problem, f)},
          options_{options} {}

    // @param decisions  how many cells the policy has
    template <class Tell>
    proof<N> run(proof_state<N> from, std::uint64_t decisions, Tell& tell) {
        state_ = &from;
        const double before = from.rounds.empty() ? 0 : from.rounds.back().seconds;
        proof<N> p{proof_end::stuck, adaptive_tree<N>{from.cells.grid()}, {}, {}, {}, {}};
        for (;;) {
            p.built = cell_system{}; // frees its memory before the next one grows
            p.built = build(from.cells, dynamics_, pilot_, initial_, problem_);
            p.check = check(p.built, formula_);
            proof_round r{.round = from.rounds.size(),
                          .added = from.cells.size() - decisions,
                          .states = p.built.graph.size(),
                          .transitions = p.built.graph.transitions()};
            const std::size_t explored = from.explored;
            const std::size_t replays = from.replays;
            from.explored += r.states;
            const std::vector<cell_cut> cuts = judge(p, r);
            const double now = seconds();
            r.seconds = before + now;
            const bool ends = p.what == proof_end::proved || p.what == proof_end::refuted || cuts.empty();
            if (!ends) {
                p.what = r.round >= options_.rounds               ? proof_end::rounds
                         : r.added + cuts.size() > options_.cells ? proof_end::cells
                         : now >= options_.seconds                ? proof_end::seconds
                                                                  : proof_end::stuck;
            }
            if (ends || p.what != proof_end::stuck) {
                conclude(p, r);
                from.explored = explored; // as it was before this check, which is how it can be gone on from
                from.replays = replays;
                tell(std::as_const(r), std::as_const(from));
                p.cells = std::move(from.cells);
                p.rounds = std::move(from.rounds);
                p.rounds.push_back(r);
                return p;
            }
            for (const cell_cut& c : cuts) {
                from.cells.cut(c.cell, c.dimension, c.at);
            }
            r.cuts = cuts.size();
            from.rounds.push_back(r);
            tell(std::as_const(r), std::as_const(from));
        }
    }

private:
    // What is to be cut after a check; nothing if it ends the proof.
    std::vector<cell_cut> judge(proof<N>& p, proof_round& r) {
        if (p.check.what == conclusion::proved) {
            p.what = proof_end::proved;
            return {};
        }
        // A replay takes about as long as the exploration of so many states. The next one waits for twice as many: what
        // was not found soon is probably not there.
        const std::size_t price = options_.falsify.samples * options_.falsify.steps << state_->replays;
        if (r.round == 0 || state_->explored >= price) {
            replay_counterexample(p, r);
            if (p.what == proof_end::refuted) {
                return {};
            }
        }
        if (!formula_.is_universal()) {
            return {};
        }
        const blame why = find_blame(p.built.graph, formula_);
        r.suspects = why.count;
        return choose_cuts(state_->cells, initial_, problem_, p.built, why, options_.split);
    }
    void replay_counterexample(proof<N>& p, proof_round& r) {
        state_->explored = 0;
        state_->replays = std::min<std::size_t>(state_->replays + 1, 20);
        if (!p.check.abstraction.counterexample) {
            return;
        }
        p.counterexample = falsify(state_->cells, dynamics_, pilot_, initial_, problem_, p.built, formula_,
                                   *p.check.abstraction.counterexample, options_.falsify);
        r.replayed = p.counterexample.what;
        if (p.counterexample.what == counterexample_kind::real) {
            p.what = proof_end::refuted;
        }
    }
    // The counterexample that is returned is that of the last check.
    void conclude(proof<N>& p, proof_round& r) {
        if (p.what != proof_end::proved && p.what != proof_end::refuted && !r.replayed) {
            replay_counterexample(p, r);
        }
        if (p.what == proof_end::proved) {
            p.counterexample = {};
        }
    }
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

    const D& dynamics_;
    const C& pilot_;
    const box<N>& initial_;
    const formula& formula_;
    build_options<N> problem_;
    const prove_options& options_;
    proof_state<N>* state_ = nullptr;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

} // namespace detail

/// Proves a formula of a controller, or refutes it, or spends the budget: the system is built and checked on the cells
/// of the decisions, then again and again on finer ones.
///
/// The *policy* stays what it is, constant on the decision cells (`coarse_controller`); only the *proof* gets finer
/// cells. So a counterexample that is spurious costs cuts and no training. After each check that fails, `choose_cuts`
/// says what to cut, and the counterexample is replayed from time to time (`falsify`): at first, and then ever more
/// rarely. Counterexample-guided abstraction refinement: Clarke, Grumberg, Jha, Lu, Veith, CAV 2000; for trained
/// controllers, with training in the loop: Jin et al., "Trainify", CAV 2022.
///
/// If the formula is `AF goal` of a label, or `A[hold U goal]` with a hold without temporal operators, cells inside the
/// goal are absorbing, as what comes later does not matter: `built` ends there.
///
/// Equal arguments give equal results, but for `seconds`.
/// @param decisions  the cells on which the controller was trained: a `uniform_grid` or an `adaptive_tree`
/// @param pilot  acts on the decision cells
/// @param problem  labels; cells inside another absorbing set stop the system, so that what happens there should not
///        matter to the formula: whether a cell lies inside depends on how it was cut
/// @param tell  called with a `proof_round` after each round and, if it takes it, the `proof_state` from which a later
///        call would go on; after the last round that is where the proof stood before it. It may throw to end the proof
/// @param begun  where to go on, if not null: what an earlier call with the same arguments, but for the budget, was
///        told. The end is that of a proof which was not interrupted; `options.rounds` and `options.cells` count what
///        was made before
/// @throws domain_error,system_error,label_error,controller_error  as `build`, `check` and `falsify`; a domain_error,
///        too, if what was begun is no proof on these decisions
/// Complexity: O(rounds * (`build` + `check`)).
///
/// @code
/// const auto p = prove(grid, dynamics, box_network<2>{net}, initial, parse_formula("AF goal"), {.labels = {...}});
/// if (p.what == proof_end::proved) { ... }          // on p.cells, p.built.graph.size() of which are reached
/// @endcode
template <partition P, steppable_dynamics D, controller<P::dimension, typename D::action> C,
          class Tell = detail::ignore_round>
    requires(P::dimension == D::dimension && std::constructible_from<adaptive_tree<P::dimension>, const P&> &&
             (std::invocable<Tell&, const proof_round&> ||
              std::invocable<Tell&, const proof_round&, const proof_state<P::dimension>&>))
[[nodiscard]] proof<P::dimension> prove(const P& decisions, const D& system, const C& pilot,
                                        const box<P::dimension>& initial, const formula& f,
                                        const build_options<P::dimension>& problem, const prove_options& options = {},
                                        Tell tell = {}, const proof_state<P::dimension>* begun = nullptr) {
    using state = proof_state<P::dimension>;
    using held = coarse_controller<P, C, typename D::action>;
    const held on_finer_cells{decisions, pilot};
    adaptive_tree<P::dimension> cells{decisions};
    const std::uint64_t count = cells.size();
    const auto both = [&tell](const proof_round& r, const state& at) {
        if constexpr (std::invocable<Tell&, const proof_round&, const state&>) {
            tell(r, at);
        } else {
            tell(r);
        }
    };
    return detail::prover<P::dimension, D, held>{system, on_finer_cells, initial, f, problem, options}.run(
        detail::state_of_proof<P::dimension>(std::move(cells), begun), count, both);
}

} // namespace opara::inline OPARA_ABI::abstraction
