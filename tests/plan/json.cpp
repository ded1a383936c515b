#include <opara/assign/first_free_predecessor.hpp>
#include <opara/order/depth_first.hpp>
#include <opara/plan/json.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/testing/archetypes.hpp>
#include <opara/testing/random_graph.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace testing = opara::testing;
using opara::action;
using opara::command;
using opara::event_id;
using opara::lane_id;
using opara::op_id;
using opara::variant_id;

namespace {

const opara::plan small{
    2,
    2,
    1,
    {{.what = action::launch, .lane = {}, .op = {}, .event = {}, .variant = variant_id{1}, .priority = -2},
     {.what = action::record, .lane = {}, .op = {}, .event = {}},
     {.what = action::wait, .lane = lane_id{1}, .op = op_id{1}, .event = {}},
     {.what = action::launch, .lane = lane_id{1}, .op = op_id{1}}}};

const std::string small_text =
    R"({"format": "opara-plan", "version": 1, "operators": 2, "lanes": 2, "events": 1, "commands": [
 {"do": "launch", "lane": 0, "op": 0, "variant": 1, "priority": -2},
 {"do": "record", "lane": 0, "op": 0, "event": 0},
 {"do": "wait", "lane": 1, "op": 1, "event": 0},
 {"do": "launch", "lane": 1, "op": 1}
]}
)";

std::string replaced(const std::string& from, const std::string& to) {
    std::string text = small_text;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

std::string complaint(const std::string& text) {
    try {
        static_cast<void>(opara::plan_from_json(text));
    } catch (const opara::parse_error& e) {
        return e.what();
    }
    return "none";
}

} // namespace

TEST_CASE("the text of a plan, and back") {
    CHECK(opara::to_json(small) == small_text);
    CHECK(opara::plan_from_json(small_text) == small);
    CHECK(opara::plan_from_json(opara::to_json(opara::plan{})) == opara::plan{});
    // Another writer's spacing and key order.
    CHECK(
        opara::plan_from_json(
            R"({"commands":[{"op":0,"lane":0,"do":"launch"}],"events":0,"lanes":1,"operators":1,"version":1,"format":"opara-plan"})") ==
        opara::plan{1, 1, 0, {command{}}});
}

TEST_CASE("random plans come back as they were") {
    for (const auto family : testing::all_graph_families) {
        for (const std::size_t n : {0U, 1U, 10U, 300U}) {
            const auto g = testing::random_graph(family, n, n);
            const opara::scheduler sched{opara::assign::first_free_predecessor{}, opara::order::depth_first{}};
            const opara::plan p = sched(g, testing::cost_archetype{});
            CHECK(opara::plan_from_json(opara::to_json(p)) == p);
        }
    }
    // Nonsense can be written and read, too: judging it is the validator's work.
    testing::random_source random{1};
    std::vector<command> commands;
    for (int i = 0; i < 1000; ++i) {
        commands.push_back({.what = static_cast<action>(random.below(3)),
                            .lane = lane_id{static_cast<std::uint32_t>(random.below(7))},
                            .op = op_id{static_cast<std::uint32_t>(random.below(100))},
                            .event = event_id{static_cast<std::uint32_t>(random.below(50))},
                            .variant = variant_id{static_cast<std::uint32_t>(random.below(1U << 31U))},
                            .priority = static_cast<std::int32_t>(random.next())});
    }
    const opara::plan nonsense{100, 7, 50, commands};
    CHECK(opara::plan_from_json(opara::to_json(nonsense)) == nonsense);
}

TEST_CASE("bad JSON: line and column") {
    const auto place = [](const std::string& text) {
        try {
            static_cast<void>(opara::plan_from_json(text));
        } catch (const opara::parse_error& e) {
            return std::vector{e.line(), e.column()};
        }
        return std::vector<std::size_t>{};
    };
    CHECK(place("") == std::vector<std::size_t>{1, 1});
    CHECK(place("{") == std::vector<std::size_t>{1, 2});
    CHECK(place("{\n  \"format\" 1}") == std::vector<std::size_t>{2, 12});
    CHECK(place(replaced("\"op\": 0, \"event\"", "\"op\": ?, \"event\"")) == std::vector<std::size_t>{3, 36});
    CHECK(place(replaced("\"event\": 0}", "\"event\": 1e999}")) == std::vector<std::size_t>{3, 48});
    CHECK(place(small_text + "x") == std::vector<std::size_t>{7, 1});
    CHECK(place("\"\xff\"") == std::vector<std::size_t>{1, 2});
    CHECK(complaint(replaced("\"event\": 0}", "\"event\": 1e999}")) ==
          "JSON, line 3, column 48: the number 1e999 is too large");
    CHECK(complaint("{\n  \"format\" 1}") == "JSON, line 2, column 12: syntax error while parsing object separator - "
                                             "unexpected number literal; expected ':'");
    CHECK(complaint(small_text.substr(0, 150)).substr(0, 29) == "JSON, line 2, column 57: synt");
}

