/// @file
/// Waits that buy memory.
#pragma once

#include <opara/core/id.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/memory.hpp>
#include <opara/plan/partial_order.hpp>
#include <opara/plan/plan.hpp>
#include <opara/search/draft.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <queue>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::search {

/// A plan that was held to a number of bytes.
struct fitted_plan {
    plan what;                  ///< the plan
    std::size_t peak_bytes = 0; ///< of its arena (`lay_out`): the budget at most, or the least that was found
};

namespace detail {

/// A run of a plan in which an operator starts only if its outputs find room: operators as soon as the plan lets them,
/// those launched first before others. Where nothing runs and nothing finds room, the first one starts all the same.
class frugal_run {
public:
    /// @param order  what the plan orders, lanes included
    /// @param sequence  its launches
    /// @param duration_us  of each operator
    /// @param alignment  what sizes are rounded up to
    /// @param allowed  bytes that may be in use at once
    frugal_run(const frozen_graph& order, std::span<const op_id> sequence, std::span<const double> duration_us,
               std::span<const activation> all, std::size_t alignment, std::size_t allowed)
        : start_us(order.size(), 0.0), end_us(order.size(), 0.0) {
        const std::size_t n = order.size();
        std::vector<std::size_t> place(n, 0);
        for (std::size_t i = 0; i < n; ++i) {
            place[sequence[i].index()] = i;
        }
        std::vector<std::size_t> born(n, 0);           // bytes of an operator's outputs
        std::vector<std::size_t> users(all.size(), 0); // that have not ended, the producer included
        std::vector<std::vector<std::size_t>> touches(n);
        std::size_t alive = 0;
        const auto bytes = [&](const activation& a) { return (a.bytes + alignment - 1) / alignment * alignment; };
        for (std::size_t a = 0; a < all.size(); ++a) {
            (all[a].producer ? born[all[a].producer->index()] : alive) += bytes(all[a]);
            users[a] =
                all[a].users.size() + (all[a].producer ? 1U : 0U) + (all[a].kept == lifetime::to_the_end ? 1U : 0U);
            for (const op_id u : all[a].users) {
                touches[u.index()].push_back(a);
            }
            if (all[a].producer) {
                touches[all[a].producer->index()].push_back(a);
            }
        }
        std::vector<std::size_t> missing(n, 0);
        std::vector<std::size_t> ready; // places, in order
        for (std::size_t v = 0; v < n; ++v) {
            missing[v] = order.predecessors(op_id::from_index(v)).size();
            if (missing[v] == 0) {
                ready.push_back(place[v]);
            }
        }
        std::sort(ready.begin(), ready.end());
        std::priority_queue<ending, std::vector<ending>, later> running;
        double now = 0.0;
        sequence_.reserve(n);
        while (sequence_.size() < n || !running.empty()) {
            const auto begin = [&](std::size_t i) {
                const op_id v = sequence[ready[i]];
                start_us[v.index()] = now;
                end_us[v.index()] = now + duration_us[v.index()];
                alive += born[v.index()];
                sequence_.push_back(v);
                running.emplace(end_us[v.index()], ready[i]);
                ready.erase(ready.begin() + static_cast<std::ptrdiff_t>(i));
            };
            for (std::size_t i = 0; i < ready.size();) {
                if (alive + born[sequence[ready[i]].index()] <= allowed) {
                    begin(i);
                } else {
                    ++i;
                }
            }
            if (running.empty()) { // there is no room to come
                begin(0);
            }
            now = running.top().first;
            while (!running.empty() && running.top().first == now) {
                const op_id v = sequence[running.top().second];
                running.pop();
                for (const std::size_t a : touches[v.index()]) {
                    alive -= --users[a] == 0 ? bytes(all[a]) : 0;
                }
                for (const op_id w : order.successors(v)) {
                    if (--missing[w.index()] == 0) {
                        ready.insert(std::lower_bound(ready.begin(), ready.end(), place[w.index()]), place[w.index()]);
                    }
                }
            }
        }
    }

    std::vector<double> start_us; ///< by operator
    std::vector<double> end_us;   ///< by operator
    /// The operators in the order in which they started.
    [[nodiscard]] const std::vector<op_id>& sequence() const noexcept { return sequence_; }

private:
    using ending = std::pair<double, std::size_t>; // when, and whose launch
    struct later {
        bool operator()(const ending& x, const ending& y) const noexcept { return x > y; }
    };

