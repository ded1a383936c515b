/// @file
/// Markov decision processes whose probabilities are known up to intervals.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/interval.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// One possible outcome of a choice.
struct branch {
    state_id target;      ///< the next state
    interval probability; ///< how likely it is

    friend bool operator==(const branch&, const branch&) = default;
};

namespace detail {

// A sum of numbers from [0, 1] as a double and the error that it made, itself rounded one way: as good as exact, so
// that probabilities that were rounded outward by a unit are not mistaken for ones that are no probabilities.
template <bool Up>
class careful_sum {
public:
    constexpr void add(double x) noexcept {
        const double s = sum_ + x;
        const double x_part = s - sum_;
        const double error = (sum_ - (s - x_part)) + (x - x_part);
        sum_ = s;
        error_ = Up ? outward::add_up(error_, error) : outward::add_down(error_, error);
    }
    // What is missing to 1: its sign is certain to be no larger for a sum that is rounded up, no smaller for one that
    // is rounded down. (The difference is exact wherever the sign could hang on it.)
    [[nodiscard]] constexpr double to_one() const noexcept {
        return Up ? outward::add_down(1 - sum_, -error_) : outward::add_up(1 - sum_, -error_);
    }

private:
    double sum_ = 0;
    double error_ = 0;
};

// Whether some probabilities from the intervals, for sure, add up to 1, and none of them has to be 0.
[[nodiscard]] constexpr bool is_distribution(std::span<const branch> branches) noexcept {
    careful_sum<true> least;
    careful_sum<false> surely;
    careful_sum<false> most;
    bool has_zero = false;
    for (const branch& b : branches) {
        if (!(b.probability.lower() >= 0 && b.probability.upper() > 0 && b.probability.upper() <= 1)) {
            return false;
        }
        least.add(b.probability.lower());
        surely.add(b.probability.lower());
        most.add(b.probability.upper());
        has_zero = has_zero || b.probability.lower() == 0;
    }
    return least.to_one() >= 0 && most.to_one() <= 0 && !(has_zero && surely.to_one() <= 0);
}

} // namespace detail

/// A Markov decision process with interval probabilities (IMDP): in each state somebody takes one of finitely many
/// choices; then somebody else picks a distribution from the choice's intervals, anew each time, and chance draws the
/// next state from it. Givan, Leach, Dean, "Bounded-parameter Markov decision processes", AIJ 122, 2000.
///
/// Immutable, a value. 24 bytes a branch, 8 a choice, 8 a state.
class interval_process {
public:
    /// A process without states.
    interval_process() = default;
    /// From rows: the choices of state s have the numbers choices[s] to choices[s + 1] - 1, and choice c has the
    /// branches branches[rows[c]] to branches[rows[c + 1] - 1], with ascending targets.
    /// @throws system_error  a row is no row, a state has no choice, a choice admits no distribution for sure (its
    ///         intervals leave [0, 1], lower bounds pass 1, upper ones do not reach it, or one outcome has to be 0),
    ///         its targets are not ascending, or a target, an initial state or a labelling does not fit; carries the
    ///         state
    /// @throws label_error  two labels have one name
    /// Complexity: O(states + branches).
    interval_process(std::vector<std::uint64_t> choices, std::vector<std::uint64_t> rows, std::vector<branch> branches,
                     std::vector<state_id> initial, std::vector<labelling> labels = {})
        : choices_{std::move(choices)},
          rows_{std::move(rows)},
          branches_{std::move(branches)},
          initial_{std::move(initial)},
          labels_{std::move(labels)} {
        if (!fits(choices_, rows_.empty() ? 0 : rows_.size() - 1) || !fits(rows_, branches_.size())) {
            throw system_error{"the rows of a process do not fit its branches", 0};
        }
        if (size() > std::numeric_limits<std::uint32_t>::max()) {
            throw system_error{"a process with more states than 32 bits can number", size()};
        }
        for (std::size_t s = 0; s < size(); ++s) {
            check_state(s);
        }
        for (const state_id s : initial_) {
            if (s.index() >= size()) {
                throw system_error{"an initial state is state " + std::to_string(s.value) + " of " +
                                       std::to_string(size()),
                                   s.index()};
            }
        }
        for (const labelling& l : labels_) {
            if (find_label(l.name) != &l) {
                throw label_error{l.name, "is there twice"};
            }
            if (l.holds.size() != size()) {
                throw system_error{"label " + l.name + " has " + std::to_string(l.holds.size()) + " entries for " +
                                       std::to_string(size()) + " states",
                                   l.holds.size()};
            }
        }
    }
    /// From lists: for each state its choices, for each choice its branches.
    /// @throws system_error,label_error  as the constructor
    [[nodiscard]] static interval_process from_lists(const std::vector<std::vector<std::vector<branch>>>& states,
                                                     const std::vector<std::uint32_t>& initial,
                                                     std::vector<labelling> labels = {}) {
        std::vector<std::uint64_t> choices{0};
        std::vector<std::uint64_t> rows{0};
        std::vector<branch> branches;
        for (const auto& state : states) {
            for (const auto& choice : state) {
                branches.insert(branches.end(), choice.begin(), choice.end());
                rows.push_back(branches.size());
            }
            choices.push_back(rows.size() - 1);
        }
        std::vector<state_id> start;
        start.reserve(initial.size());
        for (const std::uint32_t s : initial) {
            start.emplace_back(s);
        }
        return interval_process{std::move(choices), std::move(rows), std::move(branches), std::move(start),
                                std::move(labels)};
    }

