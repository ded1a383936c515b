// How fast the abstraction half is, and why its intervals are its own. tools/abstraction_tables.py makes the tables of
// docs/abstraction.md from what it writes with --benchmark_out=FILE.json.

#include <opara/abstraction.hpp>
#include <opara/testing/random.hpp>
#include <opara/version.hpp>

#include <bench/machine.hpp>
#include <benchmark/benchmark.h>
#include <boost/numeric/interval.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace opara::abstraction;

// The step of B1 as a person would write it for any kind of interval.
template <class T>
std::array<T, 2> b1_step(const std::array<T, 2>& x, double u) {
    using boost::numeric::square;
    if constexpr (requires { sqr(x[1]); }) {
        return {x[0] + T(0.1) * x[1], x[1] + T(0.1) * (T(u) * sqr(x[1]) - x[0])};
    } else {
        return {x[0] + T(0.1) * x[1], x[1] + T(0.1) * (T(u) * square(x[1]) - x[0])};
    }
}

template <class T>
std::vector<std::array<T, 2>> cells() {
    opara::testing::random_source random{1};
    std::vector<std::array<T, 2>> boxes;
    for (int k = 0; k < 1024; ++k) {
        const double p = random.unit() * 4 - 2;
        const double v = random.unit() * 4 - 2;
        boxes.push_back({T(p, p + 0.01), T(v, v + 0.01)});
    }
    return boxes;
}

template <class T>
void steps(benchmark::State& state, const std::vector<std::array<T, 2>>& boxes) {
    double u = -1;
    for (auto _ : state) {
        for (const auto& b : boxes) {
            benchmark::DoNotOptimize(b1_step(b, u));
        }
        u = -u;
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(boxes.size()));
}

void interval_outward(benchmark::State& state) { steps(state, cells<interval>()); }

struct nearest { // no rounding at all: what soundness costs
    static double add_down(double a, double b) { return a + b; }
    static double add_up(double a, double b) { return a + b; }
    static double down(double x) { return x; }
    static double up(double x) { return x; }
};
void interval_unsound(benchmark::State& state) { steps(state, cells<basic_interval<nearest>>()); }

using boost_interval = boost::numeric::interval<double>;
void interval_boost(benchmark::State& state) { steps(state, cells<boost_interval>()); }

// Boost's own way to be fast: set the rounding mode once, outside the loop.
void interval_boost_unprotected(benchmark::State& state) {
    using fast = boost::numeric::interval_lib::unprotect<boost_interval>::type;
    const std::vector<std::array<fast, 2>> boxes = cells<fast>();
    const boost_interval::traits_type::rounding mode;
    steps(state, boxes);
    static_cast<void>(mode);
}

// Cells of a width and controls, at random; so that no step saturates, where images have no width.
std::vector<std::pair<box<2>, double>> cells_and_controls(double width) {
    opara::testing::random_source random{4};
    std::vector<std::pair<box<2>, double>> all;
    for (int k = 0; k < 4000; ++k) {
        const double p = random.unit() * 2 - 1;
        const double v = random.unit() * 2 - 1;
        all.emplace_back(box_of<2>({p, v}, {p + width, v + width}), random.unit() * 8 - 4);
    }
    return all;
}

// A form of enclosing the step of a system: the time of a post, and the mean, over cells and coordinates, of its width
// by that of the mean-value form on 16 x 16 pieces. The argument is the cells' width in hundredths.
template <class System, class Form>
void post(benchmark::State& state) {
    const enclosure<System, Form> system;
    const enclosure<System, form::subdivided<form::mean_value, 16, 16>> narrow;
    const auto cells = cells_and_controls(static_cast<double>(state.range(0)) / 100);
    for (auto _ : state) {
        for (const auto& [b, u] : cells) {
            benchmark::DoNotOptimize(system.post(b, u));
        }
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(cells.size()));
    double excess = 0;
    for (const auto& [b, u] : cells) {
        const box<2> image = system.post(b, u);
        const box<2> least = narrow.post(b, u);
        for (std::size_t i = 0; i < 2; ++i) {
            excess += (image[i].upper() - image[i].lower()) / (least[i].upper() - least[i].lower());
        }
    }
    state.counters["width"] = excess / 2 / static_cast<double>(cells.size());
}

