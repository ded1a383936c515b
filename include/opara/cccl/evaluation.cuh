/// @file
/// Which states satisfy a formula, found on the device.
#pragma once

#include <opara/abstraction/formula.hpp>
#include <opara/cccl/algorithm.cuh>
#include <opara/cccl/buffer.cuh>
#include <opara/cccl/device.cuh>
#include <opara/cccl/state_set.cuh>
#include <opara/cccl/transition_system.cuh>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cccl {

namespace detail {

struct all_states {
    std::uint64_t states;
    std::uint32_t* out;
    __device__ void operator()(std::uint64_t w) const { out[w] = used_bits(w, states); }
};

struct states_with {
    const abstraction::truth* holds;
    abstraction::truth at_least;
    std::uint64_t best_at; // a state, or none of them
    std::uint64_t states;
    std::uint32_t* out;
    __device__ void operator()(std::uint64_t w) const {
        std::uint32_t word = 0;
        for (std::uint64_t s = 32 * w; s < 32 * w + 32 && s < states; ++s) {
            // Of the best one every label helps: under a negation it helps not to hold.
            const bool in = s == best_at ? at_least == abstraction::truth::yes : holds[s] >= at_least;
            word |= (in ? 1U : 0U) << (s % 32);
        }
        out[w] = word;
    }
};

struct complement_of {
    const std::uint32_t* in;
    std::uint64_t states;
    std::uint32_t* out;
    __device__ void operator()(std::uint64_t w) const { out[w] = ~in[w] & used_bits(w, states); }
};

struct both_or_either {
    const std::uint32_t* left;
    const std::uint32_t* right;
    bool both;
    std::uint32_t* out;
    __device__ void operator()(std::uint64_t w) const { out[w] = both ? left[w] & right[w] : left[w] | right[w]; }
};

struct has_successor_in {
    const std::uint64_t* offsets;
    const std::uint32_t* targets;
    const std::uint32_t* set;
    std::uint32_t* out;
    __device__ void operator()(std::uint64_t s) const {
        for (std::uint64_t e = offsets[s]; e < offsets[s + 1]; ++e) {
            if (has_bit(set, targets[e])) {
                static_cast<void>(set_bit(out, s));
                return;
            }
        }
    }
};

struct count_successors {
    const std::uint64_t* offsets;
    std::uint32_t* missing;
    __device__ void operator()(std::uint64_t s) const {
        missing[s] = static_cast<std::uint32_t>(offsets[s + 1] - offsets[s]);
    }
};

// A list of states that grows from all threads; its order means nothing.
struct work_list {
    std::uint32_t* states;
    unsigned long long* count;
    __device__ void push(std::uint32_t s) const { states[atomicAdd(count, 1ULL)] = s; }
};

struct list_states {
    const std::uint32_t* set;
    work_list list;
    __device__ void operator()(std::uint64_t s) const {
        if (has_bit(set, s)) {
            list.push(static_cast<std::uint32_t>(s));
        }
    }
};

struct count_predecessors {
    const std::uint32_t* states;
    const std::uint64_t* offsets;
    std::uint64_t* counts;
    __device__ void operator()(std::uint64_t k) const { counts[k] = offsets[states[k] + 1ULL] - offsets[states[k]]; }
};

// One transition backward: its source joins the set if it may, and the list. A thread a transition, so that a state
// with millions of predecessors, like the outside, is shared by many.
struct step_back {
    const std::uint32_t* from;
    const std::uint64_t* ends;
    std::uint64_t rows;
    const std::uint64_t* offsets;
    const std::uint32_t* sources;
    const std::uint32_t* hold; // null: everywhere
    std::uint32_t* missing;    // null: one successor is enough
    std::uint32_t* result;
    work_list list;
    __device__ void operator()(std::uint64_t e) const {
        const std::uint64_t k = row_of(ends, rows, e);
        const std::uint32_t s = sources[offsets[from[k]] + (e - ends[k])];
        if (has_bit(result, s) || (hold != nullptr && !has_bit(hold, s))) {
            return;
        }
        if (missing != nullptr && atomicSub(missing + s, 1U) != 1U) {
            return;
        }
        if (set_bit(result, s)) {
            list.push(s);
        }
    }
};

} // namespace detail

/// The satisfying states of a CTL formula and of all its parts, by fixpoints on the device: the same sets as those of
/// `abstraction::evaluation`, in which their meaning is told. Sets are followed backward, layer by layer.
class evaluation {
public:
    /// @param best_at  a state of which the best is assumed: every label has the value there that helps the formula
    /// @throws system_error  a state has no successor: infinite runs, of which the formula speaks, would be missing
    /// @throws label_error  the formula has a label that the system has not
    /// @throws memory_error  the device has no room
    /// Complexity: O(nodes * (states + transitions)) on the device, and a few waits for each layer of a fixpoint.
    evaluation(const transition_system& system, const abstraction::formula& f,
               std::optional<abstraction::state_id> best_at = std::nullopt)
        : system_{system}, best_at_{best_at}, sets_(f.nodes().size()) {
        const std::size_t stuck = system.find_deadlock();
        if (stuck != system.size()) {
            throw abstraction::system_error{"state " + std::to_string(stuck) + " has no successor", stuck};
        }
        evaluate(f.nodes(), f.nodes().size() - 1, false);
        back_ = {};
    }

    /// The satisfying states of a part. @pre node < number of nodes of the formula
    [[nodiscard]] const state_set& of(std::size_t node) const noexcept { return sets_[node]; }
    /// The satisfying states of the formula.
    [[nodiscard]] const state_set& result() const noexcept { return sets_.back(); }

private:
    using kind = abstraction::formula::kind;

