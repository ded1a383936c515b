/// @file
/// The states from which some run, or every run, comes to a goal: by depth-first searches along the transitions.
#pragma once

#include <opara/abstraction/transition_system.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction::detail {

// Both take sets as one flag a state, `hold` null meaning everywhere, and leave one. They begin at the last state:
// explorations number states breadth first, so most of what a state leads to is decided before it.

// E[hold U goal]. A state without a successor that satisfies it may have one later, as long as one of them is still
// open: the search decides a strong component as a whole, when the first of its states that it met is done (Tarjan,
// "Depth-first search and linear graph algorithms", SIAM J. Comput. 1972; with Gabow's two stacks, Inf. Process. Lett.
// 2000). All that is open leads to the state where the search stands; so one satisfying successor decides it all.
class some_until_search {
public:
    // Complexity: O(states + transitions) at most; 16 bytes a state that is open at once, and 4 a state.
    [[nodiscard]] static std::vector<unsigned char> run(const transition_system& system,
                                                        const std::vector<unsigned char>* hold,
                                                        const std::vector<unsigned char>& goal) {
        some_until_search search{system, goal};
        std::size_t candidates = 0;
        std::size_t goals = 0;
        for (std::size_t s = 0; s < goal.size(); ++s) {
            goals += goal[s];
            if (goal[s] == 0 && (hold == nullptr || (*hold)[s] != 0)) {
                search.set_[s] = unseen;
                ++candidates;
            }
        }
        if (goals == 0 || candidates == 0) {
            return goal; // nothing to come to, or nowhere to come from
        }
        search.position_.resize(goal.size());
        for (std::size_t s = goal.size(); s-- > 0;) {
            if (search.set_[s] == unseen) {
                search.explore(state_id::from_index(s));
            }
        }
        return std::move(search.set_);
    }

private:
    static constexpr unsigned char unseen = 2;
    static constexpr unsigned char open = 3;
    struct visit {
        state_id state;
        std::uint32_t next; // position of the successor that is looked at next
    };

    some_until_search(const transition_system& system, const std::vector<unsigned char>& goal)
        : system_{system}, set_{goal} {}

    void explore(state_id root) {
        enter(root);
        while (!visits_.empty()) {
            visit& here = visits_.back();
            const auto row = system_.successors(here.state);
            if (here.next == row.size()) {
                leave();
                continue;
            }
            const state_id t = row[here.next++];
            switch (set_[t.index()]) {
            case unseen: enter(t); break;
            case open: // a cycle: what lies between is one component
                while (roots_.back() > position_[t.index()]) {
                    roots_.pop_back();
                }
                break;
            default: break;
            }
        }
    }
    void enter(state_id s) {
        for (const state_id t : system_.successors(s)) { // before the search goes far away
            if (set_[t.index()] == 1) {
                set_[s.index()] = 1;
                return decide_all();
            }
        }
        set_[s.index()] = open;
        position_[s.index()] = static_cast<std::uint32_t>(open_.size());
        roots_.push_back(static_cast<std::uint32_t>(open_.size()));
        open_.push_back(s);
        visits_.push_back({s, 0});
    }
    void leave() {
        const state_id s = visits_.back().state;
        visits_.pop_back();
        const std::uint32_t first = position_[s.index()];
        if (roots_.back() == first) { // its component has no way to the goal
            roots_.pop_back();
            close(first, 0);
        }
    }
    void decide_all() {
        close(0, 1);
        roots_.clear();
        visits_.clear();
    }
    void close(std::size_t first, unsigned char value) {
        for (std::size_t k = first; k < open_.size(); ++k) {
            set_[open_[k].index()] = value;
        }
        open_.resize(first);
    }

    const transition_system& system_;
    std::vector<unsigned char> set_;
    std::vector<std::uint32_t> position_; // of an open state in `open_`
    std::vector<state_id> open_;          // met and not decided, in the order in which they were met
    std::vector<std::uint32_t> roots_;    // positions of the first states of the components as far as they are known
    std::vector<visit> visits_;           // the way from the root to where the search is
};

// A[hold U goal]. A state fails it that is not at the goal and does not hold, or leads to one that fails, or lies on a
// cycle without a goal. So the search needs no components: whatever is on its way fails as soon as it meets a state
// that fails or one that is on the way itself, and a state that it is done with satisfies it.
class every_until_search {
public:
    // Complexity: O(states + transitions) at most; 8 bytes a state on the way.
    [[nodiscard]] static std::vector<unsigned char> run(const transition_system& system,
                                                        const std::vector<unsigned char>* hold,
                                                        const std::vector<unsigned char>& goal) {
        every_until_search search{system, goal};
        for (std::size_t s = 0; s < goal.size(); ++s) {
            if (goal[s] == 0 && (hold == nullptr || (*hold)[s] != 0)) {
                search.set_[s] = unseen;
            }
        }
        for (std::size_t s = goal.size(); s-- > 0;) {
            if (search.set_[s] == unseen) {
                search.explore(state_id::from_index(s));
            }
        }
        return std::move(search.set_);
    }

private:
    static constexpr unsigned char unseen = 2;
    static constexpr unsigned char on_the_way = 3;
    struct visit {
        state_id state;
        std::uint32_t next; // position of the successor that is looked at next
    };

    every_until_search(const transition_system& system, const std::vector<unsigned char>& goal)
        : system_{system}, set_{goal} {}

    void explore(state_id root) {
        enter(root);
        while (!visits_.empty()) {
            visit& here = visits_.back();
            const auto row = system_.successors(here.state);
            while (here.next < row.size() && set_[row[here.next].index()] == 1) {
                ++here.next;
            }
            if (here.next == row.size()) {
                set_[here.state.index()] = 1;
                visits_.pop_back();
                continue;
            }
            enter(row[here.next]); // it is not known to fail: `enter` looked, and failures end the way
        }
    }
    void enter(state_id s) {
        set_[s.index()] = on_the_way;
        visits_.push_back({s, 0});
        for (const state_id t : system_.successors(s)) { // before the search goes far away
            const unsigned char value = set_[t.index()];
            if (value == 0 || value == on_the_way) {
                return fail_all();
            }
        }
    }
    void fail_all() {
        for (const visit& v : visits_) {
            set_[v.state.index()] = 0;
        }
        visits_.clear();
    }

    const transition_system& system_;
    std::vector<unsigned char> set_;
    std::vector<visit> visits_; // the way from the root to where the search is
};

} // namespace opara::inline OPARA_ABI::abstraction::detail
