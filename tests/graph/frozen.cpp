#include <opara/graph/frozen.hpp>
#include <opara/testing/random_graph.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace testing = opara::testing;
using opara::duplicate_edges;
using opara::edge;
using opara::frozen_graph;
using opara::op_id;

namespace {

std::vector<edge> edges(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& pairs) {
    std::vector<edge> result;
    for (const auto& [source, target] : pairs) {
        result.push_back({op_id{source}, op_id{target}});
    }
    return result;
}

std::vector<std::uint32_t> numbers(std::span<const op_id> ids) {
    std::vector<std::uint32_t> result;
    for (const op_id v : ids) {
        result.push_back(v.value);
    }
    return result;
}

using list = std::vector<std::uint32_t>;

} // namespace

TEST_CASE("rows keep the order in which the edges were given, both ways") {
    const frozen_graph g{5, edges({{3, 4}, {0, 4}, {1, 4}, {0, 3}, {0, 1}})};
    CHECK(g.size() == 5);
    CHECK(g.edge_count() == 5);
    CHECK_FALSE(g.empty());
    CHECK(numbers(g.successors(op_id{0})) == list{4, 3, 1});
    CHECK(numbers(g.predecessors(op_id{4})) == list{3, 0, 1});
    CHECK(numbers(g.successors(op_id{2})) == list{});
    CHECK(numbers(g.predecessors(op_id{0})) == list{});
    std::vector<edge> seen;
    g.for_each_edge([&](edge e) { seen.push_back(e); });
    CHECK(seen == edges({{0, 4}, {0, 3}, {0, 1}, {1, 4}, {3, 4}}));
}

TEST_CASE("the empty graph and the single operator") {
    const frozen_graph none, also_none{0, {}};
    CHECK(none == also_none);
    CHECK(none.empty());
    CHECK(none.edge_count() == 0);
    CHECK(none.topological_order().empty());
    CHECK(none.with_edges({}) == none);
    const frozen_graph one{1, {}};
    CHECK(one.size() == 1);
    CHECK(numbers(one.topological_order()) == list{0});
    CHECK(one.predecessors(op_id{0}).empty());
}

TEST_CASE("the topological order is the smallest one") {
    CHECK(numbers(frozen_graph{4, edges({{0, 1}, {0, 2}, {1, 3}})}.topological_order()) == list{0, 1, 2, 3});
    CHECK(numbers(frozen_graph{4, edges({{3, 0}})}.topological_order()) == list{1, 2, 3, 0});
    CHECK(numbers(frozen_graph{4, edges({{2, 1}, {1, 0}})}.topological_order()) == list{2, 1, 0, 3});
    // Against all permutations, on small random graphs.
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const auto family = testing::all_graph_families[seed % testing::all_graph_families.size()];
        const auto g = testing::random_graph(family, 6, seed, testing::numbering::shuffled);
        std::vector<op_id> order;
        for (std::uint32_t v = 0; v < 6; ++v) {
            order.push_back(op_id{v});
        }
        const auto topological = [&] {
            std::vector<std::size_t> place(6);
            for (std::size_t i = 0; i < 6; ++i) {
                place[order[i].index()] = i;
            }
            bool fits = true;
            g.for_each_edge([&](edge e) { fits = fits && place[e.source.index()] < place[e.target.index()]; });
            return fits;
        };
        while (!topological()) { // permutations come in lexicographic order
            REQUIRE(std::next_permutation(order.begin(), order.end()));
        }
        CHECK(numbers(g.topological_order()) == numbers(order));
    }
}

TEST_CASE("a cycle is an error that carries it") {
    const auto cycle = [](std::size_t n, const std::vector<edge>& e) {
        try {
            const frozen_graph g{n, e};
        } catch (const opara::cycle_error& error) {
            return numbers(error.cycle());
        }
        return list{};
    };
    CHECK(cycle(1, edges({{0, 0}})) == list{0});
    CHECK(cycle(3, edges({{0, 1}, {1, 2}, {2, 0}})) == list{0, 1, 2});
    CHECK(cycle(6, edges({{0, 1}, {1, 4}, {4, 3}, {3, 1}, {3, 5}, {0, 2}})) == list{1, 4, 3});
    CHECK(cycle(4, edges({{0, 1}, {1, 0}, {2, 3}, {3, 2}})) == list{0, 1});
    try {
        const frozen_graph g{3, edges({{0, 2}, {2, 1}, {1, 2}})};
        FAIL("no error");
    } catch (const opara::cycle_error& error) {
        CHECK(std::string{error.what()} == "the graph has a cycle: 1 -> 2 -> 1");
    }
    // Any cycle that is reported is one: close random graphs by an edge backwards.
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const auto family = testing::all_graph_families[seed % testing::all_graph_families.size()];
        const auto g = testing::random_graph(family, 50, seed);
        std::vector<edge> all;
        g.for_each_edge([&](edge e) { all.push_back(e); });
        if (all.empty()) {
            continue;
        }
        const edge closed = all[seed % all.size()];
        all.push_back({closed.target, closed.source});
        const list found = cycle(50, all);
        REQUIRE(found.size() >= 2);
        for (std::size_t i = 0; i < found.size(); ++i) {
            const edge step{op_id{found[i]}, op_id{found[(i + 1) % found.size()]}};
            CHECK(std::find(all.begin(), all.end(), step) != all.end());
        }
    }
}

