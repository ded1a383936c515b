/// @file
/// The engine behind `simulate`: nodes, then the device, event by event.
#pragma once

#include <opara/core/error.hpp>
#include <opara/cost/device.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/graph/reduction.hpp>
#include <opara/plan/partial_order.hpp>
#include <opara/plan/plan.hpp>
#include <opara/sim/footprints.hpp>
#include <opara/sim/launch.hpp>
#include <opara/sim/machine.hpp>
#include <opara/sim/options.hpp>
#include <opara/sim/timeline.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::sim::detail {

/// Simulates plans, one after another: it keeps its memory, and what it worked out of kernels that it meets again.
class simulation {
public:
    /// @param d  the device, which must outlive the object
    /// @throws error  the options make no graph
    simulation(const cost::device& d, const simulate_options& options)
        : device_{&d}, options_{options}, prints_{d}, machine_{d}, launcher_{d.graph} {
        if (options.out_degree == 1) {
            throw error{"simulate_options: out_degree is 1, so that a relay would need a relay"};
        }
    }

    /// @param kernels  by operator; must outlive the call
    /// @return the run, until the next call
    timeline& run(const plan& p, std::span<const cost::kernel> kernels) {
        forget();
        plan_ = &p;
        kernels_ = kernels;
        build();
        const bool rooted = options_.root == extra_node::when_several && launcher_.sources() > 1;
        launcher_.begin(rooted ? launcher::root::one : launcher::root::none);
        while (step()) {
        }
        require_all_done();
        finish();
        return result_;
    }

private:
    // What is launched for an operator.
    struct node {
        const footprint* print = nullptr;
        op_id op;
        std::int32_t priority = 0;
    };

    void forget() {
        machine_.reset();
        result_.makespan_us = 0.0;
        result_.operators.clear();
        result_.critical.clear();
        result_.loads.clear();
        result_.mean = {};
        nodes_.clear();
        nothing_.clear();
        waited_.clear();
        waits_.clear();
        done_ = 0;
        last_ = none_;
        now_ = 0.0;
    }

    void build() {
        const captured_edges captured{*plan_, [&](op_id v) { return kernels_[v.index()].launches(); }};
        const std::size_t n = plan_->operators();
        result_.operators.resize(n);
        node_of_.resize(n);
        nodes_.reserve(n);
        for (const command& c : plan_->commands()) {
            if (c.what != action::launch) {
                continue;
            }
            result_.operators[c.op.index()].lane = c.lane;
            if (const cost::kernel& k = kernels_[c.op.index()]; k.launches()) {
                node_of_[c.op.index()] = static_cast<std::uint32_t>(nodes_.size());
                nodes_.push_back({&prints_.of(k, c.op), c.op, c.priority});
            } else {
                nothing_.push_back(c.op);
            }
        }
        result_.loads.reserve(2 * nodes_.size());
        for (const op_id v : nothing_) { // an operator without a node is over when what it waits for is
            waited_.push_back(static_cast<std::uint32_t>(waits_.size()));
            for (const op_id p : captured.before(v)) {
                waits_.push_back(p);
            }
        }
        waited_.push_back(static_cast<std::uint32_t>(waits_.size()));
        const auto captured_edge = [&](auto&& use) {
            for (std::uint32_t v = 0; v < nodes_.size(); ++v) {
                for (const op_id p : captured.before(nodes_[v].op)) {
                    use(node_of_[p.index()], v);
                }
            }
        };
        if (options_.edges == implied_edges::keep) {
            connect(captured_edge);
            return;
        }
        std::vector<edge> edges;
        captured_edge([&](std::uint32_t p, std::uint32_t v) { edges.push_back({op_id{p}, op_id{v}}); });
        const frozen_graph fewest = transitive_reduction(frozen_graph{nodes_.size(), edges});
        connect([&](auto&& use) { fewest.for_each_edge([&](edge e) { use(e.source.value, e.target.value); }); });
    }
    template <class EachEdge>
    void connect(EachEdge&& each_edge) {
        launcher_.build(
            nodes_.size(), each_edge,
            [this](std::uint32_t v) {
                return nodes_[v].print->duration_us > 0.0 ? device_->graph.edge_us : device_->graph.edge_to_empty_us;
            },
            [this](std::uint32_t v) { return nodes_[v].priority; }, options_.out_degree, options_.programmatic);
    }

    bool step() {
        const double launch = launcher_.next();
        const double machine = machine_.next();
        const double next = std::min(launch, machine);
        if (next == std::numeric_limits<double>::infinity()) {
            return false;
        }
        now_ = std::max(next, now_);
        machine_.advance(now_);
        if (machine <= launch || start_next()) {
            settle();
        }
        return true;
    }

