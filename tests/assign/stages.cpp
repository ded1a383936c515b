#include <opara/assign/stages.hpp>
#include <opara/graph/reachability.hpp>
#include <opara/testing/archetypes.hpp>
#include <opara/testing/random_graph.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

namespace testing = opara::testing;
using opara::edge;
using opara::op_id;

static_assert(opara::assignment_policy<opara::assign::stages, testing::duration_archetype>);

namespace {

struct durations {
    std::vector<double> us;
    [[nodiscard]] double duration_us(op_id v) const { return us[v.index()]; }
};

// The operators of a set in weakly connected groups.
std::vector<std::uint32_t> groups_of(const opara::frozen_graph& g, std::uint32_t set) {
    std::vector<std::uint32_t> groups;
    while (set != 0) {
        std::uint32_t group = set & (~set + 1);
        for (std::uint32_t before = 0; before != group;) {
            before = group;
            g.for_each_edge([&](edge e) {
                const std::uint32_t both = 1U << e.source.value | 1U << e.target.value;
                if ((set & both) == both && (group & both) != 0) {
                    group |= both;
                }
            });
        }
        groups.push_back(group);
        set &= ~group;
    }
    return groups;
}

double length(const durations& cost, std::uint32_t group) {
    double sum = 0.0;
    for (std::uint32_t bits = group; bits != 0; bits &= bits - 1) {
        sum += cost.us[static_cast<std::size_t>(std::countr_zero(bits))];
    }
    return sum;
}

// What a stage costs, or infinity if IOS's pruning forbids it.
double latency(const opara::frozen_graph& g, const durations& cost, const opara::assign::stages& policy,
               std::uint32_t set) {
    const auto groups = groups_of(g, set);
    if (groups.size() > policy.groups) {
        return std::numeric_limits<double>::infinity();
    }
    double longest = 0.0;
    for (const std::uint32_t group : groups) {
        if (static_cast<std::size_t>(std::popcount(group)) > policy.group_size) {
            return std::numeric_limits<double>::infinity();
        }
        longest = std::max(longest, length(cost, group));
    }
    return longest + policy.barrier_us;
}

// The cheapest sequence of stages, by trying every set as the next one.
double cheapest(const opara::frozen_graph& g, const durations& cost, const opara::assign::stages& policy,
                std::uint32_t done, std::map<std::uint32_t, double>& memo) {
    const std::uint32_t all = (1U << g.size()) - 1;
    if (done == all) {
        return 0.0;
    }
    if (const auto found = memo.find(done); found != memo.end()) {
        return found->second;
    }
    double best = std::numeric_limits<double>::infinity();
    for (std::uint32_t stage = 1; stage <= all; ++stage) {
        bool possible = (stage & done) == 0;
        g.for_each_edge([&](edge e) {
            const bool target_in = (stage >> e.target.value & 1U) != 0;
            possible = possible && !(target_in && ((stage | done) >> e.source.value & 1U) == 0);
        });
        if (possible) {
            const double cost_here = latency(g, cost, policy, stage);
            if (cost_here < best) {
                best = std::min(best, cost_here + cheapest(g, cost, policy, done | stage, memo));
            }
        }
    }
    return memo[done] = best;
}

} // namespace

TEST_CASE("stages go forward along every edge; lanes keep groups apart") {
    for (const auto family : testing::all_graph_families) {
        for (const std::size_t n : {0U, 1U, 2U, 25U, 80U}) {
            const auto g = testing::random_graph(family, n, n, testing::numbering::shuffled);
            const opara::assign::stages policy{.part_size = 8};
            const auto a = policy(g, testing::duration_archetype{});
            REQUIRE(a.lane.size() == n);
            REQUIRE(a.stage.size() == n);
            g.for_each_edge([&](edge e) {
                CHECK(a.stage[e.source.index()] <= a.stage[e.target.index()]);
                if (a.stage[e.source.index()] == a.stage[e.target.index()]) {
                    CHECK(a.lane[e.source.index()] == a.lane[e.target.index()]);
                }
            });
            CHECK(a.lanes <= policy.groups);
        }
    }
}

