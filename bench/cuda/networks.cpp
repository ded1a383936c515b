// The paper's experiment: six networks, every policy, with the same kernels on the GPU that is there. Writes one JSON
// document to the file that it is given, and what each operator takes to FILE.operators; with more arguments, only
// those networks. With --search SECONDS plans are searched, too, with the variants of all operators to choose from:
// about so long for each network, half of it for plans with whole edges and half for programmatic ones. What is best in
// simulation and what measurements make of it are two further rows of each kind.

#include <examples/engine/cuda/cuda_engine.hpp>
#include <examples/engine/cuda/tuning.hpp>
#include <examples/engine/host_engine.hpp>
#include <examples/opara_run/policies.hpp>
#include <examples/zoo/fuse.hpp>
#include <examples/zoo/zoo.hpp>
#include <opara/cost/devices.hpp>
#include <opara/cost/estimate.hpp>
#include <opara/cuda.hpp>
#include <opara/graph/path_cover.hpp>
#include <opara/onnx/work.hpp>
#include <opara/plan/bounds.hpp>
#include <opara/search/improve_measured.hpp>
#include <opara/search/portfolio.hpp>
#include <opara/search/static_choice.hpp>
#include <opara/sim/simulate.hpp>
#include <opara/testing/random.hpp>
#include <opara/version.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace opara;
using json = nlohmann::ordered_json;

namespace {

json to_json(const cuda::estimate& e) {
    const auto rounded = [](double x) { return std::round(x * 1000.0) / 1000.0; };
    return {{"median", rounded(e.median)}, {"low", rounded(e.low)}, {"high", rounded(e.high)}, {"samples", e.samples}};
}

void say(const std::string& what) {
    static const auto begin = std::chrono::steady_clock::now();
    const double s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::fprintf(stderr, "%6.1f s  %s\n", s, what.c_str());
}

const cost::device& model_of(const std::string& gpu) {
    return gpu.find("H200") != std::string::npos ? cost::devices::h200 : cost::devices::h100;
}

std::vector<onnx::tensor> random_inputs(const onnx::network& net) {
    std::vector<onnx::tensor> inputs = zoo::sample_inputs(net);
    testing::random_source random{7};
    for (onnx::tensor& t : inputs) {
        if (t.type == onnx::element::f32) {
            std::vector<float> x(t.bytes.size() / sizeof(float));
            for (float& e : x) {
                e = static_cast<float>(2.0 * random.unit() - 1.0);
            }
            t = onnx::tensor::of<float>(t.type, t.dims, x);
        }
    }
    return inputs;
}

// A network on the device, with what its operators cost there.
class subject {
public:
    subject(const onnx::network& net, const cost::device& device)
        : net_{net}, device_{device}, graph_{onnx::freeze(net)}, engine_{net} {
        const std::vector<onnx::tensor> inputs = random_inputs(net);
        const auto threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
        engine::host_engine host{net, {.threads_per_operator = threads}};
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            engine_.set_input(i, inputs[i]);
            host.set_input(i, inputs[i]);
        }
        for (const op_id v : graph_.topological_order()) {
            host.run(v);
        }
        for (const onnx::value_id v : net.outputs) {
            expected_.push_back(host.read(v).as<float>());
        }
        variants_ = measured_variants(engine::chain_edges::whole);
        model_.resize(graph_.size());
        fastest_ = search::static_choice(graph_, variants_, device, {.off_path = 0.0});
        sparing_ = search::static_choice(graph_, variants_, device);
        costs_ = profiled();
    }

    [[nodiscard]] const frozen_graph& graph() const noexcept { return graph_; }
    [[nodiscard]] const cost::table& costs() const noexcept { return costs_; }
    [[nodiscard]] const cost::device& device() const noexcept { return device_; }
    [[nodiscard]] std::span<const variant_id> variants(const std::string& name) const {
        return name == "model" ? model_ : name == "sparing" ? sparing_ : fastest_;
    }

    [[nodiscard]] auto launcher() const {
        return [this](const command& c, cudaStream_t s) { engine_.enqueue(c, s); };
    }

    [[nodiscard]] cuda::plan_graph emit(const plan& p, cuda::creation_order order, bool programmatic) const {
        cuda::emission_options how = emission(programmatic);
        how.duration_us = us_;
        how.order = order;
        return cuda::capture_nodes(p, launcher(), how);
    }

