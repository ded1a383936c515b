// What a search finds and how fast it looks, on the six networks and a simulated H200.
//
//   search/<network>/<moves>    graph and costs -> plan, with so many moves
//
// Moves and not seconds, so that what is found does not depend on the machine. Counters, in us: sequential, policy (the
// best of all policies and numbers of lanes, whose name is the label), searched, bound (no plan is faster); operators,
// parts; and per second of CPU time moves and simulations, the policies' plans included.
// tools/search_tables.py makes the tables of docs/search.md from
//   bench_search --benchmark_out=bench/results/search_h200.json
// (less the names of host and program, and the load, in its context).
#include <examples/zoo/zoo.hpp>
#include <opara/cost/devices.hpp>
#include <opara/cost/estimate.hpp>
#include <opara/cost/table.hpp>
#include <opara/onnx/work.hpp>
#include <opara/plan/bounds.hpp>
#include <opara/plan/validate.hpp>
#include <opara/search.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace {

const opara::cost::device& h200 = opara::cost::devices::h200;

struct subject {
    opara::frozen_graph graph;
    opara::search::variant_table variants;
    double bound_us;
};

std::shared_ptr<const subject> network(std::string_view name) {
    const opara::onnx::network net = opara::zoo::build(name);
    opara::frozen_graph g = freeze(net);
    const opara::cost::table costs = opara::cost::estimate(opara::onnx::works_of(net), h200);
    const double bound = lower_bounds(g, costs, h200).best();
    opara::search::variant_table variants = opara::search::single_variants(costs, g.size(), h200);
    return std::make_shared<subject>(subject{std::move(g), std::move(variants), bound});
}

void search(benchmark::State& state, const subject& s, std::size_t moves) {
    double steps = 0.0;
    double simulations = 0.0;
    for (auto _ : state) {
        const opara::search::improvement found =
            opara::search::improve(s.graph, s.variants, h200, {.limit = {.steps = moves}});
        validate(found.winner().what, s.graph);
        steps += static_cast<double>(found.steps);
        simulations += static_cast<double>(found.simulations);
        state.SetLabel(found.policy().name);
        state.counters["operators"] = static_cast<double>(s.graph.size());
        state.counters["parts"] = static_cast<double>(found.parts);
        state.counters["sequential"] = found.sequential().us;
        state.counters["policy"] = found.policy().us;
        state.counters["searched"] = found.winner().us;
        state.counters["bound"] = s.bound_us;
    }
    state.counters["moves_per_second"] = benchmark::Counter(steps, benchmark::Counter::kIsRate);
    state.counters["simulations_per_second"] = benchmark::Counter(simulations, benchmark::Counter::kIsRate);
}

} // namespace

int main(int argc, char** argv) {
    for (const std::string_view name : opara::zoo::names()) {
        const std::shared_ptr<const subject> s = network(name);
        for (const std::size_t moves : {std::size_t{1000}, std::size_t{10'000}}) {
            const std::string title = "search/" + std::string{name} + "/" + std::to_string(moves);
            benchmark::RegisterBenchmark(title.c_str(),
                                         [s, moves](benchmark::State& state) { search(state, *s, moves); })
                ->Unit(benchmark::kMillisecond)
                ->Iterations(1);
        }
    }
    benchmark::AddCustomContext("opara_compiler", __VERSION__);
    benchmark::AddCustomContext("opara_version", std::to_string(OPARA_VERSION_MAJOR) + "." +
                                                     std::to_string(OPARA_VERSION_MINOR) + "." +
                                                     std::to_string(OPARA_VERSION_PATCH));
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 1;
    }
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
