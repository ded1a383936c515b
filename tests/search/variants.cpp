#include <opara/cost/devices.hpp>
#include <opara/cost/table.hpp>
#include <opara/search/static_choice.hpp>
#include <opara/search/variants.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <vector>

using namespace opara;
using search::variant;

namespace {

const cost::device& h200 = cost::devices::h200;

variant of(double us, std::uint32_t blocks, std::uint32_t threads = 256) {
    return {.kernel = {.blocks = blocks, .threads = threads, .duration_us = us}};
}
op_id op(std::uint32_t v) { return op_id{v}; }
variant_id which(std::uint32_t v) { return variant_id{v}; }

} // namespace

TEST_CASE("a variant of several nodes costs the edges between them") {
    variant v = of(5.0, 8);
    CHECK(search::as_one_node(v, h200.graph) == v.kernel);
    v.kernels = 3;
    v.memsets = 1;
    CHECK(search::as_one_node(v, h200.graph).duration_us ==
          doctest::Approx(5.0 + 2 * h200.graph.edge_us + h200.graph.memset_us));
    v.kernel = {.blocks = 0};
    CHECK(search::as_one_node(v, h200.graph).duration_us == 0.0); // nothing is launched
}

TEST_CASE("the costs of a choice are those of its variants") {
    const search::variant_table variants{{{of(5.0, 8), of(3.0, 264)}, {of(2.0, 1)}}, h200};
    REQUIRE(variants.size() == 2);
    CHECK(variants.of(op(0)).size() == 2);
    CHECK(variants.of(op(1)).size() == 1);
    const search::chosen_costs first{variants};
    CHECK(first.duration_us(op(0)) == 5.0);
    const search::chosen_costs other{variants, {which(1), which(0)}};
    const cost::table same{{variants.of(op(0))[1].kernel, variants.of(op(1))[0].kernel}, h200};
    for (const op_id v : {op(0), op(1)}) {
        CHECK(other.kernel(v) == same.kernel(v));
        CHECK(other.duration_us(v) == same.duration_us(v));
        CHECK(other.demand(v) == same.demand(v));
        CHECK(other.bound(v) == same.bound(v));
    }
    const search::variant_table alone = search::single_variants(same, 2, h200);
    CHECK(alone.of(op(0)).size() == 1);
    CHECK(search::chosen_costs{alone}.kernel(op(0)) == same.kernel(op(0)));
}

TEST_CASE("bad variants and choices are refused, and the operator is named") {
    const auto fault = [](const auto& f) {
        try {
            f();
        } catch (const cost_error& e) {
            return e.op();
        }
        return op(99);
    };
    using table = search::variant_table;
    CHECK(fault([] { table{{{of(1.0, 1)}, {}}, h200}; }) == op(1));
    CHECK(fault([] { table{{{of(1.0, 1)}, {of(1.0, 1), of(std::numeric_limits<double>::quiet_NaN(), 1)}}, h200}; }) ==
          op(1));
    const table two{{{of(1.0, 1)}, {of(1.0, 1)}}, h200};
    CHECK(fault([&] { search::chosen_costs{two, {which(0), which(1)}}; }) == op(1));
    CHECK_THROWS_AS((search::chosen_costs{two, {which(0)}}), cost_error);
}

TEST_CASE("area is time, blocks and the larger share of an SM") {
    const cost::kernel by_threads{.blocks = 10, .threads = 1024, .duration_us = 3.0};
    CHECK(search::sm_area_us(by_threads, h200) == doctest::Approx(15.0));
    const cost::kernel by_memory{.blocks = 10, .threads = 32, .shared_bytes = 228 * 1024 / 4, .duration_us = 2.0};
    CHECK(search::sm_area_us(by_memory, h200) == doctest::Approx(5.0));
}

TEST_CASE("the static rule takes the fastest kernel on the critical path and a small one off it") {
    // 0 -> 1 -> 3 and 0 -> 2 -> 3, where 2 has time to spare.
    const std::vector<edge> edges{{op(0), op(1)}, {op(0), op(2)}, {op(1), op(3)}, {op(2), op(3)}};
    const frozen_graph g{4, edges};
    const std::vector<variant> wide_or_narrow{of(4.0, 132, 2048 / 4), of(5.0, 8, 256)};
    const search::variant_table variants{{{of(1.0, 1)}, {of(20.0, 132), of(25.0, 8)}, wide_or_narrow, {of(1.0, 1)}},
                                         h200};
    CHECK(search::static_choice(g, variants, h200) == std::vector<variant_id>{which(0), which(0), which(1), which(0)});
    // With no price on area it is the fastest everywhere.
    CHECK(search::static_choice(g, variants, h200, {.off_path = 0.0}) ==
          std::vector<variant_id>{which(0), which(0), which(0), which(0)});

    SUBCASE("an operator that its small kernel would put on the path keeps the fast one") {
        std::vector<variant> slow = wide_or_narrow;
        slow[0].kernel.duration_us = 18.0;
        slow[1].kernel.duration_us = 24.0; // longer than the 20 of the other branch
        const search::variant_table tight{{{of(1.0, 1)}, {of(20.0, 132), of(25.0, 8)}, slow, {of(1.0, 1)}}, h200};
        CHECK(search::static_choice(g, tight, h200, {.rounds = 1})[2] == which(1));
        CHECK(search::static_choice(g, tight, h200)[2] == which(0));
    }
}
