/// @file
/// The transitions of a system backward.
#pragma once

#include <opara/abstraction/transition_system.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// From where one can come to each state of a system. Four bytes a transition and eight a state, as much as the
/// transitions themselves: `check` does without, so a system does not keep it, and who needs it makes it.
///
/// A value of its own, which never changes: the system may go, and any number of threads may read.
class predecessors {
public:
    /// Those of no state.
    predecessors() = default;
    /// Those of a system. Complexity: O(states + transitions), in no more memory than stays.
    explicit predecessors(const transition_system& system) {
        // Counting sort by target; sources come out ascending. While they are filled in, entry t + 1 of the offsets is
        // where the next source of t goes: at first where those of t begin, and in the end, as it should be, where they
        // end.
        const std::size_t states = system.size();
        offsets_.assign(states + 2, 0);
        for (std::size_t s = 0; s < states; ++s) {
            for (const state_id t : system.successors(state_id::from_index(s))) {
                ++offsets_[t.index() + 2];
            }
        }
        for (std::size_t s = 0; s < states; ++s) {
            offsets_[s + 2] += offsets_[s + 1];
        }
        offsets_.pop_back();
        sources_.resize(system.transitions());
        for (std::size_t s = 0; s < states; ++s) {
            for (const state_id t : system.successors(state_id::from_index(s))) {
                sources_[static_cast<std::size_t>(offsets_[t.index() + 1]++)] = state_id::from_index(s);
            }
        }
    }

    /// The number of states.
    [[nodiscard]] std::size_t size() const noexcept { return offsets_.size() - 1; }
    /// From where one can come to s, ascending; a source as often as it has transitions to s. @pre s < size()
    [[nodiscard]] std::span<const state_id> of(state_id s) const noexcept {
        OPARA_ASSERT(s.index() < size());
        const auto first = static_cast<std::size_t>(offsets_[s.index()]);
        return std::span{sources_}.subspan(first, static_cast<std::size_t>(offsets_[s.index() + 1]) - first);
    }

    friend bool operator==(const predecessors&, const predecessors&) = default;

private:
    std::vector<std::uint64_t> offsets_{0};
    std::vector<state_id> sources_;
};

} // namespace opara::inline OPARA_ABI::abstraction
