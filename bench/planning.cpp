// How long planning takes, as a multiple of boost::topological_sort on the same frozen graph in the same run.
//
//   plan/<network or family/operators>/<assignment>+<order>    graph and costs -> plan
//   freeze/..., simulate/..., validate/...                     the steps around it
//
// Each iteration times the step and the topological sort one after the other, so that both see the same machine.
// A family of small graphs is a hundred thousand operators in many different graphs, taken in turn: one small graph
// again and again would be learnt by heart by the branch predictor, and growth with size would show that instead of the
// code.
//
// Counters: ratio (of the medians of the two), us and us_per_operator (the median), peak_mb (heap that the step held at
// its peak). CPU time and medians, because the rest of a shared machine's time measures its other users.
#include "heap.hpp"
#include <examples/zoo/zoo.hpp>
#include <opara/assign.hpp>
#include <opara/cost/devices.hpp>
#include <opara/cost/estimate.hpp>
#include <opara/cost/table.hpp>
#include <opara/graph/boost.hpp>
#include <opara/onnx/work.hpp>
#include <opara/order.hpp>
#include <opara/plan/bounds.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/plan/validate.hpp>
#include <opara/sim/simulate.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>

#include <benchmark/benchmark.h>
#include <boost/graph/topological_sort.hpp>
#include <boost/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

// CPU time of this thread.
double cpu_seconds() {
    std::timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

template <class F>
double seconds(F&& f) {
    const double begin = cpu_seconds();
    f();
    return cpu_seconds() - begin;
}

double median(std::vector<double> samples) {
    const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
    std::nth_element(samples.begin(), middle, samples.end());
    return *middle;
}

// A graph with costs for it.
struct instance {
    opara::frozen_graph graph;
    opara::cost::table cost;
};

// What is measured: one network, or many graphs of one family and size.
struct subject {
    std::string name;
    std::vector<instance> instances;
};

void sort_with_boost(const opara::frozen_graph& g) {
    std::vector<std::uint32_t> order;
    order.reserve(g.size());
    boost::topological_sort(g, std::back_inserter(order));
    benchmark::DoNotOptimize(order.data());
}

template <class Step>
void compare(benchmark::State& state, const subject& s, const Step& step) {
    std::vector<double> ours;
    std::vector<double> sorts;
    std::vector<double> nothing; // what reading the clock takes: the smallest sorts take a microsecond
    for (int i = 0; i < 1001; ++i) {
        nothing.push_back(seconds([] {}));
    }
    const double clock = median(nothing);
    const bench::heap_peak heap;
    step(s.instances.front());
    const double peak = static_cast<double>(heap.bytes());
    std::size_t turn = 0;
    for (auto _ : state) {
        const instance& i = s.instances[turn++ % s.instances.size()];
        sorts.push_back(seconds([&] { sort_with_boost(i.graph); }) - clock);
        ours.push_back(seconds([&] { step(i); }) - clock);
        state.SetIterationTime(std::max(ours.back(), 1e-9));
    }
    state.counters["ratio"] = median(ours) / median(sorts);
    state.counters["us"] = median(ours) * 1e6;
    state.counters["us_per_operator"] = median(ours) * 1e6 / static_cast<double>(s.instances.front().graph.size());
    state.counters["peak_mb"] = peak / 1e6;
}

template <class Step>
void add(const std::string& name, std::shared_ptr<const subject> s, Step step) {
    benchmark::RegisterBenchmark(name.c_str(), [s, step](benchmark::State& state) { compare(state, *s, step); })
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond)
        ->MinTime(0.2);
}

template <class Assign, class Order>
void add_plan(const std::shared_ptr<const subject>& s, const std::string& policies, Assign assign, Order order) {
    add("plan/" + s->name + "/" + policies, s, [sched = opara::scheduler{assign, order}](const instance& t) {
        benchmark::DoNotOptimize(sched(t.graph, t.cost));
    });
}

enum class extent { all_policies, scalable_policies };

