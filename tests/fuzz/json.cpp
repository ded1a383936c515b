// libFuzzer: any text is read as a plan and as a graph, or refused with one of the library's errors. What is read is
// written and read again as the same, and the validator and the drawing can deal with it.

#include <opara/graph/json.hpp>
#include <opara/plan/dot.hpp>
#include <opara/plan/json.hpp>
#include <opara/plan/validate.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <sstream>
#include <string>
#include <vector>

namespace {

// An even first byte: the rest is the text. An odd one: the rest says how to make a good text and where to damage it,
// so that the fuzzer comes far without knowing JSON.
std::string text_of(std::span<const std::uint8_t> data) {
    if (data.empty() || data.front() % 2 == 0) {
        return {data.begin(), data.end()};
    }
    std::vector<opara::command> commands;
    std::vector<opara::edge> edges;
    const std::size_t good = 1 + (data.size() - 1) / 2;
    for (std::size_t i = 1; i + 3 < good; i += 4) {
        commands.push_back({.what = static_cast<opara::action>(data[i] % 3),
                            .lane = opara::lane_id{data[i + 1] % 4U},
                            .op = opara::op_id{data[i + 2] % 16U},
                            .event = opara::event_id{data[i + 3] % 8U},
                            .priority = static_cast<std::int8_t>(data[i + 3])});
        edges.push_back({opara::op_id{data[i] % 16U}, opara::op_id{16U + data[i + 1] % 16U}});
    }
    std::string text = data.front() % 4 == 1
                           ? opara::to_json(opara::plan{16, 4, 8, commands})
                           : opara::to_json(opara::frozen_graph{32, edges, opara::duplicate_edges::merge});
    for (std::size_t i = good; i + 2 < data.size(); i += 3) {
        text[(data[i] * 256U + data[i + 1]) % text.size()] = static_cast<char>(data[i + 2]);
    }
    return text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = text_of({data, size});
    try {
        const opara::plan p = opara::plan_from_json(text);
        if (opara::plan_from_json(opara::to_json(p)) != p) {
            std::abort();
        }
        if (p.operators() <= 1000) {
            static_cast<void>(
                opara::find_defect(p, opara::frozen_graph{p.operators(), {}}, {.waits = opara::minimality::required}));
        }
        if (p.lanes() <= 1000 && p.events() <= 1000) {
            std::ostringstream out;
            opara::write_dot(out, p);
        }
    } catch (const opara::parse_error&) {
        static_cast<void>(0); // refused: fine
    }
    try {
        const opara::frozen_graph g = opara::graph_from_json(text);
        if (g.size() <= 100'000 && opara::graph_from_json(opara::to_json(g)) != g) {
            std::abort();
        }
    } catch (const opara::error&) {
        static_cast<void>(0); // refused: fine
    }
    return 0;
}
