#include <opara/assign/chain_cover.hpp>
#include <opara/order/depth_first.hpp>
#include <opara/plan/dot.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/testing/archetypes.hpp>
#include <opara/testing/random_graph.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <locale>
#include <sstream>
#include <string>
#include <vector>

namespace testing = opara::testing;
using opara::edge;
using opara::op_id;

namespace {

const opara::frozen_graph diamond{
    4, std::vector<edge>{{op_id{0}, op_id{1}}, {op_id{0}, op_id{2}}, {op_id{1}, op_id{3}}, {op_id{2}, op_id{3}}}};

std::string after_head(const std::ostringstream& out) {
    const std::string text = out.str();
    const std::size_t at = text.find("arrowsize=0.7];\n");
    REQUIRE(at != std::string::npos);
    return text.substr(at + 16);
}

opara::plan planned(const opara::frozen_graph& g) {
    return opara::scheduler{opara::assign::chain_cover{}, opara::order::depth_first{}}(g, testing::cost_archetype{});
}

// Whether Graphviz takes it: the number of nodes and edges that it draws.
struct drawn {
    int nodes = 0;
    int edges = 0;
};
drawn draw(const std::string& text) {
    std::FILE* const pipe = popen("dot -Tplain -o opara-dot-test.out", "w");
    REQUIRE(pipe != nullptr);
    REQUIRE(std::fwrite(text.data(), 1, text.size(), pipe) == text.size());
    REQUIRE(pclose(pipe) == 0);
    drawn result;
    std::FILE* const file = std::fopen("opara-dot-test.out", "r");
    REQUIRE(file != nullptr);
    char line[4096];
    while (std::fgets(line, sizeof line, file) != nullptr) {
        const std::string start{line};
        result.nodes += start.rfind("node ", 0) == 0 ? 1 : 0;
        result.edges += start.rfind("edge ", 0) == 0 ? 1 : 0;
    }
    std::fclose(file);
    std::remove("opara-dot-test.out");
    return result;
}

} // namespace

TEST_CASE("a graph") {
    std::ostringstream out;
    opara::write_dot(out, diamond);
    CHECK(after_head(out) == "  0 [label=\"0\"];\n  1 [label=\"1\"];\n  2 [label=\"2\"];\n  3 [label=\"3\"];\n"
                             "  0 -> 1;\n  0 -> 2;\n  1 -> 3;\n  2 -> 3;\n}\n");
}

TEST_CASE("a plan: lanes coloured, waits dashed") {
    std::ostringstream out;
    opara::write_dot(out, planned(diamond));
    CHECK(after_head(out) == "  0 [label=\"0\", fillcolor=\"#8dd3c7\", tooltip=\"operator 0, lane 0\"];\n"
                             "  1 [label=\"1\", fillcolor=\"#8dd3c7\", tooltip=\"operator 1, lane 0\"];\n"
                             "  3 [label=\"3\", fillcolor=\"#8dd3c7\", tooltip=\"operator 3, lane 0\"];\n"
                             "  0 -> 1;\n  1 -> 3;\n"
                             "  2 [label=\"2\", fillcolor=\"#ffffb3\", tooltip=\"operator 2, lane 1\"];\n"
                             "  0 -> 2 [style=dashed];\n  2 -> 3 [style=dashed];\n}\n");
}

TEST_CASE("a barrier is a dot") {
    const opara::frozen_graph g{4, {}};
    const opara::assignment stages{.lane = {opara::lane_id{0}, opara::lane_id{1}, opara::lane_id{0}, opara::lane_id{1}},
                                   .lanes = 2,
                                   .stage = {0, 0, 1, 1}};
    std::ostringstream out;
    opara::write_dot(out, opara::synchronise(g, stages, g.topological_order()));
    const std::string text = after_head(out);
    CHECK(text.find("[label=\"\", shape=point, width=0.12];\n") != std::string::npos);
    CHECK(text.find("  0 -> barrier1;\n  barrier1 -> 2;\n") != std::string::npos);
    CHECK(text.find("  1 -> barrier1 [style=dashed];\n  barrier1 -> 3 [style=dashed];\n") != std::string::npos);
}

TEST_CASE("numbers are digits, whatever the locale of the stream groups them with") {
    struct grouping : std::numpunct<char> {
        char do_thousands_sep() const override { return ','; }
        std::string do_grouping() const override { return "\3"; }
    };
    const opara::frozen_graph g = testing::random_graph(testing::graph_family::chain, 1200, 0);
    std::ostringstream plain, grouped;
    grouped.imbue(std::locale{std::locale::classic(), new grouping});
    opara::write_dot(plain, g);
    opara::write_dot(grouped, g);
    CHECK(plain.str().find("1198 -> 1199;") != std::string::npos);
    CHECK(grouped.str() == plain.str());
}

TEST_CASE("labels are escaped") {
    std::ostringstream out;
    opara::write_dot(out, opara::frozen_graph{1, {}}, [](op_id) { return "a \"b\" \\c\n\td"; });
    CHECK(after_head(out) == "  0 [label=\"a \\\"b\\\" \\\\c\\n d\"];\n}\n");
}

TEST_CASE("nothing, and nonsense, are drawn, too") {
    std::ostringstream out;
    opara::write_dot(out, opara::frozen_graph{});
    CHECK(after_head(out) == "}\n");
    std::ostringstream plan;
    opara::write_dot(plan, opara::plan{1, 1, 1, {{.what = opara::action::wait}, {.what = opara::action::launch}}});
    CHECK(after_head(plan).find("dashed") == std::string::npos);
}

TEST_CASE("Graphviz accepts it all") {
    if (std::system("dot -V > /dev/null 2>&1") != 0) {
        opara::test::skip("Graphviz's dot is not installed");
        return;
    }
    const auto nasty = [](op_id v) { return "op " + std::to_string(v.value) + " \"\\{|}<b>\n&amp;\\N \xc3\xa9 \\"; };
    for (const auto family : testing::all_graph_families) {
        const auto g = testing::random_graph(family, 40, 1);
        const opara::plan p = planned(g);
        std::size_t in_lanes = 0;
        std::vector<bool> used(p.lanes());
        for (const opara::command& c : p.commands()) {
            if (c.what == opara::action::launch) {
                in_lanes += used[c.lane.index()] ? 1U : 0U;
                used[c.lane.index()] = true;
            }
        }
        std::ostringstream graph, coloured, boxed;
        opara::write_dot(graph, g, nasty);
        opara::write_dot(coloured, p, nasty);
        opara::write_dot(boxed, p, nasty, opara::lane_style::clusters);
        CHECK(draw(graph.str()).nodes == 40);
        CHECK(draw(graph.str()).edges == static_cast<int>(g.edge_count()));
        CHECK(draw(coloured.str()).edges == static_cast<int>(in_lanes + p.waits()));
        CHECK(draw(boxed.str()).nodes == 40);
        CHECK(draw(boxed.str()).edges == static_cast<int>(in_lanes + p.waits()));
    }
}
