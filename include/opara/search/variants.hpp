/// @file
/// The kernels that an operator offers, and the costs of one choice among them.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/id.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/cost/device.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/cost/table.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::search {

/// Whether a kernel may begin before those that it waits for have ended (programmatic dependent launch).
enum class programmatic_edges : std::uint8_t {
    unsafe, ///< nobody has said that the kernel waits by itself
    safe    ///< it triggers and waits as it must
};

/// One way to run an operator: what its launch asks of the device, and what it is made of.
struct variant {
    cost::kernel kernel{};                                        ///< footprint; its duration is that alone
    std::uint32_t kernels = 1;                                    ///< kernel nodes, one after another
    std::uint32_t memsets = 0;                                    ///< memset nodes among them
    programmatic_edges programmatic = programmatic_edges::unsafe; ///< whether edges to it may be programmatic

    friend bool operator==(const variant&, const variant&) = default;
};

/// What running a variant takes as one node of a graph: its kernel with the edges inside the variant and its memsets
/// added to the duration.
[[nodiscard]] inline cost::kernel as_one_node(const variant& v, const cost::graph_costs& graph) noexcept {
    cost::kernel k = v.kernel;
    if (k.launches()) {
        k.duration_us += (v.kernels > 1 ? graph.edge_us * (v.kernels - 1.0) : 0.0) + graph.memset_us * v.memsets;
    }
    return k;
}

/// For each operator the variants that it offers, at least one. A regular value.
class variant_table {
public:
    /// The table of no operators.
    variant_table() = default;
    /// @param variants  for each operator its variants; a plan's `variant_id` is an index among them
    /// @param on  the device that they are meant for
    /// @throws cost_error  naming the operator that offers no variant, or one that is no cost (as `cost::table`)
    variant_table(const std::vector<std::vector<variant>>& variants, const cost::device& on) {
        first_.reserve(variants.size() + 1);
        std::vector<cost::kernel> nodes;
        for (std::size_t v = 0; v < variants.size(); ++v) {
            if (variants[v].empty()) {
                throw cost_error{"operator " + std::to_string(v) + " offers no variant", op_id::from_index(v)};
            }
            for (const variant& one : variants[v]) {
                cost::detail::require_cost(one.kernel, op_id::from_index(v));
                all_.push_back(one);
                nodes.push_back(as_one_node(one, on.graph));
            }
            first_.push_back(static_cast<std::uint32_t>(all_.size()));
        }
        nodes_ = cost::table{std::move(nodes), on};
    }

    [[nodiscard]] std::size_t size() const noexcept { return first_.size() - 1; } ///< operators
    /// The variants of an operator.
    [[nodiscard]] std::span<const variant> of(op_id v) const noexcept {
        return {all_.data() + first_[v.index()], all_.data() + first_[v.index() + 1]};
    }
    /// One of them as one node of a graph. @pre the operator offers it
    [[nodiscard]] const cost::kernel& node(op_id v, variant_id which) const noexcept {
        return nodes_.kernel(place(v, which));
    }
    /// All of them as one node each, those of an operator together, and their demands and bounds.
    [[nodiscard]] const cost::table& nodes() const noexcept { return nodes_; }
    /// Where a variant stands in `nodes`. @pre the operator offers it
    [[nodiscard]] op_id place(op_id v, variant_id which) const noexcept {
        OPARA_ASSERT(which.value < of(v).size());
        return op_id{first_[v.index()] + which.value};
    }

    friend bool operator==(const variant_table&, const variant_table&) = default;

private:
    std::vector<variant> all_;
    std::vector<std::uint32_t> first_{0}; // by operator, where its variants begin
    cost::table nodes_;                   // by place in all_
};

/// Operators that offer no choice: one variant each, the kernel that a cost model knows.
/// @throws cost_error  as `cost::table`
template <cost::kernel_model Cost>
[[nodiscard]] variant_table single_variants(const Cost& cost, std::size_t operators, const cost::device& on) {
    std::vector<std::vector<variant>> variants;
    variants.reserve(operators);
    for (std::size_t v = 0; v < operators; ++v) {
        variants.push_back({variant{.kernel = cost.kernel(op_id::from_index(v))}});
    }
    return variant_table{variants, on};
}

/// The costs of one choice: models all four concepts of `cost/concepts.hpp`, so that every policy, bound and simulation
/// takes it. Views the table, which must outlive it; the choice is its own.
class chosen_costs {
public:
    /// Every operator's first variant.
    explicit chosen_costs(const variant_table& variants) : chosen_costs{variants, {}} {}
    /// @param choice  for each operator one of its variants; empty: every operator's first
    /// @throws cost_error  the choice has another size, or names a variant that the operator does not offer
    chosen_costs(const variant_table& variants, std::vector<variant_id> choice)
        : variants_{&variants}, choice_{std::move(choice)} {
        if (choice_.empty()) {
            choice_.resize(variants.size());
        }
        if (choice_.size() != variants.size()) {
            throw cost_error{"variants are chosen for " + std::to_string(choice_.size()) + " of " +
                                 std::to_string(variants.size()) + " operators",
                             {}};
        }
        for (std::size_t v = 0; v < choice_.size(); ++v) {
            const op_id op = op_id::from_index(v);
            if (choice_[v].value >= variants.of(op).size()) {
                throw cost_error{
                    "operator " + std::to_string(v) + " has no variant " + std::to_string(choice_[v].value), op};
            }
        }
    }

    [[nodiscard]] std::span<const variant_id> choice() const noexcept { return choice_; }           ///< by operator
    [[nodiscard]] const cost::kernel& kernel(op_id v) const noexcept { return at().kernel(of(v)); } ///< its launch
    [[nodiscard]] double duration_us(op_id v) const noexcept { return at().duration_us(of(v)); }    ///< alone
    [[nodiscard]] double demand(op_id v) const noexcept { return at().demand(of(v)); }              ///< waves
    [[nodiscard]] opara::bound bound(op_id v) const noexcept { return at().bound(of(v)); }          ///< by the roofs

private:
    [[nodiscard]] const cost::table& at() const noexcept { return variants_->nodes(); }
    [[nodiscard]] op_id of(op_id v) const noexcept { return variants_->place(v, choice_[v.index()]); }

    const variant_table* variants_;
    std::vector<variant_id> choice_;
};

static_assert(cost::duration_model<chosen_costs> && cost::bound_model<chosen_costs> &&
              cost::demand_model<chosen_costs> && cost::kernel_model<chosen_costs>);

} // namespace opara::inline OPARA_ABI::search
