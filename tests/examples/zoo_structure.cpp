// The structure of the networks, against the table that the literature's figures agree with, twice: by the brute force
// of zoo_oracle.hpp and by the library. docs/zoo.md says how these counts relate to the published ones.
#include <examples/zoo/zoo.hpp>
#include <opara/assign/chain_cover.hpp>
#include <opara/assign/first_free_predecessor.hpp>
#include <opara/graph/path_cover.hpp>
#include <opara/graph/reduction.hpp>
#include <opara/order/topological.hpp>
#include <opara/plan/scheduler.hpp>
#include <tests/examples/zoo_oracle.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <set>
#include <string>

namespace {

struct no_cost {}; // neither policy asks anything

struct figures {
    const char* name;
    std::size_t operators, edges, reduced_edges, width, alg1_lanes, alg1_crossing, alg1_waits, chain_lanes,
        fewest_waits;
};

// Framework traces also count placeholders and the output node: 2 operators and 2 edges more for the three networks of
// images, 3 and 3 for BERT. Neither lanes nor waits depend on them.
constexpr figures golden[] = {
    {"googlenet", 199 - 2, 225 - 2, 225 - 2, 4, 28, 54, 54, 4, 54},
    {"inception_v3", 316 - 2, 350 - 2, 350 - 2, 6, 36, 70, 70, 6, 70},
    {"nasnet_large", 1239 - 2, 1454 - 2, 1414 - 2, 16, 159, 374, 338, 16, 334},
    {"bert_base", 277 - 3, 324 - 3, 300 - 3, 3, 27, 50, 50, 3, 50},
};

template <class Assign>
opara::plan plan_with(const opara::frozen_graph& g) {
    return opara::scheduler{Assign{}, opara::order::topological{}}(g, no_cost{});
}

} // namespace

TEST_CASE("the networks have the structure of the literature, counted by brute force") {
    for (const figures& f : golden) {
        CAPTURE(std::string{f.name});
        const opara::frozen_graph g = freeze(opara::zoo::build(f.name));
        const auto edges = zoo_oracle::edges_of(g);
        const std::size_t n = g.size();
        CHECK(n == f.operators);
        CHECK(edges.size() == f.edges);
        const auto reduced = zoo_oracle::reduced(n, edges);
        CHECK(reduced.size() == f.reduced_edges);
        CHECK(zoo_oracle::width(n, edges) == f.width);
        CHECK(zoo_oracle::fewest_waits(n, edges) == f.fewest_waits);
        const auto lanes = zoo_oracle::alg1(n, edges);
        CHECK(lanes.count == f.alg1_lanes);
        CHECK(zoo_oracle::crossing(edges, lanes) == f.alg1_crossing);
        CHECK(zoo_oracle::minimal_waits(n, edges, lanes) == f.alg1_waits);
        const auto on_reduced = zoo_oracle::alg1(n, reduced);
        CHECK(on_reduced.count == f.alg1_lanes);
        CHECK(zoo_oracle::crossing(reduced, on_reduced) == f.fewest_waits);
    }
}

TEST_CASE("the library finds the same structure") {
    for (const figures& f : golden) {
        CAPTURE(std::string{f.name});
        const opara::frozen_graph g = freeze(opara::zoo::build(f.name));
        CHECK(opara::width(g) == f.width);
        const opara::frozen_graph reduced = opara::transitive_reduction(g);
        CHECK(reduced.edge_count() == f.reduced_edges);

        const opara::plan opara_plan = plan_with<opara::assign::first_free_predecessor<>>(g);
        CHECK(opara_plan.lanes() == f.alg1_lanes);
        CHECK(opara_plan.waits() == f.alg1_waits);
        const opara::plan on_reduced = plan_with<opara::assign::first_free_predecessor<>>(reduced);
        CHECK(on_reduced.lanes() == f.alg1_lanes);
        CHECK(on_reduced.waits() == f.fewest_waits);

        const opara::plan nimble_plan = plan_with<opara::assign::chain_cover>(g);
        CHECK(nimble_plan.lanes() == f.chain_lanes);
        CHECK(nimble_plan.waits() == f.fewest_waits);
    }
}
