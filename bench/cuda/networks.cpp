// The paper's experiment: six networks, every policy, with the same kernels on the GPU that is there. Writes one JSON
// document to the file that it is given, and what each operator takes to FILE.operators; with more arguments, only
// those networks.

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
#include <opara/search/static_choice.hpp>
#include <opara/sim/simulate.hpp>
#include <opara/testing/random.hpp>
#include <opara/version.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
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
        variants_ = engine::measure_variants(engine_, net, cost::estimate(onnx::works_of(net), device), device);
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

    [[nodiscard]] cuda::plan_graph emit(const plan& p, bool programmatic) const {
        cuda::emission_options how;
        how.duration_us = us_;
        if (programmatic) {
            how.programmatic = std::vector<bool>(graph_.size(), true);
        }
        return cuda::capture_nodes(p, [&](const command& c, cudaStream_t s) { engine_.enqueue(c, s); }, how);
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
    // In the variants that are fastest alone.
    [[nodiscard]] cost::table profiled() {
        std::vector<command> launches;
        for (std::size_t v = 0; v < graph_.size(); ++v) {
            launches.push_back({.op = op_id::from_index(v), .variant = fastest_[v]});
        }
        const plan all{graph_.size(), 1, 0, std::move(launches)};
        const std::vector<cuda::estimate> measured =
            cuda::profile(all, [&](const command& c, cudaStream_t s) { engine_.enqueue(c, s); },
                          {.how = {.rounds = 5, .replays = 3, .warm_up = 1}});
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

json measure_network(const std::string& name, bool fused, const cost::device& device, json& operators) {
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
    say(title + ": planning and capturing");
    std::vector<cuda::graph_exec> graphs;
    json results = json::array();
    for (const entry& e : entries) {
        const auto start = std::chrono::steady_clock::now();
        const plan p = engine::with_variants(run::make_policy(e.policy == "sequential again" ? "sequential" : e.policy,
                                                              {.lanes = 8})(s.graph(), s.costs()),
                                             s.variants(e.variants));
        const double planning =
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
        const cuda::plan_graph made = s.emit(p, e.programmatic);
        graphs.push_back(made.instantiate());
        json result{{"policy", e.policy},
                    {"variants", e.variants},
                    {"programmatic", e.programmatic},
                    {"lanes", p.lanes()},
                    {"waits", p.waits()},
                    {"nodes", made.native().size()},
                    {"edges", made.native().edges().size()},
                    {"planning_ms", planning},
                    {"distance_from_host", s.distance(graphs.back())}};
        if (!e.programmatic && e.variants == "fastest") {
            result["simulated_us"] = sim::simulate(p, s.costs(), device).makespan_us;
        }
        results.push_back(std::move(result));
    }
    say(title + ": measuring");
    std::vector<const cuda::graph_exec*> pointers;
    for (const cuda::graph_exec& g : graphs) {
        pointers.push_back(&g);
    }
    const std::vector<cuda::replay_times> times = cuda::measure(pointers, {.rounds = 15, .replays = 10, .warm_up = 2});
    for (std::size_t i = 0; i < entries.size(); ++i) {
        results[i]["latency_us"] = to_json(times[i].latency);
        results[i]["period_us"] = to_json(times[i].period);
        results[i]["latency_speedup"] = to_json(cuda::paired_ratio(times[0].latency_samples, times[i].latency_samples));
        results[i]["period_speedup"] = to_json(cuda::paired_ratio(times[0].period_samples, times[i].period_samples));
        std::fprintf(stderr, "    %-16s %-8s %-12s latency %8.1f period %8.1f distance %.1e\n",
                     entries[i].policy.c_str(), entries[i].variants.c_str(),
                     entries[i].programmatic ? "programmatic" : "", times[i].latency.median, times[i].period.median,
                     results[i]["distance_from_host"].get<double>());
    }
    json summary = s.summary();
    summary["network"] = name;
    summary["fused"] = fused;
    summary["results"] = std::move(results);
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
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s FILE.json [NETWORK[+fused] ...]\n", argv[0]);
        return 2;
    }
    try {
        cudaDeviceProp properties{};
        cuda::check(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
        const std::string gpu = properties.name;
        const cost::device& device = model_of(gpu);
        std::vector<std::pair<std::string, bool>> wanted;
        for (int i = 2; i < argc; ++i) {
            std::string name = argv[i];
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
            result["networks"].push_back(measure_network(name, fused, device, operators));
            std::ofstream{argv[1]} << result.dump(1) << '\n'; // what is done is kept, whatever happens next
            std::ofstream{std::string{argv[1]} + ".operators"} << operators.dump() << '\n';
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
    return 0;
}
