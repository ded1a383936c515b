// The paper's experiment: six networks, every policy, with the same kernels on the GPU that is there. Writes one JSON
// document to the file that it is given, and what each operator takes to FILE.operators; with more arguments, only
// those networks, written NAME[+fused|+merged|+normalised][+fp16|+bf16][@BATCH]; without, all of them one by one, and
// Inception-v3 in batches. With --search SECONDS plans are searched, too, with the variants of all operators to choose
// from: about so long for each network, half of it for plans with whole edges and half for programmatic ones. What is
// best in simulation and what measurements make of it are two further rows of each kind.

#include <examples/opara_run/policies.hpp>
#include <examples/zoo/fuse.hpp>
#include <examples/zoo/zoo.hpp>
#include <opara/cost/devices.hpp>
#include <opara/cuda.hpp>
#include <opara/search/improve_measured.hpp>
#include <opara/search/portfolio.hpp>
#include <opara/sim/by_rank.hpp>
#include <opara/sim/simulate.hpp>
#include <opara/version.hpp>

#include <bench/cuda/subject.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace opara;
using json = nlohmann::ordered_json;

namespace {

double rounded(double x) { return std::round(x * 1000.0) / 1000.0; }

json to_json(const cuda::estimate& e) {
    return {{"median", rounded(e.median)}, {"low", rounded(e.low)}, {"high", rounded(e.high)}};
}

void say(const std::string& what) {
    static const auto begin = std::chrono::steady_clock::now();
    const double s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::fprintf(stderr, "%6.1f s  %s\n", s, what.c_str());
}

const cost::device& model_of(const std::string& gpu) {
    return gpu.find("H200") != std::string::npos ? cost::devices::h200 : cost::devices::h100;
}

// What to measure.
struct wanted {
    std::string network;
    bool fused = false;
    std::int64_t batch = 1;
    engine::precision precision = engine::precision::tf32;
    bool merged = false;     // fused, and convolutions of the same value are one
    bool normalised = false; // fused, and products normalise all rows that they read or add

