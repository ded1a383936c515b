// Plans run for real: whatever the policies and however many threads, every number is, bit for bit, that of the
// sequential run. Buffers are overwritten before each run, so that no number of an earlier one can pass for this one's.
#include <opara/assign.hpp>
#include <opara/host/executor.hpp>
#include <opara/onnx/builder.hpp>
#include <opara/order.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/testing/random.hpp>
#include <opara/testing/random_kernels.hpp>
#include <tests/examples/engine_models.hpp>
#include <tests/examples/engine_support.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace opara::test {
namespace {

using onnx::element;
using onnx::shape;
using onnx::value_id;

// ---- policies that no one would use, to be sure that it is the plan that makes the result right

struct any_lane {
    std::uint64_t seed;
    std::size_t lanes;
    template <class Cost>
    assignment operator()(const frozen_graph& g, const Cost&) const {
        testing::random_source random{seed};
        assignment a{.lane = std::vector<lane_id>(g.size()), .lanes = lanes, .stage = {}};
        for (lane_id& l : a.lane) {
            l = lane_id::from_index(random.below(lanes));
        }
        return a;
    }
};

struct any_order {
    std::uint64_t seed;
    template <class Cost>
    std::vector<op_id> operator()(const frozen_graph& g, const Cost&) const {
        testing::random_source random{seed};
        std::vector<std::size_t> missing(g.size());
        std::vector<op_id> ready;
        std::vector<op_id> sequence;
        for (std::size_t v = 0; v < g.size(); ++v) {
            missing[v] = g.predecessors(op_id::from_index(v)).size();
            if (missing[v] == 0) {
                ready.push_back(op_id::from_index(v));
            }
        }
        while (!ready.empty()) {
            std::swap(ready[random.below(ready.size())], ready.back());
            const op_id v = ready.back();
            ready.pop_back();
            sequence.push_back(v);
            for (const op_id w : g.successors(v)) {
                if (--missing[w.index()] == 0) {
                    ready.push_back(w);
                }
            }
        }
        return sequence;
    }
};

// ---- networks

// Branches of convolutions, each with weights and a shape of its own, that meet in a concatenation, over and over.
onnx::network branching_convolutions() {
    onnx::builder b{"branching_convolutions"};
    value_id x = b.input("image", element::f32, {2, 5, 14, 13});
    std::uint64_t seed = 0;
    const auto conv = [&](const std::string& name, value_id in, std::int64_t channels, std::int64_t kernel) {
        const std::int64_t depth = b[in].dims[1];
        const value_id w = b.constant(name + ".w", element::f32, {channels, depth, kernel, kernel},
                                      onnx::uniform_fill{.seed = ++seed, .low = -0.3, .high = 0.3});
        const std::int64_t pad = kernel / 2;
        return b.one("Relu", name + ".relu", {b.one("Conv", name, {in, w}, {{"pads", shape{pad, pad, pad, pad}}})});
    };
    for (int block = 0; block < 5; ++block) {
        const std::string name = "block" + std::to_string(block);
        const value_id one = conv(name + ".one", x, 7, 1);
        const value_id three = conv(name + ".three", conv(name + ".reduce3", x, 6, 1), 9, 3);
        const value_id five = conv(name + ".five", conv(name + ".reduce5", x, 3, 1), 4, 5);
        const value_id pool =
            b.one("MaxPool", name + ".pool", {x}, {{"kernel_shape", shape{3, 3}}, {"pads", shape{1, 1, 1, 1}}});
        x = b.one("Concat", name + ".concat", {one, three, five, conv(name + ".project", pool, 4, 1)},
                  {{"axis", std::int64_t{1}}});
    }
    const value_id mean = b.one("GlobalAveragePool", "mean", {x});
    b.output(b.one("Softmax", "probabilities", {b.one("Flatten", "flatten", {mean})}));
    return std::move(b).finish();
}

// A light model with varied weights, or BERT, and its inputs.
std::pair<onnx::network, std::vector<onnx::tensor>> model(const std::filesystem::path& folder,
                                                          const std::string& name) {
    onnx::network net = onnx::read(folder / (name + ".onnx"));
    std::vector<onnx::tensor> inputs;
    if (name == "bert_tiny_squad") {
        for (int i = 0; i < 3; ++i) {
            inputs.push_back(onnx::read_tensor(folder / (name + "_input_" + std::to_string(i) + ".pb")));
        }
    } else {
        vary_weights(net, folder / (name + ".onnx"));
        inputs.push_back(ramp({1, 3, 224, 224}));
    }
    return {std::move(net), std::move(inputs)};
}

// ---- the check

struct tally {
    std::size_t plans = 0;
    std::size_t most_lanes = 0;
};

// Every assignment with every order, on two or four threads, against the sequential run.
// Compares the outputs after every run, and all results after one run of `every`.
tally check_all_plans(const onnx::network& net, const std::vector<onnx::tensor>& inputs, std::size_t every) {
    engine::host_engine engine{net};
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        engine.set_input(i, inputs[i]);
    }
    run_in_order(engine, net);
    const std::vector<onnx::tensor> expected = all_results(engine, net);
    std::vector<onnx::tensor> outputs;
    for (const value_id v : net.outputs) {
        outputs.push_back(engine.read(v));
    }

