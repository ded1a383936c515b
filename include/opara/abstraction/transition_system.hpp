/// @file
/// Finite transition systems with labels.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/interval.hpp>
#include <opara/core/id.hpp>
#include <opara/graph/concepts.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// A state of a transition system, numbered from 0.
using state_id = id<struct state_tag>;

/// An atomic proposition on the states of a system: for each, whether it holds.
///
/// Where a state stands for many, `maybe` says that it holds for some or that nobody knows. A check takes `maybe` for
/// whatever makes the property harder to hold.
struct labelling {
    std::string name;         ///< as formulas call it
    std::vector<truth> holds; ///< one entry a state

    friend bool operator==(const labelling&, const labelling&) = default;
};

/// A directed graph of states with initial states and labels, in compressed rows: four bytes a transition, eight a
/// state, and one more a state and label. A value; ids are 32-bit numbers. The way back is `predecessors`.
///
/// Models the graph concepts of the library (`incidence_graph`): `vertices`, `num_vertices`, `out_edges`, `target`;
/// with `opara/abstraction/boost.hpp`, which needs Boost.Graph and is included on its own, those of Boost's.
class transition_system {
public:
    /// A transition, as the graph concepts know it.
    struct edge {
        state_id source; ///< where it begins
        state_id target; ///< where it ends
        friend bool operator==(const edge&, const edge&) = default;
    };