    [[nodiscard]] std::string title() const {
        return network +
               (merged       ? ", merged"
                : normalised ? ", normalised"
                : fused      ? ", fused"
                             : "") +
               (precision == engine::precision::tf32 ? "" : ", " + std::string{engine::name_of(precision)}) +
               (batch == 1 ? "" : ", batch " + std::to_string(batch));
    }
};

wanted wanted_of(std::string word) {
    wanted w;
    if (const std::size_t at = word.find('@'); at != std::string::npos) {
        const auto [end, failure] = std::from_chars(word.data() + at + 1, word.data() + word.size(), w.batch);
        if (failure != std::errc{} || end != word.data() + word.size() || w.batch < 1) {
            throw std::invalid_argument{"'" + word + "': a batch is a number above 0"};
        }
        word.resize(at);
    }
    if (const std::size_t at = word.rfind('+'); at != std::string::npos) {
        if (const auto precision = engine::precision_named(word.substr(at + 1))) {
            w.precision = *precision;
            word.resize(at);
        }
    }
    w.merged = word.ends_with("+merged");
    w.normalised = word.ends_with("+normalised");
    w.fused = w.merged || w.normalised || word.ends_with("+fused");
    w.network = w.fused ? word.substr(0, word.rfind('+')) : word;
    return w;
}

std::vector<wanted> everything() {
    std::vector<wanted> all;
    for (const bool fused : {true, false}) {
        for (const std::string_view name : zoo::names()) {
            all.push_back({std::string{name}, fused});
        }
    }
    for (const bool fused : {true, false}) {
        for (const std::int64_t batch : {2, 4, 8, 16, 32}) {
            all.push_back({"inception_v3", fused, batch});
        }
    }
    return all;
}

struct entry {
    std::string policy;
    std::string variants;
    bool programmatic;
};

// What a search did, and what it says itself of what it gained, by samples of its own.
json summary_of(const search::measured_improvement& found, bool programmatic) {
    const auto verdict = [](const search::verdict& v) {
        return json{{"name", v.which.name},
                    {"simulated_us", v.which.us},
                    {"period_us", to_json(v.us)},
                    {"to_sequential", to_json(v.to_sequential)},
                    {"to_policy", to_json(v.to_policy)}};
    };
    json finalists = json::array();
    for (std::size_t i = 0; i < found.finalists.size(); ++i) {
        const search::standing& s = found.first.standings[i];
        finalists.push_back({{"name", found.finalists[i].name},
                             {"simulated_us", rounded(found.finalists[i].us)},
                             {"period_us", rounded(s.us.median)},
                             {"samples", s.samples}});
    }
    return {{"programmatic", programmatic},
            {"seconds", found.seconds},
            {"steps", found.simulated.steps},
            {"simulations", found.simulated.simulations},
            {"tried", found.tried},
            {"accepted", found.accepted},
            {"sequential", verdict(found.sequential)},
            {"policy", verdict(found.policy)},
            {"searched_simulated", verdict(found.in_simulation)},
            {"searched_measured", verdict(found.by_measurement)},
            {"finalists", std::move(finalists)}};
}

// A row of the table: a plan and how it is emitted.
struct contender {
    entry which;
    plan what;
    double planning_ms = 0.0;
    std::optional<double> simulated_us = {};
    cuda::creation_order order = cuda::creation_order::by_rank;
};

// Every policy with the same kernels; then what variants and programmatic edges are worth to some of them.
std::vector<entry> entries_of(const wanted& w) {
    std::vector<entry> entries{{"sequential", "fastest", false}};
    for (const run::named_policy& p : run::named_policies()) {
        if (p.name != "sequential") {
            entries.push_back({std::string{p.name}, "fastest", false});
        }
    }
    entries.push_back({"sequential again", "fastest", false}); // how far equal graphs are apart
    for (const char* policy : {"sequential", "nimble", "opara", "earliest_finish"}) {
        if (w.batch == 1) {
            entries.push_back({policy, "model", false});
            entries.push_back({policy, "sparing", false});
        }
        entries.push_back({policy, "fastest", true});
        entries.push_back({policy, "sparing", true});
    }
    return entries;
}

json measure_network(const wanted& w, const cost::device& device, double seconds, json& operators) {
    const std::string title = w.title();
    say(title + ": preparing, tuning, profiling");
    const onnx::network built = zoo::build(w.network, {.batch = w.batch});
    const zoo::fusion how{.merged = w.merged ? zoo::siblings::all : zoo::siblings::linear_layers,
                          .normalised =
                              w.normalised ? zoo::row_normalisations::all : zoo::row_normalisations::root_mean_squares};
    const onnx::network net = w.fused ? zoo::fuse(built, how) : built;
    bench::subject s{net, device, w.precision};
    say(title + ": planning");
    std::vector<contender> contenders;
    for (const entry& e : entries_of(w)) {
        const auto start = std::chrono::steady_clock::now();
        plan p = search::with_variants(run::make_policy(e.policy == "sequential again" ? "sequential" : e.policy,
                                                        {.lanes = 8})(s.graph(), s.costs()),
                                       s.variants(e.variants));
        const double planning =
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
        contender c{.which = e, .what = std::move(p), .planning_ms = planning};
        if (!e.programmatic && e.variants == "fastest") {
            c.simulated_us =
                sim::simulate(sim::by_rank(c.what, s.costs()), s.costs(), device, sim::as_emitted).makespan_us;
        }
        contenders.push_back(std::move(c));
    }
    json searches = json::array();
    for (const bool programmatic : {false, true}) {
        if (seconds > 0.0 && w.batch == 1) {
            say(title + ": searching" + (programmatic ? ", programmatic edges" : ""));
            const search::measured_improvement found = s.improved(programmatic, 0.5 * seconds);
            searches.push_back(summary_of(found, programmatic));
            contenders.push_back({.which = {"searched_simulated", "searched", programmatic},
                                  .what = found.in_simulation.which.what,
                                  .planning_ms = 1000.0 * found.simulated.seconds,
                                  .simulated_us = found.in_simulation.which.us,
                                  .order = cuda::creation_order::planned});
            contenders.push_back({.which = {"searched_measured", "searched", programmatic},
                                  .what = found.best,
                                  .planning_ms = 1000.0 * found.seconds,
                                  .simulated_us = found.by_measurement.which.us,
                                  .order = cuda::creation_order::planned});
        }
    }
    say(title + ": capturing");
    std::vector<cuda::graph_exec> graphs;
    json results = json::array();
    for (const contender& c : contenders) {
        const cuda::plan_graph made = s.emit(c.what, c.order, c.which.programmatic);
        graphs.push_back(made.instantiate());
        json result{{"policy", c.which.policy},
                    {"variants", c.which.variants},
                    {"programmatic", c.which.programmatic},
                    {"lanes", c.what.lanes()},
                    {"waits", c.what.waits()},
                    {"nodes", made.native().size()},
                    {"edges", made.native().edges().size()},
                    {"planning_ms", rounded(c.planning_ms)},
                    {"peak_bytes", s.peak_bytes(c.what)},
                    {"distance_from_host", s.distance(graphs.back())}};
        if (c.simulated_us) {
            result["simulated_us"] = rounded(*c.simulated_us);
        }
        results.push_back(std::move(result));
    }
    say(title + ": measuring");
    std::vector<const cuda::graph_exec*> pointers;
    for (const cuda::graph_exec& g : graphs) {
        pointers.push_back(&g);
    }
    const std::vector<cuda::replay_times> times = cuda::measure(pointers, {.rounds = 15, .replays = 10, .warm_up = 2});
    for (std::size_t i = 0; i < contenders.size(); ++i) {
        const entry& e = contenders[i].which;
        results[i]["latency_us"] = to_json(times[i].latency);
        results[i]["period_us"] = to_json(times[i].period);
        results[i]["latency_speedup"] = to_json(cuda::paired_ratio(times[0].latency_samples, times[i].latency_samples));
        results[i]["period_speedup"] = to_json(cuda::paired_ratio(times[0].period_samples, times[i].period_samples));
        std::fprintf(stderr, "    %-18s %-8s %-12s latency %8.1f period %8.1f distance %.1e\n", e.policy.c_str(),
                     e.variants.c_str(), e.programmatic ? "programmatic" : "", times[i].latency.median,
                     times[i].period.median, results[i]["distance_from_host"].get<double>());
    }
    json summary = s.summary();
    summary["network"] = w.network;
    summary["fused"] = w.fused;
    if (w.merged) {
        summary["merged"] = true;
    }
    if (w.normalised) {
        summary["normalised"] = true;
    }
    summary["batch"] = w.batch;
    summary["precision"] = engine::name_of(w.precision);
    summary["results"] = std::move(results);
    if (!searches.empty()) {
        summary["searches"] = std::move(searches);
    }
    operators[title] = s.operators();
    return summary;
}

// JSON with a line for each plan, so that versions of a result can be compared.
std::string in_lines(const json& result) {
    std::string text = "{\"machine\": " + result["machine"].dump() + ",\n \"model\": " + result["model"].dump() +
                       ",\n \"networks\": [";
    const char* comma = "\n";
    for (const json& network : result["networks"]) {
        json head = network;
        head.erase("results");
        head.erase("searches");
        text += comma + head.dump();
        text.back() = ',';
        text += "\n  \"results\": [";
        comma = "\n   ";
        for (const json& row : network["results"]) {
            text += comma + row.dump();
            comma = ",\n   ";
        }
        text += "]";
        if (network.contains("searches")) {
            text += ",\n  \"searches\": [";
            comma = "\n   ";
            for (const json& row : network["searches"]) {
                text += comma + row.dump();
                comma = ",\n   ";
            }
            text += "]";
        }
        text += "}";
        comma = ",\n";
    }
    return text + "]}";
}

json machine(const std::string& gpu, const cudaDeviceProp& properties) {
    int runtime = 0, driver = 0;
    cuda::check(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
    cuda::check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
    return {{"gpu", gpu},
            {"sms", properties.multiProcessorCount},
            {"l2_bytes", properties.l2CacheSize},
            {"cuda_runtime", runtime},
            {"cuda_driver", driver},
            {"compiler", __VERSION__},
            {"opara", std::to_string(OPARA_VERSION_MAJOR) + "." + std::to_string(OPARA_VERSION_MINOR) + "." +
                          std::to_string(OPARA_VERSION_PATCH)}};
}

} // namespace

int main(int argc, char** argv) {
    std::vector<std::string> words(argv + 1, argv + argc);
    double seconds = 0.0;
    if (const auto option = std::find(words.begin(), words.end(), "--search"); option != words.end()) {
        const std::string number = option + 1 == words.end() ? "" : *(option + 1);
        const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), seconds);
        if (failure != std::errc{} || end != number.data() + number.size() || !(seconds > 0.0)) {
            std::fprintf(stderr, "%s: --search takes a number of seconds above 0\n", argv[0]);
            return 2;
        }
        words.erase(option, option + 2);
    }
    if (words.empty()) {
        std::fprintf(
            stderr,
            "usage: %s FILE.json [--search SECONDS] [NETWORK[+fused|+merged|+normalised][+fp16|+bf16][@BATCH] ...]\n",
            argv[0]);
        return 2;
    }
    const std::string file = words.front();
    words.erase(words.begin());
    try {
        cudaDeviceProp properties{};
        cuda::check(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
        const std::string gpu = properties.name;
        const cost::device& device = model_of(gpu);
        std::vector<wanted> all;
        for (const std::string& word : words) {
            all.push_back(wanted_of(word));
        }
        if (all.empty()) {
            all = everything();
        }
        json operators = json::object();
        json result{{"machine", machine(gpu, properties)}, {"model", device.name}, {"networks", json::array()}};
        for (const wanted& w : all) {
            result["networks"].push_back(measure_network(w, device, seconds, operators));
            std::ofstream{file} << in_lines(result) << '\n'; // what is done is kept, whatever happens next
            std::ofstream{file + ".operators"} << operators.dump() << '\n';
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
    return 0;
}
