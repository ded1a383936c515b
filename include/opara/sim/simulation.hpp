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
    simulation(const cost::device& d, const simulate_options& options)
        : device_{&d}, options_{options}, prints_{d}, machine_{d}, launcher_{d.graph} {}

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
    void forget() {
        machine_.reset();
        result_.makespan_us = 0.0;
        result_.operators.clear();
        result_.critical.clear();
        result_.loads.clear();
        result_.mean = {};
        op_of_.clear();
        priority_.clear();
        edge_us_.clear();
        print_.clear();
        nothing_.clear();
        waited_.clear();
        waits_.clear();
        done_ = 0;
        now_ = busy_ = dram_ = math_ = 0.0;
    }

    [[nodiscard]] const footprint& print_of(std::uint32_t node) const { return prints_[print_[node]]; }

    void build() {
        const captured_edges captured{*plan_, [&](op_id v) { return kernels_[v.index()].launches(); }};
        const std::size_t n = plan_->operators();
        result_.operators.resize(n);
        priority_.reserve(n);
        for (const command& c : plan_->commands()) {
            if (c.what == action::launch) {
                result_.operators[c.op.index()].lane = c.lane;
                if (kernels_[c.op.index()].launches()) {
                    priority_.push_back(c.priority);
                }
            }
        }
        std::vector<std::uint32_t> node_of(n, none_);
        op_of_.reserve(n);
        for (const op_id v : captured.order()) {
            if (kernels_[v.index()].launches()) {
                node_of[v.index()] = static_cast<std::uint32_t>(op_of_.size());
                op_of_.push_back(v);
            } else {
                nothing_.push_back(v);
            }
        }
        std::size_t most = 0;
        for (const op_id v : op_of_) {
            most += captured.before(v).size();
        }
        std::vector<edge> edges;
        edges.reserve(most);
        for (const op_id v : op_of_) {
            for (const op_id p : captured.before(v)) {
                edges.push_back({op_id{node_of[p.index()]}, op_id{node_of[v.index()]}});
            }
        }
        if (options_.edges == implied_edges::drop) {
            const frozen_graph fewest = transitive_reduction(frozen_graph{op_of_.size(), edges});
            edges.clear();
            fewest.for_each_edge([&](edge e) { edges.push_back(e); });
        }
        edge_us_.reserve(op_of_.size());
        print_.reserve(op_of_.size());
        for (const op_id v : op_of_) {
            print_.push_back(prints_.of(kernels_[v.index()], v));
            edge_us_.push_back(kernels_[v.index()].duration_us > 0.0 ? device_->graph.edge_us
                                                                     : device_->graph.edge_to_empty_us);
        }
        for (const op_id v : nothing_) { // an operator without a node is over when what it waits for is
            waited_.push_back(static_cast<std::uint32_t>(waits_.size()));
            for (const op_id p : captured.before(v)) {
                waits_.push_back(p);
            }
        }
        waited_.push_back(static_cast<std::uint32_t>(waits_.size()));
        launcher_.build(edges, edge_us_, priority_);
    }

    bool step() {
        const double launch = launcher_.next();
        const double machine = machine_.next();
        const double next = std::min(launch, machine);
        if (next == std::numeric_limits<double>::infinity()) {
            return false;
        }
        const double step_us = std::max(next - now_, 0.0);
        now_ = std::max(next, now_);
        machine_.advance(now_);
        busy_ += step_us * machine_.busy_sms();
        dram_ += step_us * machine_.busy_dram();
        math_ += step_us * machine_.busy_math();
        if (machine <= launch) {
            settle();
            return true;
        }
        const auto [node, held] = launcher_.pop();
        activity& a = result_.operators[op_of_[node].index()];
        a.ready_us = launcher_.ready_us(node);
        a.start_us = now_;
        a.cause = op_of_[launcher_.cause(node)];
        a.held = a.cause == op_of_[node] ? held_by::nothing : held_by::dependency;
        if (held) {
            a.held = held_by::front_end;
        }
        if (kernels_[op_of_[node].index()].duration_us == 0.0) {
            a.end_us = now_;
            ++done_;
            launcher_.done(node, now_);
        } else {
            if (machine_.enqueue(print_of(node), node, priority_[node], placing_us(node))) {
                settle();
            }
        }
        return true;
    }

    void settle() {
        machine_.settle(
            [&](std::uint32_t node, std::uint32_t freed_by) {
                activity& a = result_.operators[op_of_[node].index()];
                if (now_ > a.start_us + 1e-5) { // it was launched then and found no room
                    a.held = held_by::space;
                    a.cause = freed_by == none_ ? a.cause : op_of_[freed_by];
                }
                a.start_us = now_ + placing_us(node);
            },
            [&](std::uint32_t node, double sms) {
                activity& a = result_.operators[op_of_[node].index()];
                a.end_us = now_;
                a.sm_share = std::min(sms / device_->sms, 1.0);
                ++done_;
                launcher_.done(node, now_);
            });
        const load l{now_, machine_.busy_sms(), machine_.busy_dram(), machine_.busy_math()};
        if (!result_.loads.empty() && result_.loads.back().time_us == now_) {
            result_.loads.back() = l;
        } else {
            result_.loads.push_back(l);
        }
    }

    // A device that stands still with work left is a defect of the simulator; it must not look like a fast plan.
    void require_all_done() const {
        if (done_ != op_of_.size()) {
            throw error{"the simulation came to a standstill: " + std::to_string(op_of_.size() - done_) + " of " +
                        std::to_string(op_of_.size()) + " kernels are not done"};
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
        std::uint32_t last = none_;
        for (std::uint32_t v = 0; v < op_of_.size(); ++v) {
            if (last == none_ || end_of(v) > end_of(last)) {
                last = v;
            }
        }
        if (last == none_) {
            return; // no node, no graph
        }
        result_.makespan_us = end_of(last) + sink_us();
        for (op_id v = op_of_[last];;) {
            result_.critical.push_back(v);
            const activity& a = result_.operators[v.index()];
            if (a.cause == v) {
                break;
            }
            v = a.cause;
        }
        std::reverse(result_.critical.begin(), result_.critical.end());
        result_.mean = {0.0, busy_ / result_.makespan_us, dram_ / result_.makespan_us, math_ / result_.makespan_us};
    }

    // From the launch of a node to the moment when its first wave is on the SMs: blocks are placed one by one.
    [[nodiscard]] double placing_us(std::uint32_t node) const {
        return device_->graph.block_us * print_of(node).resident;
    }
    [[nodiscard]] double end_of(std::uint32_t v) const { return result_.operators[op_of_[v].index()].end_us; }

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
    std::vector<op_id> op_of_; // by node, in the order of creation; from here on all by node
    std::vector<std::int32_t> priority_;
    std::vector<double> edge_us_;
    std::vector<std::uint32_t> print_;  // numbers of prints_
    std::vector<op_id> nothing_;        // operators without a node
    std::vector<std::uint32_t> waited_; // where their part of waits_ begins
    std::vector<op_id> waits_;
    std::size_t done_ = 0; // nodes
    double now_ = 0.0;
    double busy_ = 0.0;
    double dram_ = 0.0;
    double math_ = 0.0;
};

} // namespace opara::inline OPARA_ABI::sim::detail
