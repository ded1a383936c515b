// Plans run for real in every way that there is: each number is, bit for bit, that of the sequential run, because every
// kernel adds up in a fixed order. Buffers are overwritten before each run.
#include <examples/zoo/fuse.hpp>
#include <tests/engine_cuda/support.hpp>

using namespace opara;

namespace {

// What can be chosen of an emission, in turn.
std::vector<cuda::emission_options> emissions(std::size_t operators, std::span<const double> duration_us) {
    cuda::emission_options bare{.root = cuda::end_node::never,
                                .sink = cuda::end_node::never,
                                .edges = implied_edges::keep,
                                .out_degree = 0,
                                .priorities = cuda::node_priorities::ignored,
                                .order = cuda::creation_order::planned};
    cuda::emission_options programmatic{};
    programmatic.programmatic = std::vector<bool>(operators, true);
    cuda::emission_options narrow{.out_degree = 2, .duration_us = duration_us};
    narrow.programmatic = std::vector<bool>(operators, true);
    for (std::size_t v = 0; v < operators; v += 3) {
        narrow.programmatic[v] = false;
    }
    return {cuda::emission_options{}, bare, programmatic, narrow};
}

void check_all(const onnx::network& net, std::uint64_t seed, engine::precision in = engine::precision::tf32) {
    engine::cuda_engine device{net, {.precision = in}};
    test::feed(device, test::random_inputs(net, seed));
    test::run_in_order(device, net);
    const std::vector<onnx::tensor> expected = test::all_results(device, net);
    const frozen_graph g = onnx::freeze(net);
    const cuda::stream s;
    const auto launch = [&](const command& c, cudaStream_t lane) { device.enqueue(c, lane); };
    const auto same = [&] { return test::all_results(device, net) == expected; };
    std::vector<double> duration_us(g.size());
    for (std::size_t v = 0; v < g.size(); ++v) {
        duration_us[v] = static_cast<double>(v * 7 % 11);
    }
    for (const auto& entry : test::some_plans(g)) {
        const auto& name = entry.name; // clang 14 captures no structured binding
        const auto& p = entry.what;
        CAPTURE(name);
        device.forget();
        cuda::eager{p}.run(launch, s);
        CHECK(same());
        const auto replay = [&](const cuda::plan_graph& made) {
            const cuda::graph_exec exec = made.instantiate();
            for (int i = 0; i < 3; ++i) {
                device.forget();
                exec.launch(s);
                CHECK(same());
            }
        };
        replay(cuda::capture(p, launch));
        int number = 0;
        for (const cuda::emission_options& how : emissions(g.size(), duration_us)) {
            CAPTURE(number);
            replay(cuda::capture_nodes(p, launch, how));
            const cuda::plan_graph built =
                cuda::build_graph(p, [&](const command& c) { return device.kernel(c.op, c.variant); }, how);
            for (std::size_t v = 0; v < g.size(); ++v) {
                for (const cudaGraphNode_t node : built.ends(op_id::from_index(v))) {
                    device.set_cluster(node, op_id::from_index(v));
                }
            }
            replay(built);
            ++number;
        }
    }
}

} // namespace

TEST_CASE("every plan yields the sequential run's bits in every interpreter: GoogLeNet") {
    if (test::hopper_or_skip()) {
        check_all(zoo::fuse(zoo::build("googlenet")), 1);
    }
}

TEST_CASE("every plan yields the sequential run's bits in every interpreter: GoogLeNet as a framework has it") {
    if (test::hopper_or_skip()) {
        check_all(zoo::build("googlenet"), 2);
    }
}

TEST_CASE("every plan yields the sequential run's bits in every interpreter: DeepFM") {
    if (test::hopper_or_skip()) {
        check_all(zoo::fuse(zoo::build("deepfm")), 3);
    }
}

TEST_CASE("every plan yields the sequential run's bits in every interpreter: T5") {
    if (test::hopper_or_skip()) {
        check_all(zoo::fuse(zoo::build("t5_small", {.tokens = 20, .decoder_tokens = 9})), 4);
    }
}