    // Plans that are measured as they are going to be emitted, in the order in which they launch.
    [[nodiscard]] search::measured_improvement improved(bool programmatic, double seconds) const {
        // What is fastest alone is another kernel where kernels are launched early.
        const search::variant_table early =
            programmatic ? measured_variants(engine::chain_edges::programmatic) : search::variant_table{};
        cuda::sampler_options how;
        how.emission = emission(programmatic);
        how.emission.order = cuda::creation_order::planned;
        cuda::plan_sampler measure{launcher(), std::move(how)};
        // What the other rows of the tables are: by times with whole edges.
        std::vector<plan> also;
        for (const char* policy : {"nimble", "earliest_finish"}) {
            for (const std::vector<variant_id>& choice : {fastest_, sparing_}) {
                also.push_back(search::with_variants(run::make_policy(policy, {.lanes = 8})(graph_, costs_), choice));
            }
        }
        return search::improve_measured(graph_, programmatic ? early : variants_, device_, measure,
                                        {.seconds = seconds, .finalists = {.also = std::move(also)}});
    }

    // Whether a graph yields what the host does: ||ours - host|| / ||host||, after everything was overwritten.
    [[nodiscard]] double distance(const cuda::graph_exec& exec) {
        engine_.forget();
        exec.launch(stream_);
        stream_.synchronize();
        double worst = 0.0;
        for (std::size_t i = 0; i < expected_.size(); ++i) {
            const std::vector<float> x = engine_.read(net_.outputs[i]).as<float>();
            double apart = 0.0;
            double size = 0.0;
            for (std::size_t k = 0; k < x.size(); ++k) {
                const double d = static_cast<double>(x[k]) - static_cast<double>(expected_[i][k]);
                apart += d * d;
                size += static_cast<double>(expected_[i][k]) * static_cast<double>(expected_[i][k]);
            }
            worst = std::max(worst, std::sqrt(apart / size));
            worst = std::isnan(apart) ? HUGE_VAL : worst;
        }
        return worst;
    }

    // What each operator takes, for people who want to know where the time goes.
    [[nodiscard]] json operators() const {
        json rows = json::array();
        for (std::size_t v = 0; v < graph_.size(); ++v) {
            const op_id op = op_id::from_index(v);
            const cost::kernel& k = costs_.kernel(op);
            json times = json::array();
            for (const search::variant& one : variants_.of(op)) {
                times.push_back(one.kernel.duration_us);
            }
            rows.push_back({net_[op].name, net_[op].type, us_[v], fastest_[v].value, sparing_[v].value, k.blocks,
                            k.threads, k.registers, k.shared_bytes, times});
        }
        return rows;
    }

    [[nodiscard]] json summary() const {
        std::size_t kernels = 0;
        double sum = 0.0;
        for (std::size_t v = 0; v < graph_.size(); ++v) {
            kernels += engine_.kernels(op_id::from_index(v));
            sum += us_[v];
        }
        const bounds b = lower_bounds(graph_, costs_, device_);
        std::size_t spared = 0;
        for (std::size_t v = 0; v < graph_.size(); ++v) {
            spared += sparing_[v] != fastest_[v] ? 1U : 0U;
        }
        return {{"operators", graph_.size()}, {"edges", graph_.edge_count()},
                {"width", width(graph_)},     {"kernels", kernels},
                {"sum_of_operators_us", sum}, {"longest_path_us", b.critical_path_us},
                {"lower_bound_us", b.best()}, {"operators_with_sparing_variant", spared}};
    }

private:
    [[nodiscard]] cuda::emission_options emission(bool programmatic) const {
        cuda::emission_options how;
        if (programmatic) {
            how.programmatic = std::vector<bool>(graph_.size(), true);
        }
        return how;
    }

    [[nodiscard]] search::variant_table measured_variants(engine::chain_edges edges) const {
        return engine::measure_variants(engine_, net_, cost::estimate(onnx::works_of(net_), device_), device_, edges);
    }

    // In the variants that are fastest alone.
    [[nodiscard]] cost::table profiled() {
        std::vector<command> launches;
        for (std::size_t v = 0; v < graph_.size(); ++v) {
            launches.push_back({.op = op_id::from_index(v), .variant = fastest_[v]});
        }
        const plan all{graph_.size(), 1, 0, std::move(launches)};
        const std::vector<cuda::estimate> measured =
            cuda::profile(all, launcher(), {.how = {.rounds = 5, .replays = 3, .warm_up = 1}});
        const cost::table estimated = cost::estimate(onnx::works_of(net_), device_);
        std::vector<cost::kernel> kernels;
        for (std::size_t v = 0; v < graph_.size(); ++v) {
            const op_id op = op_id::from_index(v);
            cost::kernel k = engine_.footprint(op, fastest_[v]);
            if (k.blocks != 0) {
                const cost::kernel& e = estimated.kernel(op);
                k.duration_us = measured[v].median;
                k.dram_bytes = e.dram_bytes;
                k.l2_bytes = e.l2_bytes;
                k.fp32_flops = e.fp32_flops;
                k.tensor_flops = e.tensor_flops;
            }
            us_.push_back(k.blocks == 0 ? 0.0 : k.duration_us);
            kernels.push_back(k);
        }
        return cost::table{std::move(kernels), device_};
    }

