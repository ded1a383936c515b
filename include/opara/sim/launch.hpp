/// @file
/// When the nodes of a CUDA graph may start: forks, joins, channels and the front end.
#pragma once

#include <opara/core/id.hpp>
#include <opara/cost/device.hpp>
#include <opara/sim/ready_line.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::sim::detail {

/// The nodes of a graph in the order of their creation, the edges between them, and the rules of docs/simulator.md,
/// section "Nodes and edges". Node numbers are places in the order of creation.
class launcher {
public:
    /// Whether a single root goes before several sources.
    enum class root : std::uint8_t { none, one };

    explicit launcher(const cost::graph_costs& costs) : costs_{&costs} {}

    /// Builds the graph.
    /// @param nodes  how many
    /// @param each_edge  `each_edge(f)` calls `f(parent, child)` for every edge, and for those of one parent in the
    ///        order of the children's creation: a fork starts them in this order, whatever order the edges came in
    /// @param edge_us  `edge_us(v)` tells the time from the end of a node's only parent to its launch
    /// @param priority  `priority(v)`; where a child has a higher one than the sibling before it, it overtakes that one
    template <class EachEdge, class EdgeUs, class Priority>
    void build(std::size_t nodes, EachEdge&& each_edge, EdgeUs&& edge_us, Priority&& priority) {
        sources_.clear();
        ready_.clear();
        free_at_ = 0.0;
        states_.assign(nodes, {});
        first_child_.assign(nodes + 2, 0); // shifted by one while the children are counted and placed
        each_edge([this](std::uint32_t parent, std::uint32_t child) {
            ++first_child_[parent + 2];
            ++states_[child].missing;
        });
        for (std::size_t v = 2; v < nodes + 2; ++v) {
            first_child_[v] += first_child_[v - 1];
        }
        children_.resize(first_child_[nodes + 1]);
        each_edge([this](std::uint32_t parent, std::uint32_t child) { children_[first_child_[parent + 1]++] = child; });
        for (std::uint32_t v = 0; v < nodes; ++v) {
            states_[v].edge_us = edge_us(v);
            overtake({children_.data() + first_child_[v], children_.data() + first_child_[v + 1]}, priority);
            if (states_[v].missing == 0) {
                sources_.push_back(v);
            }
        }
        rooted_ = sources_;
        overtake(rooted_, priority);
    }

    [[nodiscard]] std::size_t sources() const noexcept { return sources_.size(); }
    /// The nodes without children.
    [[nodiscard]] std::vector<std::uint32_t> sinks() const {
        std::vector<std::uint32_t> found;
        for (std::uint32_t v = 0; v < states_.size(); ++v) {
            if (first_child_[v] == first_child_[v + 1]) {
                found.push_back(v);
            }
        }
        return found;
    }

    /// Lets the graph begin: its sources become ready.
    void begin(root how) {
        const std::size_t m = sources_.size();
        for (std::size_t i = 0; i < m; ++i) {
            const std::uint32_t v = how == root::one ? rooted_[i] : sources_[i];
            state& s = states_[v];
            if (how == root::one) {
                s.time = costs_->replay_us + fork(i, m, v);
            } else {
                const double channels = std::min<double>(static_cast<double>(i), costs_->channels - 1.0);
                s.time = costs_->replay_us + costs_->further_channel_us * channels +
                         costs_->further_root_us * (static_cast<double>(i) - channels);
                s.channel = static_cast<std::uint32_t>(i % costs_->channels);
            }
            push(v, how == root::one && m > costs_->fork_limit);
        }
    }

    /// The time at which the next node is launched, at most one at a time; infinity if none is ready.
    [[nodiscard]] double next() const noexcept {
        return ready_.empty() ? std::numeric_limits<double>::infinity() : std::max(ready_.front().time_us, free_at_);
    }
    /// Takes that node. @return it, and whether the front end held it up
    std::pair<std::uint32_t, bool> pop() {
        const ready_node first = ready_.pop();
        const double at = std::max(first.time_us, free_at_);
        free_at_ = at + costs_->front_end_us;
        return {first.node, at > first.time_us};
    }