TEST_CASE("the dynamic programming finds the cheapest stages, by brute force") {
    std::size_t tried = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        testing::random_source random{seed};
        // Two or three layers with at least two edges into and out of inner operators: no chains to contract, no
        // articulation to cut at, so that the policy solves the whole graph as one problem.
        const std::uint32_t top = static_cast<std::uint32_t>(random.between(2, 3));
        const std::uint32_t n = top + static_cast<std::uint32_t>(random.between(2, 4));
        std::vector<edge> edges;
        for (std::uint32_t v = top; v < n; ++v) {
            const auto skipped = static_cast<std::uint32_t>(random.below(top + 1));
            for (std::uint32_t u = 0; u < top; ++u) {
                if (u != skipped || top == 2) {
                    edges.push_back({op_id{u}, op_id{v}});
                }
            }
        }
        const opara::frozen_graph g{n, edges};
        durations cost;
        for (std::uint32_t v = 0; v < n; ++v) {
            cost.us.push_back(static_cast<double>(random.between(1, 20)));
        }
        for (const auto& policy :
             {opara::assign::stages{.group_size = 3, .groups = 8, .part_size = 12, .barrier_us = 2.0},
              opara::assign::stages{.group_size = 2, .groups = 2, .part_size = 12, .barrier_us = 0.5},
              opara::assign::stages{.group_size = 1, .groups = 1, .part_size = 12, .barrier_us = 0.0}}) {
            const auto a = policy(g, cost);
            std::map<std::uint32_t, std::uint32_t> members;
            for (std::uint32_t v = 0; v < n; ++v) {
                members[a.stage[v]] |= 1U << v;
            }
            double total = 0.0;
            for (const auto& [stage, set] : members) {
                total += latency(g, cost, policy, set);
            }
            std::map<std::uint32_t, double> memo;
            CHECK(total == doctest::Approx(cheapest(g, cost, policy, 0, memo)));
            ++tried;
        }
    }
    CHECK(tried == 180);
}

TEST_CASE("side by side where it pays, one after another where the barrier costs more") {
    // 0 and 1 feed both 2 and 3.
    const opara::frozen_graph g{
        4, std::vector<edge>{{op_id{0}, op_id{2}}, {op_id{0}, op_id{3}}, {op_id{1}, op_id{2}}, {op_id{1}, op_id{3}}}};
    const durations even{{10.0, 10.0, 10.0, 10.0}};
    const auto cheap = opara::assign::stages{.group_size = 4, .barrier_us = 1.0}(g, even);
    CHECK(cheap.lanes == 2);
    CHECK(cheap.stage == std::vector<std::uint32_t>{0, 0, 1, 1});
    const auto dear = opara::assign::stages{.group_size = 4, .barrier_us = 50.0}(g, even);
    CHECK(dear.lanes == 1);
    CHECK(dear.stage == std::vector<std::uint32_t>{0, 0, 0, 0});
}

TEST_CASE("durations whose sum is infinite still end in stages") {
    const opara::frozen_graph g{4, std::vector<edge>{{op_id{0}, op_id{1}}, {op_id{2}, op_id{3}}}};
    const auto a = opara::assign::stages{}(g, durations{{1e308, 1e308, 1e308, 1e308}});
    CHECK(a.stage.size() == 4);
    CHECK(a.stage[0] <= a.stage[1]);
    CHECK(a.stage[2] <= a.stage[3]);
}

TEST_CASE("options that make no sense") {
    const opara::frozen_graph g{1, {}};
    for (const auto& policy : {opara::assign::stages{.group_size = 0}, opara::assign::stages{.groups = 0},
                               opara::assign::stages{.part_size = 0}, opara::assign::stages{.part_size = 65},
                               opara::assign::stages{.barrier_us = -1.0},
                               opara::assign::stages{.barrier_us = std::numeric_limits<double>::infinity()}}) {
        CHECK_THROWS_AS((void)policy(g, testing::duration_archetype{}), opara::policy_error);
    }
}