TEST_CASE("a long cycle is found without recursion and told in short") {
    std::vector<edge> ring;
    constexpr std::uint32_t n = 1'000'000;
    for (std::uint32_t v = 0; v < n; ++v) {
        ring.push_back({op_id{v}, op_id{(v + 1) % n}});
    }
    try {
        const frozen_graph g{n, ring};
        FAIL("no error");
    } catch (const opara::cycle_error& error) {
        CHECK(error.cycle().size() == n);
        CHECK(std::string{error.what()}.size() < 200);
    }
}

TEST_CASE("a dangling edge is an error that names its ends") {
    try {
        const frozen_graph g{3, edges({{0, 1}, {1, 7}})};
        FAIL("no error");
    } catch (const opara::graph_error& error) {
        CHECK(error.source() == 1);
        CHECK(error.target() == 7);
        CHECK(std::string{error.what()} == "edge 1 -> 7 leaves the graph, which has 3 operators");
    }
    CHECK_THROWS_AS((frozen_graph{0, edges({{0, 0}})}), opara::graph_error);
    CHECK_THROWS_AS((frozen_graph{3, edges({{3, 0}})}), opara::graph_error);
}

TEST_CASE("a duplicate edge is an error, or merged") {
    const auto twice = edges({{0, 2}, {1, 2}, {0, 2}, {0, 1}});
    try {
        const frozen_graph g{3, twice};
        FAIL("no error");
    } catch (const opara::graph_error& error) {
        CHECK(error.source() == 0);
        CHECK(error.target() == 2);
    }
    const frozen_graph merged{3, twice, duplicate_edges::merge};
    CHECK(merged == frozen_graph{3, edges({{0, 2}, {1, 2}, {0, 1}})});
    CHECK(numbers(merged.predecessors(op_id{2})) == list{0, 1});
    CHECK(frozen_graph{2, edges({{0, 1}}), duplicate_edges::merge} == frozen_graph{2, edges({{0, 1}})});
}

TEST_CASE("too many operators are refused before memory is") {
    CHECK_THROWS_AS((frozen_graph{std::size_t{1} << 32U, {}}), opara::graph_error);
    CHECK_THROWS_AS((frozen_graph{~std::size_t{0}, {}}), opara::graph_error);
}

TEST_CASE("further edges") {
    const frozen_graph g{4, edges({{2, 3}, {0, 3}, {0, 1}})};
    const frozen_graph more = g.with_edges(edges({{1, 3}, {0, 3}, {1, 2}, {1, 2}}));
    CHECK(more.edge_count() == 5);
    CHECK(numbers(more.predecessors(op_id{3})) == list{2, 0, 1}); // the arguments keep their places
    CHECK(numbers(more.predecessors(op_id{2})) == list{1});
    CHECK_THROWS_AS((void)g.with_edges(edges({{3, 0}})), opara::cycle_error);
    CHECK_THROWS_AS((void)g.with_edges(edges({{0, 4}})), opara::graph_error);
}

TEST_CASE("equality sees the order of arguments") {
    CHECK(frozen_graph{3, edges({{0, 2}, {1, 2}})} != frozen_graph{3, edges({{1, 2}, {0, 2}})});
    CHECK(frozen_graph{3, edges({{0, 2}, {1, 2}})} != frozen_graph{4, edges({{0, 2}, {1, 2}})});
}

TEST_CASE("random graphs: rows against the edge list") {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        testing::random_source random{seed};
        std::vector<edge> all;
        const std::uint32_t n = 30;
        for (std::uint32_t k = 0; k < 80; ++k) {
            const auto target = static_cast<std::uint32_t>(random.between(1, n - 1));
            all.push_back({op_id{static_cast<std::uint32_t>(random.below(target))}, op_id{target}});
        }
        std::vector<edge> unique;
        for (const edge e : all) {
            if (std::find(unique.begin(), unique.end(), e) == unique.end()) {
                unique.push_back(e);
            }
        }
        const frozen_graph g{n, all, duplicate_edges::merge};
        CHECK(g.edge_count() == unique.size());
        for (std::uint32_t v = 0; v < n; ++v) {
            list out, in;
            for (const edge e : unique) {
                if (e.source == op_id{v}) {
                    out.push_back(e.target.value);
                }
                if (e.target == op_id{v}) {
                    in.push_back(e.source.value);
                }
            }
            CHECK(numbers(g.successors(op_id{v})) == out);
            CHECK(numbers(g.predecessors(op_id{v})) == in);
        }
    }
}