    // Launches a node. @return whether the machine has to settle
    bool start_next() {
        const auto [number, held] = launcher_.pop();
        if (launcher_.is_relay(number)) {
            launcher_.done(number, now_, now_);
            return false;
        }
        const node& launched = nodes_[number];
        activity& a = result_.operators[launched.op.index()];
        a.ready_us = launcher_.ready_us(number);
        a.start_us = now_;
        a.cause = nodes_[launcher_.cause(number)].op;
        a.held = held ? held_by::front_end : a.cause == launched.op ? held_by::nothing : held_by::dependency;
        if (launched.print->duration_us == 0.0) {
            end(number, a);
            return false;
        }
        return machine_.enqueue(*launched.print, number, launched.priority, launched.print->placing_us);
    }

    void settle() {
        machine_.settle(
            [this](std::uint32_t number, std::uint32_t freed_by) {
                activity& a = result_.operators[nodes_[number].op.index()];
                if (now_ > a.start_us + 1e-5) { // it was launched then and found no room
                    a.held = held_by::space;
                    a.cause = freed_by == none_ ? a.cause : nodes_[freed_by].op;
                }
                a.start_us = now_ + nodes_[number].print->placing_us;
            },
            [this](std::uint32_t number, double sms) {
                activity& a = result_.operators[nodes_[number].op.index()];
                a.sm_share = std::min(sms / device_->sms, 1.0);
                end(number, a);
            });
        const load l{now_, machine_.busy_sms(), machine_.busy_dram(), machine_.busy_math()};
        if (!result_.loads.empty() && result_.loads.back().time_us == now_) {
            result_.loads.back() = l;
        } else {
            result_.loads.push_back(l);
        }
    }

    void end(std::uint32_t number, activity& a) {
        a.end_us = now_;
        if (++done_; last_ == none_ || now_ > end_of(last_) || (now_ == end_of(last_) && number < last_)) {
            last_ = number;
        }
        launcher_.done(number, a.start_us, now_);
    }

    // A device that stands still with work left is a defect of the simulator; it must not look like a fast plan.
    void require_all_done() const {
        if (done_ != nodes_.size()) {
            throw error{"the simulation came to a standstill: " + std::to_string(nodes_.size() - done_) + " of " +
                        std::to_string(nodes_.size()) + " kernels are not done"};
        }
    }

    void finish() {
        for (std::size_t i = 0; i < nothing_.size(); ++i) {
            activity& a = result_.operators[nothing_[i].index()];
            a.cause = nothing_[i];
            for (std::uint32_t w = waited_[i]; w < waited_[i + 1]; ++w) {
                const double end = result_.operators[waits_[w].index()].end_us;
                if (end >= a.end_us) {
                    a.ready_us = a.start_us = a.end_us = end;
                    a.held = held_by::dependency;
                    a.cause = waits_[w];
                }
            }
        }
        if (last_ == none_) {
            return; // no node, no graph
        }
        result_.makespan_us = end_of(last_) + sink_us();
        for (op_id v = nodes_[last_].op;;) {
            result_.critical.push_back(v);
            const activity& a = result_.operators[v.index()];
            if (a.cause == v) {
                break;
            }
            v = a.cause;
        }
        std::reverse(result_.critical.begin(), result_.critical.end());
        result_.mean = mean_load();
    }
    [[nodiscard]] load mean_load() const {
        load sum;
        for (std::size_t i = 1; i < result_.loads.size(); ++i) {
            const load& from = result_.loads[i - 1];
            const double us = result_.loads[i].time_us - from.time_us;
            sum.sms += us * from.sms;
            sum.dram += us * from.dram;
            sum.math += us * from.math;
        }
        const double all = result_.makespan_us;
        return {0.0, sum.sms / all, sum.dram / all, sum.math / all};
    }

    [[nodiscard]] double end_of(std::uint32_t v) const { return result_.operators[nodes_[v].op.index()].end_us; }

    // What the sink takes after the last node.
    [[nodiscard]] double sink_us() const {
        if (options_.sink == extra_node::never) {
            return 0.0;
        }
        const std::vector<std::uint32_t> sinks = launcher_.sinks();
        if (sinks.size() < 2) {
            return 0.0;
        }
        return launcher_.crossing(sinks) ? device_->graph.channel_join_us : device_->graph.edge_to_empty_us;
    }

    static constexpr std::uint32_t none_ = std::numeric_limits<std::uint32_t>::max();

    const plan* plan_ = nullptr;
    std::span<const cost::kernel> kernels_;
    const cost::device* device_;
    simulate_options options_;
    footprints prints_;
    machine machine_;
    launcher launcher_;
    timeline result_;
    std::vector<node> nodes_;            // in the order of creation
    std::vector<std::uint32_t> node_of_; // by operator, if it has one
    std::vector<op_id> nothing_;         // operators without a node
    std::vector<std::uint32_t> waited_;  // where their part of waits_ begins
    std::vector<op_id> waits_;
    std::size_t done_ = 0;       // nodes
    std::uint32_t last_ = none_; // that ended last, the first created of those at once
    double now_ = 0.0;
};

} // namespace opara::inline OPARA_ABI::sim::detail
