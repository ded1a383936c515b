/// @file
/// Where activations live in one arena, such that no concurrency that a plan allows can overwrite one in use.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/id.hpp>
#include <opara/plan/plan.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI {

/// How long an activation must be kept.
enum class lifetime : std::uint8_t {
    until_last_use, ///< its users are done, or, without users, its producer is
    to_the_end      ///< an output of the network
};

/// A tensor between operators.
struct activation {
    std::size_t bytes = 0;         ///< its size
    std::optional<op_id> producer; ///< who writes it; nobody for an input of the network, which is there beforehand
    std::vector<op_id> users;      ///< who reads it, in any order
    lifetime kept = lifetime::until_last_use; ///< how long

    friend bool operator==(const activation&, const activation&) = default;
};

/// Where every activation lives, and how much memory that takes.
struct memory_plan {
    std::vector<std::size_t> offset;  ///< for each activation its first byte in the arena
    std::size_t peak_bytes = 0;       ///< size of the arena
    std::size_t sequential_bytes = 0; ///< size of the arena that the same order of launches needs in a single lane
    std::size_t total_bytes = 0;      ///< all activations side by side: what no reuse at all would take

    friend bool operator==(const memory_plan&, const memory_plan&) = default;
};

/// Options of `lay_out`.
struct memory_options {
    std::size_t alignment = 256; ///< offsets and sizes are multiples of it; at least 1 (256: what cudaMalloc gives)
};

namespace detail {

/// Which operators are done before which start, in a plan that is valid: a row of bits for each operator, and one for
/// each event that is recorded behind waits (a barrier) and so tells of more than one operator.
class happens_before {
public:
    explicit happens_before(const plan& p) : words_{(p.operators() + 63) / 64}, done_(p.operators() * words_, 0) {
        std::vector<std::optional<op_id>> last(p.lanes());
        std::vector<std::vector<std::size_t>> pending(p.lanes()); // what the waits since the last launch told of
        std::vector<std::size_t> told(p.events()); // a row: an operator's, and the operator, or a barrier's
        for (const command& c : p.commands()) {
            const std::size_t lane = c.lane.index();
            switch (c.what) {
            case action::launch:
                if (last[lane]) {
                    learn(c.op.index(), last[lane]->index(), p.operators());
                }
                for (const std::size_t row : pending[lane]) {
                    learn(c.op.index(), row, p.operators());
                }
                pending[lane].clear();
                last[lane] = c.op;
                break;
            case action::record:
                told[c.event.index()] = c.op.index();
                if (!pending[lane].empty()) {
                    told[c.event.index()] = words_ == 0 ? 0 : done_.size() / words_;
                    done_.resize(done_.size() + words_, 0);
                    learn(told[c.event.index()], c.op.index(), p.operators());
                    for (const std::size_t row : pending[lane]) {
                        learn(told[c.event.index()], row, p.operators());
                    }
                    pending[lane].assign(1, told[c.event.index()]);
                }
                break;
            case action::wait: pending[lane].push_back(told[c.event.index()]); break;
            }
        }
    }
    /// Whether `first` is done whenever `second` starts.
    [[nodiscard]] bool operator()(op_id first, op_id second) const noexcept {
        return (done_[second.index() * words_ + first.index() / 64] >> (first.index() % 64) & 1U) != 0;
    }

private:
    void learn(std::size_t row, std::size_t before, std::size_t operators) {
        std::uint64_t* const own = done_.data() + row * words_;
        const std::uint64_t* const other = done_.data() + before * words_;
        for (std::size_t w = 0; w < words_; ++w) {
            own[w] |= other[w];
        }
        if (before < operators) {
            own[before / 64] |= std::uint64_t{1} << (before % 64);
        }
    }

