#include <examples/opara_run/host_run.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

namespace opara::run {

namespace {

template <class T>
double difference(const onnx::tensor& a, const onnx::tensor& b) {
    const std::vector<T> x = a.as<T>();
    const std::vector<T> y = b.as<T>();
    double largest = 0.0;
    double apart = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const auto u = static_cast<double>(x[i]);
        const auto v = static_cast<double>(y[i]);
        if (std::isnan(u) || std::isnan(v)) { // a NaN equals nothing, not even where both have one
            return std::numeric_limits<double>::infinity();
        }
        if (u != v) {
            apart = std::max(apart, std::abs(u - v));
        }
        largest = std::max(largest, std::abs(v));
    }
    return apart == 0.0 ? 0.0 : apart / largest;
}

// The largest difference of two tensors over the largest magnitude of the second; infinite if they cannot be compared.
double relative_difference(const onnx::tensor& a, const onnx::tensor& b) {
    if (a.type != b.type || a.bytes.size() != b.bytes.size()) {
        return std::numeric_limits<double>::infinity();
    }
    switch (a.type) {
    case onnx::element::f32: return difference<float>(a, b);
    case onnx::element::f64: return difference<double>(a, b);
    case onnx::element::i64: return difference<std::int64_t>(a, b);
    case onnx::element::i32: return difference<std::int32_t>(a, b);
    default: return a.bytes == b.bytes ? 0.0 : std::numeric_limits<double>::infinity();
    }
}

double largest_difference(const std::vector<onnx::tensor>& a, const std::vector<onnx::tensor>& b) {
    double most = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        most = std::max(most, relative_difference(a[i], b[i]));
    }
    return most;
}

} // namespace

host_runner::host_runner(const model& m, const plan& sequential, std::size_t threads) : model_{m}, engine_{m.net} {
    for (std::size_t i = 0; i < m.inputs.size(); ++i) {
        engine_.set_input(i, m.inputs[i]);
    }
    summary_.threads = threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
    summary_.sequential_us = time(sequential, 1);
    expected_ = outputs();
    if (!m.references.empty()) {
        summary_.reference_difference = largest_difference(expected_, m.references);
    }
}

host_result host_runner::run(const plan& p) {
    host_result result;
    result.wall_us = time(p, summary_.threads);
    result.max_relative_difference = largest_difference(outputs(), expected_);
    return result;
}

std::vector<onnx::tensor> host_runner::outputs() const {
    std::vector<onnx::tensor> tensors;
    for (const onnx::value_id v : model_.net.outputs) {
        tensors.push_back(engine_.read(v));
    }
    return tensors;
}

double host_runner::time(const plan& p, std::size_t threads) {
    using clock = std::chrono::steady_clock;
    constexpr std::size_t most_runs = 11;
    constexpr std::chrono::seconds most_time{3};
    host::executor executor{p, threads};
    std::vector<double> samples;
    const auto begin = clock::now();
    // The first run warms up and does not count, unless it alone takes all the time.
    for (std::size_t i = 0; i <= most_runs && (i < 2 || clock::now() - begin < most_time); ++i) {
        engine_.forget();
        const auto start = clock::now();
        executor.run([&](op_id v) { engine_.run(v); }, [&](op_id v) { return model_.net[v].name; });
        samples.push_back(std::chrono::duration<double, std::micro>(clock::now() - start).count());
    }
    samples.erase(samples.begin());
    const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
    std::nth_element(samples.begin(), middle, samples.end());
    return *middle;
}

} // namespace opara::run