    const frozen_graph graph = onnx::freeze(net);
    const testing::random_kernels cost{graph.size(), 7};
    std::vector<op_id> backwards = order::depth_first{}(graph, cost);
    const auto assignments = std::tuple{assign::single{},
                                        assign::round_robin{},
                                        assign::by_level{},
                                        assign::first_free_predecessor{},
                                        assign::chain_cover{},
                                        assign::stages{},
                                        assign::earliest_finish{},
                                        any_lane{.seed = 1, .lanes = 5},
                                        any_lane{.seed = 2, .lanes = graph.size()}};
    const auto orders =
        std::tuple{order::topological{}, order::depth_first{},    order::critical_first{}, order::smallest_demand{},
                   order::alternating{}, order::fixed{backwards}, any_order{.seed = 3}};
    tally t;
    const auto check = [&](const plan& p) {
        const std::size_t threads = t.plans % 2 == 0 ? 2 : 4;
        INFO("plan ", t.plans, " on ", threads, " threads");
        engine.forget();
        host::execute(p, [&](op_id v) { engine.run(v); }, threads);
        for (std::size_t i = 0; i < net.outputs.size(); ++i) {
            const bool same = engine.read(net.outputs[i]) == outputs[i]; // REQUIRE(a == b) would print some megabytes
            REQUIRE(same);
        }
        if (t.plans % every == 0) {
            const bool all_same = all_results(engine, net) == expected;
            REQUIRE(all_same);
        }
        ++t.plans;
        t.most_lanes = std::max(t.most_lanes, p.lanes());
    };
    std::apply(
        [&](const auto&... a) {
            const auto with_orders = [&](const auto& assign) {
                std::apply([&](const auto&... o) { (check(scheduler{assign, o}(graph, cost)), ...); }, orders);
            };
            (with_orders(a), ...);
        },
        assignments);
    return t;
}

} // namespace

TEST_CASE("every assignment and order yields the numbers of the sequential run: a network of branches") {
    const onnx::network net = branching_convolutions();
    const tally t = check_all_plans(net, {ramp({2, 5, 14, 13})}, 1);
    CHECK(t.plans == 63);
    CHECK(t.most_lanes > 4);
}

TEST_CASE("every assignment and order yields the numbers of the sequential run: the ONNX models") {
    const auto models = models_or_skip();
    if (!models) {
        return;
    }
    std::vector<std::string> names = light_models;
    names.emplace_back("bert_tiny_squad");
    for (const std::string& name : names) {
        CAPTURE(name);
        const auto [net, inputs] = model(*models, name);
        CHECK(check_all_plans(net, inputs, 5).plans == 63);
    }
}

TEST_CASE("an operator that runs before what it needs is seen in the result") {
    const onnx::network net = branching_convolutions();
    engine::host_engine engine{net};
    engine.set_input(0, ramp({2, 5, 14, 13}));
    run_in_order(engine, net);
    const std::vector<onnx::tensor> expected = all_results(engine, net);
    const frozen_graph graph = onnx::freeze(net);
    const auto order = graph.topological_order();
    std::size_t tried = 0;
    for (std::size_t early = 1; early < order.size(); early += 7) { // this one runs first, all others in order
        if (graph.predecessors(order[early]).empty()) {
            continue;
        }
        engine.forget();
        engine.run(order[early]);
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (i != early) {
                engine.run(order[i]);
            }
        }
        const bool same = all_results(engine, net) == expected;
        CHECK_FALSE(same);
        ++tried;
    }
    CHECK(tried > 5);
}

TEST_CASE("threads inside an operator change the time and nothing else") {
    const onnx::network net = branching_convolutions();
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2, 3}) {
        engine::host_engine engine{net, {.threads_per_operator = threads}};
        engine.set_input(0, ramp({2, 5, 14, 13}));
        run_in_order(engine, net);
        results.push_back(engine.read(net.outputs.at(0)).as<float>());
    }
    CHECK(largest_difference(results[0], results[1]) <= 1e-6);
    CHECK(largest_difference(results[0], results[2]) <= 1e-6);
}

} // namespace opara::test