    std::size_t words_;
    std::vector<std::uint64_t> done_;
};

/// The order of a plan in a single lane: launch by launch.
class launched_before {
public:
    explicit launched_before(const plan& p) : place_(p.operators(), 0) {
        std::size_t next = 0;
        for (const command& c : p.commands()) {
            if (c.what == action::launch) {
                place_[c.op.index()] = next++;
            }
        }
    }
    [[nodiscard]] bool operator()(op_id first, op_id second) const noexcept {
        return place_[first.index()] < place_[second.index()];
    }
    [[nodiscard]] std::size_t place(op_id v) const noexcept { return place_[v.index()]; }

private:
    std::vector<std::size_t> place_;
};

/// Which activations may be in use at the same time, and so may not share bytes: a bit for each pair.
class conflicts {
public:
    /// @param before  `before(u, v)`: operator u is done whenever v starts
    template <class Before>
    conflicts(std::span<const activation> all, const Before& before)
        : words_{(all.size() + 63) / 64}, bits_(all.size() * words_, 0) {
        for (std::size_t a = 0; a < all.size(); ++a) {
            for (std::size_t b = 0; b < a; ++b) {
                if (!dead_before(all[a], all[b], before) && !dead_before(all[b], all[a], before)) {
                    bits_[a * words_ + b / 64] |= std::uint64_t{1} << (b % 64);
                    bits_[b * words_ + a / 64] |= std::uint64_t{1} << (a % 64);
                }
            }
        }
    }
    [[nodiscard]] bool operator()(std::size_t a, std::size_t b) const noexcept {
        return (bits_[a * words_ + b / 64] >> (b % 64) & 1U) != 0;
    }

private:
    // Whether the second is only written when the first is needed no more.
    template <class Before>
    static bool dead_before(const activation& first, const activation& second, const Before& before) {
        if (first.kept == lifetime::to_the_end || !second.producer) {
            return false;
        }
        const op_id writer = *second.producer;
        return (!first.producer || before(*first.producer, writer)) &&
               std::all_of(first.users.begin(), first.users.end(), [&](op_id user) { return before(user, writer); });
    }

