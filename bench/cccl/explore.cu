// How fast a GPU explores closed loops and decides formulas, beside the host in the same run. Writes one JSON document
// to the file that it is given.
//
//   bench_cccl FILE.json [MOST_STATES [MOST_HOST_STATES]]     (defaults 120,000,000 and 2,000,000)

#include <opara/abstraction.hpp>
#include <opara/cccl.cuh>
#include <opara/version.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace opara::abstraction;
namespace cccl = opara::cccl;
using json = nlohmann::json;

template <class F>
double seconds(F&& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    opara::cuda::check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The shortest of some times: what disturbs a run only makes it longer.
template <class F>
double shortest(int runs, F&& work) {
    double best = std::numeric_limits<double>::infinity();
    for (int k = 0; k < runs; ++k) {
        best = std::min(best, seconds(work));
    }
    return best;
}

constexpr std::size_t to_the_end = std::numeric_limits<std::size_t>::max();

// A loop with all that an exploration needs.
template <std::size_t N, class D, class C>
struct loop {
    std::string name;
    uniform_grid<N> grid;
    D system;
    C pilot;
    box<N> initial;
    std::vector<region<N>> labels;
};

// CartPole on the published grid with cells of `part` of its widths, from one cell. The controller balances by a
// weighted sum and chooses between two forces; `hidden` units in each of three layers, of which four carry the sum and
// the rest only cost what units of a trained network cost, or none at all.
auto cart_pole(double part, std::size_t hidden) {
    const std::vector<double> right{0.05, 0.1, 1, 0.3, 0.05, 0.1, 1, 0.3}; // lower bounds, then upper ones
    std::vector<layer> layers;
    std::size_t inputs = 8;
    for (int k = 0; hidden != 0 && k < 3; ++k) {
        layer l{inputs, std::vector<double>(inputs * hidden), std::vector<double>(hidden, 0.01), activation::relu};
        for (std::size_t i = 0; k == 0 && i < 8; ++i) {
            l.weight[i] = right[i];           // unit 0: the sum, where it is positive
            l.weight[inputs + i] = -right[i]; // unit 1: its negative
        }
        if (k > 0) {
            l.weight[0] = 1;
            l.weight[inputs + 1] = 1;
        }
        l.bias[0] = l.bias[1] = 0;
        layers.push_back(l);
        inputs = hidden;
    }
    layer last{inputs, std::vector<double>(2 * inputs), {0, 0}};
    if (hidden == 0) {
        std::copy(right.begin(), right.end(), last.weight.begin() + 8);
    } else {
        last.weight[inputs] = 1;
        last.weight[inputs + 1] = -1;
    }
    layers.push_back(last);
    return loop<4, enclosure<systems::cart_pole>, box_network<4, head::argmax>>{
        "cart_pole",
        uniform_grid<4>::by_width(box_of<4>({-4.8, -10, -0.42, -10}, {4.8, 10, 0.42, 10}),
                                  {0.16 * part, 0.02 * part, 0.016 * part, 0.02 * part}),
        enclosure<systems::cart_pole>{},
        box_network<4, head::argmax>{network{layers}},
        box_of<4>({0.001, 0.001, 0, 0.001}, {0.001, 0.001, 0, 0.001}),
        {{"safe", box_of<4>({-2.4, -10, -0.21, -10}, {2.4, 10, 0.21, 10})}}};
}

// B1 on a fine grid under a network of two hidden layers of 20 with tanh, which drives it to the middle.
auto b1(double width) {
    std::vector<layer> layers;
    std::size_t inputs = 4;
    for (int k = 0; k < 2; ++k) {
        layer l{inputs, std::vector<double>(20 * inputs, 0.001), std::vector<double>(20, 0.01), activation::tanh};
        for (std::size_t i = 0; i < inputs && k == 0; ++i) {
            l.weight[i] = i % 2 == 0 ? -0.15 : -0.5; // lower and upper bounds of position and speed
        }
        if (k > 0) {
            l.weight[0] = 1;
        }
        layers.push_back(l);
        inputs = 20;
    }
    layers.push_back(layer{inputs, std::vector<double>(20, 0.01), {0}, activation::tanh});
    layers.back().weight[0] = 1;
    return loop<2, enclosure<systems::b1>, box_network<2>>{
        "b1",
        uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {width, width}),
        enclosure<systems::b1>{},
        box_network<2>{network{layers}, {4}},
        box_of<2>({0.8, 0.5}, {0.9, 0.6}),
        {{"goal", box_of<2>({0, 0.05}, {0.2, 0.3})}, {"safe", box_of<2>({-1.5, -1.5}, {1.5, 1.5})}}};
}

