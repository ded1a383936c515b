#include <examples/opara_run/difference.hpp>
#include <examples/opara_run/host_run.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

namespace opara::run {

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
