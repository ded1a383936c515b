#include <opara/assign/first_free_predecessor.hpp>
#include <opara/cost/devices.hpp>
#include <opara/order/critical_first.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/plan/validate.hpp>
#include <opara/search/parts.hpp>
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

// Blocks of a fork of three branches and a join, the same again and again.
frozen_graph blocks(std::size_t count) {
    std::vector<edge> edges;
    for (std::size_t b = 0; b < count; ++b) {
        for (std::size_t i = 1; i <= 3; ++i) {
            edges.push_back({op_id::from_index(4 * b), op_id::from_index(4 * b + i)});
            edges.push_back({op_id::from_index(4 * b + i), op_id::from_index(4 * b + 4)});
        }
    }
    return frozen_graph{4 * count + 1, edges};
}

search::draft start_of(const search::part& piece) {
    return search::draft_of(piece.graph, scheduler{assign::first_free_predecessor{}, order::critical_first{}}(
                                             piece.graph, search::chosen_costs{piece.variants}));
}

} // namespace

TEST_CASE("equal pieces are one part, and each operator is in one piece") {
    const frozen_graph g = blocks(5);
    std::vector<std::vector<search::variant>> offered;
    for (std::size_t v = 0; v < g.size(); ++v) {
        offered.push_back({{.kernel = {.blocks = 8, .duration_us = 2.0 + static_cast<double>(v % 4)}}});
    }
    const search::pieces cut = search::split(g, search::variant_table{offered, h200}, h200);
    REQUIRE(cut.order.size() == 5);
    REQUIRE(cut.parts.size() == 2); // the first is not entered through anything
    CHECK(cut.parts[1].copies.size() == 4);
    CHECK(cut.parts[1].entered);
    std::vector<int> seen(g.size(), 0);
    for (const search::part& p : cut.parts) {
        for (const auto& copy : p.copies) {
            for (std::size_t v = p.entered ? 1 : 0; v < copy.size(); ++v) {
                ++seen[copy[v].index()];
            }
        }
    }
    CHECK(std::all_of(seen.begin(), seen.end(), [](int n) { return n == 1; }));

    offered[6].front().kernel.duration_us = 9.0; // now the second block is another one
    CHECK(search::split(g, search::variant_table{offered, h200}, h200).parts.size() == 3);
    for (std::size_t v = 0; v < g.size(); v += 4) {
        offered[v].front().kernel = {.blocks = 0}; // a join that launches nothing parts nothing
    }
    CHECK(search::split(g, search::variant_table{offered, h200}, h200).order.size() == 1);
}

TEST_CASE("what the pieces take alone adds up to what they take together") {
    std::size_t in_pieces = 0;
    for (const auto family : {testing::graph_family::diamond, testing::graph_family::series_parallel,
                              testing::graph_family::chain, testing::graph_family::layered}) {
        for (std::uint64_t seed = 1; seed <= 6; ++seed) {
            CAPTURE(testing::name(family));
            CAPTURE(seed);
            const std::size_t n = 40;
            const frozen_graph g = testing::random_graph(family, n, seed);
            const search::variant_table variants = search::single_variants(testing::random_kernels{n, seed}, n, h200);
            const search::pieces cut = search::split(g, variants, h200);
            in_pieces += cut.order.size() > 1 ? 1U : 0U;
            std::vector<search::draft> drafts;
            double sum = 0.0;
            for (const search::part& piece : cut.parts) {
                drafts.push_back(start_of(piece));
                search::simulated evaluate{piece.variants, h200};
                const sim::timeline& run = evaluate.run(search::express(piece.graph, drafts.back()));
                sum += static_cast<double>(piece.copies.size()) *
                       (run.makespan_us - (piece.entered ? run.operators[0].end_us : 0.0));
            }
            for (const auto reuse : {assign::lane_reuse::never, assign::lane_reuse::when_ordered}) {
                const plan whole = search::express(g, search::join(n, cut, drafts, reuse));
                validate(whole, g);
                search::simulated evaluate{variants, h200};
                if (reuse == assign::lane_reuse::never) {
                    CHECK(evaluate(whole) == doctest::Approx(sum).epsilon(1e-6));
                }
            }
            for (const search::part& piece : cut.parts) { // and back
                const search::draft whole = search::join(n, cut, drafts, assign::lane_reuse::never);
                const auto which = static_cast<std::size_t>(&piece - cut.parts.data());
                const search::draft again = search::restricted(n, whole, piece);
                search::simulated evaluate{piece.variants, h200};
                const double us = evaluate(search::express(piece.graph, drafts[which]));
                CHECK(evaluate(search::express(piece.graph, again)) == doctest::Approx(us).epsilon(1e-6));
            }
        }
    }
    CHECK(in_pieces >= 10);
}
