// What nodes and edges of CUDA graphs cost on this device, what the rules of emission are worth, and how far the
// simulator is from both. Writes one JSON document to the file that it is given.

#include <opara/assign.hpp>
#include <opara/cost/devices.hpp>
#include <opara/cost/table.hpp>
#include <opara/cuda.hpp>
#include <opara/order.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/sim/simulate.hpp>
#include <opara/testing/random.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/version.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

using namespace opara;
using json = nlohmann::json;

namespace {

json to_json(const cuda::estimate& e) {
    return {{"median", e.median}, {"low", e.low}, {"high", e.high}, {"samples", e.samples}};
}

// Operators that only pass time. A microsecond is so many cycles, as measured.
struct bench {
    cuda::helper_kernels kernels;
    double cycles_per_us = 1980.0;
    const cost::device* device = &cost::devices::h100;

    [[nodiscard]] std::uint64_t cycles(double us) const { return static_cast<std::uint64_t>(us * cycles_per_us); }

    [[nodiscard]] auto launcher(const std::vector<double>& us, const std::vector<unsigned>& blocks = {}) const {
        return [this, us, blocks](op_id v, cudaStream_t s) {
            kernels.spin(cycles(us[v.index()]), s, blocks.empty() ? 1 : blocks[v.index()]);
        };
    }
};

struct named {
    std::string name;
    cuda::plan_graph graph;
};

// A list of what cannot be copied.
template <class... Graph>
std::vector<named> list(Graph&&... graphs) {
    std::vector<named> all;
    (all.push_back(std::forward<Graph>(graphs)), ...);
    return all;
}

// Measures graphs in turn; the ratios are to the first.
json measure_all(const std::vector<named>& graphs) {
    std::vector<cuda::graph_exec> execs;
    std::vector<const cuda::graph_exec*> pointers;
    for (const named& g : graphs) {
        execs.push_back(g.graph.instantiate());
    }
    for (const cuda::graph_exec& e : execs) {
        pointers.push_back(&e);
    }
    const std::vector<cuda::replay_times> times = cuda::measure(pointers);
    json result = json::array();
    for (std::size_t i = 0; i < graphs.size(); ++i) {
        result.push_back(
            {{"name", graphs[i].name},
             {"nodes", graphs[i].graph.native().size()},
             {"edges", graphs[i].graph.native().edges().size()},
             {"helpers", graphs[i].graph.helpers().size()},
             {"period_us", to_json(times[i].period)},
             {"latency_us", to_json(times[i].latency)},
             {"period_ratio", to_json(cuda::paired_ratio(times[i].period_samples, times[0].period_samples))},
             {"latency_ratio", to_json(cuda::paired_ratio(times[i].latency_samples, times[0].latency_samples))}});
    }
    return result;
}

constexpr cuda::emission_options bare() {
    return {.root = cuda::end_node::never,
            .sink = cuda::end_node::never,
            .out_degree = 0,
            .priorities = cuda::node_priorities::ignored};
}

// One lane an operator and a wait an edge: exactly the edges of a graph, in the order given.
plan plan_of(const frozen_graph& g) {
    std::vector<command> commands;
    std::vector<event_id> event(g.size());
    std::size_t events = 0;
    for (const op_id v : g.topological_order()) {
        const lane_id lane{v.value};
        for (const op_id p : g.predecessors(v)) {
            commands.push_back({.what = action::wait, .lane = lane, .op = v, .event = event[p.index()]});
        }
        commands.push_back({.lane = lane, .op = v});
        if (!g.successors(v).empty()) {
            event[v.index()] = event_id::from_index(events++);
            commands.push_back({.what = action::record, .lane = lane, .op = v, .event = event[v.index()]});
        }
    }
    return plan{g.size(), g.size(), events, commands};
}

double slope(const json& measured, double steps) {
    return (measured.at(1).at("period_us").at("median").get<double>() -
            measured.at(0).at("period_us").at("median").get<double>()) /
           steps;
}

// Time a node of a chain, by the slope from 64 to 192 nodes.
template <cuda::launcher L>
double chain_node_us(L launch) {
    std::vector<named> graphs;
    for (const std::size_t n : {std::size_t{64}, std::size_t{192}}) {
        const frozen_graph g = testing::random_graph(testing::graph_family::chain, n, 1);
        graphs.push_back({"chain", cuda::capture_nodes(plan_of(g), launch, bare())});
    }
    return slope(measure_all(graphs), 128.0);
}

json chains(bench& b) {
    const auto node_us = [&](std::uint64_t cycles) {
        return chain_node_us([&, cycles](op_id, cudaStream_t s) { b.kernels.spin(cycles, s); });
    };
    const double at_2000 = node_us(2'000);
    const double at_6000 = node_us(6'000);
    const double at_10000 = node_us(10'000);
    b.cycles_per_us = 8'000.0 / (at_10000 - at_2000);
    cudaKernelNodeParams empty{};
    empty.func = b.kernels.empty();
    empty.gridDim = dim3{1};
    empty.blockDim = dim3{32};
    const auto built_us = [&](cuda::node_priorities use) {
        std::vector<named> graphs;
        for (const std::size_t n : {std::size_t{64}, std::size_t{192}}) {
            const plan flat = plan_of(testing::random_graph(testing::graph_family::chain, n, 1));
            std::vector<command> commands(flat.commands().begin(), flat.commands().end());
            for (command& c : commands) {
                c.priority = c.what == action::launch ? static_cast<std::int32_t>(c.op.value % 2) : 0;
            }
            cuda::emission_options o = bare();
            o.priorities = use;
            const plan p{flat.operators(), flat.lanes(), flat.events(), commands};
            graphs.push_back({"empty", cuda::build_graph(p, [&](op_id) { return empty; }, o)});
        }
        return slope(measure_all(graphs), 128.0);
    };
    const double empty_us = built_us(cuda::node_priorities::ignored);
    const double empty_mixed_us = built_us(cuda::node_priorities::as_planned);
    const double empty_captured_us = chain_node_us([&](op_id, cudaStream_t s) {
        cuda::check(cudaLaunchKernel(empty.func, dim3{1}, dim3{32}, nullptr, 0, s), "cudaLaunchKernel");
    });
    const double spin_0_us = node_us(0);
    return {{"node_us_at_cycles", {{"2000", at_2000}, {"6000", at_6000}, {"10000", at_10000}}},
            {"cycles_per_us", b.cycles_per_us},
            {"edge_us", at_2000 - 2'000.0 / b.cycles_per_us},
            {"empty_node_us", empty_us},
            {"empty_node_mixed_priorities_us", empty_mixed_us},
            {"empty_node_captured_us", empty_captured_us},
            {"spin_of_0_cycles_us", spin_0_us},
            {"model_edge_us", b.device->graph.edge_us},
            {"model_empty_node_us", b.device->graph.edge_to_empty_us}};
}

// A fork, its children, their join, which is the next fork: time of a stage without the work on its longest path. Where
// one child is longer than the others, it is created first.
json forks(const bench& b) {
    json rows = json::array();
    constexpr double work_us = 2.0;
    for (const double first_us : {work_us, 8.0}) {
        for (const std::uint32_t m : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 12U, 16U, 32U}) {
            const auto ladder = [&](std::uint32_t stages) {
                std::vector<edge> edges;
                for (std::uint32_t s = 0; s < stages; ++s) {
                    const std::uint32_t fork = s * (m + 1);
                    for (std::uint32_t i = 1; i <= m; ++i) {
                        edges.push_back({op_id{fork}, op_id{fork + i}});
                        edges.push_back({op_id{fork + i}, op_id{fork + m + 1}});
                    }
                }
                return frozen_graph{stages * (m + 1) + 1, edges};
            };
            const frozen_graph few = ladder(10);
            const frozen_graph many = ladder(30);
            std::vector<double> us(many.size(), work_us);
            for (std::size_t v = 1; v < us.size(); v += m + 1) {
                us[v] = first_us;
            }
            const double path_us = work_us + first_us;
            const auto stage_us = [&](std::uint32_t limit) {
                cuda::emission_options o = bare();
                o.out_degree = limit;
                return slope(measure_all(list(named{"10", cuda::capture_nodes(plan_of(few), b.launcher(us), o)},
                                              named{"30", cuda::capture_nodes(plan_of(many), b.launcher(us), o)})),
                             20.0) -
                       path_us;
            };
            const auto simulated = [&](const frozen_graph& g) {
                const std::vector<double> cost(us.begin(), us.begin() + static_cast<std::ptrdiff_t>(g.size()));
                return sim::simulate(plan_of(g), cost::tabulate(cost, *b.device), *b.device).makespan_us;
            };
            rows.push_back({{"children", m},
                            {"first_child_us", first_us},
                            {"no_relays_us", stage_us(0)},
                            {"limit_4_us", stage_us(4)},
                            {"limit_5_us", stage_us(5)},
                            {"limit_6_us", stage_us(6)},
                            {"simulated_us", (simulated(many) - simulated(few)) / 20.0 - path_us}});
        }
    }
    return rows;
}

json independent_chains(const bench& b) {
    json rows = json::array();
    for (const std::uint32_t k : {1U, 2U, 4U, 8U, 16U, 32U, 64U}) {
        constexpr std::uint32_t length = 20;
        std::vector<edge> edges;
        for (std::uint32_t c = 0; c < k; ++c) {
            for (std::uint32_t i = 1; i < length; ++i) {
                edges.push_back({op_id{c * length + i - 1}, op_id{c * length + i}});
            }
        }
        const frozen_graph g{k * length, edges};
        const std::vector<double> us(g.size(), 3.0);
        const cost::table cost = cost::tabulate(us, *b.device);
        const plan p = scheduler{assign::chain_cover{}, order::topological{}}(g, cost);
        cuda::emission_options rooted = bare();
        rooted.root = rooted.sink = cuda::end_node::when_several;
        cuda::emission_options relayed = rooted;
        relayed.out_degree = 6;
        const sim::simulate_options raw{.root = sim::extra_node::never, .sink = sim::extra_node::never};
        rows.push_back({{"chains", k},
                        {"simulated_raw_us", sim::simulate(p, cost, *b.device, raw).makespan_us},
                        {"simulated_rooted_us", sim::simulate(p, cost, *b.device).makespan_us},
                        {"graphs", measure_all(list(
                                       named{"raw", cuda::capture_nodes(p, b.launcher(us), bare())},
                                       named{"root_sink", cuda::capture_nodes(p, b.launcher(us), rooted)},
                                       named{"root_sink_relays", cuda::capture_nodes(p, b.launcher(us), relayed)}))}});
    }
    return rows;
}

json random_graphs(const bench& b) {
    struct shape {
        testing::graph_family family;
        std::size_t size;
        std::uint64_t seed;
    };
    constexpr std::array shapes{
        shape{testing::graph_family::layered, 60, 1},  shape{testing::graph_family::layered, 200, 2},
        shape{testing::graph_family::grid, 100, 1},    shape{testing::graph_family::series_parallel, 120, 3},
        shape{testing::graph_family::sparse, 120, 4},  shape{testing::graph_family::diamond, 120, 5},
        shape{testing::graph_family::antichain, 40, 6}};
    json rows = json::array();
    for (const shape& s : shapes) {
        const frozen_graph g = testing::random_graph(s.family, s.size, s.seed);
        testing::random_source random{s.seed};
        std::vector<double> us;
        for (std::size_t v = 0; v < g.size(); ++v) {
            us.push_back(1.0 + 7.0 * random.unit());
        }
        const cost::table cost = cost::tabulate(us, *b.device);
        const std::vector<std::pair<std::string, plan>> plans{
            {"single+topological", scheduler{assign::single{}, order::topological{}}(g, cost)},
            {"first_free_predecessor+alternating",
             scheduler{assign::first_free_predecessor{}, order::alternating{}}(g, cost)},
            {"chain_cover+topological", scheduler{assign::chain_cover{}, order::topological{}}(g, cost)},
            {"earliest_finish(8)+critical_first",
             scheduler{assign::earliest_finish{.lanes = 8}, order::critical_first{}}(g, cost)},
        };
        for (const auto& [name, p] : plans) {
            const auto launch = b.launcher(us);
            // Every rule on; each of the others leaves one out.
            const cuda::emission_options all{.root = cuda::end_node::when_several,
                                             .sink = cuda::end_node::when_several,
                                             .edges = implied_edges::drop,
                                             .out_degree = 6,
                                             .order = cuda::creation_order::by_rank,
                                             .duration_us = us};
            const auto with = [&](auto change) {
                cuda::emission_options o = all;
                change(o);
                return cuda::capture_nodes(p, launch, o);
            };
            std::vector<named> graphs;
            graphs.push_back({"all", cuda::capture_nodes(p, launch, all)});
            graphs.push_back({"all_again", cuda::capture_nodes(p, launch, all)}); // how far equal graphs are apart
            graphs.push_back({"no_root", with([](auto& o) { o.root = cuda::end_node::never; })});
            graphs.push_back({"no_sink", with([](auto& o) { o.sink = cuda::end_node::never; })});
            graphs.push_back({"no_root_no_sink", with([](auto& o) { o.root = o.sink = cuda::end_node::never; })});
            graphs.push_back({"implied_edges", with([](auto& o) { o.edges = implied_edges::keep; })});
            graphs.push_back({"no_relays", with([](auto& o) { o.out_degree = 0; })});
            graphs.push_back({"out_degree_5", with([](auto& o) { o.out_degree = 5; })});
            graphs.push_back({"rank_of_equal_durations", with([](auto& o) { o.duration_us = {}; })});
            graphs.push_back({"planned_order", with([](auto& o) { o.order = cuda::creation_order::planned; })});
            graphs.push_back({"planned_order_no_relays", with([](auto& o) {
                                  o.order = cuda::creation_order::planned;
                                  o.out_degree = 0;
                              })});
            graphs.push_back({"captured", cuda::capture(p, launch)});
            const sim::simulate_options raw{.root = sim::extra_node::never, .sink = sim::extra_node::never};
            const sim::simulate_options fewest{.edges = implied_edges::drop};
            rows.push_back({{"graph", testing::name(s.family)},
                            {"operators", g.size()},
                            {"plan", name},
                            {"simulated_us",
                             {{"planned_order_no_relays", sim::simulate(p, cost, *b.device, fewest).makespan_us},
                              {"captured", sim::simulate(p, cost, *b.device, raw).makespan_us}}},
                            {"graphs", measure_all(graphs)}});
        }
    }
    return rows;
}

// A chain of small kernels beside kernels that fill the device: who takes the next free place?
json priorities(const bench& b) {
    constexpr std::uint32_t length = 30;
    constexpr std::uint32_t lanes = 4;
    constexpr std::uint32_t fillers = 12;
    std::vector<command> commands;
    std::vector<double> us;
    std::vector<unsigned> blocks;
    const auto add = [&](std::uint32_t lane, double time, unsigned grid, std::int32_t priority) {
        commands.push_back({.lane = lane_id{lane}, .op = op_id::from_index(us.size()), .priority = priority});
        us.push_back(time);
        blocks.push_back(grid);
    };
    for (std::uint32_t i = 0; i < fillers; ++i) {
        add(1 + i % lanes, 1.0, 16 * 132 * 32, 0); // 16 waves of 32 blocks an SM
    }
    for (std::uint32_t i = 0; i < length; ++i) {
        add(0, 3.0, 1, 1);
    }
    const plan p{us.size(), lanes + 1, 0, commands};
    cuda::emission_options ignored{};
    ignored.priorities = cuda::node_priorities::ignored;
    return measure_all(list(named{"as_planned", cuda::capture_nodes(p, b.launcher(us, blocks))},
                            named{"ignored", cuda::capture_nodes(p, b.launcher(us, blocks), ignored)}));
}

json machine() {
    cudaDeviceProp properties{};
    cuda::check(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
    int runtime = 0, driver = 0, clock_khz = 0;
    cuda::check(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
    cuda::check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
    cuda::check(cudaDeviceGetAttribute(&clock_khz, cudaDevAttrClockRate, 0), "cudaDeviceGetAttribute");
    return {{"gpu", properties.name},
            {"sms", properties.multiProcessorCount},
            {"l2_bytes", properties.l2CacheSize},
            {"clock_khz", clock_khz},
            {"cuda_runtime", runtime},
            {"cuda_driver", driver},
            {"compiler", __VERSION__},
            {"opara", std::to_string(OPARA_VERSION_MAJOR) + "." + std::to_string(OPARA_VERSION_MINOR) + "." +
                          std::to_string(OPARA_VERSION_PATCH)}};
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s FILE.json\n", argv[0]);
        return 2;
    }
    try {
        bench b;
        json result;
        result["machine"] = machine();
        if (result["machine"]["gpu"].get<std::string>().find("H200") != std::string::npos) {
            b.device = &cost::devices::h200;
        }
        result["model"] = b.device->name;
        const auto part = [&](const char* name, auto measure) {
            std::fprintf(stderr, "%s\n", name);
            result[name] = measure();
            std::ofstream{argv[1]} << result.dump(1) << '\n'; // what is done is kept, whatever happens next
        };
        part("chains", [&] { return chains(b); });
        part("forks", [&] { return forks(b); });
        part("independent_chains", [&] { return independent_chains(b); });
        part("priorities", [&] { return priorities(b); });
        part("random_graphs", [&] { return random_graphs(b); });
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
    return 0;
}
