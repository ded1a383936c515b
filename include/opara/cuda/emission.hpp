/// @file
/// How the operators of a plan become nodes of a CUDA graph, whatever makes the nodes.
#pragma once

#include <opara/cuda/emission_options.hpp>
#include <opara/cuda/graph.hpp>
#include <opara/cuda/helper_kernels.hpp>
#include <opara/cuda/plan_graph.hpp>
#include <opara/cuda/priority.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/graph/reduction.hpp>
#include <opara/plan/launches_by_rank.hpp>
#include <opara/plan/partial_order.hpp>
#include <opara/plan/plan.hpp>
#include <opara/plan/relays.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cuda {

namespace detail {

/// Gives a kernel node a priority. @throws cuda_error
inline void set_priority(cudaGraphNode_t node, int priority) {
    cudaLaunchAttributeValue value{};
    value.priority = priority;
    check(cudaGraphKernelNodeSetAttribute(node, cudaLaunchAttributePriority, &value),
          "cudaGraphKernelNodeSetAttribute");
}

/// Emits a plan, whatever it is that makes an operator's nodes.
class emission {
public:
    /// @throws invalid_plan, cuda_error; std::invalid_argument  the options do not fit the plan
    emission(const plan& p, const emission_options& options)
        : plan_{p},
          options_{options},
          levels_{p, options.priorities},
          order_{partial_order(p, options.edges)},
          joints_(p.operators() + 1),
          standing_(p.operators()),
          ends_(p.operators()) {
        const auto fits = [&](std::size_t size) { return size == 0 || size == p.operators(); };
        if (options.out_degree == 1 || !fits(options.duration_us.size()) || !fits(options.programmatic.size())) {
            throw std::invalid_argument{"emission_options: out_degree is 1, or duration_us or programmatic has not one "
                                        "element for each operator"};
        }
        if (options.order == creation_order::by_rank) {
            launches_ = launches_by_rank(p, order_, durations{options.duration_us});
            return;
        }
        std::copy_if(p.commands().begin(), p.commands().end(), std::back_inserter(launches_),
                     [](const command& c) { return c.what == action::launch; });
    }

    [[nodiscard]] const priority_levels& levels() const noexcept { return levels_; } ///< priorities

    /// Makes the nodes.
    /// @param make  `make(command, behind, data)` adds an operator's nodes to the graph behind some nodes, by edges of
    ///        these data, and returns the nodes that its work ends with; nothing if it made none
    template <class Make>
    [[nodiscard]] plan_graph run(Make make) {
        predecessor_reducer reduce{order_};
        root();
        std::vector<op_id> before;
        for (const command& c : launches_) {
            const op_id v = c.op;
            before.clear(); // operators with nodes that v waits for, through those without
            for (const op_id p : order_.predecessors(v)) {
                for (const op_id s : standing_[p.index()]) {
                    if (std::find(before.begin(), before.end(), s) == before.end()) {
                        before.push_back(s);
                    }
                }
            }
            if (options_.edges == implied_edges::drop) {
                const auto kept = reduce(v, before);
                before.assign(kept.begin(), kept.end());
            }
            add(c, before, make);
        }
        sink();
        return {std::move(graph_), std::move(ends_), std::move(helpers_), std::move(kernels_)};
    }

    [[nodiscard]] graph_ref graph_so_far() const noexcept { return graph_; } ///< what `make` adds to

private:
    struct durations {
        std::span<const double> us;
        [[nodiscard]] double duration_us(op_id v) const noexcept { return us.empty() ? 1.0 : us[v.index()]; }
    };

    // One of the nodes that the children of an operator hang on: its own ends, or a relay.
    struct hook {
        std::vector<cudaGraphNode_t> nodes;
        std::size_t left = 0;   // children that are still to be hung on it or on relays below it
        std::size_t direct = 0; // of them on itself, first
        std::size_t relays = 0; // that it may still get
    };
    // Where the next child of an operator hangs itself on. Children come in the order of their creation.
    struct joint {
        std::vector<hook> path; // from the operator to the relay that takes children now
        bool programmatic = false;
        bool followed = false;
    };

    template <class Make>
    void add(const command& c, const std::vector<op_id>& before, Make& make) {
        const op_id v = c.op;
        behind_.clear();
        data_.clear();
        for (const op_id p : before) {
            hang(joints_[p.index()], programmatic(v));
        }
        if (before.empty() && rooted_) {
            hang(joints_.back(), false);
        }
        std::optional<std::vector<cudaGraphNode_t>> made =
            make(c, std::span<const cudaGraphNode_t>{behind_}, std::span<const cudaGraphEdgeData>{data_});
        joint& own = joints_[v.index()];
        if (!made) {
            standing_[v.index()] = before;
            return;
        }
        standing_[v.index()] = {v};
        own.path.push_back(hook_on(*made, order_.successors(v).size()));
        own.programmatic = programmatic(v);
        ends_[v.index()] = std::move(*made);
    }