    std::size_t words_;
    std::vector<std::uint64_t> bits_;
};

struct arena {
    std::vector<std::size_t> offset;
    std::size_t size = 0;
};

/// Where among the free gaps an activation goes.
enum class fit : std::uint8_t {
    best, ///< into the smallest gap that holds it
    ends  ///< to the bottom or the top of an arena of given size if either is free, else into the smallest gap
};

/// Places activations one after another among those that they may not share bytes with, or else on top of them.
/// @param ceiling  for `fit::ends`, the size of arena to hope for
inline arena place(std::span<const std::size_t> sizes, std::span<const std::size_t> sequence, const conflicts& conflict,
                   fit how, std::size_t ceiling) {
    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    arena result{std::vector<std::size_t>(sizes.size(), 0), 0};
    std::vector<std::size_t> placed; // by offset
    for (const std::size_t a : sequence) {
        if (sizes[a] == 0) {
            continue;
        }
        std::size_t end = 0; // of what is in the way so far
        std::size_t best = none;
        std::size_t best_gap = none;
        bool bottom_free = true;
        for (const std::size_t b : placed) {
            if (!conflict(a, b)) {
                continue;
            }
            const std::size_t start = result.offset[b];
            bottom_free = bottom_free && start >= sizes[a];
            if (start > end && start - end >= sizes[a] && start - end < best_gap) {
                best = end;
                best_gap = start - end;
            }
            end = std::max(end, start + sizes[b]);
        }
        std::size_t& offset = result.offset[a];
        if (how == fit::ends && bottom_free) {
            offset = 0;
        } else if (how == fit::ends && end + sizes[a] <= ceiling) {
            offset = ceiling - sizes[a];
        } else {
            offset = best != none ? best : end;
        }
        result.size = std::max(result.size, offset + sizes[a]);
        placed.insert(
            std::upper_bound(placed.begin(), placed.end(), a,
                             [&](std::size_t x, std::size_t y) { return result.offset[x] < result.offset[y]; }),
            a);
    }
    return result;
}

/// The most bytes that are in use at once when the operators run in the order of their launches: the plan allows that,
/// so no arena can be smaller.
inline std::size_t most_alive(std::span<const activation> all, std::span<const std::size_t> sizes,
                              const launched_before& launches, std::size_t operators) {
    std::vector<std::size_t> born(operators + 1, 0), freed(operators + 1, 0);
    for (std::size_t a = 0; a < all.size(); ++a) {
        std::size_t last = all[a].producer ? launches.place(*all[a].producer) : 0;
        born[last] += sizes[a];
        for (const op_id user : all[a].users) {
            last = std::max(last, launches.place(user));
        }
        freed[all[a].kept == lifetime::to_the_end ? operators : last] += sizes[a];
    }
    std::size_t alive = 0;
    std::size_t most = 0;
    for (std::size_t i = 0; i < operators; ++i) {
        alive += born[i];
        most = std::max(most, alive);
        alive -= freed[i];
    }
    return most;
}

/// The best of some ways, each of which wins on some networks: large ones first or as they are written, best fit or by
/// turns at both ends (which is optimal for a chain, where neighbours are alive together).
inline arena place_well(std::span<const activation> all, std::span<const std::size_t> sizes,
                        const launched_before& launches, std::size_t least, const conflicts& conflict) {
    std::vector<std::size_t> by_birth(all.size());
    for (std::size_t a = 0; a < all.size(); ++a) {
        by_birth[a] = a;
    }
    const auto birth = [&](std::size_t a) { return all[a].producer ? launches.place(*all[a].producer) + 1 : 0; };
    std::stable_sort(by_birth.begin(), by_birth.end(),
                     [&](std::size_t a, std::size_t b) { return birth(a) < birth(b); });
    std::vector<std::size_t> by_size = by_birth;
    std::stable_sort(by_size.begin(), by_size.end(), [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
    arena best = place(sizes, by_size, conflict, fit::best, least);
    const auto improve = [&](const std::vector<std::size_t>& sequence, fit how) {
        if (best.size > least) {
            arena other = place(sizes, sequence, conflict, how, least);
            if (other.size < best.size) {
                best = std::move(other);
            }
        }
    };
    improve(by_birth, fit::ends);
    improve(by_birth, fit::best);
    improve(by_size, fit::ends);
    return best;
}

inline void require_operators(std::size_t operators, std::span<const activation> all) {
    for (std::size_t a = 0; a < all.size(); ++a) {
        const auto require = [&](op_id v) {
            if (v.index() >= operators) {
                throw error{"activation " + std::to_string(a) + " speaks of operator " + std::to_string(v.value) +
                            ", but the plan has only " + std::to_string(operators)};
            }
        };
        if (all[a].producer) {
            require(*all[a].producer);
        }
        for (const op_id v : all[a].users) {
            require(v);
        }
    }
}

} // namespace detail

/// Gives every activation its place in one arena. Two of them share bytes only if all that touch the first are done, by
/// the lanes and waits of the plan and not merely in some run of it, before the producer of the second starts.
/// An operator never writes over its own input.
///
/// Greedy, in several ways of which the best counts (by size with best fit: Pisarchyk and Lee, "Efficient memory
/// management for deep neural net inference", 2020, section 5), on a partial order instead of intervals of time. So the
/// result is an upper bound on what the plan needs, not the least possible (which is NP-hard to find).
/// @param p  the plan. @pre it is valid (`find_defect`)
/// @param activations  every tensor that shall live in the arena
/// @throws error  an activation speaks of an operator that does not exist, the alignment is 0, or the sizes do not fit
///         the address space
/// Complexity: for n operators and b activations of u users each (n^2 + b^2) / 8 bytes, and O(n^2 / 64 * degree + b^2
/// u) steps: meant for some thousand operators.
[[nodiscard]] inline memory_plan lay_out(const plan& p, std::span<const activation> activations,
                                         const memory_options& options = {}) {
    if (options.alignment == 0) {
        throw error{"the alignment of activations must be at least 1"};
    }
    detail::require_operators(p.operators(), activations);
    memory_plan result;
    std::vector<std::size_t> sizes;
    sizes.reserve(activations.size());
    for (const activation& a : activations) {
        constexpr std::size_t most = std::numeric_limits<std::size_t>::max() / 2;
        if (a.bytes > most - options.alignment || result.total_bytes > most - a.bytes - options.alignment) {
            throw error{"the activations take more bytes than there are addresses"};
        }
        sizes.push_back((a.bytes + options.alignment - 1) / options.alignment * options.alignment);
        result.total_bytes += sizes.back();
    }
    const detail::launched_before launches{p};
    const std::size_t least = detail::most_alive(activations, sizes, launches, p.operators());
    const auto best_arena = [&](const auto& before) {
        return detail::place_well(activations, sizes, launches, least, detail::conflicts{activations, before});
    };
    result.sequential_bytes = best_arena(launches).size;
    detail::arena arena = best_arena(detail::happens_before{p});
    result.peak_bytes = arena.size;
    result.offset = std::move(arena.offset);
    return result;
}

} // namespace opara::inline OPARA_ABI
