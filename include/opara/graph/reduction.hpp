/// @file
/// Edges that other edges imply.
#pragma once

#include <opara/graph/chain_clocks.hpp>
#include <opara/graph/frozen.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI {

/// Drops implied predecessors, operator by operator in a topological order.
///
/// An edge u -> v is implied if another path leads from u to v; an acyclic graph has exactly one smallest edge set with
/// the same order, its transitive reduction (Aho, Garey, Ullman, SIAM J. Comput. 1(2), 1972; "minimum equivalent graph"
/// in Nimble). Dense methods take O(V E / 64) steps and V^2 bits. Operator graphs are local, so this walks back from
/// an operator's predecessors, along edges already reduced, and only as far as the shallowest predecessor that
/// something else needs, too (what nothing else needs, nothing else can imply). Should the walks turn out long all the
/// same, an index of the graph (`chain_clocks`) answers for most of them. Linear on networks, at worst O(V E).
class predecessor_reducer {
public:
    /// @param g  the graph whose operators are reduced, by its own or by further predecessors; must outlive the reducer
    /// @param further  how many operators there are besides, numbered after those of `g`
    explicit predecessor_reducer(const frozen_graph& g, std::size_t further = 0) : g_{&g}, state_(g.size() + further) {
        kept_.resize(g.edge_count() + g.size());
        sequence_.resize(state_.size());
    }

    /// Reduces the predecessors of `v`. Call it once for each operator, each after all its predecessors.
    /// @param candidates  the predecessors of `v`, each once
    /// @return those that no other implies, in the same order; valid until the next call
    std::span<const op_id> operator()(op_id v, std::span<const op_id> candidates) {
        operator_state& own = state_[v.index()];
        own.first = kept_count_;
        if (kept_.size() < kept_count_ + candidates.size()) {
            kept_.resize(2 * (kept_count_ + candidates.size()));
        }
        std::uint32_t deepest = 0;
        std::uint32_t doubtful = none; // the shallowest predecessor that something else needs, too
        for (const op_id p : candidates) {
            const operator_state& state = state_[p.index()];
            deepest = std::max(deepest, state.depth);
            doubtful = std::min(doubtful, state.needed != 0 ? state.depth : none);
        }
        own.depth = deepest + 1;
        if (candidates.size() < 2 || doubtful >= deepest) { // nothing leads from one of them to a deeper one
            for (const op_id p : candidates) {
                keep(p);
            }
        } else {
            find_implied(candidates, doubtful);
            for (const op_id p : candidates) {
                if (state_[p.index()].mark != passed_) {
                    keep(p);
                }
            }
        }
        for (const op_id p : candidates) {
            state_[p.index()].needed = 1;
        }
        own.count = (kept_count_ - own.first) & 0x7FFFFFFFU;
        note(v);
        return of(v);
    }

    /// The same for an operator with one predecessor, which nothing can imply.
    void follow(op_id v, op_id predecessor) {
        operator_state& before = state_[predecessor.index()];
        before.needed = 1;
        operator_state& own = state_[v.index()];
        own.depth = before.depth + 1;
        own.first = kept_count_;
        own.count = 1;
        if (kept_.size() == kept_count_) {
            kept_.resize(2 * kept_count_ + 1);
        }
        keep(predecessor);
        note(v);
    }

    /// What is left of the predecessors of an operator that was reduced.
    [[nodiscard]] std::span<const op_id> of(op_id v) const noexcept {
        return {kept_.data() + state_[v.index()].first, state_[v.index()].count};
    }
    /// Whether `v` was reduced already.
    [[nodiscard]] bool has(op_id v) const noexcept { return state_[v.index()].depth != 0; }

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    struct operator_state {
        std::uint32_t depth = 0;      // operators on the longest path that ends here; 0: not reduced yet
        std::uint32_t mark = 0;       // of the last walk that asked for it or passed it
        std::uint32_t first = 0;      // where its kept predecessors begin
        std::uint32_t count : 31 = 0; // how many there are
        std::uint32_t needed : 1 = 0; // whether an operator that was reduced has it among its predecessors
    };

