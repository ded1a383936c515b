/// @file
/// Can the system do what a counterexample of its abstraction shows?
#pragma once

#include <opara/abstraction/build.hpp>
#include <opara/abstraction/check.hpp>
#include <opara/abstraction/closed_loop.hpp>
#include <opara/abstraction/enclosed_run.hpp>
#include <opara/abstraction/evaluation.hpp>
#include <opara/abstraction/formula.hpp>
#include <opara/abstraction/single_run.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// What a counterexample is worth.
enum class counterexample_kind : unsigned char {
    real,      ///< a run of the system, in double arithmetic, violates the formula
    spurious,  ///< no run of the system does what the path shows; another one may still violate the formula
    undecided, ///< neither was found
};

/// How hard to try.
struct falsify_options {
    std::size_t steps = 1'000;   ///< the longest run
    std::size_t samples = 1'000; ///< how many initial states to try first
    std::size_t boxes = 2'000; ///< into how many boxes to cut the initial states, to show that none can follow the path
    std::uint64_t seed = 1;    ///< equal seeds give equal results
};

/// A counterexample, replayed.
template <std::size_t N>
struct replay {
    counterexample_kind what = counterexample_kind::undecided; ///< what it is worth
    /// `real`: the run violates the formula in real arithmetic, too, so the formula is false of the system. Without it
    /// that is likely and not shown: a state may be so near to a face that rounding decides.
    bool certain = false;
    /// `real`: the run that violates the formula. Else the run, among those that were tried, that follows the path for
    /// longest, as far as it does.
    concrete_run<N> run;
    std::size_t samples = 0; ///< how many runs were tried
    std::size_t boxes = 0;   ///< how many boxes were followed

    friend bool operator==(const replay&, const replay&) = default;
};

namespace detail {

template <partition P, steppable_dynamics D, controller<P::dimension, typename D::action> C>
class replayer {
public:
    static constexpr std::size_t n = P::dimension;

    replayer(const P& cells, const D& system, const C& pilot, const build_options<n>& problem, const cell_system& built,
             const formula& f, const path& p, const falsify_options& options)
        : partition_{cells},
          problem_{problem},
          loop_{cells, system, pilot, problem.absorbing},
          formula_{f},
          options_{options},
          repeat_{p.repeat},
          conclusive_{p.conclusive} {
        for (const state_id s : p.states) {
            path_.push_back(built.cells.at(s.index()));
        }
    }

    replay<n> run(const box<n>& initial) {
        const std::optional<box<n>> start = common(initial, loop_.cell_box(path_.front()));
        if (!start) {
            result_.what = counterexample_kind::spurious;
            return std::move(result_);
        }
        if (!sample(*start, initial)) {
            refute(*start);
        }
        return std::move(result_);
    }

private:
    struct random_bits { // SplitMix64
        std::uint64_t state;
        double unit() noexcept {
            state += 0x9E3779B97F4A7C15U;
            std::uint64_t z = state;
            z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
            z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
            return static_cast<double>((z ^ (z >> 31U)) >> 11U) * 0x1p-53;
        }
    };