    std::vector<op_id> sequence_;
};

/// The edges by which no two activations of at least `smallest` bytes are in use at once that were not in the run.
inline std::vector<edge> kept_apart(const frugal_run& run, std::span<const activation> all, std::size_t smallest) {
    std::vector<std::size_t> place(run.start_us.size(), 0);
    for (std::size_t i = 0; i < run.sequence().size(); ++i) {
        place[run.sequence()[i].index()] = i;
    }
    std::vector<edge> edges;
    for (const activation& first : all) {
        if (first.kept == lifetime::to_the_end || first.bytes < smallest) {
            continue;
        }
        std::vector<op_id> last = first.users;
        if (last.empty() && first.producer) {
            last.push_back(*first.producer);
        }
        for (const activation& second : all) {
            if (!second.producer || second.bytes < smallest) {
                continue;
            }
            const op_id writer = *second.producer;
            if (std::all_of(last.begin(), last.end(), [&](op_id u) {
                    return run.end_us[u.index()] <= run.start_us[writer.index()] &&
                           place[u.index()] < place[writer.index()];
                })) {
                for (const op_id u : last) {
                    edges.push_back({u, writer});
                }
            }
        }
    }
    const auto before = [](const edge& x, const edge& y) {
        return std::pair{x.source.value, x.target.value} < std::pair{y.source.value, y.target.value};
    };
    std::sort(edges.begin(), edges.end(), before);
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    return edges;
}

} // namespace detail

/// Adds waits to a plan until its activations fit into a number of bytes. It lets the plan run once with each operator
/// waiting for room (list scheduling under a limit of memory), and writes down as waits what order of large activations
/// that run kept; smaller ones only where that is not enough. Mostly these are waits that the plan's run would have
/// kept anyway, and cost little; it is the guarantee that buys memory.
/// @param g  the graph
/// @param p  a valid plan of it; lanes, variants and priorities stay, and what it orders stays ordered
/// @param cost  how long operators take
/// @param all  the activations
/// @param budget  bytes of the arena
/// @return the first plan that fits, with few waits before many; `p` itself if it does; where none does, the plan with
///         the least peak that was found: look at `peak_bytes`
/// @throws error  as `lay_out`; cost_error  as `cost::duration_of`
/// Complexity: some ten layouts; for n operators and b activations of u users O(b^2 u + n^2 / 64 * degree) each.
template <cost::duration_model Cost>
[[nodiscard]] fitted_plan fit_memory(const frozen_graph& g, const plan& p, const Cost& cost,
                                     std::span<const activation> all, std::size_t budget,
                                     const memory_options& options = {}) {
    fitted_plan best{p, lay_out(p, all, options).peak_bytes};
    if (best.peak_bytes <= budget || all.empty()) {
        return best;
    }
    std::vector<double> duration_us;
    std::size_t largest = 0;
    for (std::size_t v = 0; v < g.size(); ++v) {
        duration_us.push_back(cost::duration_of(cost, op_id::from_index(v)));
    }
    for (const activation& a : all) {
        largest = std::max(largest, a.bytes);
    }
    const frozen_graph order = partial_order(p);
    const draft asked = draft_of(g, p);
    // Few waits first: those between large activations, of runs that make do with ever less than the budget, because an
    // arena has gaps, and because what is not kept apart takes room, too.
    std::vector<detail::frugal_run> runs;
    for (const double share : {1.0, 0.85, 0.7, 0.55, 0.4}) {
        runs.emplace_back(order, asked.sequence, duration_us, all, options.alignment,
                          static_cast<std::size_t>(share * static_cast<double>(budget)));
    }
    for (const std::size_t part : {4U, 32U, 0U}) {
        for (const detail::frugal_run& run : runs) {
            draft d = asked;
            d.sequence = run.sequence();
            const std::vector<edge> edges = detail::kept_apart(run, all, part == 0 ? 0 : largest / part);
            d.order_edges.insert(d.order_edges.end(), edges.begin(), edges.end());
            plan made = express(g, d);
            const std::size_t peak = lay_out(made, all, options).peak_bytes;
            if (peak < best.peak_bytes) {
                best = {std::move(made), peak};
            }
            if (best.peak_bytes <= budget) {
                return best;
            }
        }
    }
    return best;
}

} // namespace opara::inline OPARA_ABI::search
