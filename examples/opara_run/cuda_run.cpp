#include <examples/engine/cuda/cuda_engine.hpp>
#include <examples/engine/cuda/tuning.hpp>
#include <examples/engine/host_engine.hpp>
#include <examples/opara_run/cuda_run.hpp>
#include <examples/opara_run/difference.hpp>
#include <opara/cuda.hpp>
#include <opara/search/portfolio.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <thread>
#include <utility>

namespace opara::run {

std::string cuda_device_name() {
    int count = 0;
    if (const cudaError_t code = cudaGetDeviceCount(&count); code != cudaSuccess || count == 0) {
        static_cast<void>(cudaGetLastError());
        throw error{"--backend cuda: there is no CUDA device" +
                    (code == cudaSuccess ? std::string{} : std::string{" ("} + cudaGetErrorString(code) + ")")};
    }
    cudaDeviceProp properties{};
    cuda::check(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
    return properties.name;
}

std::string cuda_software() {
    int runtime = 0;
    int driver = 0;
    cuda::check(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
    cuda::check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
    return "driver API " + std::to_string(driver) + ", runtime " + std::to_string(runtime);
}

namespace {

// Launches what a plan says; small enough to be a part of its own state.
struct engine_launcher {
    const engine::cuda_engine* engine;
    void operator()(const command& c, cudaStream_t s) const { engine->enqueue(c, s); }
};

} // namespace

struct cuda_runner::state {
    const model& network;
    bool programmatic;
    cuda_summary summary;
    engine::cuda_engine engine;
    std::vector<op_id> order;
    std::vector<onnx::tensor> of_host;
    std::map<std::vector<variant_id>, std::vector<onnx::tensor>> known; // what variants yield one after another
    cuda::stream stream;
    std::optional<cuda::plan_sampler<engine_launcher>> sampler; // once it is asked

    state(const model& m, bool edges, engine::precision in, std::string gpu)
        : network{m}, programmatic{edges}, engine{m.net, {.precision = in}} {
        summary.gpu = std::move(gpu);
        summary.precision = in;
        const auto threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
        engine::host_engine host{m.net, {.threads_per_operator = threads}};
        for (std::size_t i = 0; i < m.inputs.size(); ++i) {
            engine.set_input(i, m.inputs[i]);
            host.set_input(i, m.inputs[i]);
        }
        const frozen_graph graph = onnx::freeze(m.net);
        order.assign(graph.topological_order().begin(), graph.topological_order().end());
        for (const op_id v : order) {
            host.run(v);
        }
        for (const onnx::value_id v : m.net.outputs) {
            of_host.push_back(host.read(v));
        }
        const std::vector<onnx::tensor>& first = one_after_another(std::vector<variant_id>(order.size()));
        summary.host_difference = largest_difference(first, of_host);
        if (!m.references.empty()) {
            summary.reference_difference = largest_difference(first, m.references);
        }
    }

    [[nodiscard]] std::vector<onnx::tensor> outputs() {
        std::vector<onnx::tensor> tensors;
        for (const onnx::value_id v : network.net.outputs) {
            tensors.push_back(engine.read(v));
        }
        return tensors;
    }

    // What the operators yield in these variants. Variants differ by rounding, so plans are held to their own.
    [[nodiscard]] const std::vector<onnx::tensor>& one_after_another(const std::vector<variant_id>& variants) {
        const auto [at, is_new] = known.try_emplace(variants);
        if (is_new) {
            engine.forget();
            for (const op_id v : order) {
                engine.enqueue(v, variants[v.index()], stream.get());
            }
            stream.synchronize();
            at->second = outputs();
        }
        return at->second;
    }

    [[nodiscard]] engine_launcher launcher() const { return {&engine}; }

    [[nodiscard]] cuda::emission_options emission() const {
        cuda::emission_options how;
        if (programmatic) {
            how.programmatic = std::vector<bool>(order.size(), true);
        }
        return how;
    }
};

cuda_runner::cuda_runner(const model& m, bool programmatic, engine::precision in)
    : state_{std::make_unique<state>(m, programmatic, in, cuda_device_name())} {}
cuda_runner::~cuda_runner() = default;
cuda_runner::cuda_runner(cuda_runner&&) noexcept = default;
cuda_runner& cuda_runner::operator=(cuda_runner&&) noexcept = default;

search::variant_table cuda_runner::tune(const cost::table& estimated, const cost::device& device, bool programmatic) {
    return engine::measure_variants(state_->engine, state_->network.net, estimated, device,
                                    programmatic ? engine::chain_edges::programmatic : engine::chain_edges::whole);
}

std::vector<std::vector<double>> cuda_runner::sample(std::span<const plan* const> plans, std::size_t rounds) {
    if (!state_->sampler) {
        cuda::sampler_options how;
        how.emission = state_->emission();
        how.emission.order = cuda::creation_order::planned;
        state_->sampler.emplace(state_->launcher(), std::move(how));
    }
    return (*state_->sampler)(plans, rounds);
}

std::vector<cuda_result> cuda_runner::run(std::span<const plan_to_run> plans, const plan& sequential,
                                          std::span<const double> duration_us) {
    std::vector<plan_to_run> all{{&sequential, node_order::by_rank}};
    all.insert(all.end(), plans.begin(), plans.end());
    std::vector<cuda::graph_exec> graphs;
    for (const plan_to_run& p : all) {
        cuda::emission_options how = state_->emission();
        how.duration_us = duration_us;
        how.order = p.order == node_order::planned ? cuda::creation_order::planned : cuda::creation_order::by_rank;
        graphs.push_back(cuda::capture_nodes(*p.what, state_->launcher(), how).instantiate());
    }
    std::vector<cuda_result> results(graphs.size());
    for (std::size_t i = 0; i < graphs.size(); ++i) {
        const std::vector<onnx::tensor>& expected = state_->one_after_another(search::variants_of(*all[i].what));
        state_->engine.forget();
        graphs[i].launch(state_->stream);
        state_->stream.synchronize();
        const std::vector<onnx::tensor> yielded = state_->outputs();
        results[i].max_relative_difference = largest_difference(yielded, expected);
        results[i].host_difference = largest_difference(yielded, state_->of_host);
        state_->summary.host_difference = std::max(state_->summary.host_difference, results[i].host_difference);
    }
    std::vector<const cuda::graph_exec*> pointers;
    for (const cuda::graph_exec& g : graphs) {
        pointers.push_back(&g);
    }
    const std::vector<cuda::replay_times> times = cuda::measure(pointers);
    for (std::size_t i = 0; i < graphs.size(); ++i) {
        results[i].measured_us = times[i].latency.median;
        results[i].measured_low_us = times[i].latency.low;
        results[i].measured_high_us = times[i].latency.high;
        results[i].queued_us = times[i].period.median;
        results[i].queued_low_us = times[i].period.low;
        results[i].queued_high_us = times[i].period.high;
    }
    state_->summary.sequential = results.front();
    results.erase(results.begin());
    return results;
}

const cuda_summary& cuda_runner::summary() const noexcept { return state_->summary; }

} // namespace opara::run
