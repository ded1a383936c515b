/// @file
/// What the CUDA tests share: a device or a loud skip, operators that compute something, plans, and edges of graphs.
#pragma once

#include <opara/assign.hpp>
#include <opara/cuda.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/order.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/testing/random.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>
#include <tests/cuda/kernels.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace opara::test {

/// Whether there is a GPU; if not, says so aloud as a skip.
inline bool device_or_skip() {
    int count = 0;
    const cudaError_t code = cudaGetDeviceCount(&count);
    if (code != cudaSuccess || count == 0) {
        static_cast<void>(cudaGetLastError());
        skip(std::string{"there is no CUDA device: "} + cudaGetErrorName(code));
        return false;
    }
    return true;
}

/// Device memory.
template <class T>
class buffer {
public:
    explicit buffer(std::size_t size) : size_{size} {
        void* memory = nullptr;
        cuda::check(cudaMalloc(&memory, std::max<std::size_t>(size, 1) * sizeof(T)), "cudaMalloc");
        memory_.reset(static_cast<T*>(memory));
    }
    explicit buffer(const std::vector<T>& content) : buffer{content.size()} {
        cuda::check(cudaMemcpy(memory_.get(), content.data(), size_ * sizeof(T), cudaMemcpyHostToDevice), "cudaMemcpy");
    }
    [[nodiscard]] T* get() const { return memory_.get(); }
    [[nodiscard]] std::size_t bytes() const { return size_ * sizeof(T); }
    [[nodiscard]] std::vector<T> content() const {
        std::vector<T> copy(size_);
        cuda::check(cudaMemcpy(copy.data(), memory_.get(), bytes(), cudaMemcpyDeviceToHost), "cudaMemcpy");
        return copy;
    }

private:
    struct free {
        void operator()(T* memory) const { static_cast<void>(cudaFree(memory)); }
    };
    std::size_t size_;
    std::unique_ptr<T, free> memory_;
};

/// Operators of a graph that compute integers from those of their predecessors, with random delays: what comes out is
/// wrong if any of them starts before a predecessor ends. Some launch nothing: who needs them needs what they need.
class dataflow {
public:
    static constexpr std::uint32_t width = 64;
    static constexpr std::uint32_t longest_delay = 6000; // cycles

    dataflow(const frozen_graph& g, std::uint64_t seed, double empty_share = 0.0)
        : values_{g.size() * width}, rows_(g.size()), arguments_(g.size()), empty_(g.size(), false), blocks_(g.size()) {
        testing::random_source random{seed};
        std::vector<std::uint32_t> flat;
        for (const op_id v : g.topological_order()) {
            for (const op_id p : g.predecessors(v)) {
                if (empty_[p.index()]) {
                    rows_[v.index()].insert(rows_[v.index()].end(), rows_[p.index()].begin(), rows_[p.index()].end());
                } else {
                    rows_[v.index()].push_back(p.value);
                }
            }
            empty_[v.index()] = random.chance(empty_share);
        }
        std::vector<std::size_t> begin;
        for (const auto& row : rows_) {
            begin.push_back(flat.size());
            flat.insert(flat.end(), row.begin(), row.end());
        }
        predecessors_ = std::make_unique<buffer<std::uint32_t>>(flat);
        for (std::size_t v = 0; v < g.size(); ++v) {
            blocks_[v] = static_cast<unsigned>(random.between(1, 3));
            arguments_[v] = {.values = values_.get(),
                             .predecessors = predecessors_->get() + begin[v],
                             .count = static_cast<std::uint32_t>(rows_[v].size()),
                             .op = static_cast<std::uint32_t>(v),
                             .width = width,
                             .delay = static_cast<std::uint32_t>(random.below(longest_delay))};
        }
        expected_.assign(g.size() * width, poison);
        for (const op_id v : g.topological_order()) {
            for (std::uint32_t i = 0; !empty_[v.index()] && i < width; ++i) {
                std::uint64_t sum = combine_start(v.value, i);
                for (const std::uint32_t p : rows_[v.index()]) {
                    sum = combine_step(sum, expected_[p * width + (i + 1) % width]);
                }
                expected_[v.index() * width + i] = sum;
            }
        }
    }

