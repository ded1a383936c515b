#include <examples/engine/cuda/cuda_engine.hpp>
#include <examples/engine/host_engine.hpp>
#include <examples/opara_run/cuda_run.hpp>
#include <examples/opara_run/difference.hpp>
#include <opara/cuda.hpp>

#include <algorithm>
#include <cmath>
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

struct cuda_runner::state {
    const model& network;
    bool programmatic;
    cuda_summary summary;
    engine::cuda_engine engine;
    std::vector<onnx::tensor> expected;
    std::vector<double> duration_us;
    cuda::stream stream;

    state(const model& m, bool edges, std::string gpu) : network{m}, programmatic{edges}, engine{m.net} {
        summary.gpu = std::move(gpu);
        const auto threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
        engine::host_engine host{m.net, {.threads_per_operator = threads}};
        for (std::size_t i = 0; i < m.inputs.size(); ++i) {
            engine.set_input(i, m.inputs[i]);
            host.set_input(i, m.inputs[i]);
        }
        const frozen_graph graph = onnx::freeze(m.net);
        for (const op_id v : graph.topological_order()) {
            engine.enqueue(v, stream.get());
            host.run(v);
        }
        stream.synchronize();
        expected = outputs();
        std::vector<onnx::tensor> of_host;
        for (const onnx::value_id v : m.net.outputs) {
            of_host.push_back(host.read(v));
        }
        summary.host_difference = largest_difference(expected, of_host);
        if (!m.references.empty()) {
            summary.reference_difference = largest_difference(expected, m.references);
        }
    }

    [[nodiscard]] std::vector<onnx::tensor> outputs() {
        std::vector<onnx::tensor> tensors;
        for (const onnx::value_id v : network.net.outputs) {
            tensors.push_back(engine.read(v));
        }
        return tensors;
    }

    [[nodiscard]] auto launcher() const {
        return [this](const command& c, cudaStream_t s) { engine.enqueue(c, s); };
    }
};

cuda_runner::cuda_runner(const model& m, bool programmatic)
    : state_{std::make_unique<state>(m, programmatic, cuda_device_name())} {}
cuda_runner::~cuda_runner() = default;
cuda_runner::cuda_runner(cuda_runner&&) noexcept = default;
cuda_runner& cuda_runner::operator=(cuda_runner&&) noexcept = default;

cost::table cuda_runner::profile(const cost::table& estimated, const cost::device& device) {
    std::vector<command> launches;
    for (std::size_t v = 0; v < estimated.size(); ++v) {
        launches.push_back({.op = op_id::from_index(v)});
    }
    const plan all{estimated.size(), 1, 0, std::move(launches)};
    const std::vector<cuda::estimate> times =
        cuda::profile(all, state_->launcher(), {.how = {.rounds = 7, .replays = 5, .warm_up = 1}});
    std::vector<cost::kernel> kernels;
    state_->duration_us.clear();
    for (std::size_t v = 0; v < estimated.size(); ++v) {
        const op_id op = op_id::from_index(v);
        cost::kernel k = state_->engine.footprint(op);
        if (k.blocks != 0) {
            const cost::kernel& e = estimated.kernel(op);
            k.duration_us = times[v].median;
            k.dram_bytes = e.dram_bytes;
            k.l2_bytes = e.l2_bytes;
            k.fp32_flops = e.fp32_flops;
            k.tensor_flops = e.tensor_flops;
        }
        state_->duration_us.push_back(k.blocks == 0 ? 0.0 : k.duration_us);
        kernels.push_back(k);
    }
    return cost::table{std::move(kernels), device};
}

std::vector<cuda_result> cuda_runner::run(std::span<const plan* const> plans, const plan& sequential) {
    cuda::emission_options how;
    how.duration_us = state_->duration_us;
    if (state_->programmatic) {
        how.programmatic = std::vector<bool>(sequential.operators(), true);
    }
    std::vector<cuda::graph_exec> graphs;
    graphs.push_back(cuda::capture_nodes(sequential, state_->launcher(), how).instantiate());
    for (const plan* p : plans) {
        graphs.push_back(cuda::capture_nodes(*p, state_->launcher(), how).instantiate());
    }
    std::vector<cuda_result> results(graphs.size());
    for (std::size_t i = 0; i < graphs.size(); ++i) {
        state_->engine.forget();
        graphs[i].launch(state_->stream);
        state_->stream.synchronize();
        results[i].max_relative_difference = largest_difference(state_->outputs(), state_->expected);
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