    /// A system without states.
    transition_system() = default;
    /// From rows: the successors of state s are targets[offsets[s]] to targets[offsets[s + 1] - 1].
    /// @throws system_error  a row is no row, or a target, an initial state or a labelling does not fit
    /// @throws label_error  two labels have one name, so that nobody could tell which one a formula means
    /// Complexity: O(states + transitions).
    transition_system(std::vector<std::uint64_t> offsets, std::vector<state_id> targets, std::vector<state_id> initial,
                      std::vector<labelling> labels = {})
        : offsets_{std::move(offsets)},
          targets_{std::move(targets)},
          initial_{std::move(initial)},
          labels_{std::move(labels)} {
        if (offsets_.empty() || offsets_.front() != 0 || offsets_.back() != targets_.size() ||
            !std::is_sorted(offsets_.begin(), offsets_.end())) {
            throw system_error{"the rows of a transition system do not fit its transitions", 0};
        }
        if (size() > std::numeric_limits<std::uint32_t>::max()) {
            throw system_error{"a transition system with more states than 32 bits can number", size()};
        }
        const auto require_state = [&](state_id s, const char* what) {
            if (s.index() >= size()) {
                throw system_error{std::string{what} + " is state " + std::to_string(s.value) + " of " +
                                       std::to_string(size()),
                                   s.index()};
            }
        };
        for (const state_id t : targets_) {
            require_state(t, "the end of a transition");
        }
        for (const state_id s : initial_) {
            require_state(s, "an initial state");
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
    /// From lists of successors.
    /// @throws system_error,label_error  as the constructor
    [[nodiscard]] static transition_system from_lists(const std::vector<std::vector<std::uint32_t>>& successors,
                                                      const std::vector<std::uint32_t>& initial,
                                                      std::vector<labelling> labels = {}) {
        std::vector<std::uint64_t> offsets{0};
        std::vector<state_id> targets;
        for (const auto& row : successors) {
            for (const std::uint32_t t : row) {
                targets.emplace_back(t);
            }
            offsets.push_back(targets.size());
        }
        std::vector<state_id> start;
        start.reserve(initial.size());
        for (const std::uint32_t s : initial) {
            start.emplace_back(s);
        }
        return transition_system{std::move(offsets), std::move(targets), std::move(start), std::move(labels)};
    }

    [[nodiscard]] std::size_t size() const noexcept { return offsets_.size() - 1; }       ///< the number of states
    [[nodiscard]] std::size_t transitions() const noexcept { return targets_.size(); }    ///< their number
    [[nodiscard]] std::span<const state_id> initial() const noexcept { return initial_; } ///< where runs begin
    [[nodiscard]] std::span<const labelling> labels() const noexcept { return labels_; }  ///< all of them
    /// Where one can go from s. @pre s < size()
    [[nodiscard]] std::span<const state_id> successors(state_id s) const noexcept {
        OPARA_ASSERT(s.index() < size());
        const auto first = static_cast<std::size_t>(offsets_[s.index()]);
        return std::span{targets_}.subspan(first, static_cast<std::size_t>(offsets_[s.index() + 1]) - first);
    }
    /// The label of this name, or null. O(labels).
    [[nodiscard]] const labelling* find_label(std::string_view name) const noexcept {
        const auto found =
            std::find_if(labels_.begin(), labels_.end(), [&](const labelling& l) { return l.name == name; });
        return found == labels_.end() ? nullptr : &*found;
    }
    /// A state without a successor, or `size()`. A relation without such a state is total. O(states).
    [[nodiscard]] std::size_t find_deadlock() const noexcept {
        std::size_t s = 0;
        while (s < size() && offsets_[s] != offsets_[s + 1]) {
            ++s;
        }
        return s;
    }

    friend bool operator==(const transition_system& a, const transition_system& b) {
        return a.offsets_ == b.offsets_ && a.targets_ == b.targets_ && a.initial_ == b.initial_ &&
               a.labels_ == b.labels_;
    }

    /// Counts through states, or through the transitions of one state.
    template <class Value, class Access>
    class counter {
    public:
        using difference_type = std::ptrdiff_t;             ///< between two positions
        using value_type = Value;                           ///< what it stands on
        using reference = Value;                            ///< made on the fly
        using pointer = void;                               ///< there is nothing to point to
        using iterator_category = std::input_iterator_tag;  ///< because values are made on the fly
        using iterator_concept = std::forward_iterator_tag; ///< several passes are possible

        counter() = default;
        /// At a position.
        counter(Access access, std::size_t position) : access_{access}, position_{position} {}
        [[nodiscard]] Value operator*() const { return access_(position_); } ///< the value
        counter& operator++() noexcept {
            ++position_;
            return *this;
        } ///< the next one
        counter operator++(int) noexcept {
            counter old = *this;
            ++position_;
            return old;
        } ///< the next one
        friend bool operator==(const counter& a, const counter& b) noexcept { return a.position_ == b.position_; }

    private:
        Access access_{};
        std::size_t position_ = 0;
    };
    /// The state at a position: itself.
    struct state_access {
        /// The state.
        [[nodiscard]] state_id operator()(std::size_t i) const noexcept { return state_id::from_index(i); }
    };
    /// The transition at a position of a state's row.
    struct edge_access {
        state_id source;                   ///< whose row
        const state_id* targets = nullptr; ///< the row
        /// The transition.
        [[nodiscard]] edge operator()(std::size_t i) const noexcept { return {source, targets[i]}; }
    };

    /// All states: Boost.Graph's VertexListGraph.
    [[nodiscard]] friend auto vertices(const transition_system& t) noexcept {
        using iterator = counter<state_id, state_access>;
        return std::pair{iterator{{}, 0}, iterator{{}, t.size()}};
    }
    /// Their number.
    [[nodiscard]] friend std::size_t num_vertices(const transition_system& t) noexcept { return t.size(); }
    /// The transitions of a state: Boost.Graph's IncidenceGraph.
    [[nodiscard]] friend auto out_edges(state_id s, const transition_system& t) noexcept {
        using iterator = counter<edge, edge_access>;
        const auto targets = t.successors(s);
        const edge_access access{s, targets.data()};
        return std::pair{iterator{access, 0}, iterator{access, targets.size()}};
    }
    /// Where a transition ends.
    [[nodiscard]] friend state_id target(const edge& e, const transition_system&) noexcept { return e.target; }
    /// Where a transition begins.
    [[nodiscard]] friend state_id source(const edge& e, const transition_system&) noexcept { return e.source; }

private:
    std::vector<std::uint64_t> offsets_{0};
    std::vector<state_id> targets_;
    std::vector<state_id> initial_;
    std::vector<labelling> labels_;
};

static_assert(incidence_graph<transition_system>);

} // namespace opara::inline OPARA_ABI::abstraction
