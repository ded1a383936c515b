#include <opara/testing/random_graph.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace testing = opara::testing;
using testing::graph_family;
using testing::numbering;
using testing::random_graph;

TEST_CASE("every family has a graph of every size, equal for equal seeds") {
    for (const graph_family family : testing::all_graph_families) {
        CAPTURE(std::string{name(family)});
        for (const std::size_t n : {0U, 1U, 2U, 3U, 4U, 5U, 10U, 11U, 100U, 1000U}) {
            for (const numbering numbers : {numbering::program, numbering::shuffled}) {
                const auto g = random_graph(family, n, 7, numbers);
                CHECK(g.size() == n);
                CHECK(g == random_graph(family, n, 7, numbers));
                if (numbers == numbering::program) {
                    g.for_each_edge([](opara::edge e) { REQUIRE(e.source < e.target); });
                }
            }
        }
    }
}

TEST_CASE("other seeds give other graphs where a family has several") {
    for (const graph_family family : testing::all_graph_families) {
        CAPTURE(std::string{name(family)});
        const bool one_of_a_size =
            family == graph_family::chain || family == graph_family::antichain || family == graph_family::grid;
        CHECK((random_graph(family, 200, 1) == random_graph(family, 200, 2)) == one_of_a_size);
        CHECK((random_graph(family, 200, 1, numbering::shuffled) ==
               random_graph(family, 200, 2, numbering::shuffled)) == (family == graph_family::antichain));
    }
}

TEST_CASE("the shapes are what they are called") {
    const auto degree_sum = [](const opara::frozen_graph& g) { return g.edge_count(); };
    CHECK(degree_sum(random_graph(graph_family::chain, 100, 0)) == 99);
    CHECK(degree_sum(random_graph(graph_family::antichain, 100, 0)) == 0);
    CHECK(degree_sum(random_graph(graph_family::grid, 100, 0)) == 180);
    CHECK(degree_sum(random_graph(graph_family::grid, 7, 0)) == 8); // rows of 3, 3 and 1
    const auto diamond = random_graph(graph_family::diamond, 300, 3);
    std::size_t forks = 0;
    for (std::size_t v = 0; v < diamond.size(); ++v) {
        const opara::op_id op = opara::op_id::from_index(v);
        const std::size_t in = diamond.predecessors(op).size();
        const std::size_t out = diamond.successors(op).size();
        forks += out > 1 ? 1U : 0U;
        CHECK(((in <= 1 && out <= 1) || in > 1 || out > 1));
        CHECK(out <= 9);
    }
    CHECK(forks > 30);
    const auto dense = random_graph(graph_family::dense, 1000, 4);
    CHECK(dense.edge_count() > 15000);
    CHECK(dense.edge_count() < 16500);
    const auto sparse = random_graph(graph_family::sparse, 1000, 4);
    CHECK(sparse.edge_count() > 1400);
    CHECK(sparse.edge_count() <= 1500);
    // A series-parallel graph has one source and one sink, and every step adds one edge more than it removes or two.
    const auto sp = random_graph(graph_family::series_parallel, 500, 5);
    std::size_t sources = 0, sinks = 0;
    for (std::size_t v = 0; v < sp.size(); ++v) {
        sources += sp.predecessors(opara::op_id::from_index(v)).empty() ? 1U : 0U;
        sinks += sp.successors(opara::op_id::from_index(v)).empty() ? 1U : 0U;
    }
    CHECK(sources == 1);
    CHECK(sinks == 1);
    CHECK(sp.edge_count() > 499);
    CHECK(sp.edge_count() < 2 * 500);
}

TEST_CASE("a million operators") {
    for (const graph_family family : {graph_family::chain, graph_family::series_parallel, graph_family::sparse}) {
        CHECK(random_graph(family, 1'000'000, 1).size() == 1'000'000);
    }
}