    void keep(op_id p) noexcept { kept_[kept_count_++] = p; }
    void note(op_id v) {
        if (index_) {
            index_->add(v, of(v), is_followed(v));
        } else {
            sequence_[reduced_++] = v;
        }
    }
    [[nodiscard]] bool is_followed(op_id v) const noexcept {
        return v.index() >= g_->size() || !g_->successors(v).empty();
    }

    // Marks as passed every candidate that lies behind another one, of those no shallower than `shallowest`.
    void find_implied(std::span<const op_id> candidates, std::uint32_t shallowest) {
        asked_ += 2;
        passed_ = asked_ + 1;
        if (walked_ > long_walks * state_.size()) {
            shallowest = look_up(candidates);
        }
        std::size_t open = 0; // candidates that may yet turn out to be implied
        for (const op_id p : candidates) {
            operator_state& state = state_[p.index()];
            if (state.depth > shallowest) {
                stack_.push_back(p);
            }
            if (state.needed != 0 && state.mark != passed_ && state.depth >= shallowest) {
                state.mark = asked_;
                ++open;
            }
        }
        while (!stack_.empty() && open != 0) {
            const op_id x = stack_.back();
            stack_.pop_back();
            ++walked_;
            for (const op_id y : of(x)) {
                operator_state& state = state_[y.index()];
                if (state.depth < shallowest || state.mark == passed_) {
                    continue;
                }
                open -= state.mark == asked_ ? 1U : 0U;
                state.mark = passed_;
                if (state.depth > shallowest) {
                    stack_.push_back(y);
                }
            }
        }
        stack_.clear();
    }

    // Marks as passed the candidates that the index finds implied. Returns the depth of the shallowest that it has lost
    // track of.
    std::uint32_t look_up(std::span<const op_id> candidates) {
        if (!index_) {
            index_.emplace(state_.size());
            for (const op_id v : std::span{sequence_}.first(reduced_)) {
                index_->add(v, of(v), is_followed(v));
            }
        }
        const auto behind = index_->merged(candidates);
        std::uint32_t shallowest = none;
        for (const op_id p : candidates) {
            operator_state& state = state_[p.index()];
            switch (index_->precedes(p, behind)) {
            case precedence::yes: state.mark = passed_; break;
            case precedence::no: break;
            case precedence::unknown: shallowest = std::min(shallowest, state.needed != 0 ? state.depth : none); break;
            }
        }
        return shallowest;
    }

    static constexpr std::size_t long_walks =
        8; // steps for each operator of the graph that are fewer than an index costs

    const frozen_graph* g_;
    std::vector<operator_state> state_;
    std::vector<op_id> kept_; // the first kept_count_ of these, operator by operator
    std::uint32_t kept_count_ = 0;
    std::vector<op_id> stack_;
    std::size_t walked_ = 0;
    std::vector<op_id> sequence_; // the first reduced_: what was reduced, until there is an index
    std::size_t reduced_ = 0;
    std::optional<chain_clocks> index_;
    std::uint32_t asked_ = 0; // the marks of this walk
    std::uint32_t passed_ = 1;
};

/// The transitive reduction of a graph: the fewest edges with the same order. Complexity: see `predecessor_reducer`.
[[nodiscard]] inline frozen_graph transitive_reduction(const frozen_graph& g) {
    predecessor_reducer reduce{g};
    for (const op_id v : g.topological_order()) {
        reduce(v, g.predecessors(v));
    }
    std::vector<edge> edges;
    edges.reserve(g.edge_count());
    g.for_each_edge([&](edge e) {
        const auto kept = reduce.of(e.target);
        if (std::find(kept.begin(), kept.end(), e.source) != kept.end()) {
            edges.push_back(e);
        }
    });
    return frozen_graph{g.size(), edges};
}

} // namespace opara::inline OPARA_ABI
