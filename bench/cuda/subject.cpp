#include <examples/engine/host_engine.hpp>
#include <examples/opara_run/policies.hpp>
#include <examples/zoo/zoo.hpp>
#include <opara/cost/estimate.hpp>
#include <opara/graph/path_cover.hpp>
#include <opara/onnx/activations.hpp>
#include <opara/onnx/work.hpp>
#include <opara/plan/bounds.hpp>
#include <opara/search/portfolio.hpp>
#include <opara/search/static_choice.hpp>
#include <opara/testing/random.hpp>

#include <bench/cuda/subject.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>
#include <utility>

namespace opara::bench {

using json = nlohmann::ordered_json;

namespace {

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

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

subject::subject(const onnx::network& net, const cost::device& device, engine::precision in)
    : net_{net},
      device_{device},
      graph_{onnx::freeze(net)},
      activations_{onnx::activations_of(net)},
      engine_{net, {.precision = in}} {
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
    auto start = std::chrono::steady_clock::now();
    variants_ = measured_variants(engine::chain_edges::whole);
    tuning_s_ = seconds_since(start);
    model_.resize(graph_.size());
    fastest_ = search::static_choice(graph_, variants_, device, {.off_path = 0.0});
    sparing_ = search::static_choice(graph_, variants_, device);
    start = std::chrono::steady_clock::now();
    costs_ = profiled();
    profiling_s_ = seconds_since(start);
}

std::span<const variant_id> subject::variants(const std::string& name) const {
    return name == "model" ? model_ : name == "sparing" ? sparing_ : fastest_;
}

cuda::emission_options subject::emission(bool programmatic) const {
    cuda::emission_options how;
    if (programmatic) {
        how.programmatic = std::vector<bool>(graph_.size(), true);
    }
    return how;
}

cuda::plan_graph subject::emit(const plan& p, cuda::creation_order order, bool programmatic) const {
    cuda::emission_options how = emission(programmatic);
    how.duration_us = us_;
    how.order = order;
    return cuda::capture_nodes(p, launcher(), how);
}

search::measured_improvement subject::improved(bool programmatic, double seconds) const {
    // What is fastest alone is another kernel where kernels are launched early.
    const search::variant_table early =
        programmatic ? measured_variants(engine::chain_edges::programmatic) : search::variant_table{};
    cuda::sampler_options how;
    how.emission = emission(programmatic);
    how.emission.order = cuda::creation_order::planned;
    std::vector<plan> also;
    for (const char* policy : {"nimble", "earliest_finish"}) {
        for (const std::vector<variant_id>& choice : {fastest_, sparing_}) {
            also.push_back(search::with_variants(run::make_policy(policy, {.lanes = 8})(graph_, costs_), choice));
        }
    }
    cuda::plan_sampler measure{launcher(), std::move(how)};
    search::measured_options options{.seconds = seconds, .finalists = {.also = std::move(also)}};
    options.emission.programmatic = programmatic;
    return search::improve_measured(graph_, programmatic ? early : variants_, device_, measure, options);
}

double subject::distance(const cuda::graph_exec& exec) {
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

json subject::operators() const {
    json rows = json::array();
    for (std::size_t v = 0; v < graph_.size(); ++v) {
        const op_id op = op_id::from_index(v);
        const cost::kernel& k = costs_.kernel(op);
        json times = json::array();
        for (const search::variant& one : variants_.of(op)) {
            times.push_back(one.kernel.duration_us);
        }
        rows.push_back({net_[op].name, net_[op].type, us_[v], fastest_[v].value, sparing_[v].value, k.blocks, k.threads,
                        k.registers, k.shared_bytes, times});
    }
    return rows;
}

json subject::summary() const {
    std::size_t kernels = 0;
    double sum = 0.0;
    for (std::size_t v = 0; v < graph_.size(); ++v) {
        kernels += engine_.kernels(op_id::from_index(v));
        sum += us_[v];
    }
    std::vector<cost::kernel> alone(costs_.kernels().begin(), costs_.kernels().end());
    for (std::size_t v = 0; v < alone.size(); ++v) {
        alone[v].duration_us = us_[v];
    }
    const bounds b = lower_bounds(graph_, cost::table{std::move(alone), device_}, device_);
    std::size_t spared = 0;
    for (std::size_t v = 0; v < graph_.size(); ++v) {
        spared += sparing_[v] != fastest_[v] ? 1U : 0U;
    }
    return {{"operators", graph_.size()}, {"edges", graph_.edge_count()},
            {"width", width(graph_)},     {"kernels", kernels},
            {"sum_of_operators_us", sum}, {"longest_path_us", b.critical_path_us},
            {"lower_bound_us", b.best()}, {"operators_with_sparing_variant", spared},
            {"tuning_s", tuning_s_},      {"profiling_s", profiling_s_}};
}

search::variant_table subject::measured_variants(engine::chain_edges edges) const {
    return engine::measure_variants(engine_, net_, cost::estimate(onnx::works_of(net_), device_), device_, edges);
}

// In the variants that are fastest alone.
cost::table subject::profiled() {
    std::vector<command> launches;
    for (std::size_t v = 0; v < graph_.size(); ++v) {
        launches.push_back({.op = op_id::from_index(v), .variant = fastest_[v]});
    }
    const plan all{graph_.size(), 1, 0, std::move(launches)};
    const std::vector<cuda::estimate> measured =
        cuda::profile(all, launcher(), {.how = {.rounds = 5, .replays = 3, .warm_up = 1}});
    const std::vector<cost::work> works = onnx::works_of(net_);
    const cost::table estimated = cost::estimate(works, device_);
    std::vector<cost::kernel> kernels;
    for (std::size_t v = 0; v < graph_.size(); ++v) {
        const op_id op = op_id::from_index(v);
        cost::kernel k = engine_.footprint(op, fastest_[v]);
        if (k.blocks != 0) {
            k = engine::with_demand(k, estimated.kernel(op), works[v]);
            k.duration_us = engine::in_network_us(measured[v].median, k);
        }
        us_.push_back(k.blocks == 0 ? 0.0 : measured[v].median);
        kernels.push_back(k);
    }
    return cost::table{std::move(kernels), device_};
}

} // namespace opara::bench
