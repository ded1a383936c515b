#include <opara/cuda/build_graph.hpp>
#include <opara/cuda/capture_nodes.hpp>
#include <tests/cuda/support.hpp>

#include <doctest/doctest.h>

using namespace opara;

TEST_CASE("explicit nodes make the graph that captured ones do") {
    if (!test::device_or_skip()) {
        return;
    }
    for (const auto family : testing::all_graph_families) {
        CAPTURE(testing::name(family));
        const frozen_graph g = testing::random_graph(family, 60, 3, testing::numbering::shuffled);
        test::dataflow values{g, 5, 0.1};
        for (const auto& entry : test::all_plans(g, 3)) {
            const auto& name = entry.first; // clang 14 captures no structured binding
            const auto& planned = entry.second;
            CAPTURE(name);
            const plan p = test::with_priorities(planned, 1);
            const cuda::plan_graph built = cuda::build_graph(p, [&](op_id v) { return values.kernel(v); });
            const cuda::plan_graph captured = cuda::capture_nodes(p, values);
            const test::graph_as_read read = test::read(built);
            CHECK(read.known);
            CHECK(read.edges == test::fewest_edges(p, [&](op_id v) { return !values.empty(v); }));
            CHECK(read.edges == test::read(captured).edges);
            CHECK(built.native().size() == captured.native().size());
            CHECK(built.helpers().size() == captured.helpers().size());
            CHECK(test::runs_right(built, values));
        }
    }
}

TEST_CASE("explicit nodes take priorities and programmatic edges") {
    if (!test::device_or_skip()) {
        return;
    }
    const frozen_graph g = testing::random_graph(testing::graph_family::layered, 60, 3);
    test::dataflow values{g, 5};
    const plan p = test::with_priorities(
        scheduler{assign::chain_cover{}, order::topological{}}(g, testing::random_kernels{g.size(), 4}), 8);
    int major = 0;
    cuda::check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0), "cudaDeviceGetAttribute");
    const bool programmatic = major >= 9;
    const cuda::plan_graph built =
        cuda::build_graph(p, [&](const command& c) { return values.kernel(c.op); },
                          {.out_degree = 0, .programmatic = std::vector<bool>(g.size(), programmatic)});
    const test::graph_as_read read = test::read(built);
    CHECK(read.programmatic == (programmatic ? read.edges.size() : 0));
    for (const command& c : p.commands()) {
        if (c.what == action::launch) {
            cudaLaunchAttributeValue value{};
            cuda::check(cudaGraphKernelNodeGetAttribute(built.ends(c.op)[0], cudaLaunchAttributePriority, &value),
                        "attribute");
            CHECK(value.priority == -c.priority);
        }
    }
    CHECK(test::runs_right(built, values, 5));
}

TEST_CASE("a kernel that CUDA refuses is named") {
    if (!test::device_or_skip()) {
        return;
    }
    const frozen_graph g = testing::random_graph(testing::graph_family::chain, 4, 3);
    test::dataflow values{g, 5};
    const plan p = scheduler{assign::single{}, order::topological{}}(g, testing::random_kernels{g.size(), 4});
    try {
        static_cast<void>(cuda::build_graph(p, [&](op_id v) {
            cudaKernelNodeParams k = values.kernel(v);
            k.gridDim.x = v == op_id{2} ? 0 : 1;
            return k;
        }));
        FAIL("an empty grid was taken");
    } catch (const operator_error& e) {
        CHECK(e.op() == op_id{2});
        CHECK_THROWS_AS(std::rethrow_if_nested(e), cuda::cuda_error);
    }
}
