// Trace and SVG: both are read back by something that did not write them.
#include <opara/assign/first_free_predecessor.hpp>
#include <opara/order/topological.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/sim/svg.hpp>
#include <opara/sim/trace.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>
#include <tests/sim/build.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cctype>
#include <sstream>
#include <string>
#include <vector>

using namespace opara::test;
using opara::frozen_graph;
using opara::op_id;
namespace sim = opara::sim;
namespace cost = opara::cost;
namespace testing = opara::testing;

namespace {

struct run {
    frozen_graph graph;
    sim::timeline timeline;
};

run random_run(std::size_t n, std::uint64_t seed) {
    const frozen_graph g = testing::random_graph(testing::graph_family::layered, n, seed);
    const testing::random_kernels costs{n, seed};
    const auto p = opara::scheduler{opara::assign::first_free_predecessor{}, opara::order::topological{}}(g, costs);
    return {g, sim::simulate(p, costs, cost::devices::h200)};
}
std::string plain_name(op_id v) { return "op" + std::to_string(v.value); }

// A reader of XML that knows elements, attributes and the five entities, and refuses what does not nest.
// Returns how many elements of each name there are, or fails the test.
std::vector<std::string> elements_of(const std::string& xml) {
    std::vector<std::string> open, all;
    for (std::size_t i = 0; i < xml.size();) {
        if (xml[i] == '&') {
            const std::size_t end = xml.find(';', i);
            REQUIRE(end != std::string::npos);
            const std::string entity = xml.substr(i, end - i + 1);
            REQUIRE((entity == "&amp;" || entity == "&lt;" || entity == "&gt;" || entity == "&quot;"));
            i = end + 1;
        } else if (xml[i] == '<') {
            const bool closing = xml.at(i + 1) == '/';
            std::size_t at = i + (closing ? 2 : 1);
            std::string name;
            while (at < xml.size() && std::isalnum(static_cast<unsigned char>(xml[at])) != 0) {
                name += xml[at++];
            }
            REQUIRE(!name.empty());
            bool quoted = false;
            std::size_t quotes = 0;
            while (at < xml.size() && (quoted || xml[at] != '>')) {
                REQUIRE(xml[at] != '<');
                quotes += xml[at] == '"' ? 1U : 0U;
                quoted = xml[at] == '"' ? !quoted : quoted;
                ++at;
            }
            REQUIRE(at < xml.size());
            REQUIRE(quotes % 2 == 0);
            if (closing) {
                REQUIRE(!open.empty());
                REQUIRE(open.back() == name);
                open.pop_back();
            } else {
                all.push_back(name);
                if (xml[at - 1] != '/') {
                    open.push_back(name);
                }
            }
            i = at + 1;
        } else {
            REQUIRE(xml[i] != '>');
            ++i;
        }
    }
    REQUIRE(open.empty());
    return all;
}

template <class Name>
std::string svg_of(const sim::timeline& t, Name name, const sim::svg_options& options = {}) {
    std::ostringstream text;
    sim::write_svg(text, t, name, options);
    return text.str();
}
template <class Name>
nlohmann::json trace_of(const sim::timeline& t, Name name) {
    std::ostringstream text;
    sim::write_trace(text, t, name, "net \"quoted\"");
    return nlohmann::json::parse(text.str());
}
std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

} // namespace

TEST_CASE("a trace holds every operator where it ran") {
    const run r = random_run(150, 3);
    const nlohmann::json trace = trace_of(r.timeline, plain_name);
    std::vector<int> seen(150, 0);
    std::size_t begun = 0;
    std::size_t finished = 0;
    std::size_t counters = 0;
    for (const nlohmann::json& e : trace["traceEvents"]) {
        const std::string kind = e["ph"];
        if (kind == "X") {
            const std::size_t v = e["args"]["operator"];
            const sim::activity& a = r.timeline.operators[v];
            ++seen[v];
            CHECK(e["name"] == "op" + std::to_string(v));
            CHECK(e["ts"].get<double>() == doctest::Approx(a.start_us).epsilon(1e-3));
            CHECK(e["dur"].get<double>() == doctest::Approx(a.end_us - a.start_us).epsilon(1e-2));
            CHECK(e["tid"] == a.lane.value);
        }
        begun += kind == "s" ? 1U : 0U;
        finished += kind == "f" ? 1U : 0U;
        counters += kind == "C" ? 1U : 0U;
    }
    CHECK(seen == std::vector<int>(150, 1));
    CHECK(begun > 0);
    CHECK(begun == finished);
    CHECK(counters == r.timeline.loads.size());
}