const char* name_of(cccl::cell_lookup lookup) {
    return lookup == cccl::cell_lookup::table     ? "table"
           : lookup == cccl::cell_lookup::hashing ? "hashing"
                                                  : "automatic";
}

struct limits {
    std::size_t states;
    std::size_t host_states;
};

// One loop for a number of steps, and beside it, if it is small enough, on the host. Nothing if the device has no room.
template <class L>
std::optional<json> explore(const L& l, std::size_t steps, cccl::cell_lookup lookup, const limits& most) {
    constexpr std::size_t n = decltype(l.grid)::dimension;
    cccl::bounded_cell_system built;
    const cccl::build_options<n> options{.labels = l.labels, .lookup = lookup};
    const auto build_it = [&] {
        built = {}; // first the memory of the last one
        built = cccl::build_bounded(l.grid, l.system, l.pilot, l.initial, steps, options);
    };
    json r{{"system", l.name}, {"cells", l.grid.size()}, {"lookup", name_of(lookup)}};
    if (steps != to_the_end) {
        r["steps"] = steps;
    }
    try {
        const double first = seconds(build_it);
        r["seconds"] = std::min(first, shortest(first < 0.5 ? 3 : 1, build_it));
    } catch (const cccl::memory_error& e) {
        std::fprintf(stderr, "%s, %zu steps: %s\n", l.name.c_str(), steps, e.what());
        return std::nullopt;
    }
    const auto states = static_cast<double>(built.part.graph.size());
    r["states"] = built.part.graph.size();
    r["transitions"] = built.part.graph.transitions();
    r["bounded"] = built.unexplored.has_value();
    r["states_per_second"] = states / r["seconds"].template get<double>();
    try {
        cccl::rows back;
        r["predecessors_seconds"] = shortest(2, [&] {
            back = {};
            back = built.part.graph.predecessors();
        });
    } catch (const cccl::memory_error& e) {
        std::fprintf(stderr, "the way back: %s\n", e.what());
    }
    if (built.part.graph.size() <= most.host_states) {
        bounded_cell_system host;
        r["host_seconds"] = seconds([&] {
            host = build_bounded(l.grid, l.system, l.pilot, l.initial, steps, {.labels = l.labels, .absorbing = {}});
        });
        r["host_threads"] = std::thread::hardware_concurrency();
        r["equal"] = built.download() == host;
        json checks = json::array();
        for (const char* const text : {"AG safe", "AF AG !safe", "EG safe"}) {
            const formula f = parse_formula(text);
            cccl::decision d;
            verdict v;
            const double device = shortest(3, [&] { d = cccl::decide(built.part.graph, f); });
            const double there = seconds([&] { v = check(host.part.graph, f); });
            checks.push_back({{"formula", text},
                              {"seconds", device},
                              {"host_seconds", there},
                              {"equal", v.holds == d.holds && v.satisfying == d.satisfying}});
        }
        r["checks"] = checks;
    }
    std::fprintf(stderr, "%s\n", r.dump().c_str());
    return r;
}

struct name_some {
    std::uint64_t distinct;
    std::uint64_t* cells;
    std::uint32_t* places;
    __device__ void operator()(std::uint64_t p) const {
        const std::uint64_t which = (p * 0x9E3779B97F4A7C15ULL >> 20U) % distinct;
        cells[p] = which * 0x9E3779B97F4A7C15ULL >> 32U;
        places[p] = static_cast<std::uint32_t>(p);
    }
};

