/// @file
/// Which states make a formula fail where a system starts.
#pragma once

#include <opara/abstraction/evaluation.hpp>
#include <opara/abstraction/formula.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// A proposition that nobody is sure of in a state, where a formula would rather have it otherwise.
struct blurred_label {
    state_id state;    ///< where
    std::string label; ///< which
    truth wanted;      ///< `yes` or `no`

    friend bool operator==(const blurred_label&, const blurred_label&) = default;
};

/// What a failing formula can be blamed on.
///
/// An initial state fails a universal formula because of runs all of whose states fail it, or a part of it, so these
/// states are the *suspects*: the failing ones to which a run leads from a failing initial state through failing
/// states. Of the others, which may be many more, it does not matter whether they fail. If the formula is a
/// disjunction, only the side is blamed that has fewer suspects: it is enough if that one holds.
struct blame {
    std::vector<unsigned char> suspects; ///< one flag a state
    std::size_t count = 0;               ///< how many there are
    std::vector<blurred_label> blurred;  ///< where a `maybe` stands in the way, by state

    friend bool operator==(const blame&, const blame&) = default;
};

namespace detail {

// Follows failures from the initial states on: a pair of a part of the formula and a state that fails it fails because
// of pairs of the same kind.
class accuser {
public:
    accuser(const transition_system& system, const formula& f, const evaluation& sets)
        : system_{system}, nodes_{f.nodes()}, sets_{sets}, seen_(2 * nodes_.size()) {
        for (auto& set : seen_) {
            set.assign(system.size(), 0);
        }
        result_.suspects.assign(system.size(), 0);
    }

    // Blames a part of the formula, in the initial states that fail the whole.
    blame run(std::size_t part) {
        for (const state_id s : system_.initial()) {
            if (sets_.result()[s.index()] == 0) {
                accuse(part, s, true);
            }
        }
        while (!work_.empty()) {
            const accusation next = work_.back();
            work_.pop_back();
            follow(next);
        }
        return std::move(result_);
    }

private:
    using kind = formula::kind;
    struct accusation {
        std::size_t node;
        state_id state;
        bool positive; // whether it would help if the state satisfied the node
    };

    void accuse(std::size_t node, state_id s, bool positive) {
        const bool fails = (sets_.of(node)[s.index()] != 0) != positive;
        unsigned char& seen = seen_[2 * node + (positive ? 1 : 0)][s.index()];
        if (fails && seen == 0) {
            seen = 1;
            work_.push_back({node, s, positive});
        }
    }
    void follow(const accusation& a) {
        const formula::node& n = nodes_[a.node];
        switch (n.what) {
        case kind::constant: return;
        case kind::atom:
            if (system_.find_label(n.label)->holds[a.state.index()] == truth::maybe) {
                result_.blurred.push_back({a.state, n.label, a.positive ? truth::yes : truth::no});
            }
            return;
        case kind::negation: return accuse(n.left, a.state, !a.positive);
        case kind::conjunction:
        case kind::disjunction: accuse(n.left, a.state, a.positive); return accuse(n.right, a.state, a.positive);
        default: break;
        }
        unsigned char& suspect = result_.suspects[a.state.index()];
        result_.count += suspect == 0 ? 1 : 0;
        suspect = 1;
        const bool looks_ahead = n.what == kind::EX || n.what == kind::AX;
        for (const state_id t : system_.successors(a.state)) {
            accuse(looks_ahead ? n.left : a.node, t, a.positive);
        }
        if (!looks_ahead) {
            accuse(n.left, a.state, a.positive);
            if (n.what == kind::EU || n.what == kind::AU) {
                accuse(n.right, a.state, a.positive);
            }
        }
    }

    const transition_system& system_;
    const std::vector<formula::node>& nodes_;
    const evaluation& sets_;
    std::vector<std::vector<unsigned char>> seen_;
    std::vector<accusation> work_;
    blame result_;
};

// Of alternatives the one that has fewer suspects, as one is enough; the left one of equals. An alternative without
// suspects is of no use: it fails, and nothing can be done about it.
[[nodiscard]] inline blame least_blame(const transition_system& system, const formula& f, const evaluation& sets,
                                       std::size_t part) {
    const formula::node& n = f.nodes()[part];
    if (n.what != formula::kind::disjunction) {
        return accuser{system, f, sets}.run(part);
    }
    blame left = least_blame(system, f, sets, n.left);
    blame right = least_blame(system, f, sets, n.right);
    return left.count == 0 || (right.count != 0 && right.count < left.count) ? std::move(right) : std::move(left);
}

} // namespace detail

/// What makes a formula fail in initial states; nothing if it holds there.
/// @throws system_error,label_error  as `check`
/// Complexity: O(nodes * (states + transitions)).
[[nodiscard]] inline blame find_blame(const transition_system& system, const formula& f) {
    const evaluation sets{system, f};
    return detail::least_blame(system, f, sets, f.nodes().size() - 1);
}

} // namespace opara::inline OPARA_ABI::abstraction
