#include <examples/opara_run/cuda_run.hpp>
#include <examples/opara_run/evaluation.hpp>
#include <examples/opara_run/host_run.hpp>
#include <examples/opara_run/policies.hpp>
#include <examples/opara_run/searching.hpp>
#include <opara/core/file.hpp>
#include <opara/cost/devices.hpp>
#include <opara/cost/estimate.hpp>
#include <opara/cost/json.hpp>
#include <opara/graph/path_cover.hpp>
#include <opara/onnx/activations.hpp>
#include <opara/onnx/work.hpp>
#include <opara/plan/memory.hpp>
#include <opara/plan/validate.hpp>
#include <opara/search/fit_memory.hpp>
#include <opara/search/portfolio.hpp>
#include <opara/search/static_choice.hpp>
#include <opara/search/variants.hpp>
#include <opara/sim/simulate.hpp>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

namespace opara::run {

namespace {

cost::device device_named(const std::string& name_or_file) {
    if (const cost::device* known = cost::devices::find(name_or_file)) {
        return *known;
    }
    if (!name_or_file.ends_with(".json")) {
        std::string names;
        for (const auto name : cost::devices::names()) {
            names += std::string{name} + ", ";
        }
        throw usage_error{"there is no device '" + name_or_file + "'; there are " + names +
                          "and any that a JSON file describes (NAME.json)"};
    }
    try {
        return cost::device_from_json(read_file(name_or_file));
    } catch (const parse_error& e) {
        throw parse_error{e.what(), name_or_file};
    }
}

// The costs of one choice of variants as a table of their own.
cost::table costs_of(const search::chosen_costs& chosen, std::size_t operators, const cost::device& device) {
    std::vector<cost::kernel> kernels;
    for (std::size_t v = 0; v < operators; ++v) {
        kernels.push_back(chosen.kernel(op_id::from_index(v)));
    }
    return cost::table{std::move(kernels), device};
}

} // namespace

cost::device find_device(const arguments& a) {
    if (a.device) {
        return device_named(*a.device);
    }
    if (a.where == backend::cuda && cuda_device_name().find("H100") != std::string::npos) {
        return cost::devices::h100;
    }
    return cost::devices::h200;
}

evaluation evaluate(const arguments& a, const model& m, const cost::device& device, progress& steps) {
    evaluation e;
    e.model = a.model;
    e.batch = m.batch;
    e.operators_are = a.operators;
    e.device = device;
    e.graph = freeze(m.net);
    for (const onnx::node& node : m.net.graph.operators()) {
        e.operator_names.push_back(node.name);
    }
    steps.step("estimating costs");
    const cost::table estimated = cost::estimate(onnx::works_of(m.net), device);
    std::unique_ptr<cuda_runner> gpu;
    search::variant_table variants;
    if (a.where == backend::cuda) {
        steps.step("preparing the operators on the GPU and running them one after another");
        gpu = std::make_unique<cuda_runner>(m, a.programmatic, a.precision);
        steps.step("measuring every variant of every operator on its own");
        variants = gpu->tune(estimated, device);
    } else {
        variants = search::single_variants(estimated, e.graph.size(), device);
    }
    // Policies know nothing of variants: they get those that are fastest alone.
    const std::vector<variant_id> fastest = search::static_choice(e.graph, variants, device, {.off_path = 0.0});
    e.costs = costs_of(search::chosen_costs{variants, fastest}, e.graph.size(), device);
    steps.step("computing the width");
    e.width = width(e.graph);
    steps.step("computing lower bounds");
    e.bounds = lower_bounds(e.graph, e.costs, device);

    const policy_options options{.lanes = a.lanes};
    const auto plan_by = [&](const std::string& name) {
        return search::with_variants(make_policy(name, options)(e.graph, e.costs), fastest);
    };
    const plan sequential = plan_by("sequential");
    e.sequential_us = sim::simulate(sequential, e.costs, device).makespan_us;
    std::unique_ptr<host_runner> runner;
    if (a.where == backend::host) {
        steps.step("preparing the operators and running them one after another");
        runner = std::make_unique<host_runner>(m, sequential, a.threads);
        e.host = runner->summary();
    }

    std::vector<std::string> names = a.policies;
    if (names.empty()) {
        for (const named_policy& p : named_policies()) {
            names.emplace_back(p.name);
        }
    }
    const std::vector<activation> activations = onnx::activations_of(m.net);
    if (a.memory) {
        const auto peak = static_cast<double>(lay_out(sequential, activations).peak_bytes);
        e.budget = static_cast<std::size_t>(*a.memory * peak);
    }
    const auto judge = [&](const std::string& name, plan made, const std::string& of) {
        policy_result r;
        r.name = name;
        r.plan = std::move(made);
        validate(r.plan, e.graph);
        if (e.budget) {
            steps.step("fitting " + of + " into memory");
            r.plan = search::fit_memory(e.graph, r.plan, search::chosen_costs{variants, search::variants_of(r.plan)},
                                        activations, *e.budget)
                         .what;
        }
        steps.step("simulating " + of);
        r.simulated = sim::simulate(r.plan, search::chosen_costs{variants, search::variants_of(r.plan)}, device);
        steps.step("laying out the memory of " + of);
        r.peak_bytes = lay_out(r.plan, activations).peak_bytes;
        if (runner) {
            steps.step("running " + of);
            r.host = runner->run(r.plan);
        }
        e.policies.push_back(std::move(r));
    };
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string of =
            names[i] + " (policy " + std::to_string(i + 1) + " of " + std::to_string(names.size()) + ")";
        steps.step("planning with " + of);
        judge(names[i], plan_by(names[i]), of);
    }
    const std::size_t policies = e.policies.size();
    if (a.search) {
        searched_plans found = search_plans(a, m, {e.graph, variants, e.costs, device}, estimated, gpu.get(), steps);
        e.search = std::move(found.summary);
        for (auto& [name, made] : found.plans) {
            judge(name, std::move(made), "the plan " + name);
        }
    }
    if (gpu) {
        steps.step("measuring all plans in turn");
        std::vector<plan_to_run> plans;
        for (std::size_t i = 0; i < e.policies.size(); ++i) {
            plans.push_back({&e.policies[i].plan, i < policies ? node_order::by_rank : node_order::planned});
        }
        std::vector<double> duration_us;
        for (std::size_t v = 0; v < e.graph.size(); ++v) {
            duration_us.push_back(e.costs.duration_us(op_id::from_index(v)));
        }
        const std::vector<cuda_result> results = gpu->run(plans, sequential, duration_us);
        for (std::size_t i = 0; i < results.size(); ++i) {
            e.policies[i].cuda = results[i];
        }
        e.cuda = gpu->summary();
    }
    steps.idle();
    // Of equally fast plans the one with the fewest lanes.
    const auto faster = [](const policy_result& x, const policy_result& y) {
        const auto us = [](const policy_result& p) { return p.cuda ? p.cuda->measured_us : p.simulated.makespan_us; };
        return us(x) < us(y) || (us(x) == us(y) && x.plan.lanes() < y.plan.lanes());
    };
    e.best =
        static_cast<std::size_t>(std::min_element(e.policies.begin(), e.policies.end(), faster) - e.policies.begin());
    return e;
}

} // namespace opara::run
