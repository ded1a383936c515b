#include <opara/cuda/capture_nodes.hpp>
#include <opara/cuda/eager.hpp>
#include <tests/cuda/support.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace opara;

TEST_CASE("operators captured one by one have exactly the plan's fewest edges") {
    if (!test::device_or_skip()) {
        return;
    }
    for (const auto family : testing::all_graph_families) {
        CAPTURE(testing::name(family));
        const frozen_graph g = testing::random_graph(family, 60, 3, testing::numbering::shuffled);
        const test::dataflow values{g, 5, 0.1};
        for (const auto& entry : test::all_plans(g, 3)) {
            const auto& name = entry.first; // clang 14 captures no structured binding
            const auto& p = entry.second;
            CAPTURE(name);
            const test::edge_set expected = test::fewest_edges(p, [&](op_id v) { return !values.empty(v); });
            const cuda::plan_graph bare = cuda::capture_nodes(p, values,
                                                              {.root = cuda::end_node::never,
                                                               .sink = cuda::end_node::never,
                                                               .out_degree = 0,
                                                               .order = cuda::creation_order::planned});
            CHECK(bare.helpers().empty());
            CHECK(test::read(bare).known);
            CHECK(test::read(bare).edges == expected);
            CHECK(test::runs_right(bare, values));

            const cuda::plan_graph full = cuda::capture_nodes(p, values, {.order = cuda::creation_order::by_rank});
            const test::graph_as_read read = test::read(full);
            CHECK(read.known);
            CHECK(read.edges == expected);
            CHECK(test::runs_right(full, values));
        }
    }
}

TEST_CASE("root, sink and relays") {
    if (!test::device_or_skip()) {
        return;
    }
    for (const auto family : testing::all_graph_families) {
        CAPTURE(testing::name(family));
        const frozen_graph g = testing::random_graph(family, 90, 12);
        const test::dataflow values{g, 5}; // every operator makes a node, so the limit is strict
        const plan p =
            scheduler{assign::chain_cover{}, order::critical_first{}}(g, testing::random_kernels{g.size(), 2});
        const test::edge_set expected = test::fewest_edges(p, [](op_id) { return true; });
        for (const std::uint32_t limit : {2U, 3U, 6U}) {
            CAPTURE(limit);
            const cuda::plan_graph emitted = cuda::capture_nodes(p, values, {.out_degree = limit});
            const test::graph_as_read read = test::read(emitted);
            CHECK(read.known);
            CHECK(read.sources == 1);
            CHECK(read.sinks == 1);
            CHECK(read.edges == expected);
            CHECK(read.most_children <= limit);
            CHECK(test::runs_right(emitted, values));
        }
        const cuda::plan_graph kept = cuda::capture_nodes(p, values, {.edges = implied_edges::keep, .out_degree = 0});
        CHECK(test::read(kept).edges.size() >= expected.size());
        CHECK(test::runs_right(kept, values));
    }
}

TEST_CASE("no helper where there is nothing to help") {
    if (!test::device_or_skip()) {
        return;
    }
    const frozen_graph g = testing::random_graph(testing::graph_family::chain, 10, 1);
    const test::dataflow values{g, 1};
    const plan p = scheduler{assign::single{}, order::topological{}}(g, testing::random_kernels{g.size(), 1});
    const cuda::plan_graph emitted = cuda::capture_nodes(p, values);
    CHECK(emitted.helpers().empty());
    CHECK(emitted.native().size() == 10);
    CHECK(cuda::capture_nodes(plan{}, values).native().size() == 0);
    // Six children need no relay, seven do: five and a relay, which has two.
    const auto star = [&](std::uint32_t children) {
        std::vector<edge> edges;
        for (std::uint32_t i = 1; i <= children; ++i) {
            edges.push_back({op_id{0}, op_id{i}});
        }
        const frozen_graph s{children + 1, edges};
        const test::dataflow work{s, 1};
        const plan q = scheduler{assign::chain_cover{}, order::topological{}}(s, testing::random_kernels{s.size(), 1});
        return cuda::capture_nodes(q, work, {.sink = cuda::end_node::never}).helpers().size();
    };
    CHECK(star(6) == 0);
    CHECK(star(7) == 1);
    CHECK(star(11) == 1);
    CHECK(star(12) == 2);
    CHECK(star(40) == 7); // five, and a relay of six relays for the others
}

TEST_CASE("nodes get the plan's priorities, helpers the highest") {
    if (!test::device_or_skip()) {
        return;
    }
    const frozen_graph g = testing::random_graph(testing::graph_family::sparse, 60, 4);
    const test::dataflow values{g, 4};
    const plan p = test::with_priorities(
        scheduler{assign::chain_cover{}, order::topological{}}(g, testing::random_kernels{g.size(), 4}), 8);
    const cuda::plan_graph with = cuda::capture_nodes(p, values);
    const auto priority_of = [](cudaGraphNode_t node) {
        cudaLaunchAttributeValue value{};
        cuda::check(cudaGraphKernelNodeGetAttribute(node, cudaLaunchAttributePriority, &value), "attribute");
        return value.priority;
    };
    for (const command& c : p.commands()) {
        if (c.what == action::launch) {
            CHECK(priority_of(with.ends(c.op)[0]) == -c.priority);
        }
    }
    REQUIRE_FALSE(with.helpers().empty());
    for (const cudaGraphNode_t node : with.helpers()) {
        CHECK(priority_of(node) == -3);
    }
    CHECK(test::runs_right(with, values));
}

