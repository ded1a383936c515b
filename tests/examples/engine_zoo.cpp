// The zoo's networks, real shapes and all, on the engine: sequentially and by a plan.
#include <examples/zoo/zoo.hpp>
#include <opara/assign.hpp>
#include <opara/host/executor.hpp>
#include <opara/order.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/testing/random_kernels.hpp>
#include <tests/examples/engine_support.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

namespace opara::test {
namespace {

std::vector<onnx::tensor> outputs_of(const engine::host_engine& engine, const onnx::network& net) {
    std::vector<onnx::tensor> all;
    for (const onnx::value_id v : net.outputs) {
        all.push_back(engine.read(v));
    }
    return all;
}

} // namespace

TEST_CASE("every network of the zoo runs, and a plan yields the same bits") {
    for (const std::string_view name : zoo::names()) {
        CAPTURE(std::string{name});
        const onnx::network net = zoo::build(name, {.tokens = 12, .decoder_tokens = 7});
        engine::host_engine engine{net};
        const std::vector<onnx::tensor> inputs = zoo::sample_inputs(net);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            engine.set_input(i, inputs[i]);
        }
        run_in_order(engine, net);
        const std::vector<onnx::tensor> expected = outputs_of(engine, net);
        for (const onnx::tensor& t : expected) {
            const std::vector<float> x = t.as<float>();
            for (const float e : x) {
                REQUIRE(std::isfinite(e));
            }
            // Dead or saturated activations would make all outputs alike, and the comparison below worthless.
            const bool varied =
                x.size() == 1 || *std::max_element(x.begin(), x.end()) > *std::min_element(x.begin(), x.end());
            CHECK(varied);
        }

        const frozen_graph graph = onnx::freeze(net);
        const plan p = scheduler{assign::first_free_predecessor{},
                                 order::alternating{}}(graph, testing::random_kernels{graph.size(), 1});
        CHECK(p.lanes() > 1);
        engine.forget();
        host::execute(p, [&](op_id v) { engine.run(v); }, 3);
        const bool same = outputs_of(engine, net) == expected;
        CHECK(same);
    }
}

} // namespace opara::test
