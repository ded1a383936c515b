/// @file
/// When the nodes of a CUDA graph may start: forks, joins, channels and the front end.
#pragma once

#include <opara/core/id.hpp>
#include <opara/cost/device.hpp>
#include <opara/plan/relays.hpp>
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
    /// @param out_degree  where a node has more children, relays come between as an emitter puts them; 0: no relays
    /// @param programmatic  whether edges are programmatic, but for those of root and relays
    template <class EachEdge, class EdgeUs, class Priority>
    void build(std::size_t nodes, EachEdge&& each_edge, EdgeUs&& edge_us, Priority&& priority,
               std::uint32_t out_degree = 0, bool programmatic = false) {
        programmatic_ = programmatic;
        sources_.clear();
        ready_.clear();
        free_at_ = 0.0;
        nodes_ = nodes;
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
            state& s = states_[v];
            s.edge_us = edge_us(v);
            s.children = {first_child_[v], first_child_[v + 1]};
            overtake({children_.data() + s.children.begin, children_.data() + s.children.end}, priority);
            if (s.missing == 0) {
                sources_.push_back(v);
            }
        }
        rooted_ = sources_;
        overtake(rooted_, priority);
        if (out_degree == 0) {
            return;
        }
        for (std::uint32_t v = 0; v < nodes; ++v) {
            if (const range all = states_[v].children; all.size() > out_degree) {
                const range fewer = relay(all, out_degree);
                states_[v].children = fewer;
            }
        }
        if (rooted_.size() > out_degree) {
            const range all = append(rooted_);
            const range fewer = relay(all, out_degree);
            rooted_.assign(children_.begin() + fewer.begin, children_.begin() + fewer.end);
            for (const std::uint32_t v : sources_) {
                states_[v].missing = 1; // a relay, if there is none before it nobody asks
            }
        }
    }

    [[nodiscard]] std::size_t sources() const noexcept { return sources_.size(); }
    /// The nodes without children.
    [[nodiscard]] std::vector<std::uint32_t> sinks() const {
        std::vector<std::uint32_t> found;
        for (std::uint32_t v = 0; v < nodes_; ++v) {
            if (states_[v].children.size() == 0) {
                found.push_back(v);
            }
        }
        return found;
    }

    /// Lets the graph begin: its sources become ready.
    void begin(root how) {
        const std::vector<std::uint32_t>& first = how == root::one ? rooted_ : sources_;
        const std::size_t m = first.size();
        for (std::size_t i = 0; i < m; ++i) {
            const std::uint32_t v = first[i];
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
        return ready_.empty() ? std::numeric_limits<double>::infinity() : launch_us(ready_.front());
    }
    /// Takes that node. @return it, and whether the front end held it up
    std::pair<std::uint32_t, bool> pop() {
        const ready_node first = ready_.pop();
        const double at = launch_us(first);
        if (!states_[first.node].launched) {
            free_at_ = at + (is_relay(first.node) ? costs_->relay_us : costs_->front_end_us);
        }
        return {first.node, at > first.time_us};
    }

    /// A node is done: its children that waited only for it become ready.
    /// @param started_us,time_us  when its blocks were on the SMs, and when they were over
    void done(std::uint32_t v, double started_us, double time_us) {
        const range children = states_[v].children;
        const std::size_t m = children.size();
        const bool wide = m > costs_->fork_limit;
        for (std::size_t i = 0; i < m; ++i) {
            const std::uint32_t c = children_[children.begin + i];
            const std::uint32_t cause = is_relay(v) ? behind_relay(v, c) : v;
            state& s = states_[c];
            const bool early = programmatic_ && !is_relay(v) && !is_relay(c);
            const double launched = (early ? started_us : time_us) + fork(i, m, c);
            const double t = early ? std::max(launched, time_us + costs_->programmatic_edge_us) : launched;
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
                s.cause = cause;
                s.launched = t > launched;
            }
            if (--s.missing == 0) {
                if (s.crossing) {
                    s.launched = false;
                    s.time = std::max(s.time, time_us + costs_->channel_join_us + s.edge_us - costs_->edge_us);
                    s.cause = cause;
                }
                s.channel = states_[s.newest].channel;
                s.ready = time_us;
                push(c, wide);
            }
        }
    }

    /// Whether it is a relay, an empty kernel that no operator asked for: it is done when it is launched.
    [[nodiscard]] bool is_relay(std::uint32_t v) const noexcept { return v >= nodes_; }
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
    struct range { // of `children_`
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
        [[nodiscard]] std::size_t size() const noexcept { return end - begin; }
    };
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
        bool launched = false; // before its last parent was over, which is all that it still waits for
        range children;
    };

    range append(std::span<const std::uint32_t> list) {
        const auto begin = static_cast<std::uint32_t>(children_.size());
        children_.insert(children_.end(), list.begin(), list.end());
        return {begin, static_cast<std::uint32_t>(children_.size())};
    }
    // Puts relays between a node and all but the first of its children: as few between it and any child as can be, and
    // those that are created first closest to it.
    // @return its children now
    range relay(range all, std::uint32_t limit) {
        const relay_shares shares{all.size(), limit};
        std::vector<std::uint32_t> fewer;
        range left = all;
        while (left.size() > 0) {
            std::size_t share = 1;
            if (fewer.size() >= shares.direct()) {
                const std::size_t relays = shares.direct() + shares.relays() - fewer.size();
                share = (left.size() + relays - 1) / relays;
            }
            const range those{left.begin, left.begin + static_cast<std::uint32_t>(share)};
            left.begin = those.end;
            if (share == 1) { // no relay for a single child
                fewer.push_back(children_[those.begin]);
                continue;
            }
            const auto number = static_cast<std::uint32_t>(states_.size());
            states_.emplace_back();
            states_[number].edge_us = costs_->edge_to_empty_us;
            states_[number].missing = 1;
            const range below = those.size() > limit ? relay(those, limit) : those;
            states_[number].children = below;
            fewer.push_back(number);
        }
        return append(fewer);
    }

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
    // Whom a child of a relay waits for: the node behind it; itself where that is the root.
    [[nodiscard]] std::uint32_t behind_relay(std::uint32_t relay, std::uint32_t child) const noexcept {
        const state& s = states_[relay];
        return s.reached && !is_relay(s.cause) ? s.cause : child;
    }
    [[nodiscard]] double launch_us(const ready_node& x) const noexcept {
        return states_[x.node].launched ? x.time_us : std::max(x.time_us, free_at_);
    }
    // The children of a wide fork come in reverse.
    void push(std::uint32_t v, bool reverse) { ready_.push({states_[v].time, reverse ? ~v : v, v}); }

    const cost::graph_costs* costs_;
    std::size_t nodes_ = 0;
    bool programmatic_ = false;
    std::vector<state> states_;
    std::vector<std::uint32_t> children_;
    std::vector<std::uint32_t> first_child_;
    std::vector<std::uint32_t> sources_;
    std::vector<std::uint32_t> rooted_; // the sources as children of a root
    ready_line ready_;
    double free_at_ = 0.0; // when the front end takes the next node
};

} // namespace opara::inline OPARA_ABI::sim::detail