    void operator()(op_id v, cudaStream_t s) const {
        if (!empty_[v.index()]) {
            launch_combine(arguments_[v.index()], blocks_[v.index()], s);
        }
    }
    /// As an explicit node.
    [[nodiscard]] cudaKernelNodeParams kernel(op_id v) {
        cudaKernelNodeParams k{};
        if (!empty_[v.index()]) {
            parameter_ = &arguments_[v.index()];
            k.func = combine_kernel();
            k.gridDim = dim3{blocks_[v.index()]};
            k.blockDim = dim3{32};
            k.kernelParams = &parameter_;
        }
        return k;
    }
    [[nodiscard]] const combine_arguments& arguments(op_id v) const { return arguments_[v.index()]; }
    [[nodiscard]] bool empty(op_id v) const { return empty_[v.index()]; }

    /// Forgets every value.
    void forget() const {
        cuda::check(cudaMemset(values_.get(), 0xAB, values_.bytes()), "cudaMemset");
        cuda::check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    }
    /// Whether every value is right, once the device is done.
    [[nodiscard]] bool right() const {
        cuda::check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
        return values_.content() == expected_;
    }

private:
    static constexpr std::uint64_t poison = 0xABABABABABABABABULL;

    buffer<std::uint64_t> values_;
    std::vector<std::vector<std::uint32_t>> rows_; // what each operator reads
    std::unique_ptr<buffer<std::uint32_t>> predecessors_;
    std::vector<combine_arguments> arguments_;
    std::vector<bool> empty_;
    std::vector<unsigned> blocks_;
    std::vector<std::uint64_t> expected_;
    void* parameter_ = nullptr;
};

/// A plan of every assignment policy with every order policy, by name.
inline std::vector<std::pair<std::string, plan>> all_plans(const frozen_graph& g, std::uint64_t seed) {
    const testing::random_kernels cost{g.size(), seed};
    std::vector<std::pair<std::string, plan>> plans;
    const auto with = [&](const std::string& name, const auto& assign) {
        plans.emplace_back(name + "+topological", scheduler{assign, order::topological{}}(g, cost));
        plans.emplace_back(name + "+depth_first", scheduler{assign, order::depth_first{}}(g, cost));
        plans.emplace_back(name + "+critical_first", scheduler{assign, order::critical_first{}}(g, cost));
        plans.emplace_back(name + "+smallest_demand", scheduler{assign, order::smallest_demand{}}(g, cost));
        plans.emplace_back(name + "+alternating", scheduler{assign, order::alternating{}}(g, cost));
    };
    with("single", assign::single{});
    with("round_robin", assign::round_robin{});
    with("by_level", assign::by_level{});
    with("first_free_predecessor", assign::first_free_predecessor{});
    with("chain_cover", assign::chain_cover{});
    with("stages", assign::stages{});
    with("earliest_finish", assign::earliest_finish{});
    return plans;
}

/// The plan with other priorities, at random from 0 to 3.
inline plan with_priorities(const plan& p, std::uint64_t seed) {
    testing::random_source random{seed};
    std::vector<command> commands(p.commands().begin(), p.commands().end());
    for (command& c : commands) {
        if (c.what == action::launch) {
            c.priority = static_cast<std::int32_t>(random.below(4));
        }
    }
    return plan{p.operators(), p.lanes(), p.events(), std::move(commands)};
}

using edge_set = std::set<std::pair<std::uint32_t, std::uint32_t>>;