    void evaluate(const std::vector<abstraction::formula::node>& nodes, std::size_t i, bool optimistic) {
        const abstraction::formula::node& n = nodes[i];
        if (n.what == kind::constant) {
            sets_[i] = n.value ? everything() : state_set::none_of(system_.size());
            return;
        }
        if (n.what == kind::atom) {
            sets_[i] = with_label(n.label, optimistic ? abstraction::truth::maybe : abstraction::truth::yes);
            return;
        }
        evaluate(nodes, n.left, n.what == kind::negation ? !optimistic : optimistic);
        const state_set& left = sets_[n.left];
        switch (n.what) {
        case kind::negation: sets_[i] = complement(left); return;
        case kind::EX: sets_[i] = some_next(left); return;
        case kind::AX: sets_[i] = complement(some_next(complement(left))); return;
        case kind::EF: sets_[i] = backward(nullptr, left, need::one_successor); return;
        case kind::AF: sets_[i] = backward(nullptr, left, need::all_successors); return;
        case kind::EG: sets_[i] = complement(backward(nullptr, complement(left), need::all_successors)); return;
        case kind::AG: sets_[i] = complement(backward(nullptr, complement(left), need::one_successor)); return;
        default: break;
        }
        evaluate(nodes, n.right, optimistic);
        const state_set& right = sets_[n.right];
        switch (n.what) {
        case kind::EU: sets_[i] = backward(&left, right, need::one_successor); return;
        case kind::AU: sets_[i] = backward(&left, right, need::all_successors); return;
        default: sets_[i] = combined(left, right, n.what == kind::conjunction); return;
        }
    }

    [[nodiscard]] state_set everything() const {
        state_set out{system_.size()};
        detail::for_each_index(out.words().size(), detail::all_states{system_.size(), out.words().data()});
        return out;
    }
    [[nodiscard]] state_set with_label(const std::string& name, abstraction::truth at_least) const {
        const labelling* const l = system_.find_label(name);
        if (l == nullptr) {
            throw abstraction::label_error{name};
        }
        state_set out{system_.size()};
        const std::uint64_t best = best_at_ ? best_at_->index() : system_.size();
        detail::for_each_index(out.words().size(), detail::states_with{l->holds.data(), at_least, best, system_.size(),
                                                                       out.words().data()});
        return out;
    }
    [[nodiscard]] state_set complement(const state_set& set) const {
        state_set out{system_.size()};
        detail::for_each_index(out.words().size(),
                               detail::complement_of{set.words().data(), system_.size(), out.words().data()});
        return out;
    }
    [[nodiscard]] state_set combined(const state_set& left, const state_set& right, bool both) const {
        state_set out{system_.size()};
        detail::for_each_index(out.words().size(), detail::both_or_either{left.words().data(), right.words().data(),
                                                                          both, out.words().data()});
        return out;
    }
    [[nodiscard]] state_set some_next(const state_set& set) const {
        state_set out = state_set::none_of(system_.size());
        const rows& next = system_.successors();
        detail::for_each_index(system_.size(), detail::has_successor_in{next.offsets.data(), next.ids.data(),
                                                                        set.words().data(), out.words().data()});
        return out;
    }

    enum class need : unsigned char { one_successor, all_successors };

    // The states that come to the goal through `hold` (null: through all): a state joins when one of its successors
    // has, or when the last one has.
    [[nodiscard]] state_set backward(const state_set* hold, const state_set& goal, need what) {
        if (back_.offsets.size() == 0) {
            back_ = system_.predecessors();
        }
        state_set result = copy_of(goal);
        buffer<std::uint32_t> missing;
        if (what == need::all_successors) {
            missing.resize(system_.size());
            detail::for_each_index(system_.size(),
                                   detail::count_successors{system_.successors().offsets.data(), missing.data()});
        }
        buffer<std::uint32_t> here{system_.size()};
        buffer<std::uint32_t> next{system_.size()};
        buffer<std::uint64_t> ends{system_.size() + 1};
        buffer<unsigned long long> count{1};
        count.fill_bytes(0);
        detail::for_each_index(system_.size(), detail::list_states{goal.words().data(), {here.data(), count.data()}});
        for (std::uint64_t rows = count.at(0); rows != 0; rows = count.at(0)) {
            detail::for_each_index(rows, detail::count_predecessors{here.data(), back_.offsets.data(), ends.data()});
            work_.exclusive_sum(ends.data(), ends.data(), rows + 1);
            count.fill_bytes(0);
            detail::for_each_index(ends.at(rows), detail::step_back{here.data(),
                                                                    ends.data(),
                                                                    rows,
                                                                    back_.offsets.data(),
                                                                    back_.ids.data(),
                                                                    hold == nullptr ? nullptr : hold->words().data(),
                                                                    missing.data(),
                                                                    result.words().data(),
                                                                    {next.data(), count.data()}});
            std::swap(here, next);
        }
        return result;
    }
    [[nodiscard]] static state_set copy_of(const state_set& set) {
        state_set copy{set.states()};
        cuda::check(cudaMemcpyAsync(copy.words().data(), set.words().data(), set.words().size() * sizeof(std::uint32_t),
                                    cudaMemcpyDeviceToDevice),
                    "cudaMemcpyAsync");
        return copy;
    }

    const transition_system& system_;
    std::optional<abstraction::state_id> best_at_;
    rows back_; // made when it is first needed
    detail::workspace work_;
    std::vector<state_set> sets_;
};

} // namespace opara::inline OPARA_ABI::cccl
