/// @file
/// A backend that runs a plan on no device at all, in as hostile an order as the plan allows, and writes down what
/// happened.
#pragma once

#include <opara/core/id.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/plan.hpp>
#include <opara/testing/random.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::testing {

/// What happened in one run of a plan.
struct recording {
    std::vector<op_id> finished; ///< the operators, in the order in which they ended
    std::string fault;           ///< what went wrong first, in words; empty if nothing did

    [[nodiscard]] bool legal() const noexcept { return fault.empty(); } ///< whether nothing went wrong

    friend bool operator==(const recording&, const recording&) = default;
};

/// Runs a plan as a device with unboundedly many lanes would: each lane carries out its commands in order, lanes run at
/// any speed, an operator takes time (it starts and, some steps later, ends), and a wait blocks its lane until the
/// event has happened. What the emission order says beyond that is *not* obeyed, so a missing wait shows.
///
/// Operators compute integers: each mixes its number with the results of its predecessors. A run is legal if every
/// operator ran once, found all its predecessors done, and the integers are those of the sequential run.
///
/// It asks nothing of `plan/validate.hpp` and nothing of the scheduler, so that it can be the judge of both.
class recorder {
public:
    /// @param commands  the plan; any at all, also an illegal one
    /// @param graph  what it is meant to run
    recorder(const plan& commands, const frozen_graph& graph) : graph_{graph}, lanes_(commands.lanes()) {
        illegal_ = enqueue(commands);
        if (illegal_.empty()) {
            expected_.resize(graph.size());
            for (const op_id v : graph.topological_order()) {
                expected_[v.index()] = compute(v, expected_);
            }
        }
    }

    /// Runs the plan in a random interleaving: for even seeds each step advances a lane chosen at random, for odd ones
    /// lanes have random ranks that change now and then, so that some lanes starve for long.
    [[nodiscard]] recording run(std::uint64_t seed) const {
        return run(seed, [](op_id) {}, [](op_id) {});
    }
    /// The same, and calls `on_start(op)` and `on_end(op)` as operators start and end.
    /// Complexity: O(commands * lanes).
    template <class OnStart, class OnEnd>
    [[nodiscard]] recording run(std::uint64_t seed, OnStart on_start, OnEnd on_end) const;

    /// The operators that can end while `victim` has not ended: all those that the plan does not order behind it, the
    /// victim excepted. An exact oracle of the plan's partial order. Complexity: O(commands).
    /// @pre the plan is legal to enqueue (`enqueue_fault` is empty)
    [[nodiscard]] std::vector<op_id> without(op_id victim) const;

    /// Why the commands could not even be enqueued (captured), in words; empty if they can be.
    [[nodiscard]] const std::string& enqueue_fault() const noexcept { return illegal_; }

private:
    // Splits the commands by lane, as a stream capture would, and says what it would refuse.
    std::string enqueue(const plan& commands) {
        std::vector<bool> launched(graph_.size()), recorded(commands.events());
        for (const command& c : commands.commands()) {
            if (c.lane.index() >= lanes_.size()) {
                return "a command speaks of lane " + std::to_string(c.lane.value) + ", which does not exist";
            }
            if (c.what == action::launch) {
                if (c.op.index() >= launched.size() || launched[c.op.index()]) {
                    return "operator " + std::to_string(c.op.value) + " is launched twice or does not exist";
                }
                launched[c.op.index()] = true;
            } else {
                const bool wanted = c.what == action::wait;
                if (c.event.index() >= recorded.size() || recorded[c.event.index()] != wanted) {
                    return "event " + std::to_string(c.event.value) +
                           (wanted ? " is waited for before it is recorded" : " is recorded twice or does not exist");
                }
                recorded[c.event.index()] = true;
            }
            lanes_[c.lane.index()].push_back(c);
        }
        for (std::size_t v = 0; v < launched.size(); ++v) {
            if (!launched[v]) {
                return "operator " + std::to_string(v) + " is never launched";
            }
        }
        events_ = commands.events();
        return {};
    }

    [[nodiscard]] std::uint64_t compute(op_id v, std::span<const std::uint64_t> results) const {
        std::uint64_t mixed = random_source{v.value}.next();
        for (const op_id p : graph_.predecessors(v)) {
            mixed = random_source{mixed ^ results[p.index()]}.next(); // not commutative: arguments may not be swapped
        }
        return mixed | 1U; // never 0, which stands for "not there yet"
    }

    const frozen_graph& graph_;
    std::vector<std::vector<command>> lanes_;
    std::size_t events_ = 0;
    std::vector<std::uint64_t> expected_;
    std::string illegal_;
};

