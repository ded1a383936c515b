// Plans that were searched on the GPU, variants of the operators included: they launch what they say, repeat what their
// variants yield one after another, bit for bit, and agree with the host.
#include <examples/engine/cuda/tuning.hpp>
#include <examples/zoo/fuse.hpp>
#include <opara/cost/devices.hpp>
#include <opara/cost/estimate.hpp>
#include <opara/onnx/work.hpp>
#include <opara/plan/validate.hpp>
#include <opara/search/improve_measured.hpp>
#include <opara/search/portfolio.hpp>
#include <tests/engine_cuda/support.hpp>

#include <algorithm>

using namespace opara;

namespace {

const cost::device& h200 = cost::devices::h200;

search::variant_table tuned(const engine::cuda_engine& device, const onnx::network& net, engine::chain_edges edges) {
    return engine::measure_variants(device, net, cost::estimate(onnx::works_of(net), h200), h200, edges);
}

// Blocks of the kernels that a graph launches for each operator of one kernel; 0 for the others.
std::vector<std::uint32_t> blocks_in(const cuda::plan_graph& made, const engine::cuda_engine& device) {
    std::vector<std::uint32_t> blocks(made.operators(), 0);
    for (std::size_t v = 0; v < made.operators(); ++v) {
        const op_id op = op_id::from_index(v);
        if (device.kernels(op) == 1) {
            cudaKernelNodeParams node{};
            cuda::check(cudaGraphKernelNodeGetParams(made.ends(op)[0], &node), "cudaGraphKernelNodeGetParams");
            blocks[v] = node.gridDim.x * node.gridDim.y * node.gridDim.z;
        }
    }
    return blocks;
}

void check_searched(const onnx::network& net, std::uint64_t seed, engine::chain_edges edges) {
    const std::vector<onnx::tensor> inputs = test::random_inputs(net, seed);
    const engine::host_engine host = test::host_run(net, inputs);
    engine::cuda_engine device{net};
    test::feed(device, inputs);
    test::run_in_order(device, net);
    const search::variant_table variants = tuned(device, net, edges);
    const frozen_graph g = onnx::freeze(net);
    const auto launch = [&](const command& c, cudaStream_t s) { device.enqueue(c, s); };
    cuda::sampler_options how;
    if (edges == engine::chain_edges::programmatic) {
        how.emission.programmatic = std::vector<bool>(g.size(), true);
    }
    const cuda::emission_options emission = how.emission;
    cuda::plan_sampler measure{launch, std::move(how)};
    search::measured_options options{.seconds = 10.0, .seed = seed};
    options.emission.programmatic = edges == engine::chain_edges::programmatic;
    const search::measured_improvement found = search::improve_measured(g, variants, h200, measure, options);
    CHECK(found.finalists.size() > 5);
    CHECK(found.tried > 0);
    CHECK(measure.emitted() > found.finalists.size());
    CHECK(found.policy.to_sequential.high < 1.0); // both networks have parallel branches
    CHECK(found.by_measurement.to_sequential.high < 1.0);
    CHECK(found.by_measurement.to_policy.median < 1.02);
    MESSAGE("over the best policy, ", found.policy.which.name, ": searched in simulation ",
            found.in_simulation.to_policy.median, ", by measurement ", found.by_measurement.to_policy.median, "; ",
            found.accepted, " of ", found.tried, " changes kept");
    const cuda::stream s;
    const auto order = g.topological_order();
    for (const plan* p : {&found.best, &found.in_simulation.which.what, &found.by_measurement.which.what}) {
        CHECK_NOTHROW(validate(*p, g));
        const std::vector<variant_id> chosen = search::variants_of(*p);
        device.forget();
        for (const op_id v : order) {
            device.enqueue(v, chosen[v.index()], s.get());
        }
        s.synchronize();
        const std::vector<onnx::tensor> expected = test::all_results(device, net);
        const cuda::plan_graph made = cuda::capture_nodes(*p, launch, emission);
        const std::vector<std::uint32_t> blocks = blocks_in(made, device);
        for (const op_id v : order) {
            if (blocks[v.index()] != 0) {
                CHECK(blocks[v.index()] == variants.of(v)[chosen[v.index()].index()].kernel.blocks);
            }
        }
        const cuda::graph_exec exec = made.instantiate();
        for (int i = 0; i < 5; ++i) {
            device.forget();
            exec.launch(s);
            const bool same = test::all_results(device, net) == expected;
            CHECK(same);
        }
        double apart = 0.0;
        for (const onnx::value_id v : net.outputs) {
            apart = std::max(apart, test::distance(device.read(v), host.read(v)));
        }
        CHECK(apart <= 3e-3);
    }
}

} // namespace

TEST_CASE("each operator offers all its variants, with what each takes") {
    if (!test::hopper_or_skip()) {
        return;
    }
    const onnx::network net = zoo::fuse(zoo::build("googlenet"));
    engine::cuda_engine device{net};
    test::feed(device, test::random_inputs(net, 1));
    for (const auto edges : {engine::chain_edges::whole, engine::chain_edges::programmatic}) {
        test::run_in_order(device, net);
        const search::variant_table variants = tuned(device, net, edges);
        REQUIRE(variants.size() == net.graph.size());
        std::size_t with_choice = 0;
        for (std::size_t i = 0; i < variants.size(); ++i) {
            const op_id v = op_id::from_index(i);
            const auto of = variants.of(v);
            CHECK(of.size() == device.variants(v));
            with_choice += of.size() > 1 ? 1U : 0U;
            double slowest = 0.0;
            for (std::size_t k = 0; k < of.size(); ++k) {
                const cost::kernel shape = device.footprint(v, variant_id::from_index(k));
                CHECK(of[k].kernels == device.kernels(v));
                CHECK(of[k].memsets == 0);
                CHECK(of[k].kernel.blocks == shape.blocks);
                CHECK(of[k].kernel.threads == shape.threads);
                CHECK(of[k].kernel.shared_bytes == shape.shared_bytes);
                slowest = std::max(slowest, of[k].kernel.duration_us);
                if (device.kernels(v) != 0) {
                    CHECK(of[k].programmatic == search::programmatic_edges::safe);
                }
            }
            if (edges == engine::chain_edges::whole) { // a programmatic edge can hide all of a kernel
                CHECK((slowest > 0.0) == (device.kernels(v) != 0));
            }
            CHECK(slowest < 1000.0);
        }
        CHECK(with_choice > 50); // convolutions
    }
}

TEST_CASE("searched plans yield their variants' bits, and what the host yields: GoogLeNet") {
    if (test::hopper_or_skip()) {
        check_searched(zoo::fuse(zoo::build("googlenet")), 21, engine::chain_edges::whole);
    }
}

TEST_CASE("searched plans yield their variants' bits, and what the host yields: GoogLeNet, programmatic edges") {
    if (test::hopper_or_skip()) {
        check_searched(zoo::fuse(zoo::build("googlenet")), 22, engine::chain_edges::programmatic);
    }
}

TEST_CASE("searched plans yield their variants' bits, and what the host yields: DeepFM, programmatic edges") {
    if (test::hopper_or_skip()) {
        check_searched(zoo::fuse(zoo::build("deepfm")), 23, engine::chain_edges::programmatic);
    }
}