    /// A node is done at this time: its children that waited only for it become ready.
    void done(std::uint32_t v, double time_us) {
        const std::uint32_t begin = first_child_[v];
        const std::size_t m = first_child_[v + 1] - begin;
        const bool wide = m > costs_->fork_limit;
        for (std::size_t i = 0; i < m; ++i) {
            const std::uint32_t c = children_[begin + i];
            state& s = states_[c];
            const double t = time_us + fork(i, m, c);
            if (!s.reached) {
                s.channel = states_[v].channel;
                s.newest = v;
            } else if (s.channel != states_[v].channel) {
                s.crossing = true;
            }
            if (v > s.newest) {
                s.newest = v;
            }
            s.reached = true;
            if (t >= s.time) {
                s.time = t;
                s.cause = v;
            }
            if (--s.missing == 0) {
                if (s.crossing) {
                    s.time = std::max(s.time, time_us + costs_->channel_join_us + s.edge_us - costs_->edge_us);
                    s.cause = v;
                }
                s.channel = states_[s.newest].channel;
                s.ready = time_us;
                push(c, wide);
            }
        }
    }

    /// The end of the last parent of a node.
    [[nodiscard]] double ready_us(std::uint32_t v) const noexcept { return states_[v].ready; }
    /// The parent that decided when a node became ready; itself for a source.
    [[nodiscard]] std::uint32_t cause(std::uint32_t v) const noexcept {
        return states_[v].reached ? states_[v].cause : v;
    }
    /// Whether the nodes in `ends` are in more than one channel.
    [[nodiscard]] bool crossing(std::span<const std::uint32_t> ends) const noexcept {
        for (const std::uint32_t v : ends) {
            if (states_[v].channel != states_[ends.front()].channel) {
                return true;
            }
        }
        return false;
    }

private:
    struct state {
        double time = 0.0;    // earliest launch so far
        double ready = 0.0;   // end of the last parent
        double edge_us = 0.0; // from its only parent's end to its launch
        std::uint32_t missing = 0;
        std::uint32_t cause = 0;
        std::uint32_t channel = 0;
        std::uint32_t newest = 0; // the parent that was created last: its channel is the node's
        bool reached = false;
        bool crossing = false;
    };

    // Priority does not reorder a fork, but that each child overtakes one sibling at most.
    template <class Priority>
    static void overtake(std::span<std::uint32_t> fork, Priority&& priority) noexcept {
        for (std::size_t i = fork.size(); i > 1; --i) {
            if (priority(fork[i - 1]) > priority(fork[i - 2])) {
                std::swap(fork[i - 1], fork[i - 2]);
                --i; // that sibling is overtaken, and overtakes nobody
                if (i == 1) {
                    break;
                }
            }
        }
    }
    // Time from a parent's end to the launch of child i of m.
    [[nodiscard]] double fork(std::size_t i, std::size_t m, std::uint32_t child) const noexcept {
        if (m > costs_->fork_limit) {
            return costs_->wide_fork_us + states_[child].edge_us - costs_->edge_us;
        }
        return states_[child].edge_us + costs_->fork_step_us * static_cast<double>(i);
    }
    // The children of a wide fork come in reverse.
    void push(std::uint32_t v, bool reverse) { ready_.push({states_[v].time, reverse ? ~v : v, v}); }

    const cost::graph_costs* costs_;
    std::vector<state> states_;
    std::vector<std::uint32_t> children_;
    std::vector<std::uint32_t> first_child_;
    std::vector<std::uint32_t> sources_;
    std::vector<std::uint32_t> rooted_; // the sources as children of a root
    ready_line ready_;
    double free_at_ = 0.0; // when the front end takes the next node
};

} // namespace opara::inline OPARA_ABI::sim::detail