TEST_CASE("edges between operators that trigger and wait are programmatic") {
    if (!test::device_or_skip()) {
        return;
    }
    int major = 0;
    cuda::check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0), "cudaDeviceGetAttribute");
    if (major < 9) {
        test::skip("programmatic edges need compute capability 9.0");
        return;
    }
    for (const auto family : testing::all_graph_families) {
        CAPTURE(testing::name(family));
        const frozen_graph g = testing::random_graph(family, 90, 12);
        const test::dataflow values{g, 5};
        const plan p =
            scheduler{assign::chain_cover{}, order::critical_first{}}(g, testing::random_kernels{g.size(), 2});
        const test::edge_set expected = test::fewest_edges(p, [](op_id) { return true; });
        const cuda::plan_graph all =
            cuda::capture_nodes(p, values, {.out_degree = 0, .programmatic = std::vector<bool>(g.size(), true)});
        CHECK(test::read(all).edges == expected);
        CHECK(test::read(all).programmatic == expected.size());
        CHECK(test::runs_right(all, values, 5));

        std::vector<bool> some(g.size());
        std::size_t between = 0;
        for (std::size_t v = 0; v < some.size(); ++v) {
            some[v] = v % 3 != 0;
        }
        for (const auto& [u, v] : expected) {
            between += some[u] && some[v] ? 1U : 0U;
        }
        const cuda::plan_graph mixed = cuda::capture_nodes(p, values, {.out_degree = 0, .programmatic = some});
        CHECK(test::read(mixed).programmatic == between);
        CHECK(test::runs_right(mixed, values, 5));
        const cuda::plan_graph relayed = cuda::capture_nodes(p, values, {.programmatic = some});
        CHECK(test::read(relayed).edges == expected);
        CHECK(test::runs_right(relayed, values, 5));
    }
}

TEST_CASE("an operator that spoils its capture is named, and nothing captures any more") {
    if (!test::device_or_skip()) {
        return;
    }
    const frozen_graph g = testing::random_graph(testing::graph_family::layered, 40, 4);
    const test::dataflow values{g, 4};
    const plan p = scheduler{assign::chain_cover{}, order::topological{}}(g, testing::random_kernels{g.size(), 4});
    const op_id bad{25};
    const cuda::stream side;
    const cuda::event fork;
    void* memory = nullptr;
    const auto spoils = [&](auto what, cudaError_t expected) {
        try {
            static_cast<void>(cuda::capture_nodes(p, [&](op_id v, cudaStream_t s) {
                if (v == bad) {
                    what(s);
                } else {
                    values(v, s);
                }
            }));
            FAIL("the capture went well");
        } catch (const cuda::capture_error& e) {
            CHECK(e.op() == bad);
            CHECK(e.code() == expected);
        }
        CHECK(test::can_capture());
        const cuda::stream s;
        values.forget();
        cuda::eager{p}.run(values, s);
        CHECK(values.right());
    };
    spoils([](cudaStream_t s) { static_cast<void>(cudaStreamSynchronize(s)); }, cudaErrorStreamCaptureUnsupported);
    spoils([&](cudaStream_t) { static_cast<void>(cudaMalloc(&memory, 1024)); }, cudaErrorStreamCaptureUnsupported);
    spoils(
        [&](cudaStream_t s) {
            cuda::stream_ref{s}.record(fork);
            side.wait(fork);
            values(bad, side.get());
        },
        cudaErrorStreamCaptureUnjoined);
    CHECK_THROWS_AS(static_cast<void>(cuda::capture_nodes(p,
                                                          [&](op_id v, cudaStream_t s) {
                                                              if (v == bad) {
                                                                  throw std::invalid_argument{"negative extent"};
                                                              }
                                                              values(v, s);
                                                          })),
                    operator_error);
    CHECK(test::can_capture());
}

TEST_CASE("ten thousand replays compute the same") {
    if (!test::device_or_skip()) {
        return;
    }
    const frozen_graph g = testing::random_graph(testing::graph_family::layered, 60, 21);
    const test::dataflow values{g, 8};
    const plan p = scheduler{assign::chain_cover{}, order::critical_first{}}(g, testing::random_kernels{g.size(), 2});
    const cuda::plan_graph emitted = cuda::capture_nodes(p, values);
    const cuda::graph_exec exec = emitted.instantiate();
    const cuda::stream s;
    for (int batch = 0; batch < 100; ++batch) {
        values.forget();
        for (int i = 0; i < 100; ++i) {
            exec.launch(s);
        }
        REQUIRE(values.right());
    }
}

TEST_CASE("options that do not fit the plan are refused") {
    if (!test::device_or_skip()) {
        return;
    }
    const plan p{1, 1, 0, {{.lane = lane_id{0}, .op = op_id{0}}}};
    const auto nothing = [](op_id, cudaStream_t) {};
    const std::vector<double> two{1.0, 2.0};
    CHECK_NOTHROW(static_cast<void>(cuda::capture_nodes(p, nothing)));
    CHECK_THROWS_AS(static_cast<void>(cuda::capture_nodes(p, nothing, {.out_degree = 1})), std::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(cuda::capture_nodes(p, nothing, {.duration_us = two})), std::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(cuda::capture_nodes(p, nothing, {.programmatic = {true, false}})),
                    std::invalid_argument);
}