    [[nodiscard]] bool programmatic(op_id v) const {
        return !options_.programmatic.empty() && options_.programmatic[v.index()];
    }

    // As few relays between an operator and any child as can be, and those that are created first closest to it.
    [[nodiscard]] hook hook_on(std::vector<cudaGraphNode_t> nodes, std::size_t children) const {
        if (options_.out_degree == 0) {
            return {std::move(nodes), children, children, 0};
        }
        const relay_shares shares{children, options_.out_degree};
        return {std::move(nodes), children, shares.direct(), shares.relays()};
    }

    void hang(joint& j, bool waits) {
        while (j.path.size() > 1 && j.path.back().left == 0) {
            j.path.pop_back();
        }
        while (j.path.back().direct == 0 && j.path.back().relays != 0 && j.path.back().left != 0) {
            hook& h = j.path.back();
            const std::size_t share = (h.left + h.relays - 1) / h.relays;
            h.left -= share;
            --h.relays;
            if (share == 1) { // no relay for a single child
                ++h.left;
                ++h.direct;
                break;
            }
            j.path.push_back(hook_on({helper(h.nodes)}, share));
        }
        hook& h = j.path.back();
        h.left -= h.left == 0 ? 0U : 1U;
        h.direct -= h.direct == 0 ? 0U : 1U;
        j.followed = true;
        // An empty kernel does not wait, and so knows nothing of what came before its parent: behind it, edges are
        // whole.
        const bool programmatic = waits && j.programmatic && j.path.size() == 1;
        for (const cudaGraphNode_t node : h.nodes) {
            behind_.push_back(node);
            data_.push_back(
                programmatic
                    ? cudaGraphEdgeData{cudaGraphKernelNodePortProgrammatic, 0, cudaGraphDependencyTypeProgrammatic, {}}
                    : cudaGraphEdgeData{});
        }
    }

    void root() {
        std::size_t sources = 0;
        for (std::size_t v = 0; v < order_.size(); ++v) {
            sources += order_.predecessors(op_id::from_index(v)).empty() ? 1U : 0U;
        }
        rooted_ = options_.root == end_node::when_several && sources > 1;
        if (rooted_) {
            joints_.back().path.push_back(hook_on({helper({})}, sources));
        }
    }

    void sink() {
        std::vector<cudaGraphNode_t> last;
        for (const joint& j : joints_) {
            if (!j.followed && !j.path.empty()) {
                last.insert(last.end(), j.path.front().nodes.begin(), j.path.front().nodes.end());
            }
        }
        if (options_.sink == end_node::when_several && last.size() > 1) {
            static_cast<void>(helper(last));
        }
    }

    // An empty kernel. It has the highest priority, because whatever waits for it may.
    cudaGraphNode_t helper(const std::vector<cudaGraphNode_t>& behind) {
        if (!kernels_) {
            kernels_ = std::make_shared<const helper_kernels>();
        }
        cudaKernelNodeParams kernel{};
        kernel.func = kernels_->empty();
        kernel.gridDim = dim3{1};
        kernel.blockDim = dim3{32};
        cudaGraphNode_t node = nullptr;
        check(cudaGraphAddKernelNode(&node, graph_.get(), behind.data(), behind.size(), &kernel),
              "cudaGraphAddKernelNode");
        if (levels_.count() > 1) {
            set_priority(node, levels_.native(levels_.count() - 1));
        }
        helpers_.push_back(node);
        return node;
    }

    const plan& plan_;
    const emission_options& options_;
    priority_levels levels_;
    frozen_graph order_;
    std::vector<command> launches_;                 // in order of creation
    std::shared_ptr<const helper_kernels> kernels_; // before the graph, which uses them
    graph graph_;
    std::vector<joint> joints_;                // by operator; then the root's
    std::vector<std::vector<op_id>> standing_; // by operator: itself, or what it waits for if it makes no node
    std::vector<std::vector<cudaGraphNode_t>> ends_;
    std::vector<cudaGraphNode_t> helpers_;
    std::vector<cudaGraphNode_t> behind_; // of the operator that is being added
    std::vector<cudaGraphEdgeData> data_;
    bool rooted_ = false;
};

} // namespace detail

} // namespace opara::inline OPARA_ABI::cuda