TEST_CASE("every plan yields the sequential run's bits in every interpreter: GoogLeNet in fp16, T5 in bf16") {
    if (test::hopper_or_skip()) {
        check_all(zoo::fuse(zoo::build("googlenet")), 1, engine::precision::fp16);
        check_all(zoo::fuse(zoo::build("t5_small", {.tokens = 20, .decoder_tokens = 9})), 4, engine::precision::bf16);
    }
}

TEST_CASE("every plan yields the sequential run's bits in every interpreter: BERT, statistics of rows handed on") {
    if (test::hopper_or_skip()) {
        const onnx::network net = zoo::build("bert_base", {.tokens = 20});
        check_all(zoo::fuse(net, {.normalised = zoo::row_normalisations::all}), 6);
    }
}

namespace {

// @param rounding  how far variants may be apart: they add up in another order, and round the sum
void check_variants(engine::precision in, double rounding) {
    const onnx::network net = zoo::fuse(zoo::build("googlenet"));
    engine::cuda_engine device{net, {.precision = in}};
    test::feed(device, test::random_inputs(net, 5));
    test::run_in_order(device, net);
    const cuda::stream s;
    std::size_t tried = 0;
    for (std::size_t v = 0; v < net.graph.size(); ++v) {
        const op_id op = op_id::from_index(v);
        const onnx::value_id y = net[op].outputs.at(0);
        const onnx::tensor expected = device.read(y);
        for (std::size_t i = 1; i < device.variants(op); ++i) {
            device.enqueue(op, variant_id::from_index(i), s.get());
            s.synchronize();
            const double apart = test::distance(device.read(y), expected);
            CHECK(apart <= rounding);
            ++tried;
        }
        device.enqueue(op, s.get());
        s.synchronize();
    }
    CHECK(tried > 300);
    CHECK_THROWS_AS(device.enqueue(op_id{0}, variant_id{1000}, s.get()), error);
}

} // namespace

TEST_CASE("every variant yields the same numbers up to rounding") {
    if (test::hopper_or_skip()) {
        check_variants(engine::precision::tf32, 1e-5);
        check_variants(engine::precision::fp16, 1e-3);
        check_variants(engine::precision::bf16, 8e-3);
    }
}

TEST_CASE("an edge that is lost is seen in the result") {
    if (!test::hopper_or_skip()) {
        return;
    }
    const onnx::network net = zoo::fuse(zoo::build("googlenet"));
    engine::cuda_engine device{net};
    test::feed(device, test::random_inputs(net, 6));
    test::run_in_order(device, net);
    const std::vector<onnx::tensor> expected = test::outputs_of(device, net);
    const frozen_graph g = onnx::freeze(net);
    const auto order = g.topological_order();
    const cuda::stream s;
    for (const std::size_t early : {5U, 20U, 50U}) { // this one runs first, all others in order, but not it again
        device.forget();
        device.enqueue(order[early], s.get());
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (i != early) {
                device.enqueue(order[i], s.get());
            }
        }
        s.synchronize();
        const bool same = test::outputs_of(device, net) == expected;
        CHECK_FALSE((same && device.kernels(order[early]) != 0));
    }
}

TEST_CASE("what is read is what the replays before it yield, in whatever stream they are") {
    if (!test::hopper_or_skip()) {
        return;
    }
    const onnx::network net = zoo::fuse(zoo::build("googlenet"));
    engine::cuda_engine device{net};
    const cuda::stream s;
    const frozen_graph g = onnx::freeze(net);
    const testing::random_kernels cost{g.size(), 1};
    const plan p = scheduler{assign::single{}, order::topological{}}(g, cost);
    const auto exec =
        cuda::capture_nodes(p, [&](const command& c, cudaStream_t lane) { device.enqueue(c, lane); }).instantiate();
    test::feed(device, test::random_inputs(net, 8));
    exec.launch(s);
    s.synchronize();
    const std::vector<onnx::tensor> expected = test::outputs_of(device, net);
    device.forget();
    for (int i = 0; i < 20; ++i) { // some milliseconds of work
        exec.launch(s);
    }
    test::feed(device, test::random_inputs(net, 9)); // comes too late for all of them
    const bool same = test::outputs_of(device, net) == expected;
    CHECK(same);
    device.forget();
    exec.launch(s);
    const bool changed = test::outputs_of(device, net) != expected;
    CHECK(changed);
}