// The least that numbering by sorting would cost: one radix sort of the cells of a list with their places in it, to be
// compared with all of an exploration of as many transitions. The cells are those of a grid of 2^32, each named `times`
// times on average.
json against_sorting(std::uint64_t count, std::uint64_t times) {
    cccl::buffer<std::uint64_t> cells{count};
    cccl::buffer<std::uint64_t> sorted{count};
    cccl::buffer<std::uint32_t> places{count};
    cccl::buffer<std::uint32_t> sorted_places{count};
    cccl::detail::for_each_index(count, name_some{count / times, cells.data(), places.data()});
    std::size_t bytes = 0;
    const auto sort = [&](void* memory) {
        opara::cuda::check(cub::DeviceRadixSort::SortPairs(memory, bytes, cells.data(), sorted.data(), places.data(),
                                                           sorted_places.data(), static_cast<std::int64_t>(count), 0,
                                                           32),
                           "cub::DeviceRadixSort::SortPairs");
    };
    sort(nullptr);
    cccl::buffer<std::byte> memory{bytes};
    const double sorting = shortest(3, [&] { sort(memory.data()); });
    return {{"names", count}, {"names_a_cell", times}, {"sort_seconds", sorting}};
}

json machine() {
    cudaDeviceProp p{};
    opara::cuda::check(cudaGetDeviceProperties(&p, 0), "cudaGetDeviceProperties");
    int runtime = 0;
    int driver = 0;
    opara::cuda::check(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
    opara::cuda::check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
    return {{"gpu", p.name},
            {"memory", p.totalGlobalMem},
            {"runtime", runtime},
            {"driver", driver},
            {"host_threads", std::thread::hardware_concurrency()},
            {"opara", std::to_string(OPARA_VERSION_MAJOR) + "." + std::to_string(OPARA_VERSION_MINOR) + "." +
                          std::to_string(OPARA_VERSION_PATCH)}};
}

json measure(const limits& most) {
    using cccl::cell_lookup;
    json runs = json::array();
    const auto add = [&](std::optional<json> r) {
        if (r) {
            runs.push_back(*r);
        }
        return r ? (*r)["states"].get<std::size_t>() : most.states;
    };
    static_cast<void>(cccl::build(b1(0.1).grid, b1(0.1).system, b1(0.1).pilot, b1(0.1).initial)); // loads the kernels
    for (const double width : {0.02, 0.005, 0.002, 0.001, 0.0005}) {
        add(explore(b1(width), to_the_end, cell_lookup::table, most));
    }
    for (const cell_lookup lookup : {cell_lookup::table, cell_lookup::hashing}) {
        for (const std::size_t steps : {10U, 15U, 20U, 25U, 30U, 40U, 50U, 60U, 80U, 100U, 140U, 200U}) {
            if (add(explore(cart_pole(1, 0), steps, lookup, most)) >= most.states) {
                break;
            }
        }
    }
    // A grid of 5 * 10^10 cells, too many for a table.
    for (const std::size_t steps : {10U, 20U, 30U, 40U, 50U, 70U, 90U, 120U, 160U, 200U}) {
        if (add(explore(cart_pole(0.5, 0), steps, cell_lookup::hashing, most)) >= most.states) {
            break;
        }
    }
    auto with_network = explore(cart_pole(1, 64), 50, cell_lookup::table, most);
    if (with_network) {
        (*with_network)["system"] = "cart_pole, 3 x 64";
        runs.push_back(*with_network);
    }
    json sorts = json::array();
    for (const std::uint64_t count : {std::uint64_t{1} << 20U, std::uint64_t{1} << 24U, std::uint64_t{1} << 27U}) {
        sorts.push_back(against_sorting(count, 16));
    }
    return {{"machine", machine()}, {"runs", runs}, {"sorts", sorts}};
}

std::size_t number(const char* text) { return static_cast<std::size_t>(std::strtoull(text, nullptr, 10)); }

} // namespace

int main(int argc, char** argv) {
    if (argc < 2 || argc > 4) {
        std::fprintf(stderr, "usage: %s FILE.json [MOST_STATES [MOST_HOST_STATES]]\n", argv[0]);
        return 2;
    }
    try {
        const limits most{argc > 2 ? number(argv[2]) : 120'000'000, argc > 3 ? number(argv[3]) : 2'000'000};
        const json result = measure(most);
        std::ofstream file{argv[1]};
        file << result.dump(2) << '\n';
        return file.flush() ? 0 : 1;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
