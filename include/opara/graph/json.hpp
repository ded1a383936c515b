/// @file
/// Operator graphs as JSON, both ways. Needs nlohmann/json (component `json`).
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/id.hpp>
#include <opara/core/json.hpp>
#include <opara/graph/frozen.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace opara::inline OPARA_ABI {

namespace detail {
/// The edges of a graph in an order that gives the same graph again: each row, of successors and of predecessors, must
/// come in its own order. Such an order exists (the one in which the edges were given once); this merges the rows back.
inline std::vector<edge> edges_in_order(const frozen_graph& g) {
    std::vector<std::size_t> out(g.size(), 0), in(g.size(), 0); // how many of each row are written
    std::vector<op_id> stack;
    std::vector<edge> edges;
    edges.reserve(g.edge_count());
    // Writes the next edge out of u if it is also the next into its target; that may free the next edge of u and the
    // next edge into the target.
    const auto try_from = [&](op_id first) {
        stack.push_back(first);
        while (!stack.empty()) {
            const op_id u = stack.back();
            const auto row = g.successors(u);
            if (out[u.index()] == row.size()) {
                stack.pop_back();
                continue;
            }
            const op_id v = row[out[u.index()]];
            const auto column = g.predecessors(v);
            if (column[in[v.index()]] != u) {
                stack.pop_back();
                continue;
            }
            edges.push_back({u, v});
            ++out[u.index()];
            if (++in[v.index()] < column.size()) {
                stack.push_back(column[in[v.index()]]);
            }
        }
    };
    for (std::size_t u = 0; u < g.size(); ++u) {
        try_from(op_id::from_index(u));
    }
    return edges;
}
} // namespace detail

/// The most operators that `graph_from_json` takes: a few bytes of text must not be able to ask for all memory.
inline constexpr std::size_t most_operators_in_json = 10'000'000;

/// A graph as JSON: `{"format": "opara-graph", "version": 1, "operators": 3, "edges": [[0, 1], [1, 2]]}`, ten edges a
/// line. The edges come in an order that keeps those of all rows. O(V + E).
[[nodiscard]] inline std::string to_json(const frozen_graph& g) {
    std::string text =
        "{\"format\": \"opara-graph\", \"version\": 1, \"operators\": " + std::to_string(g.size()) + ", \"edges\": [";
    std::size_t written = 0;
    for (const edge e : detail::edges_in_order(g)) {
        text += (written == 0 ? "\n " : written % 10 == 0 ? ",\n " : ", ");
        text += "[" + std::to_string(e.source.value) + ", " + std::to_string(e.target.value) + "]";
        ++written;
    }
    return text + (written == 0 ? "]}\n" : "\n]}\n");
}

/// The graph that `to_json` wrote.
/// @throws parse_error  no JSON (with line and column), or no such graph (`where()` is the JSON path of what is wrong)
/// @throws graph_error, cycle_error  the edges make no operator graph
[[nodiscard]] inline frozen_graph graph_from_json(std::string_view text) {
    const nlohmann::json document = detail::parse_json(text);
    const detail::json_place root{document};
    root.require_object({"format", "version", "operators", "edges"});
    detail::require_format(root, "opara-graph");
    const std::size_t operators = root.at("operators").number(most_operators_in_json);
    const detail::json_place list = root.at("edges");
    list.require_array();
    std::vector<edge> edges;
    edges.reserve(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
        const detail::json_place item = list.at(i);
        item.require_array();
        if (item.size() != 2) {
            item.fail("must be a pair [source, target], has " + std::to_string(item.size()) + " elements");
        }
        edges.push_back({op_id{item.at(std::size_t{0}).index(operators, "operators")},
                         op_id{item.at(std::size_t{1}).index(operators, "operators")}});
    }
    return frozen_graph{operators, edges};
}

} // namespace opara::inline OPARA_ABI