TEST_CASE("bad contents: the JSON path") {
    CHECK(complaint("[]") == "$: must be an object, is array");
    CHECK(complaint("{}") == "$: has no \"format\"");
    CHECK(complaint(replaced("\"lanes\": 2", "\"lanes\": 4000000000")) ==
          "$.lanes: must be at most the number of commands, 4, is 4000000000");
    CHECK(complaint(replaced("\"events\": 1", "\"events\": 5")) ==
          "$.events: must be at most the number of commands, 4, is 5");
    CHECK(complaint(replaced("\"operators\": 2", "\"operators\": 5")) ==
          "$.operators: must be at most the number of commands, 4, is 5");
    CHECK(complaint(replaced("opara-plan", "opara-graph")) == "$.format: must be \"opara-plan\"");
    CHECK(complaint(replaced("\"version\": 1", "\"version\": 2")) == "$.version: this library reads version 1");
    CHECK(complaint(replaced("\"version\": 1", "\"version\": \"1\"")) ==
          "$.version: must be a whole number from 0 to 4294967295, is \"1\"");
    CHECK(complaint(replaced("\"lanes\": 2", "\"lane\": 2")) == "$: has an unknown key \"lane\"");
    CHECK(complaint(replaced("\"lanes\": 2", "\"lanes\": -1")) ==
          "$.lanes: must be a whole number from 0 to 4294967294, is -1");
    CHECK(complaint(replaced("\"lanes\": 2", "\"lanes\": 18446744073709551616")) ==
          "$.lanes: must be a whole number from 0 to 4294967294, is 1.8446744073709552e+19");
    CHECK(complaint(replaced("\"lanes\": 2", "\"lanes\": 2.0")) ==
          "$.lanes: must be a whole number from 0 to 4294967294, is 2.0");
    CHECK(complaint(replaced("\"lanes\": 2", "\"lanes\": 1")) ==
          "$.commands[2].lane: must be the number of one of 1 lanes, is 1");
    CHECK(complaint(replaced("\"operators\": 2", "\"operators\": 1")) ==
          "$.commands[2].op: must be the number of one of 1 operators, is 1");
    CHECK(complaint(replaced("\"events\": 1", "\"events\": 0")) ==
          "$.commands[1].event: must be the number of one of 0 events, is 0");
    CHECK(complaint(replaced("\"do\": \"wait\"", "\"do\": \"hope\"")) ==
          "$.commands[2].do: must be \"launch\", \"record\" or \"wait\", is \"hope\"");
    CHECK(complaint(replaced("\"do\": \"wait\"", "\"do\": [7]")) == "$.commands[2].do: must be a text, is array");
    CHECK(complaint(replaced(", \"event\": 0}", "}")) == "$.commands[1]: has no \"event\"");
    CHECK(complaint(replaced("\"lane\": 1, \"op\": 1}", "\"lane\": 1}")) == "$.commands[3]: has no \"op\"");
    CHECK(complaint(replaced("-2}", "2147483648}")) ==
          "$.commands[0].priority: must be a whole number from -2147483648 to 2147483647, is 2147483648");
    CHECK(complaint(replaced("-2}", "-2147483649}")) ==
          "$.commands[0].priority: must be a whole number from -2147483648 to 2147483647, is -2147483649");
    CHECK(complaint(replaced("-2}", "null}")) ==
          "$.commands[0].priority: must be a whole number from -2147483648 to 2147483647, is null");
    CHECK(complaint(replaced("\"variant\": 1", "\"variant\": 1e3")) ==
          "$.commands[0].variant: must be a whole number from 0 to 4294967294, is 1000.0");
    CHECK(complaint(
              R"({"format": "opara-plan", "version": 1, "operators": 0, "lanes": 0, "events": 0, "commands": {}})") ==
          "$.commands: must be an array, is object");
    CHECK(complaint(
              R"({"format": "opara-plan", "version": 1, "operators": 0, "lanes": 0, "events": 0, "commands": [3]})") ==
          "$.commands[0]: must be an object, is number");
    try {
        static_cast<void>(opara::plan_from_json("[]"));
    } catch (const opara::parse_error& e) {
        CHECK(e.where() == "$");
        CHECK(e.line() == 0);
    }
}

TEST_CASE("every prefix, and every single changed byte, is read or refused, never worse") {
    std::size_t accepted = 0;
    for (std::size_t n = 0; n < small_text.size(); ++n) {
        accepted += complaint(small_text.substr(0, n)) == "none" ? 1U : 0U;
    }
    CHECK(accepted == 1); // without the final line feed
    for (std::size_t n = 0; n < small_text.size(); ++n) {
        for (const char c : {'\0', '9', '"', '{', ']', '\xff', ' '}) {
            std::string text = small_text;
            text[n] = c;
            static_cast<void>(complaint(text)); // any other exception fails the test
        }
    }
}

TEST_CASE("a hundred thousand brackets are refused without a deep stack") {
    CHECK(complaint(std::string(100'000, '[')).find("line 1, column 100001") != std::string::npos);
    CHECK(complaint(std::string(100'000, '[') + std::string(100'000, ']')) == "$: must be an object, is array");
}