TEST_CASE("any name is safe in both") {
    const run r = random_run(6, 1);
    const std::string names[] = {"a\"b\\c",          "<tag> & 'more'",
                                 "line\nbreak\ttab", std::string{"\0zero", 5},
                                 "\xFF\xFE broken",  "\xC2\xB5s \xE2\x86\x92 fine"};
    const auto name = [&](op_id v) { return names[v.index()]; };
    std::vector<std::string> read;
    const nlohmann::json trace = trace_of(r.timeline, name);
    for (const nlohmann::json& e : trace["traceEvents"]) {
        if (e["ph"] == "X") {
            read.push_back(e["name"]);
        }
    }
    CHECK(read[0] == names[0]);
    CHECK(read[1] == names[1]);
    CHECK(read[2] == names[2]);
    CHECK(read[5] == names[5]);
    const std::string svg = svg_of(r.timeline, name, {.title = names[1], .subtitle = names[4]});
    CHECK(!elements_of(svg).empty());
    CHECK(svg.find('\0') == std::string::npos);
    CHECK(svg.find('\xFF') == std::string::npos);
}

TEST_CASE("a picture has a block for each operator, a line for each near marker, and nothing that is no number") {
    for (const std::size_t n : {1U, 10U, 200U, 1239U}) {
        CAPTURE(n);
        const run r = random_run(n, 2);
        const double us = r.timeline.makespan_us;
        std::vector<opara::bound> bounds(n, opara::bound::compute);
        bounds[0] = opara::bound::memory;
        const std::string svg =
            svg_of(r.timeline, plain_name,
                   {.title = "net", .markers = {{"path", 0.5 * us}, {"sequential", 3.0 * us}}, .bounds = bounds});
        const auto elements = elements_of(svg);
        CHECK(elements.front() == "svg");
        CHECK(count(svg, "<g><title>") == n);
        CHECK(count(svg, "class=\"marker\"") == 2); // one in the picture, one in the legend
        CHECK(svg.find("sequential") != std::string::npos);
        CHECK(count(svg, "class=\"hot ") == r.timeline.critical.size());
        CHECK(svg.find("nan") == std::string::npos);
        CHECK(svg.find("inf") == std::string::npos);
        CHECK(svg.size() < 2000 + 600 * n + 60000);
        CHECK(svg ==
              svg_of(r.timeline, plain_name,
                     {.title = "net", .markers = {{"path", 0.5 * us}, {"sequential", 3.0 * us}}, .bounds = bounds}));
    }
    CHECK(elements_of(svg_of(sim::timeline{}, plain_name)).front() == "svg"); // nothing ran
    // A name wider than the picture is cut, not written over its edges.
    const std::string long_name(5000, 'm');
    const std::string svg = svg_of(random_run(5, 1).timeline, plain_name, {.markers = {{long_name, 1.0}}});
    CHECK(svg.find(std::string(50, 'm') + "\xE2\x80\xA6 1") != std::string::npos);
}

TEST_CASE("lanes share rows where there are many, and never at the same time") {
    const run r = random_run(400, 5);
    const sim::detail::chart_rows own = sim::detail::rows_of(r.timeline, 100000);
    CHECK(!own.shared);
    CHECK(own.rows == own.of_lane.size());
    const sim::detail::chart_rows rows = sim::detail::rows_of(r.timeline, 3);
    CHECK(rows.shared);
    CHECK(rows.rows < own.rows);
    for (const sim::activity& a : r.timeline.operators) {
        for (const sim::activity& b : r.timeline.operators) {
            if (a.lane != b.lane && rows.of_lane[a.lane.index()] == rows.of_lane[b.lane.index()]) {
                CHECK((a.end_us <= b.start_us || b.end_us <= a.start_us || a.start_us == a.end_us ||
                       b.start_us == b.end_us));
            }
        }
    }
}

TEST_CASE("the strip below adds up to the mean") {
    const run r = random_run(120, 9);
    const auto columns = sim::detail::columns_of(r.timeline, &sim::load::sms, 777);
    double sum = 0.0;
    for (const double c : columns) {
        CHECK(c <= 1.0 + 1e-9);
        sum += c;
    }
    CHECK(sum / 777.0 == doctest::Approx(r.timeline.mean.sms).epsilon(0.01));
}

TEST_CASE("ticks are round") {
    CHECK(sim::detail::tick_step(465.0, 12.0) == doctest::Approx(50.0));
    CHECK(sim::detail::tick_step(7.2, 12.0) == doctest::Approx(1.0));
    CHECK(sim::detail::tick_step(2540.0, 12.0) == doctest::Approx(500.0));
}

TEST_CASE("numbers and names are written alike everywhere") {
    using namespace sim::detail;
    CHECK(number(1.5) == "1.5");
    CHECK(number(2.0) == "2");
    CHECK(number(-0.0001) == "0");
    CHECK(number(1234.56789, 2) == "1234.57");
    CHECK(shortened("abcdef", 6) == "abcdef");
    CHECK(shortened("abcdefg", 6) == "abcde\xE2\x80\xA6");
    CHECK(shortened("\xC2\xB5\xC2\xB5\xC2\xB5", 2) == "\xC2\xB5\xE2\x80\xA6");
}