    const onnx::network& net_;
    const cost::device& device_;
    frozen_graph graph_;
    engine::cuda_engine engine_;
    std::vector<std::vector<float>> expected_;
    search::variant_table variants_;
    std::vector<variant_id> model_;
    std::vector<variant_id> fastest_;
    std::vector<variant_id> sparing_;
    std::vector<double> us_;
    cost::table costs_;
    cuda::stream stream_;
};

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
                             {"simulated_us", found.finalists[i].us},
                             {"period_us", to_json(s.us)},
                             {"to_sequential", to_json(s.ratio)}});
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

json measure_network(const std::string& name, bool fused, const cost::device& device, double seconds, json& operators) {
    const std::string title = name + (fused ? ", fused" : "");
    say(title + ": preparing, tuning, profiling");
    const onnx::network built = zoo::build(name);
    const onnx::network net = fused ? zoo::fuse(built) : built;
    subject s{net, device};

    // Every policy with the same kernels; then what variants and programmatic edges are worth to some of them.
    std::vector<entry> entries{{"sequential", "fastest", false}};
    for (const run::named_policy& p : run::named_policies()) {
        if (p.name != "sequential") {
            entries.push_back({std::string{p.name}, "fastest", false});
        }
    }
    entries.push_back({"sequential again", "fastest", false}); // how far equal graphs are apart
    for (const char* policy : {"sequential", "nimble", "opara", "earliest_finish"}) {
        entries.push_back({policy, "model", false});
        entries.push_back({policy, "sparing", false});
        entries.push_back({policy, "fastest", true});
        entries.push_back({policy, "sparing", true});
    }
    say(title + ": planning");
    std::vector<contender> contenders;
    for (const entry& e : entries) {
        const auto start = std::chrono::steady_clock::now();
        plan p = search::with_variants(run::make_policy(e.policy == "sequential again" ? "sequential" : e.policy,
                                                        {.lanes = 8})(s.graph(), s.costs()),
                                       s.variants(e.variants));
        const double planning =
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
        contender c{.which = e, .what = std::move(p), .planning_ms = planning};
        if (!e.programmatic && e.variants == "fastest") {
            c.simulated_us = sim::simulate(c.what, s.costs(), device).makespan_us;
        }
        contenders.push_back(std::move(c));
    }
    json searches = json::array();
    for (const bool programmatic : {false, true}) {
        if (seconds > 0.0) {
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
                    {"planning_ms", c.planning_ms},
                    {"distance_from_host", s.distance(graphs.back())}};
        if (c.simulated_us) {
            result["simulated_us"] = *c.simulated_us;
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
    summary["network"] = name;
    summary["fused"] = fused;
    summary["results"] = std::move(results);
    if (!searches.empty()) {
        summary["searches"] = std::move(searches);
    }
    operators[title] = s.operators();
    return summary;
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
        std::fprintf(stderr, "usage: %s FILE.json [--search SECONDS] [NETWORK[+fused] ...]\n", argv[0]);
        return 2;
    }
    const std::string file = words.front();
    words.erase(words.begin());
    try {
        cudaDeviceProp properties{};
        cuda::check(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
        const std::string gpu = properties.name;
        const cost::device& device = model_of(gpu);
        std::vector<std::pair<std::string, bool>> wanted;
        for (const std::string& name : words) {
            const bool fused = name.ends_with("+fused");
            wanted.emplace_back(fused ? name.substr(0, name.size() - 6) : name, fused);
        }
        if (wanted.empty()) {
            for (const bool fused : {true, false}) {
                for (const std::string_view name : zoo::names()) {
                    wanted.emplace_back(name, fused);
                }
            }
        }
        json operators = json::object();
        json result{{"machine", machine(gpu, properties)}, {"model", device.name}, {"networks", json::array()}};
        for (const auto& [name, fused] : wanted) {
            result["networks"].push_back(measure_network(name, fused, device, seconds, operators));
            std::ofstream{file} << result.dump(1) << '\n'; // what is done is kept, whatever happens next
            std::ofstream{file + ".operators"} << operators.dump() << '\n';
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
    return 0;
}
