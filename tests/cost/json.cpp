#include <opara/cost/devices.hpp>
#include <opara/cost/json.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace cost = opara::cost;
using opara::op_id;

namespace {

// Where and why a text is refused.
template <class Read>
std::string complaint(Read read, const std::string& text) {
    try {
        static_cast<void>(read(text));
    } catch (const opara::parse_error& e) {
        return e.what();
    }
    return "accepted";
}
std::string about_device(const std::string& text) { return complaint(cost::device_from_json, text); }
std::string about_profile(const std::string& text) { return complaint(cost::measured_from_json, text); }
bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("every device survives the way to JSON and back") {
    for (const auto name : cost::devices::names()) {
        const cost::device& d = *cost::devices::find(name);
        CHECK(cost::device_from_json(cost::to_json(d)) == d);
    }
    // Every number counts: change one and the text changes.
    cost::device d = cost::devices::h200;
    d.graph.front_end_us *= 2.0;
    CHECK(cost::to_json(d) != cost::to_json(cost::devices::h200));
    CHECK(cost::device_from_json(cost::to_json(d)) == d);
}

TEST_CASE("a device may be like another") {
    const cost::device d = cost::device_from_json(
        R"({"format": "opara-device", "version": 1, "name": "mine", "like": "h100", "sms": 114, "graph": {"edge_us": 0.7}})");
    cost::device expected = cost::devices::h100;
    expected.name = "mine";
    expected.sms = 114;
    expected.graph.edge_us = 0.7;
    CHECK(d == expected);
}

TEST_CASE("a device that is none says where") {
    CHECK(has(about_device("{\n  \"format\": }"), "line 2"));
    CHECK(has(about_device("[]"), "$"));
    CHECK(has(about_device(R"({"format": "opara-plan", "version": 1})"), "$.format"));
    CHECK(has(about_device(R"({"format": "opara-device", "version": 2})"), "$.version"));
    CHECK(has(about_device(R"({"format": "opara-device", "version": 1, "name": "x"})"), "sms")); // nothing to go by
    CHECK(
        has(about_device(R"({"format": "opara-device", "version": 1, "name": "x", "like": "gtx"})"), "rtx_2080_super"));
    const std::string like = R"({"format": "opara-device", "version": 1, "name": "x", "like": "h200", )";
    CHECK(has(about_device(like + R"("smss": 3})"), "smss"));
    CHECK(has(about_device(like + R"("sms": 0})"), "$.sms"));
    CHECK(has(about_device(like + R"("sms": -1})"), "$.sms"));
    CHECK(has(about_device(like + R"("sms": 1.5})"), "$.sms"));
    CHECK(has(about_device(like + R"("sms": 4294967296})"), "$.sms"));
    CHECK(has(about_device(like + R"("dram_gb_per_s": "fast"})"), "$.dram_gb_per_s"));
    CHECK(has(about_device(like + R"("dram_gb_per_s": 0})"), "$.dram_gb_per_s"));
    CHECK(has(about_device(like + R"("sms": 65537})"), "$.sms"));
    CHECK(has(about_device(like + R"("graph": {"channels": 0}})"), "$.graph.channels"));
    CHECK(has(about_device(like + R"("kernels": {"dram_share": 0}})"), "$.kernels.dram_share"));
    CHECK(has(about_device(like + R"("graph": 3})"), "$.graph"));
    CHECK(has(about_device(like + R"("graph": {"edge": 3}})"), "$.graph"));
    CHECK(has(about_device(like + R"("graph": {"edge_us": -3}})"), "$.graph.edge_us"));
    CHECK(has(about_device(like + R"("graph": {"edge_us": 1e999}})"), "too large"));
}

TEST_CASE("a profile survives the way to JSON and back, and names what it lacks") {
    cost::measured profile;
    profile.set({"h200", "Conv", "1x3x224x224 \"quoted\""}, {.blocks = 99, .duration_us = 3.25, .dram_bytes = 1e6});
    profile.set({"h200", "Relu", "7"}, {.duration_us = 2.0, .split = cost::memory_split::shared});
    profile.set({"h100", "Relu", "7"}, {.duration_us = 3.0});
    CHECK(cost::measured_from_json(cost::to_json(profile)) == profile);
    CHECK(cost::measured_from_json(cost::to_json(cost::measured{})) == cost::measured{});

    const std::vector<cost::measured_key> operators{{"", "Relu", "7"}, {"", "Conv", "1x3x224x224 \"quoted\""}};
    CHECK(profile.look_up(operators, cost::devices::h200).duration_us(op_id{1}) == 3.25);
    try {
        static_cast<void>(profile.look_up(operators, cost::devices::h100));
        FAIL("found what was never measured");
    } catch (const opara::cost_error& e) {
        CHECK(e.op() == op_id{1});
        CHECK(has(e.what(), "Conv"));
        CHECK(has(e.what(), "h100"));
    }
    CHECK_THROWS_AS(profile.set({"h200", "Add", ""}, {.duration_us = -1.0}), opara::error);
}

TEST_CASE("a profile that is none says where") {
    const auto with = [](const std::string& entries) {
        return about_profile(R"({"format": "opara-profile", "version": 1, "measurements": [)" + entries + "]}");
    };
    const std::string good = R"({"device": "d", "kernel": "k", "shapes": "s", "duration_us": 1})";
    CHECK(with(good) == "accepted");
    CHECK(has(with(good + "," + good), "$.measurements[1]"));
    CHECK(has(with(R"({"device": "d", "kernel": "k", "shapes": "s"})"), "duration_us"));
    CHECK(has(with(R"({"device": "d", "kernel": "k", "shapes": "s", "duration_us": -1})"),
              "$.measurements[0].duration_us"));
    CHECK(has(with(R"({"device": 1, "kernel": "k", "shapes": "s", "duration_us": 1})"), "$.measurements[0].device"));
    CHECK(has(with(R"({"device": "d", "kernel": "k", "shapes": "s", "duration_us": 1, "warp": 2})"), "warp"));
    CHECK(has(with(R"({"device": "d", "kernel": "k", "shapes": "s", "duration_us": 1, "blocks": 0})"),
              "launches nothing"));
    CHECK(has(about_profile(R"({"format": "opara-profile", "version": 1, "measurements": {}})"), "$.measurements"));
}