void add_all(const std::shared_ptr<const subject>& s, extent policies) {
    namespace assign = opara::assign;
    namespace order = opara::order;
    add("freeze/" + s->name, s, [](const instance& t) {
        std::vector<opara::edge> edges;
        t.graph.for_each_edge([&](opara::edge e) { edges.push_back(e); });
        benchmark::DoNotOptimize(opara::frozen_graph{t.graph.size(), edges});
    });
    add_plan(s, "single+topological", assign::single{}, order::topological{});
    add_plan(s, "round_robin+topological", assign::round_robin{}, order::topological{});
    add_plan(s, "by_level+topological", assign::by_level{}, order::topological{});
    add_plan(s, "first_free_predecessor+topological", assign::first_free_predecessor{}, order::topological{});
    add_plan(s, "first_free_predecessor+depth_first", assign::first_free_predecessor{}, order::depth_first{});
    add_plan(s, "first_free_predecessor+smallest_demand", assign::first_free_predecessor{}, order::smallest_demand{});
    add_plan(s, "first_free_predecessor+alternating", assign::first_free_predecessor{}, order::alternating{});
    add_plan(s, "earliest_finish+critical_first", assign::earliest_finish{}, order::critical_first{});
    if (policies == extent::all_policies) {
        add_plan(s, "chain_cover+topological", assign::chain_cover{}, order::topological{});
        add_plan(s, "stages+topological", assign::stages{}, order::topological{});
    }
    std::vector<opara::plan> plans;
    for (const instance& i : s->instances) {
        plans.push_back(opara::scheduler{assign::first_free_predecessor{}, order::alternating{}}(i.graph, i.cost));
    }
    const auto plan_of = [s, plans](const instance& t) -> const opara::plan& {
        return plans[static_cast<std::size_t>(&t - s->instances.data())];
    };
    add("validate/" + s->name, s, [plan_of](const instance& t) { opara::validate(plan_of(t), t.graph); });
    add("bounds/" + s->name, s, [](const instance& t) {
        benchmark::DoNotOptimize(opara::lower_bounds(t.graph, t.cost, opara::cost::devices::h200));
    });
    add("simulate/" + s->name, s, [plan_of](const instance& t) {
        benchmark::DoNotOptimize(opara::sim::simulate(plan_of(t), t.cost, opara::cost::devices::h200));
    });
}

std::shared_ptr<const subject> network(std::string_view name) {
    const opara::onnx::network net = opara::zoo::build(name);
    auto s = std::make_shared<subject>();
    s->name = name;
    s->instances.push_back(
        {freeze(net), opara::cost::estimate(opara::onnx::works_of(net), opara::cost::devices::h200)});
    return s;
}

opara::cost::table random_costs(std::size_t operators, std::uint64_t seed) {
    const opara::testing::random_kernels random{operators, seed};
    std::vector<opara::cost::kernel> kernels;
    for (std::size_t v = 0; v < operators; ++v) {
        kernels.push_back(random.kernel(opara::op_id::from_index(v)));
    }
    return {std::move(kernels), opara::cost::devices::h200};
}

std::shared_ptr<const subject> family(opara::testing::graph_family kind, std::size_t operators) {
    constexpr std::size_t together = 100'000;
    auto s = std::make_shared<subject>();
    s->name = std::string{opara::testing::name(kind)} + "/" + std::to_string(operators);
    for (std::size_t seed = 1; seed <= std::max<std::size_t>(1, together / operators); ++seed) {
        s->instances.push_back({opara::testing::random_graph(kind, operators, seed), random_costs(operators, seed)});
    }
    return s;
}

} // namespace

int main(int argc, char** argv) {
    for (const std::string_view name : opara::zoo::names()) {
        add_all(network(name), extent::all_policies);
    }
    using opara::testing::graph_family;
    for (const graph_family kind : {graph_family::chain, graph_family::diamond, graph_family::layered,
                                    graph_family::series_parallel, graph_family::grid, graph_family::dense}) {
        for (const std::size_t operators : {std::size_t{1000}, std::size_t{10'000}, std::size_t{100'000}}) {
            add_all(family(kind, operators), extent::scalable_policies);
        }
    }
    benchmark::AddCustomContext("opara_compiler", __VERSION__);
    benchmark::AddCustomContext("opara_boost", BOOST_LIB_VERSION);
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