/// The fewest edges that put operators which launch something in the order that a plan says, by a method that shares
/// nothing with the library: play the plan through with sets of all that came before, then leave out what a third
/// implies.
template <class Launches>
edge_set fewest_edges(const plan& p, Launches launches) {
    using ops = std::set<std::uint32_t>;
    std::vector<ops> lane(p.lanes()), event(p.events()), before(p.operators());
    for (const command& c : p.commands()) {
        ops& now = lane[c.lane.index()];
        switch (c.what) {
        case action::launch:
            before[c.op.index()] = now;
            if (launches(c.op)) {
                now.insert(c.op.value);
            }
            break;
        case action::record: event[c.event.index()] = now; break;
        case action::wait: now.insert(event[c.event.index()].begin(), event[c.event.index()].end()); break;
        }
    }
    edge_set edges;
    for (std::uint32_t v = 0; v < p.operators(); ++v) {
        for (const std::uint32_t u : before[v]) {
            const bool implied = std::any_of(before[v].begin(), before[v].end(),
                                             [&](std::uint32_t w) { return before[w].count(u) != 0; });
            if (launches(op_id{v}) && !implied) {
                edges.emplace(u, v);
            }
        }
    }
    return edges;
}

/// What CUDA says of a graph whose operators are one node each.
struct graph_as_read {
    edge_set edges;                ///< between operators, relays left out
    std::size_t most_children = 0; ///< of any node, helpers included
    std::size_t sources = 0;       ///< nodes without a predecessor
    std::size_t sinks = 0;         ///< nodes without a successor
    std::size_t programmatic = 0;  ///< edges of that kind
    bool known = true;             ///< every node is an operator's or a helper, no operator has two
};

inline graph_as_read read(const cuda::plan_graph& g) {
    graph_as_read found;
    std::map<cudaGraphNode_t, std::uint32_t> op_of;
    std::set<cudaGraphNode_t> helper(g.helpers().begin(), g.helpers().end());
    for (std::uint32_t v = 0; v < g.operators(); ++v) {
        found.known = found.known && g.ends(op_id{v}).size() <= 1;
        for (const cudaGraphNode_t node : g.ends(op_id{v})) {
            op_of[node] = v;
        }
    }
    std::map<cudaGraphNode_t, std::vector<cudaGraphNode_t>> children, parents;
    for (const cuda::graph_edge& e : g.native().edges()) {
        children[e.from].push_back(e.to);
        parents[e.to].push_back(e.from);
        found.programmatic += e.programmatic() ? 1U : 0U;
    }
    for (const cudaGraphNode_t node : g.native().nodes()) {
        found.known = found.known && (op_of.count(node) + helper.count(node) == 1);
        found.most_children = std::max(found.most_children, children[node].size());
        found.sources += parents[node].empty() ? 1U : 0U;
        found.sinks += children[node].empty() ? 1U : 0U;
    }
    for (const auto& [node, v] : op_of) {
        std::vector<cudaGraphNode_t> up = parents[node];
        std::set<cudaGraphNode_t> seen(up.begin(), up.end());
        while (!up.empty()) {
            const cudaGraphNode_t parent = up.back();
            up.pop_back();
            if (const auto op = op_of.find(parent); op != op_of.end()) {
                found.edges.emplace(op->second, v);
                continue;
            }
            for (const cudaGraphNode_t further : parents[parent]) {
                if (seen.insert(further).second) {
                    up.push_back(further);
                }
            }
        }
    }
    return found;
}

/// Runs a graph some times and says whether the values were right each time.
inline bool runs_right(const cuda::plan_graph& g, const dataflow& values, int times = 2) {
    const cuda::graph_exec exec = g.instantiate();
    const cuda::stream s;
    bool right = true;
    for (int i = 0; i < times; ++i) {
        values.forget();
        exec.launch(s);
        right = right && values.right();
    }
    return right;
}

/// Whether the thread can begin a capture, and nothing is left of an earlier one.
inline bool can_capture() {
    const cuda::stream s;
    cudaGraph_t made = nullptr;
    const bool good = cudaStreamBeginCapture(s.get(), cudaStreamCaptureModeThreadLocal) == cudaSuccess &&
                      cudaStreamEndCapture(s.get(), &made) == cudaSuccess && cudaPeekAtLastError() == cudaSuccess;
    if (made != nullptr) {
        static_cast<void>(cudaGraphDestroy(made));
    }
    return good;
}

} // namespace opara::test
