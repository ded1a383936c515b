/// @file
/// Simulated runs for Perfetto and chrome://tracing.
#pragma once

#include <opara/core/id.hpp>
#include <opara/sim/text.hpp>
#include <opara/sim/timeline.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace opara::inline OPARA_ABI::sim {

/// Calls an operator something: `name(op)` is text.
template <class F>
concept operator_names = requires(F& name, op_id v) {
    { name(v) } -> std::convertible_to<std::string_view>;
} || requires(F& name, op_id v) {
    { name(v) } -> std::convertible_to<std::string>;
};

namespace detail {
inline const char* text_of(held_by held) noexcept {
    switch (held) {
    case held_by::dependency: return "dependency";
    case held_by::front_end: return "front end";
    case held_by::space: return "space";
    case held_by::nothing: break;
    }
    return "nothing";
}
} // namespace detail

/// Writes a simulated run in the trace event format (JSON): a track for each lane, an arrow from each operator's cause,
/// and counters for SMs, DRAM and arithmetic. Load it at ui.perfetto.dev or chrome://tracing.
/// @param out  where to
/// @param t  the run
/// @param name  what to call an operator (`name(op)`)
/// @param title  the name of the whole, for example network and policy
/// Complexity: O(operators).
template <operator_names Name>
void write_trace(std::ostream& out, const timeline& t, Name&& name, std::string_view title = "opara") {
    using detail::json_escaped;
    using detail::number;
    out << "{\"displayTimeUnit\": \"ns\", \"traceEvents\": [\n"
        << R"({"ph": "M", "pid": 1, "name": "process_name", "args": {"name": ")" << json_escaped(title) << "\"}}";
    std::size_t lanes = 0;
    for (const activity& a : t.operators) {
        lanes = std::max(lanes, a.lane.index() + 1);
    }
    for (std::size_t l = 0; l < lanes; ++l) {
        out << ",\n{\"ph\": \"M\", \"pid\": 1, \"tid\": " << l << R"(, "name": "thread_name", "args": {"name": "lane )"
            << l << "\"}}";
    }
    std::vector<bool> critical(t.operators.size(), false);
    for (const op_id v : t.critical) {
        critical[v.index()] = true;
    }
    for (std::size_t v = 0; v < t.operators.size(); ++v) {
        const activity& a = t.operators[v];
        const op_id op = op_id::from_index(v);
        const std::string track = "\"pid\": 1, \"tid\": " + std::to_string(a.lane.value);
        out << ",\n{\"ph\": \"X\", " << track << R"(, "name": ")" << json_escaped(std::string{name(op)})
            << R"(", "ts": )" << number(a.start_us) << ", \"dur\": " << number(a.end_us - a.start_us)
            << ", \"args\": {\"operator\": " << v << ", \"ready_us\": " << number(a.ready_us)
            << ", \"sm_share\": " << number(a.sm_share) << R"(, "held_by": ")" << detail::text_of(a.held)
            << R"(", "critical": )" << (critical[v] ? "true" : "false");
        if (a.held != held_by::nothing && a.cause != op) {
            out << R"(, "cause": ")" << json_escaped(std::string{name(a.cause)}) << '"';
        }
        out << "}}";
        const activity& cause = t.operators[a.cause.index()];
        if (a.cause != op && cause.lane != a.lane) {
            out << R"(,
{"ph": "s", "cat": "cause", "name": "cause", "id": )"
                << v << ", \"pid\": 1, \"tid\": " << cause.lane.value
                << ", \"ts\": " << number(std::min(cause.end_us, a.start_us)) << "}"
                << R"(,
{"ph": "f", "bp": "e", "cat": "cause", "name": "cause", "id": )"
                << v << ", " << track << ", \"ts\": " << number(a.start_us) << "}";
        }
    }
    for (const load& l : t.loads) {
        out << R"(,
{"ph": "C", "pid": 1, "name": "busy %", "ts": )"
            << number(l.time_us) << R"(, "args": {"SMs": )" << number(100.0 * l.sms, 1)
            << ", \"DRAM\": " << number(100.0 * l.dram, 1) << ", \"arithmetic\": " << number(100.0 * l.math, 1) << "}}";
    }
    out << "\n]}\n";
}

} // namespace opara::inline OPARA_ABI::sim
