#include <opara/assign/by_level.hpp>
#include <opara/cost/devices.hpp>
#include <opara/plan/partial_order.hpp>
#include <opara/plan/validate.hpp>
#include <opara/search/draft.hpp>
#include <opara/search/moves.hpp>
#include <opara/search/portfolio.hpp>
#include <opara/search/simulated.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

using namespace opara;

namespace {

const cost::device& h200 = cost::devices::h200;

// The order that a plan makes, without the edges that others imply.
frozen_graph order_of(const plan& p) {
    const frozen_graph reduced = partial_order(p, implied_edges::drop);
    std::vector<edge> edges; // by source, so that equal orders are equal graphs
    for (std::size_t v = 0; v < reduced.size(); ++v) {
        const auto row = reduced.successors(op_id::from_index(v));
        std::vector<op_id> sorted{row.begin(), row.end()};
        std::sort(sorted.begin(), sorted.end());
        for (const op_id w : sorted) {
            edges.push_back({op_id::from_index(v), w});
        }
    }
    return frozen_graph{reduced.size(), edges};
}

} // namespace

TEST_CASE("a draft of any policy's plan says all that the plan says") {
    for (const testing::graph_family family : testing::all_graph_families) {
        const frozen_graph g = testing::random_graph(family, 14, 3);
        const testing::random_kernels kernels{14, 3};
        const search::variant_table variants = search::single_variants(kernels, 14, h200);
        search::simulated evaluate{variants, h200};
        const search::comparison plans = search::portfolio(g, search::chosen_costs{variants}, evaluate);
        REQUIRE(plans.candidates.size() > 10);
        for (const search::candidate& c : plans.candidates) {
            CAPTURE(c.name);
            CAPTURE(testing::name(family));
            const plan again = search::express(g, search::draft_of(g, c.what));
            validate(again, g);
            CHECK(order_of(again) == order_of(c.what));
            CHECK(search::draft_of(g, again).sequence == search::draft_of(g, c.what).sequence);
        }
    }
}

TEST_CASE("priorities, variants and order edges go into the plan") {
    const std::vector<edge> fork{{op_id{0}, op_id{1}}, {op_id{0}, op_id{2}}};
    const frozen_graph g{3, fork};
    search::draft d{.sequence = {op_id{0}, op_id{2}, op_id{1}},
                    .lane = {lane_id{7}, lane_id{7}, lane_id{3}},
                    .priority = {0, 5, -1},
                    .variant = {variant_id{0}, variant_id{2}, variant_id{1}},
                    .order_edges = {{op_id{2}, op_id{1}}}};
    const plan p = search::express(g, d);
    validate(p, g);
    CHECK(p.lanes() == 2);
    const frozen_graph order = partial_order(p);
    const auto behind = order.successors(op_id{2});
    CHECK(std::find(behind.begin(), behind.end(), op_id{1}) != behind.end());
    const search::draft back = search::draft_of(g, p);
    CHECK(back.priority == d.priority);
    CHECK(back.variant == d.variant);
    CHECK(back.sequence == d.sequence);
    d.sequence = {op_id{0}, op_id{1}, op_id{2}}; // against the order edge
    CHECK_THROWS_AS(static_cast<void>(search::express(g, d)), policy_error);
}

TEST_CASE("whatever moves do, the draft makes a valid plan") {
    std::size_t changed[search::move_kinds] = {};
    for (const testing::graph_family family : testing::all_graph_families) {
        CAPTURE(testing::name(family));
        const std::size_t n = 30;
        const frozen_graph g = testing::random_graph(family, n, 5);
        const testing::random_kernels kernels{n, 5};
        std::vector<std::vector<search::variant>> offered;
        for (std::size_t v = 0; v < n; ++v) {
            offered.push_back({{.kernel = kernels.kernel(op_id::from_index(v))}});
            offered.back().push_back(offered.back().front());
            offered.back().back().kernel.duration_us *= 1.5;
        }
        const search::variant_table variants{offered, h200};
        search::simulated evaluate{variants, h200};
        search::mover moves{g, variants, h200, 11};
        search::draft d = search::draft_of(
            g, scheduler{assign::first_free_predecessor{}, order::topological{}}(g, search::chosen_costs{variants}));
        moves.look(d, evaluate.run(search::express(g, d)));
        for (int i = 0; i < 120; ++i) {
            const search::move_kind kind = moves.pick_kind(d);
            if (moves.change(d, kind)) {
                ++changed[static_cast<std::size_t>(kind)];
                const plan p = search::express(g, d);
                validate(p, g);
                moves.look(d, evaluate.run(p));
            }
        }
    }
    for (const std::size_t count : changed) {
        CHECK(count > 20);
    }
}