network some_network(activation hidden) {
    opara::testing::random_source random{2};
    std::vector<layer> layers;
    std::size_t inputs = 4;
    for (const std::size_t outputs : {20U, 20U, 1U}) {
        layer l{.inputs = inputs, .weight = {}, .bias = std::vector<double>(outputs, 0.1), .function = hidden};
        for (std::size_t k = 0; k < inputs * outputs; ++k) {
            l.weight.push_back(random.unit() - 0.5);
        }
        layers.push_back(l);
        inputs = outputs;
    }
    return network{layers};
}

// Seconds that one step of B1 takes in a plain loop over intervals, measured in the same run: what else the machine
// does slows it like the rest.
double seconds_of_plain_step() {
    const auto boxes = cells<interval>();
    constexpr int rounds = 2000;
    const std::clock_t start = std::clock();
    for (int k = 0; k < rounds; ++k) {
        for (const auto& b : boxes) {
            benchmark::DoNotOptimize(b1_step(b, k % 2 == 0 ? -1.0 : 1.0));
        }
    }
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / rounds / static_cast<double>(boxes.size());
}

// States a second, how many there are, and the time of a state in steps of the plain loop.
void report(benchmark::State& state, const transition_system& graph, std::clock_t start) {
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC; // of all threads
    state.counters["cpu_seconds"] = seconds / static_cast<double>(state.iterations());
    const auto states = static_cast<double>(graph.size()) * static_cast<double>(state.iterations());
    state.SetItemsProcessed(static_cast<std::int64_t>(states));
    state.counters["states"] = static_cast<double>(graph.size());
    state.counters["transitions"] = static_cast<double>(graph.transitions());
    state.counters["plain_steps"] = seconds / states / seconds_of_plain_step();
}

// Abstract states a second on B1 with a network of two hidden layers of 20, everything included.
void build_b1(benchmark::State& state, activation hidden) {
    const auto grid = uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.005, 0.005});
    const enclosure<systems::b1> system;
    const box_network<2> pilot{some_network(hidden)};
    const build_options<2> options{.labels = {{"safe", box_of<2>({-1.5, -1.5}, {1.5, 1.5})}}, .threads = 1};
    transition_system last;
    const std::clock_t start = std::clock();
    for (auto _ : state) {
        cell_system built = build(grid, system, pilot, box_of<2>({0.8, 0.5}, {0.9, 0.6}), options);
        last = std::move(built.graph);
    }
    report(state, last, start);
}

// The same from a large initial set on narrower and narrower cells, on all cores: how time and memory grow with the
// states. The argument is the cells' width in millionths.
void growth(benchmark::State& state) {
    const double width = static_cast<double>(state.range(0)) / 1e6;
    const auto grid = uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {width, width});
    const enclosure<systems::b1> system;
    const box_network<2> pilot{some_network(activation::relu)};
    const build_options<2> options{.labels = {{"safe", box_of<2>({-1.5, -1.5}, {1.5, 1.5})}}};
    transition_system last;
    bench::forget_peak();
    const std::size_t before = bench::peak_memory();
    const std::clock_t start = std::clock();
    for (auto _ : state) {
        last = transition_system{}; // frees what the one before holds
        cell_system built = build(grid, system, pilot, box_of<2>({-1.499, -1.499}, {1.499, 1.499}), options);
        last = std::move(built.graph);
    }
    report(state, last, start);
    state.counters["peak_bytes"] = static_cast<double>(bench::peak_memory() - before);
}

