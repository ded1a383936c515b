/// @file
/// Opara's launch order: memory-bound and compute-bound operators take turns.
#pragma once

#include <opara/cost/concepts.hpp>
#include <opara/order/concepts.hpp>
#include <opara/order/ready_list.hpp>

#include <algorithm>
#include <limits>
#include <vector>

namespace opara::inline OPARA_ABI::order {

/// What Alg. 2 takes for an operator's demand.
enum class demand_rule {
    /// As the paper says: what a block of the operator's kernel needs of shared memory, registers and threads, from
    /// `kernel_model`. The paper has no formula; here it is the largest share of what one block may have (1,024
    /// threads, 65,536 registers, and the prototype's 48 KiB). Operators that launch nothing need nothing.
    resources_of_block,
    /// As the published prototype does: shared memory per block of the operator's kernel over 48 KiB and nothing else,
    /// from `kernel_model`. Operators that launch nothing, and blocks of more than 96 KiB (twice the unit, the
    /// prototype's starting minimum), never win against any other, so they wait until nothing else of their class is
    /// ready.
    shared_memory_of_block,
    /// Neither the paper's nor the prototype's: the share of the device that the whole grid takes, from `demand_model`.
    share_of_device
};

/// Alg. 2 of the Opara paper (IEEE Trans. Computers 74(1), 2025, section 3.3): two queues of ready operators, one for
/// each `bound`. The queues take turns, compute-bound first; from a queue goes the operator of smallest demand, of
/// equal ones the one that came first. The turn passes on even while one queue is empty (then the other one gives), as
/// in the paper's pseudo-code, so the alternation is not strict.
///
/// Complexity: O(V log V + E); the paper's linear scans take O(V w) for w ready operators.
struct alternating {
    demand_rule demand = demand_rule::resources_of_block; ///< which demand decides within a queue

    /// @return the order
    /// @throws cost_error  a demand is NaN, negative or infinite
    template <cost::bound_model Cost>
        requires cost::kernel_model<Cost> || cost::demand_model<Cost>
    std::vector<op_id> operator()(const frozen_graph& g, const Cost& cost) const {
        keyed_queue<double> compute, memory;
        bool memory_turn = true;
        return list_order(
            g,
            [&](op_id v) {
                const bool by_memory = cost.bound(v) == opara::bound::memory;
                (by_memory ? memory : compute).push(key(cost, v), v);
            },
            [&] {
                memory_turn = !memory_turn;
                const bool from_memory = compute.empty() || (memory_turn && !memory.empty());
                return (from_memory ? memory : compute).pop();
            });
    }

    friend bool operator==(const alternating&, const alternating&) = default;

private:
    static constexpr double whole = 48.0 * 1024.0;

    template <class Cost>
    [[nodiscard]] double key(const Cost& cost, op_id v) const {
        if (demand == demand_rule::share_of_device) {
            if constexpr (cost::demand_model<Cost>) {
                return cost::demand_of(cost, v);
            }
        } else if constexpr (cost::kernel_model<Cost>) {
            const cost::kernel& k = cost.kernel(v); // or what it returns, kept alive
            // All shares in bytes of shared memory, so that nothing is divided or rounded: 48 KiB are the whole.
            const double shared = k.shared_bytes;
            if (demand == demand_rule::shared_memory_of_block) {
                return k.launches() && shared < 2.0 * whole ? shared : std::numeric_limits<double>::infinity();
            }
            const double threads = k.threads;
            const double most = std::max(threads * (whole / 1024.0), threads * k.registers * (whole / 65536.0));
            return k.launches() ? std::max(shared, most) : 0.0;
        }
        throw cost_error{"order::alternating: the cost model does not know the demand that was asked for", v};
    }
};

} // namespace opara::inline OPARA_ABI::order
