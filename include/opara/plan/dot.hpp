/// @file
/// Graphs and plans as drawings of Graphviz.
#pragma once

#include <opara/core/id.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/plan.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace opara::inline OPARA_ABI {

/// How lanes are told apart in a drawing of a plan.
enum class lane_style : std::uint8_t {
    colours, ///< a fill colour for each (12, then again), operators where the graph's layout puts them
    clusters ///< a box around each, in its colour
};

/// Labels an operator with its number.
struct number_label {
    /// The number as text.
    [[nodiscard]] std::string operator()(op_id v) const { return std::to_string(v.value); }
};

namespace detail {

// A text between quotes: line feeds become line breaks, other control characters spaces.
inline std::string quoted_text(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        if (c == '\n') {
            result += "\\n";
        } else {
            result += static_cast<unsigned char>(c) < 0x20U ? ' ' : c;
        }
    }
    return result + '"';
}

inline void write_head(std::ostream& out) {
    out << "digraph opara {\n"
           "  node [shape=box, style=\"filled,rounded\", fillcolor=\"#f4f4f4\", color=\"#555555\", "
           "fontname=\"Helvetica\", "
           "fontsize=11, height=0.3];\n"
           "  edge [color=\"#555555\", arrowsize=0.7];\n";
}

// Light enough for black text, and as far apart as twelve can be (after ColorBrewer's Set3).
inline constexpr std::array<const char*, 12> lane_colours{"#8dd3c7", "#ffffb3", "#bebada", "#fb8072",
                                                          "#80b1d3", "#fdb462", "#b3de69", "#fccde5",
                                                          "#d9d9d9", "#bc80bd", "#ccebc5", "#ffed6f"};

template <class Label>
std::string drawn_node(op_id v, lane_id lane, const Label& label) {
    const std::string number = std::to_string(v.value);
    return "  " + number + " [label=" + quoted_text(label(v)) + ", fillcolor=\"" +
           lane_colours[lane.index() % lane_colours.size()] + "\", tooltip=\"operator " + number + ", lane " +
           std::to_string(lane.value) + "\"];\n";
}

} // namespace detail

/// Draws a graph.
/// @param out  where the text for `dot` goes
/// @param g  the graph
/// @param label  `label(op_id)` is the text in an operator's box; anything that converts to a string view. Any
///        characters will do, UTF-8 for those beyond ASCII
/// Complexity: O(V + E).
template <std::invocable<op_id> Label = number_label>
void write_dot(std::ostream& out, const frozen_graph& g, const Label& label = {}) {
    detail::write_head(out);
    for (std::size_t v = 0; v < g.size(); ++v) {
        out << "  " << std::to_string(v) << " [label=" << detail::quoted_text(label(op_id::from_index(v))) << "];\n";
    }
    g.for_each_edge([&](edge e) {
        out << "  " << std::to_string(e.source.value) << " -> " << std::to_string(e.target.value) << ";\n";
    });
    out << "}\n";
}

/// Draws a plan: its lanes as colours or boxes, what follows in a lane with solid arrows, waits with dashed ones,
/// barriers as dots. Draws any plan, also one that is not valid (a wait for an event that nobody recorded before it has
/// no arrow then).
/// @param out  where the text for `dot` goes
/// @param p  the plan
/// @param label  as above
/// @param lanes  how lanes are told apart
/// Complexity: O(commands), and memory by the largest lane and event numbers.
template <std::invocable<op_id> Label = number_label>
void write_dot(std::ostream& out, const plan& p, const Label& label = {}, lane_style lanes = lane_style::colours) {
    detail::write_head(out);
    std::vector<std::vector<std::string>> members; // by lane the names of its nodes, barriers included
    std::vector<std::string> inside;               // by lane the text of these nodes
    std::vector<std::string> told;                 // by event the node whose end it tells
    std::vector<std::vector<std::string>> pending; // by lane the nodes that its next one waits for
    std::string waits;
    const auto append = [&](std::size_t lane, const std::string& node) {
        for (const std::string& source : pending[lane]) {
            waits.append("  ").append(source).append(" -> ").append(node).append(" [style=dashed];\n");
        }
        pending[lane].clear();
        members[lane].push_back(node);
    };
    for (const command& c : p.commands()) {
        const std::size_t lane = c.lane.index();
        members.resize(std::max(members.size(), lane + 1));
        inside.resize(members.size());
        pending.resize(members.size());
        told.resize(std::max<std::size_t>(told.size(), c.event.index() + 1));
        switch (c.what) {
        case action::launch:
            append(lane, std::to_string(c.op.value));
            inside[lane] += detail::drawn_node(c.op, c.lane, label);
            break;
        case action::record:
            told[c.event.index()] = std::to_string(c.op.value);
            if (!pending[lane].empty()) { // behind waits: a barrier
                told[c.event.index()] = "barrier" + std::to_string(c.event.value);
                append(lane, told[c.event.index()]);
                inside[lane] += "  " + told[c.event.index()] + " [label=\"\", shape=point, width=0.12];\n";
            }
            break;
        case action::wait:
            if (!told[c.event.index()].empty()) {
                pending[lane].push_back(told[c.event.index()]);
            }
            break;
        }
    }
    for (std::size_t lane = 0; lane < members.size(); ++lane) {
        const bool boxed = lanes == lane_style::clusters;
        if (boxed) {
            out << "  subgraph cluster_" << std::to_string(lane) << " {\n  label=\"lane " << std::to_string(lane)
                << "\"; fontname=\"Helvetica\"; fontsize=11; color=\"#bbbbbb\"; style=rounded;\n";
        }
        out << inside[lane];
        if (boxed) {
            out << "  }\n";
        }
        for (std::size_t i = 1; i < members[lane].size(); ++i) {
            out << "  " << members[lane][i - 1] << " -> " << members[lane][i] << ";\n";
        }
    }
    out << waits << "}\n";
}

} // namespace opara::inline OPARA_ABI