    [[nodiscard]] std::size_t size() const noexcept { return choices_.size() - 1; }       ///< the number of states
    [[nodiscard]] std::size_t choices() const noexcept { return rows_.size() - 1; }       ///< of all states together
    [[nodiscard]] std::size_t branches() const noexcept { return branches_.size(); }      ///< of all choices together
    [[nodiscard]] std::span<const state_id> initial() const noexcept { return initial_; } ///< where runs begin
    [[nodiscard]] std::span<const labelling> labels() const noexcept { return labels_; }  ///< all of them
    /// The number of a state's first choice. @pre s < size()
    [[nodiscard]] std::size_t first_choice(state_id s) const noexcept {
        return static_cast<std::size_t>(choices_[s.index()]);
    }
    /// One more than the number of a state's last choice. @pre s < size()
    [[nodiscard]] std::size_t end_of_choices(state_id s) const noexcept {
        return static_cast<std::size_t>(choices_[s.index() + 1]);
    }
    /// The possible outcomes of a choice, by ascending target. @pre choice < choices()
    [[nodiscard]] std::span<const branch> outcomes(std::size_t choice) const noexcept {
        OPARA_ASSERT(choice < choices());
        const auto first = static_cast<std::size_t>(rows_[choice]);
        return std::span{branches_}.subspan(first, static_cast<std::size_t>(rows_[choice + 1]) - first);
    }
    /// The label of this name, or null. O(labels).
    [[nodiscard]] const labelling* find_label(std::string_view name) const noexcept {
        const auto found =
            std::find_if(labels_.begin(), labels_.end(), [&](const labelling& l) { return l.name == name; });
        return found == labels_.end() ? nullptr : &*found;
    }

    friend bool operator==(const interval_process&, const interval_process&) = default;

private:
    [[nodiscard]] static bool fits(const std::vector<std::uint64_t>& offsets, std::size_t count) {
        return !offsets.empty() && offsets.front() == 0 && offsets.back() == count &&
               std::is_sorted(offsets.begin(), offsets.end());
    }
    void check_state(std::size_t s) const {
        const auto refuse = [&](const std::string& why) {
            throw system_error{"state " + std::to_string(s) + " of a process has " + why, s};
        };
        if (choices_[s] == choices_[s + 1]) {
            refuse("no choice");
        }
        for (auto c = static_cast<std::size_t>(choices_[s]); c < choices_[s + 1]; ++c) {
            const std::span<const branch> row = outcomes(c);
            if (!detail::is_distribution(row)) {
                refuse("a choice whose intervals admit no distribution");
            }
            for (std::size_t k = 0; k < row.size(); ++k) {
                if (row[k].target.index() >= size() || (k != 0 && row[k].target <= row[k - 1].target)) {
                    refuse("a choice whose targets are not ascending numbers of states");
                }
            }
        }
    }

    std::vector<std::uint64_t> choices_{0};
    std::vector<std::uint64_t> rows_{0};
    std::vector<branch> branches_;
    std::vector<state_id> initial_;
    std::vector<labelling> labels_;
};

} // namespace opara::inline OPARA_ABI::abstraction
