#include <opara/graph/json.hpp>
#include <opara/testing/random_graph.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace testing = opara::testing;
using opara::op_id;

namespace {

std::string complaint(const std::string& edges) {
    try {
        static_cast<void>(opara::graph_from_json(
            R"({"format": "opara-graph", "version": 1, "operators": 3, "edges": )" + edges + "}"));
    } catch (const opara::error& e) {
        return e.what();
    }
    return "none";
}

} // namespace

TEST_CASE("the text of a graph, and back") {
    const opara::frozen_graph g{
        3, std::vector<opara::edge>{{op_id{1}, op_id{2}}, {op_id{0}, op_id{2}}, {op_id{0}, op_id{1}}}};
    const std::string text = R"({"format": "opara-graph", "version": 1, "operators": 3, "edges": [
 [1, 2], [0, 2], [0, 1]
]}
)";
    CHECK(opara::to_json(g) == text);
    CHECK(opara::graph_from_json(text) == g);
    CHECK(opara::graph_from_json(opara::to_json(opara::frozen_graph{})) == opara::frozen_graph{});
}

TEST_CASE("random graphs come back with the order of every row") {
    for (const auto family : testing::all_graph_families) {
        for (const std::size_t n : {0U, 1U, 2U, 50U, 2000U}) {
            for (const auto numbers : {testing::numbering::program, testing::numbering::shuffled}) {
                const auto g = testing::random_graph(family, n, n + 1, numbers);
                CHECK(opara::graph_from_json(opara::to_json(g)) == g);
            }
        }
    }
}

TEST_CASE("what is no graph is refused") {
    CHECK(complaint("[[0, 1]]") == "none");
    CHECK(complaint("7") == "$.edges: must be an array, is number");
    CHECK(complaint("[0]") == "$.edges[0]: must be an array, is number");
    CHECK(complaint("[[0, 1], [0, 1, 2]]") == "$.edges[1]: must be a pair [source, target], has 3 elements");
    CHECK(complaint("[[0, 3]]") == "$.edges[0][1]: must be the number of one of 3 operators, is 3");
    CHECK(complaint("[[-1, 0]]") == "$.edges[0][0]: must be the number of one of 3 operators, is -1");
    CHECK(complaint("[[0, 1], [1, 0]]") == "the graph has a cycle: 0 -> 1 -> 0");
    CHECK(complaint("[[0, 1], [0, 1]]").find("twice") != std::string::npos);
    CHECK(complaint("[[0, 1]").find("line 1, column") != std::string::npos);
    CHECK_THROWS_AS((void)opara::graph_from_json(
                        R"({"format": "opara-graph", "version": 1, "operators": 4000000000, "edges": []})"),
                    opara::parse_error);
    CHECK_THROWS_AS(
        (void)opara::graph_from_json(R"({"format": "opara-plan", "version": 1, "operators": 0, "edges": []})"),
        opara::parse_error);
}
