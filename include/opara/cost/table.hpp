/// @file
/// A cost model that was looked up, measured or computed beforehand: one kernel an operator.
#pragma once

#include <opara/cost/classify.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/cost/device.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/cost/occupancy.hpp>
#include <opara/graph/concepts.hpp>
#include <opara/graph/dag.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cost {

namespace detail {
inline void require_cost(const kernel& k, op_id v) {
    static_cast<void>(checked(k.duration_us, v, "the duration"));
    static_cast<void>(checked(k.dram_bytes, v, "the DRAM traffic"));
    static_cast<void>(checked(k.l2_bytes, v, "the L2 traffic"));
    static_cast<void>(checked(k.fp32_flops, v, "the number of FLOPs"));
    static_cast<void>(checked(k.tensor_flops, v, "the number of FLOPs on tensor cores"));
    static_cast<void>(checked(k.in_flight_bytes, v, "the number of bytes in flight"));
    if (k.launches() && k.threads == 0) {
        throw cost_error{"the kernel of operator " + std::to_string(v.value) + " has blocks of no threads", v};
    }
    if (!k.launches() && k.duration_us != 0.0) {
        throw cost_error{"operator " + std::to_string(v.value) + " launches nothing and yet takes " +
                             std::to_string(k.duration_us) + " us",
                         v};
    }
}
} // namespace detail

/// One kernel for each operator, and what follows from it on a device: models all four concepts of `cost/concepts.hpp`.
/// A regular value.
class table {
public:
    /// The table of no operators.
    table() = default;
    /// @param kernels  by operator
    /// @param on  the device by which demand and bound are meant
    /// @throws cost_error  naming the operator whose duration, bytes or FLOPs are NaN, negative or infinite, whose
    /// blocks
    ///         have no threads, or which launches nothing and yet takes time
    table(std::vector<cost::kernel> kernels, const device& on) : kernels_{std::move(kernels)} {
        derived_.reserve(kernels_.size());
        for (std::size_t i = 0; i < kernels_.size(); ++i) {
            const op_id v = op_id::from_index(i);
            detail::require_cost(kernels_[i], v);
            derived_.push_back({demand_of(kernels_[i], on), classify(kernels_[i], on)});
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return kernels_.size(); }                          ///< operators
    [[nodiscard]] const cost::kernel& kernel(op_id v) const noexcept { return kernels_[v.index()]; }     ///< its launch
    [[nodiscard]] double duration_us(op_id v) const noexcept { return kernels_[v.index()].duration_us; } ///< alone
    [[nodiscard]] double demand(op_id v) const noexcept { return derived_[v.index()].demand; } ///< waves on the device
    [[nodiscard]] opara::bound bound(op_id v) const noexcept { return derived_[v.index()].bound; } ///< by the roofs
    [[nodiscard]] std::span<const cost::kernel> kernels() const noexcept { return kernels_; }      ///< all, by operator

    friend bool operator==(const table&, const table&) = default;

private:
    struct facts {
        double demand;
        opara::bound bound;
        friend bool operator==(const facts&, const facts&) = default;
    };
    std::vector<cost::kernel> kernels_;
    std::vector<facts> derived_;
};

static_assert(duration_model<table> && bound_model<table> && demand_model<table> && kernel_model<table>);

/// The costs of a graph's bundled operators.
/// @param g  the graph; operator v is `g[v]`
/// @param f  what one operator costs: `f(g[v])` is a `kernel`
/// @param on  the device that the costs are meant for
/// @throws cost_error  as `table`'s constructor
template <class Op, std::invocable<const Op&> F>
    requires std::convertible_to<std::invoke_result_t<F, const Op&>, kernel>
[[nodiscard]] table tabulate(const dag<Op>& g, F&& f, const device& on) {
    std::vector<kernel> kernels;
    kernels.reserve(g.size());
    for (const Op& op : g.operators()) {
        kernels.push_back(f(op));
    }
    return table{std::move(kernels), on};
}

/// The same for a graph of Boost.Graph's kind with bundled vertices (`boost::adjacency_list<..., Op>`): `f(g[v])` for
/// its vertices in the order in which `freeze` numbers them.
template <boost_operator_graph G, class F>
    requires requires(const G& g, F& f, const opara::detail::vertex_of<G>& v) {
        { f(g[v]) } -> std::convertible_to<kernel>;
    }
[[nodiscard]] table tabulate(const G& g, F&& f, const device& on) {
    std::vector<kernel> kernels;
    kernels.reserve(num_vertices(g));
    const auto [first, last] = vertices(g);
    for (auto v = first; v != last; ++v) {
        kernels.push_back(f(g[*v]));
    }
    return table{std::move(kernels), on};
}

/// Operators of which nothing but their durations is known: one block each, so that any number of them run at once.
/// @throws cost_error  a duration is NaN, negative or infinite
[[nodiscard]] inline table tabulate(std::span<const double> durations_us, const device& on) {
    std::vector<kernel> kernels;
    kernels.reserve(durations_us.size());
    for (const double us : durations_us) {
        kernels.push_back({.duration_us = us});
    }
    return table{std::move(kernels), on};
}

} // namespace opara::inline OPARA_ABI::cost
