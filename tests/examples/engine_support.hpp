/// @file
/// What the engine's tests share: running a network operator by operator, and looking at the numbers.
#pragma once

#include <examples/engine/host_engine.hpp>
#include <opara/onnx/network.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace opara::test {

/// A float tensor 0, 1/n, 2/n, ...
inline onnx::tensor ramp(const onnx::shape& dims) {
    const std::int64_t n = onnx::elements(dims);
    std::vector<float> x;
    for (std::int64_t i = 0; i < n; ++i) {
        x.push_back(static_cast<float>(static_cast<double>(i) / static_cast<double>(n)));
    }
    return onnx::tensor::of<float>(onnx::element::f32, dims, x);
}

/// Runs every operator once, one after another.
inline void run_in_order(engine::host_engine& engine, const onnx::network& net) {
    engine.forget();
    const frozen_graph graph = onnx::freeze(net);
    for (const op_id v : graph.topological_order()) {
        engine.run(v);
    }
}

/// Everything that the operators of a network yielded last.
inline std::vector<onnx::tensor> all_results(const engine::host_engine& engine, const onnx::network& net) {
    std::vector<onnx::tensor> results;
    for (std::size_t i = 0; i < net.values.size(); ++i) {
        if (net.values[i].producer) {
            results.push_back(engine.read(onnx::value_id::from_index(i)));
        }
    }
    return results;
}

/// The largest difference between two lists of numbers of one length; infinite where one is NaN and the other is not.
template <class A, class B>
double largest_difference(const std::vector<A>& a, const std::vector<B>& b) {
    double worst = a.size() == b.size() ? 0.0 : HUGE_VAL;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        const auto x = static_cast<double>(a[i]);
        const auto y = static_cast<double>(b[i]);
        if (std::isnan(x) != std::isnan(y)) {
            return HUGE_VAL;
        }
        if (x != y && !std::isnan(x)) { // equal infinities have no difference
            worst = std::max(worst, std::abs(x - y));
        }
    }
    return worst;
}

} // namespace opara::test