// CartPole, so many steps from one cell (the published verification takes 50), under a controller that balances by a
// weighted sum and chooses between two forces. On all cores.
void build_cart_pole(benchmark::State& state) {
    const auto grid =
        uniform_grid<4>::by_width(box_of<4>({-4.8, -10, -0.42, -10}, {4.8, 10, 0.42, 10}), {0.16, 0.02, 0.016, 0.02});
    const enclosure<systems::cart_pole> system;
    const std::vector<double> right{0.05, 0.1, 1, 0.3, 0.05, 0.1, 1, 0.3}; // lower bounds, then upper ones
    std::vector<double> weight(8, 0.0);
    weight.insert(weight.end(), right.begin(), right.end());
    const box_network<4, head::argmax> pilot{network{{layer{8, weight, {0, 0}}}}};
    const interval anything = interval::whole();
    const build_options<4> options{
        .labels = {{"balanced", {{interval{-2.4, 2.4}, anything, interval{-0.21, 0.21}, anything}}}}};
    bounded_cell_system built;
    bench::forget_peak();
    const std::size_t before = bench::peak_memory();
    const std::clock_t start = std::clock();
    for (auto _ : state) {
        built = build_bounded(grid, system, pilot, box_of<4>({0.001, 0.001, 0, 0.001}, {0.001, 0.001, 0, 0.001}),
                              static_cast<std::size_t>(state.range(0)), options);
    }
    report(state, built.part.graph, start);
    state.counters["peak_bytes"] = static_cast<double>(bench::peak_memory() - before);
    // What checks take besides. Every run comes to states that were not explored, so the second one has to look at all.
    for (const auto& [text, counter] : {std::pair{"AG balanced", "AG_seconds"}, {"AF unexplored", "AF_seconds"}}) {
        const std::clock_t then = std::clock();
        benchmark::DoNotOptimize(check(built, parse_formula(text)));
        state.counters[counter] = static_cast<double>(std::clock() - then) / CLOCKS_PER_SEC;
    }
    state.counters["checked_bytes"] = static_cast<double>(bench::peak_memory() - before);
}

void check_ctl(benchmark::State& state, const char* text) {
    // A graph of 240,000 states like those that grids give: a few neighbours each, drifting one way.
    opara::testing::random_source random{3};
    std::vector<std::vector<std::uint32_t>> successors(240'000);
    labelling goal{"goal", std::vector<truth>(successors.size(), truth::no)};
    labelling safe{"safe", std::vector<truth>(successors.size(), truth::yes)};
    for (std::size_t s = 0; s < successors.size(); ++s) {
        for (std::size_t k = 0; k < 4; ++k) {
            const std::size_t to = std::min(successors.size() - 1, s + 1 + random.below(2'000));
            successors[s].push_back(static_cast<std::uint32_t>(to));
        }
        goal.holds[s] = s + 100 > successors.size() ? truth::yes : truth::no;
    }
    const auto graph = transition_system::from_lists(successors, {0}, {goal, safe});
    const formula f = parse_formula(text);
    for (auto _ : state) {
        benchmark::DoNotOptimize(check(graph, f));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(graph.size()));
}

// What the measurements were made with.
const bool context = [] {
    benchmark::AddCustomContext("cpu", bench::cpu_name());
    benchmark::AddCustomContext("compiler", __VERSION__);
    benchmark::AddCustomContext("opara", std::to_string(OPARA_VERSION_MAJOR) + "." +
                                             std::to_string(OPARA_VERSION_MINOR) + "." +
                                             std::to_string(OPARA_VERSION_PATCH));
    return true;
}();

template <class Form, std::size_t K>
using pieces = form::subdivided<Form, K, K>;

} // namespace

BENCHMARK(interval_outward);
BENCHMARK(interval_unsound);
BENCHMARK(interval_boost);
BENCHMARK(interval_boost_unprotected);
#define OPARA_BENCH_FORM(...)                                                                                          \
    BENCHMARK_TEMPLATE(post, systems::b1, __VA_ARGS__)->Arg(2)->Arg(20);                                               \
    BENCHMARK_TEMPLATE(post, systems::b3, __VA_ARGS__)->Arg(2)->Arg(20)
OPARA_BENCH_FORM(form::natural);
OPARA_BENCH_FORM(form::monotone);
OPARA_BENCH_FORM(form::mean_value);
OPARA_BENCH_FORM(pieces<form::natural, 2>);
OPARA_BENCH_FORM(pieces<form::natural, 4>);
OPARA_BENCH_FORM(pieces<form::monotone, 2>);
OPARA_BENCH_FORM(pieces<form::mean_value, 2>);
BENCHMARK_CAPTURE(build_b1, relu, activation::relu)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(build_b1, tanh, activation::tanh)->Unit(benchmark::kMillisecond);
BENCHMARK(growth)->Arg(36'000)->Arg(11'400)->Arg(3'600)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(growth)->Arg(1'140)->Arg(660)->Arg(360)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(build_cart_pole)->Arg(50)->Arg(73)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(check_ctl, AF, "AF goal")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(check_ctl, AG, "AG safe")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(check_ctl, AU_or_AG, "A[safe U goal] | AG safe")->Unit(benchmark::kMillisecond);