    [[nodiscard]] static std::optional<box<n>> common(const box<n>& a, const box<n>& b) {
        if (!a.meets(b)) {
            return std::nullopt;
        }
        box<n> c;
        for (std::size_t i = 0; i < n; ++i) {
            c[i] = interval::unchecked(std::max(a[i].lower(), b[i].lower()), std::min(a[i].upper(), b[i].upper()));
        }
        return c;
    }
    // The cell at a position of the path, which may go round and round; nothing after its end.
    [[nodiscard]] std::optional<std::uint64_t> path_at(std::size_t position) const {
        if (position < path_.size()) {
            return path_[position];
        }
        if (!repeat_) {
            return std::nullopt;
        }
        return path_[*repeat_ + (position - *repeat_) % (path_.size() - *repeat_)];
    }
    // For how many states a run follows the path.
    [[nodiscard]] std::size_t followed(const concrete_run<n>& run) const {
        std::size_t k = 0;
        while (k < run.states.size() && path_at(k) == std::optional<std::uint64_t>{partition_.locate(run.states[k])}) {
            ++k;
        }
        return k;
    }
    // Whether a run violates the formula, whatever comes after its end.
    [[nodiscard]] bool violates(const concrete_run<n>& run) const {
        const auto inside = [&](std::size_t k, const region<n>& r) { return r.holds_at(run.states[k]); };
        const std::size_t count = run.states.size();
        const bool leaves = !loop_.is_cell(partition_.locate(run.states.back()));
        const transition_system graph = single_run(problem_.labels, count, run.repeat, leaves, inside);
        const auto unknown = run.repeat ? std::nullopt : std::optional{state_id::from_index(count)};
        return evaluation{graph, formula_, unknown}.result()[0] == 0;
    }
    // The beginning of a violating run that already violates the formula. A longer one does, too, so bisection finds
    // it.
    [[nodiscard]] concrete_run<n> shortest(concrete_run<n> run) const {
        std::size_t too_short = 0;
        for (std::size_t enough = run.states.size(); !run.repeat && too_short + 1 < enough;) {
            const std::size_t middle = (too_short + enough) / 2;
            const concrete_run<n> part{{run.states.begin(), run.states.begin() + static_cast<std::ptrdiff_t>(middle)},
                                       std::nullopt};
            (violates(part) ? enough : too_short) = middle;
            if (too_short + 1 == enough) {
                run.states.resize(enough);
            }
        }
        return run;
    }
    // Tries the run from x; true if it is a real counterexample.
    bool attempt(const point<n>& x) {
        concrete_run<n> run = loop_.run(x, options_.steps);
        ++result_.samples;
        if (violates(run)) {
            result_.what = counterexample_kind::real;
            result_.run = shortest(std::move(run));
            result_.certain = surely_violates(partition_, loop_, problem_.labels, formula_, x, options_.steps);
            return true;
        }
        const std::size_t length = followed(run);
        if (length > result_.run.states.size()) {
            run.states.resize(length);
            result_.run = {std::move(run.states), std::nullopt};
        }
        return false;
    }
    // Random states, states near the one whose run follows the path for longest, and some from all of the initial set.
    bool sample(const box<n>& start, const box<n>& initial) {
        random_bits random{options_.seed};
        double radius = 0.25;
        for (std::size_t k = 0; k < options_.samples; ++k) {
            const box<n>& from = k % 4 == 3 ? initial : start;
            const bool is_near = k % 2 == 0 && !result_.run.states.empty();
            point<n> x = from.middle();
            for (std::size_t i = 0; i < n && k != 0; ++i) {
                const double width = from[i].upper() - from[i].lower();
                const double at = is_near ? result_.run.states.front()[i] + (2 * random.unit() - 1) * radius * width
                                          : from[i].lower() + (1.25 * random.unit() - 0.125) * width;
                x[i] = std::clamp(at, from[i].lower(), from[i].upper()); // faces are likely
            }
            radius = is_near ? std::max(radius * 0.98, 1e-9) : radius;
            if (attempt(x)) {
                return true;
            }
        }
        return false;
    }

    // ---- sets

