/// @file
/// What the GPU engine's tests share: a device, inputs, the host engine's opinion, and plans.
#pragma once

#include <examples/engine/cuda/cuda_engine.hpp>
#include <examples/engine/host_engine.hpp>
#include <examples/zoo/zoo.hpp>
#include <opara/assign.hpp>
#include <opara/cuda.hpp>
#include <opara/onnx/network.hpp>
#include <opara/order.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/testing/random.hpp>
#include <opara/testing/random_kernels.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace opara::test {

/// Whether there is a GPU that the engine runs on; if not, says so aloud as a skip.
inline bool hopper_or_skip() {
    int count = 0;
    const cudaError_t code = cudaGetDeviceCount(&count);
    if (code != cudaSuccess || count == 0) {
        static_cast<void>(cudaGetLastError());
        skip(std::string{"there is no CUDA device: "} + cudaGetErrorName(code));
        return false;
    }
    int major = 0;
    cuda::check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0), "cudaDeviceGetAttribute");
    if (major < 9) {
        skip("the CUDA device is older than Hopper");
        return false;
    }
    return true;
}

/// One tensor for each input: new random numbers for each seed; integers are valid places in tables, the same always.
inline std::vector<onnx::tensor> random_inputs(const onnx::network& net, std::uint64_t seed) {
    std::vector<onnx::tensor> inputs = zoo::sample_inputs(net);
    testing::random_source random{seed};
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

template <class Engine>
void feed(Engine& engine, const std::vector<onnx::tensor>& inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        engine.set_input(i, inputs[i]);
    }
}

/// A precision, and how far an operator's result may be from the host's for its rounding alone.
struct rounding {
    engine::precision in;
    double tolerance;
};
inline constexpr rounding roundings[] = {
    {engine::precision::tf32, 0.0}, {engine::precision::fp16, 2e-3}, {engine::precision::bf16, 1.5e-2}};

/// The host engine after it ran the network once.
inline engine::host_engine host_run(const onnx::network& net, const std::vector<onnx::tensor>& inputs) {
    const auto threads = static_cast<int>(std::thread::hardware_concurrency());
    engine::host_engine host{net, {.threads_per_operator = threads}};
    feed(host, inputs);
    const frozen_graph graph = onnx::freeze(net);
    for (const op_id v : graph.topological_order()) {
        host.run(v);
    }
    return host;
}

/// Runs every operator once, one after another, on the device.
inline void run_in_order(engine::cuda_engine& engine, const onnx::network& net) {
    engine.forget();
    const cuda::stream s;
    const frozen_graph graph = onnx::freeze(net);
    for (const op_id v : graph.topological_order()) {
        engine.enqueue(v, s.get());
    }
    s.synchronize();
}

/// ||a - b|| / ||b||; infinite where one is NaN and the other not, or where types or sizes differ. Integers must be
/// equal.
inline double distance(const onnx::tensor& a, const onnx::tensor& b) {
    if (a.type != b.type || a.dims != b.dims) {
        return HUGE_VAL;
    }
    if (a.type != onnx::element::f32 && a.type != onnx::element::f64) {
        return a.bytes == b.bytes ? 0.0 : HUGE_VAL;
    }
    const auto numbers_of = [](const onnx::tensor& t) {
        if (t.type == onnx::element::f64) {
            return t.as<double>();
        }
        const std::vector<float> floats = t.as<float>();
        return std::vector<double>(floats.begin(), floats.end());
    };
    const std::vector<double> x = numbers_of(a);
    const std::vector<double> y = numbers_of(b);
    double apart = 0.0;
    double size = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (std::isnan(x[i]) != std::isnan(y[i])) {
            return HUGE_VAL;
        }
        if (std::isnan(x[i]) || x[i] == y[i]) { // equal infinities have no difference
            size += std::isfinite(y[i]) ? y[i] * y[i] : 0.0;
            continue;
        }
        const double d = x[i] - y[i];
        apart += d * d;
        size += y[i] * y[i];
    }
    return apart == 0.0 ? 0.0 : std::sqrt(apart / size);
}

inline std::vector<onnx::tensor> outputs_of(engine::cuda_engine& engine, const onnx::network& net) {
    std::vector<onnx::tensor> all;
    for (const onnx::value_id v : net.outputs) {
        all.push_back(engine.read(v));
    }
    return all;
}

/// Everything that the operators of a network yielded last.
template <class Engine>
std::vector<onnx::tensor> all_results(Engine& engine, const onnx::network& net) {
    std::vector<onnx::tensor> results;
    for (std::size_t i = 0; i < net.values.size(); ++i) {
        if (net.values[i].producer) {
            results.push_back(engine.read(onnx::value_id::from_index(i)));
        }
    }
    return results;
}

struct named_plan {
    std::string name;
    plan what;
};

/// A plan of each assignment, with orders in turn.
inline std::vector<named_plan> some_plans(const frozen_graph& g) {
    const testing::random_kernels cost{g.size(), 11};
    std::vector<named_plan> plans;
    plans.push_back({"single", scheduler{assign::single{}, order::topological{}}(g, cost)});
    plans.push_back({"round_robin", scheduler{assign::round_robin{}, order::depth_first{}}(g, cost)});
    plans.push_back({"by_level", scheduler{assign::by_level{}, order::topological{}}(g, cost)});
    plans.push_back({"chain_cover", scheduler{assign::chain_cover{}, order::smallest_demand{}}(g, cost)});
    plans.push_back({"opara", scheduler{assign::first_free_predecessor{}, order::alternating{}}(g, cost)});
    plans.push_back({"earliest_finish", scheduler{assign::earliest_finish{}, order::critical_first{}}(g, cost)});
    return plans;
}

} // namespace opara::test
