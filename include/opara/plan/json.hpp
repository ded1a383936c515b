/// @file
/// Plans as JSON, both ways. Needs nlohmann/json (component `json`).
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/id.hpp>
#include <opara/core/json.hpp>
#include <opara/plan/plan.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI {

/// A plan as JSON, one command a line: stable, diffable text. O(commands).
///
/// @code
/// {"format": "opara-plan", "version": 1, "operators": 2, "lanes": 2, "events": 1, "commands": [
///  {"do": "launch", "lane": 0, "op": 0, "variant": 1, "priority": 2},
///  {"do": "record", "lane": 0, "op": 0, "event": 0},
///  {"do": "wait", "lane": 1, "op": 1, "event": 0},
///  {"do": "launch", "lane": 1, "op": 1}
/// ]}
/// @endcode
/// `variant` and `priority` are left out where they are 0. Any plan can be written, also one that is not valid.
[[nodiscard]] inline std::string to_json(const plan& p) {
    std::string text = "{\"format\": \"opara-plan\", \"version\": 1, \"operators\": " + std::to_string(p.operators()) +
                       ", \"lanes\": " + std::to_string(p.lanes()) + ", \"events\": " + std::to_string(p.events()) +
                       ", \"commands\": [";
    const char* separator = "\n ";
    for (const command& c : p.commands()) {
        const char* const verb = c.what == action::launch ? "launch" : c.what == action::record ? "record" : "wait";
        text += std::string{separator} + "{\"do\": \"" + verb + "\", \"lane\": " + std::to_string(c.lane.value) +
                ", \"op\": " + std::to_string(c.op.value);
        if (c.what != action::launch || c.event != event_id{}) {
            text += ", \"event\": " + std::to_string(c.event.value);
        }
        if (c.variant != variant_id{}) {
            text += ", \"variant\": " + std::to_string(c.variant.value);
        }
        if (c.priority != 0) {
            text += ", \"priority\": " + std::to_string(c.priority);
        }
        text += "}";
        separator = ",\n ";
    }
    return text + (p.commands().empty() ? "]}\n" : "\n]}\n");
}

namespace detail {
/// The plan at a place in a document. @throws parse_error  there is none
inline plan read_plan(const json_place& root) {
    root.require_object({"format", "version", "operators", "lanes", "events", "commands"});
    require_format(root, "opara-plan");
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max() - 1;
    const std::size_t operators = root.at("operators").number(most);
    const std::size_t lanes = root.at("lanes").number(most);
    const std::size_t events = root.at("events").number(most);
    const json_place list = root.at("commands");
    list.require_array();
    const auto require_room = [&](const char* key, std::size_t count) { // whoever reads it takes memory for so many
        if (count > list.size()) {
            root.at(key).fail("must be at most the number of commands, " + std::to_string(list.size()) + ", is " +
                              std::to_string(count));
        }
    };
    require_room("operators", operators);
    require_room("lanes", lanes <= 1 ? 0 : lanes);
    require_room("events", events);
    std::vector<command> commands;
    commands.reserve(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
        const json_place item = list.at(i);
        item.require_object({"do", "lane", "op", "event", "variant", "priority"});
        command c;
        const std::string& verb = item.at("do").text();
        if (verb == "launch") {
            c.what = action::launch;
        } else if (verb == "record") {
            c.what = action::record;
        } else if (verb == "wait") {
            c.what = action::wait;
        } else {
            item.at("do").fail(
                "must be \"launch\", \"record\" or \"wait\", is " +
                nlohmann::json(verb.substr(0, 40)).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
        }
        c.lane = lane_id{item.at("lane").index(lanes, "lanes")};
        c.op = op_id{item.at("op").index(operators, "operators")};
        if (c.what != action::launch || item.has("event")) {
            c.event = event_id{item.at("event").index(events, "events")};
        }
        if (item.has("variant")) {
            c.variant = variant_id{static_cast<std::uint32_t>(item.at("variant").number(most))};
        }
        if (item.has("priority")) {
            c.priority = item.at("priority").signed_number();
        }
        commands.push_back(c);
    }
    return plan{operators, lanes, events, std::move(commands)};
}
} // namespace detail

/// The plan that `to_json` wrote. Checks form and ranges, not that the plan runs any graph: that is `validate`'s work.
/// @throws parse_error  no JSON (with line and column), or not such a plan (`where()` is the JSON path of what is
/// wrong) Complexity: O(text).
[[nodiscard]] inline plan plan_from_json(std::string_view text) {
    const nlohmann::json document = detail::parse_json(text);
    return detail::read_plan(detail::json_place{document});
}

} // namespace opara::inline OPARA_ABI