    // Whether no run from a box does what the path shows: none follows it, or, as far as it goes, none of those that do
    // violates the formula.
    [[nodiscard]] bool is_harmless(box<n> b) {
        std::vector<box<n>> sets;
        const std::size_t length = repeat_ ? std::max(options_.steps, path_.size()) : path_.size();
        for (std::size_t k = 0; k < length; ++k) {
            const std::uint64_t cell = path_at(k).value();
            if (cell == partition_.outside() && box<n>{partition_.domain()}.contains(b)) {
                return true;
            }
            if (!loop_.is_cell(cell)) {
                return false; // nothing is known of what comes there
            }
            const std::optional<box<n>> here = common(b, loop_.cell_box(cell));
            if (!here) {
                return true;
            }
            sets.push_back(*here);
            b = loop_.post(*here, cell);
        }
        if (!formula_.is_universal() || !(repeat_ || conclusive_)) {
            return false;
        }
        const auto inside = [&](std::size_t k, const region<n>& r) { return r.holds_in(sets[k]); };
        const transition_system graph = single_run(problem_.labels, sets.size(), std::nullopt, false, inside);
        // A path that ends has shown its violation by then; one that goes round shows it only in the end.
        const auto unknown = repeat_ ? std::nullopt : std::optional{state_id::from_index(sets.size())};
        return evaluation{graph, formula_, unknown}.result()[0] != 0;
    }
    void refute(const box<n>& start) {
        std::vector<box<n>> work{start};
        for (; result_.boxes < options_.boxes && !work.empty(); ++result_.boxes) {
            const box<n> b = work.back();
            work.pop_back();
            if (is_harmless(b)) {
                continue;
            }
            std::size_t widest = 0; // in parts of the start's own width
            double most = 0;
            for (std::size_t i = 0; i < n; ++i) {
                const double width = b[i].upper() - b[i].lower();
                const double part = width > 0 ? width / (start[i].upper() - start[i].lower()) : 0;
                widest = part > most ? i : widest;
                most = std::max(most, part);
            }
            const double middle = b[widest].middle();
            if (attempt(b.middle()) || !(b[widest].lower() < middle && middle < b[widest].upper())) {
                return;
            }
            work.push_back(b);
            work.back()[widest] = interval::unchecked(middle, b[widest].upper());
            work.push_back(b);
            work.back()[widest] = interval::unchecked(b[widest].lower(), middle);
        }
        if (work.empty()) {
            result_.what = counterexample_kind::spurious;
        }
    }

    const P& partition_;
    const build_options<n>& problem_;
    closed_loop<P, D, C> loop_;
    const formula& formula_;
    const falsify_options& options_;
    std::vector<std::uint64_t> path_;
    std::optional<std::size_t> repeat_;
    bool conclusive_;
    replay<n> result_;
};

} // namespace detail

/// Replays a counterexample on the system itself.
///
/// First it tries initial states in the path's first cell, at random and near the one whose run follows the path for
/// longest, and some elsewhere. A run (of doubles, as a computer would run it) that violates the formula settles the
/// matter, whether or not it follows the path: the system is deterministic, so the formula speaks of that one run, and
/// what is not known of it after its end is taken for the best. The run is then followed with outward rounding, which
/// shows for most that real numbers violate the formula, too (`replay::certain`). If none does, the initial states are
/// cut into ever smaller boxes, and each is followed along the path with outward rounding, until no state of it is left
/// on the path, or what is left does not violate the formula there; if that works for all, the path is spurious. An
/// infinite violation ("never reaches") is real only if the run comes back to a state bit by bit.
/// @param initial,problem  what the system was built from
/// @param built  the system that was checked
/// @param f,p  the formula, and a run that violates it, from `check`
/// @throws controller_error  from the controller
/// @throws label_error  the formula has a label that `problem` has not
/// Complexity: O((samples + boxes) * steps * (controller + post + nodes of the formula)).
///
/// @code
/// const auto v = check(built, f);
/// if (v.what != conclusion::proved) {
///     const auto r = falsify(grid, dynamics, pilot, initial, options, built, f, *v.abstraction.counterexample);
///     bool is_false = r.what == counterexample_kind::real && r.certain; // r.run is the evidence
/// }
/// @endcode
template <partition P, steppable_dynamics D, controller<P::dimension, typename D::action> C>
    requires(P::dimension == D::dimension)
[[nodiscard]] replay<P::dimension> falsify(const P& cells, const D& system, const C& pilot,
                                           const box<P::dimension>& initial, const build_options<P::dimension>& problem,
                                           const cell_system& built, const formula& f, const path& p,
                                           const falsify_options& options = {}) {
    return detail::replayer<P, D, C>{cells, system, pilot, problem, built, f, p, options}.run(initial);
}

} // namespace opara::inline OPARA_ABI::abstraction
