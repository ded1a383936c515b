#include <opara/order/alternating.hpp>
#include <opara/order/concepts.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace testing = opara::testing;
namespace cost = opara::cost;
using opara::op_id;

namespace {

struct demand_only {
    [[nodiscard]] opara::bound bound(op_id) const { return opara::bound::memory; }
    [[nodiscard]] double demand(op_id) const { return 1.0; }
};
struct kernel_only {
    [[nodiscard]] opara::bound bound(op_id) const { return opara::bound::memory; }
    [[nodiscard]] cost::kernel kernel(op_id) const { return {}; }
};
struct no_bound {
    [[nodiscard]] double demand(op_id) const { return 1.0; }
};
static_assert(opara::order_policy<opara::order::alternating, demand_only> &&
              opara::order_policy<opara::order::alternating, kernel_only> &&
              !opara::order_policy<opara::order::alternating, no_bound>);

// Alg. 2, line by line: two lists, the class to take from flips every time, the list with something in it gives.
template <class Demand>
std::vector<op_id> algorithm_2(const opara::frozen_graph& g, const testing::random_kernels& model, Demand demand) {
    std::vector<std::size_t> degree(g.size());
    std::vector<op_id> memory, compute, queue;
    const auto add = [&](op_id v) { (model.bound(v) == opara::bound::memory ? memory : compute).push_back(v); };
    for (const op_id v : g.topological_order()) {
        degree[v.index()] = g.predecessors(v).size();
        if (degree[v.index()] == 0) {
            add(v);
        }
    }
    bool compute_turn = true;
    while (!memory.empty() || !compute.empty()) {
        std::vector<op_id>& list =
            compute_turn ? (compute.empty() ? memory : compute) : (memory.empty() ? compute : memory);
        compute_turn = !compute_turn;
        const auto smallest =
            std::min_element(list.begin(), list.end(), [&](op_id a, op_id b) { return demand(a) < demand(b); });
        const op_id v = *smallest;
        list.erase(smallest);
        queue.push_back(v);
        for (const op_id s : g.successors(v)) {
            if (--degree[s.index()] == 0) {
                add(s);
            }
        }
    }
    return queue;
}

} // namespace

TEST_CASE("Alg. 2 of the paper, told again") {
    for (const auto family : testing::all_graph_families) {
        for (const std::size_t n : {0U, 1U, 2U, 40U, 120U}) {
            const auto g = testing::random_graph(family, n, n, testing::numbering::shuffled);
            const testing::random_kernels model{n, n};
            CHECK(opara::order::alternating{opara::order::demand_rule::share_of_device}(g, model) ==
                  algorithm_2(g, model, [&](op_id v) { return model.demand(v); }));
            const auto block = [&](op_id v) {
                const cost::kernel k = model.kernel(v);
                const double most = std::max(k.shared_bytes / (48.0 * 1024.0), k.threads / 1024.0);
                return k.launches() ? std::max(most, k.threads * double(k.registers) / 65536.0) : 0.0;
            };
            CHECK(opara::order::alternating{}(g, model) == algorithm_2(g, model, block));
            const auto prototype = [&](op_id v) {
                const cost::kernel k = model.kernel(v);
                const double units = k.shared_bytes / (48.0 * 1024.0);
                return !k.launches() || units >= 2.0 ? std::numeric_limits<double>::infinity() : units;
            };
            CHECK(opara::order::alternating{opara::order::demand_rule::shared_memory_of_block}(g, model) ==
                  algorithm_2(g, model, prototype));
        }
    }
}

TEST_CASE("a small case by hand") {
    // Compute-bound 0 (demand 3) and 1 (demand 1), memory-bound 2 (demand 2); 1 -> 3, memory-bound of demand 1.
    struct by_hand {
        [[nodiscard]] opara::bound bound(op_id v) const {
            return v.value < 2 ? opara::bound::compute : opara::bound::memory;
        }
        [[nodiscard]] double demand(op_id v) const {
            constexpr double demands[] = {3.0, 1.0, 2.0, 1.0};
            return demands[v.index()];
        }
    };
    const opara::frozen_graph g{4, std::vector<opara::edge>{{op_id{1}, op_id{3}}}};
    const opara::order::alternating whole_grids{opara::order::demand_rule::share_of_device};
    CHECK(whole_grids(g, by_hand{}) == std::vector{op_id{1}, op_id{3}, op_id{0}, op_id{2}});
}

TEST_CASE("a demand that the cost model does not know is an error") {
    const opara::frozen_graph g{1, {}};
    CHECK_THROWS_AS(
        (void)opara::order::alternating{opara::order::demand_rule::shared_memory_of_block}(g, demand_only{}),
        opara::cost_error);
    CHECK_THROWS_AS((void)opara::order::alternating{}(g, demand_only{}), opara::cost_error);
    CHECK_THROWS_AS((void)opara::order::alternating{opara::order::demand_rule::share_of_device}(g, kernel_only{}),
                    opara::cost_error);
}