namespace detail {
/// Chooses which lane advances next.
class adversary {
public:
    adversary(std::uint64_t seed, std::size_t lanes) : random_{seed}, starving_{seed % 2 == 1}, rank_(lanes) {
        for (std::uint64_t& rank : rank_) {
            rank = random_.next();
        }
    }
    /// @pre some lane is able to advance
    template <class Able>
    std::size_t choose(Able able) {
        if (random_.chance(1.0 / 32.0)) {
            rank_[random_.below(rank_.size())] = random_.next();
        }
        if (!starving_) {
            std::size_t lane = random_.below(rank_.size());
            while (!able(lane)) {
                lane = (lane + 1) % rank_.size();
            }
            return lane;
        }
        std::size_t best = rank_.size();
        for (std::size_t lane = 0; lane < rank_.size(); ++lane) {
            if (able(lane) && (best == rank_.size() || rank_[best] < rank_[lane])) {
                best = lane;
            }
        }
        return best;
    }

private:
    random_source random_;
    bool starving_;
    std::vector<std::uint64_t> rank_;
};
} // namespace detail

template <class OnStart, class OnEnd>
recording recorder::run(std::uint64_t seed, OnStart on_start, OnEnd on_end) const {
    recording result{{}, illegal_};
    if (!result.legal()) {
        return result;
    }
    detail::adversary adversary{seed, lanes_.size()};
    std::vector<std::size_t> next(lanes_.size(), 0);
    std::vector<bool> running(lanes_.size()), happened(events_), done(graph_.size());
    std::vector<std::uint64_t> input(graph_.size(), 0), results(graph_.size(), 0);
    const auto fail = [&](std::string what) {
        if (result.fault.empty()) {
            result.fault = std::move(what);
        }
    };
    const auto able = [&](std::size_t lane) {
        if (next[lane] == lanes_[lane].size()) {
            return false;
        }
        const command& c = lanes_[lane][next[lane]];
        return c.what != action::wait || happened[c.event.index()];
    };
    while (true) {
        std::size_t lane = 0;
        while (lane < lanes_.size() && !able(lane)) {
            ++lane;
        }
        if (lane == lanes_.size()) {
            break;
        }
        lane = adversary.choose(able);
        const command& c = lanes_[lane][next[lane]];
        if (c.what == action::record) {
            happened[c.event.index()] = true;
        } else if (c.what == action::launch && !running[lane]) {
            running[lane] = true;
            for (const op_id p : graph_.predecessors(c.op)) {
                if (!done[p.index()]) {
                    fail("operator " + std::to_string(c.op.value) + " started before operator " +
                         std::to_string(p.value) + ", which it needs, was done");
                }
            }
            input[c.op.index()] = compute(c.op, results);
            on_start(c.op);
            continue;
        } else if (c.what == action::launch) {
            running[lane] = false;
            done[c.op.index()] = true;
            results[c.op.index()] = input[c.op.index()];
            result.finished.push_back(c.op);
            on_end(c.op);
        }
        ++next[lane];
    }
    if (result.finished.size() != graph_.size()) {
        fail("the plan hangs after " + std::to_string(result.finished.size()) + " of " + std::to_string(graph_.size()) +
             " operators");
    }
    for (std::size_t v = 0; v < graph_.size(); ++v) {
        if (results[v] != expected_[v]) {
            fail("operator " + std::to_string(v) + " has another result than in the sequential run");
        }
    }
    return result;
}

inline std::vector<op_id> recorder::without(op_id victim) const {
    OPARA_ASSERT(illegal_.empty());
    std::vector<op_id> finished;
    std::vector<std::size_t> next(lanes_.size(), 0), able;
    std::vector<bool> happened(events_);
    std::vector<std::vector<std::size_t>> blocked(events_); // lanes by the event that they wait for
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
        able.push_back(lane);
    }
    while (!able.empty()) {
        const std::size_t lane = able.back();
        able.pop_back();
        for (; next[lane] < lanes_[lane].size(); ++next[lane]) {
            const command& c = lanes_[lane][next[lane]];
            if (c.what == action::launch) {
                if (c.op == victim) {
                    break;
                }
                finished.push_back(c.op);
            } else if (c.what == action::record) {
                happened[c.event.index()] = true;
                able.insert(able.end(), blocked[c.event.index()].begin(), blocked[c.event.index()].end());
                blocked[c.event.index()].clear();
            } else if (!happened[c.event.index()]) {
                blocked[c.event.index()].push_back(lane);
                break;
            }
        }
    }
    return finished;
}

} // namespace opara::inline OPARA_ABI::testing
