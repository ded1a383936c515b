#include <opara/cuda/capture.hpp>
#include <opara/cuda/eager.hpp>
#include <tests/cuda/support.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <thread>

using namespace opara;

namespace {

struct small {
    frozen_graph g = testing::random_graph(testing::graph_family::layered, 40, 4);
    test::dataflow values{g, 4};
    plan p = scheduler{assign::chain_cover{}, order::topological{}}(g, testing::random_kernels{g.size(), 4});
    op_id bad{25};

    // What the plan throws if operator `bad` does `what` instead.
    template <class Bad>
    auto with(Bad what) {
        return [this, what](op_id v, cudaStream_t s) {
            if (v == bad) {
                what(s);
            } else {
                values(v, s);
            }
        };
    }
    // After a failed capture, running eagerly is the way out.
    void works_eagerly() {
        const cuda::stream s;
        values.forget();
        cuda::eager{p}.run(values, s);
        CHECK(values.right());
    }
};

} // namespace

TEST_CASE("a captured plan computes what the graph says and has the edges of the plan") {
    if (!test::device_or_skip()) {
        return;
    }
    for (const auto family : testing::all_graph_families) {
        CAPTURE(testing::name(family));
        const frozen_graph g = testing::random_graph(family, 60, 3, testing::numbering::shuffled);
        const test::dataflow values{g, 5, 0.1};
        const auto launches = [&](op_id v) { return !values.empty(v); };
        for (const auto& entry : test::all_plans(g, 3)) {
            const auto& name = entry.first; // clang 14 captures no structured binding
            const auto& p = entry.second;
            CAPTURE(name);
            const cuda::plan_graph captured = cuda::capture(p, values);
            CHECK(test::runs_right(captured, values));
            const test::graph_as_read read = test::read(captured);
            CHECK(read.known);
            CHECK(captured.helpers().empty());
            // Exactly the edges that the simulator reckons with.
            const captured_edges expected{p, launches};
            test::edge_set edges;
            for (const op_id v : expected.order()) {
                for (const op_id u : expected.before(v)) {
                    if (launches(v)) {
                        edges.emplace(u.value, v.value);
                    }
                }
            }
            CHECK(read.edges == edges);
        }
    }
}

TEST_CASE("a captured plan has the plan's priorities") {
    if (!test::device_or_skip()) {
        return;
    }
    small t;
    const plan p = test::with_priorities(t.p, 8);
    const cuda::plan_graph with = cuda::capture(p, t.values);
    const cuda::plan_graph without = cuda::capture(p, t.values, {.priorities = cuda::node_priorities::ignored});
    CHECK(test::runs_right(with, t.values));
    CHECK(test::read(with).edges == test::read(without).edges);
    for (const command& c : p.commands()) {
        if (c.what != action::launch) {
            continue;
        }
        cudaLaunchAttributeValue value{};
        cuda::check(cudaGraphKernelNodeGetAttribute(with.ends(c.op)[0], cudaLaunchAttributePriority, &value),
                    "attribute");
        CHECK(value.priority == -c.priority);
        cuda::check(cudaGraphKernelNodeGetAttribute(without.ends(c.op)[0], cudaLaunchAttributePriority, &value),
                    "attribute");
        CHECK(value.priority == 0);
    }
}

TEST_CASE("an operator of several kernels, with a stream of its own that it joins again, can be captured") {
    if (!test::device_or_skip()) {
        return;
    }
    small t;
    const cuda::stream side;
    const cuda::event fork, join;
    const cuda::plan_graph captured = cuda::capture(t.p, t.with([&](cudaStream_t s) {
        const cuda::stream_ref lane{s};
        lane.record(fork);
        side.wait(fork);
        t.values(t.bad, side.get());
        side.record(join);
        t.values(t.bad, s); // the same values once more
        lane.wait(join);
    }));
    CHECK(captured.ends(t.bad).size() == 2);
    CHECK(captured.native().size() == t.g.size() + 1);
    CHECK(test::runs_right(captured, t.values));
}

TEST_CASE("an operator that spoils a capture is named, and every stream has left it") {
    if (!test::device_or_skip()) {
        return;
    }
    small t;
    const auto spoils = [&](auto what, cuda::capture_mode mode, cudaError_t expected) {
        try {
            static_cast<void>(cuda::capture(t.p, t.with(what), {.mode = mode}));
            FAIL("the capture went well");
        } catch (const cuda::capture_error& e) {
            CHECK(e.op() == t.bad);
            CHECK(e.code() == expected);
            CHECK(std::string{e.what()}.find("operator 25 ") == 0);
        }
        CHECK(test::can_capture());
        t.works_eagerly();
    };
    const cuda::stream side;
    const cuda::event fork;
    void* memory = nullptr;
    const auto thread_local_ = cuda::capture_mode::thread_local_;
    const auto relaxed = cuda::capture_mode::relaxed;

    SUBCASE("by waiting for its stream") {
        spoils([](cudaStream_t s) { static_cast<void>(cudaStreamSynchronize(s)); }, thread_local_,
               cudaErrorStreamCaptureUnsupported);
        spoils([](cudaStream_t s) { static_cast<void>(cudaStreamSynchronize(s)); }, relaxed,
               cudaErrorStreamCaptureUnsupported);
    }
    SUBCASE("by waiting for the device") {
        spoils([](cudaStream_t) { static_cast<void>(cudaDeviceSynchronize()); }, thread_local_,
               cudaErrorStreamCaptureUnsupported);
    }
    SUBCASE("by allocating") {
        spoils([&](cudaStream_t) { static_cast<void>(cudaMalloc(&memory, 1024)); }, thread_local_,
               cudaErrorStreamCaptureUnsupported);
    }
    SUBCASE("by swallowing the error") {
        spoils(
            [](cudaStream_t s) {
                static_cast<void>(cudaStreamSynchronize(s));
                static_cast<void>(cudaGetLastError());
            },
            thread_local_, cudaSuccess);
    }
    SUBCASE("by leaving work unjoined") {
        spoils(
            [&](cudaStream_t s) {
                cuda::stream_ref{s}.record(fork);
                side.wait(fork);
                t.values(t.bad, side.get());
            },
            thread_local_, cudaErrorStreamCaptureUnjoined);
        CHECK_NOTHROW(side.synchronize()); // its stream has left the capture, too
    }
}

TEST_CASE("in relaxed mode an operator may allocate") {
    if (!test::device_or_skip()) {
        return;
    }
    small t;
    void* memory = nullptr;
    const cuda::plan_graph captured = cuda::capture(t.p, t.with([&](cudaStream_t s) {
        cuda::check(cudaMalloc(&memory, 1024), "cudaMalloc");
        t.values(t.bad, s);
    }),
                                                    {.mode = cuda::capture_mode::relaxed});
    CHECK(test::runs_right(captured, t.values));
    cuda::check(cudaFree(memory), "cudaFree");
}

TEST_CASE("an operator that throws or launches wrongly in a capture is named, and the next capture works") {
    if (!test::device_or_skip()) {
        return;
    }
    small t;
    try {
        static_cast<void>(
            cuda::capture(t.p, t.with([](cudaStream_t) { throw std::invalid_argument{"negative extent"}; })));
        FAIL("the failure was lost");
    } catch (const operator_error& e) {
        CHECK(e.op() == t.bad);
        CHECK(std::string{e.what()} == "operator 25 failed: negative extent");
        CHECK_THROWS_AS(std::rethrow_if_nested(e), std::invalid_argument);
    }
    CHECK(test::can_capture());
    try {
        static_cast<void>(cuda::capture(
            t.p, t.with([&](cudaStream_t s) { test::launch_wrong_shape(t.values.arguments(t.bad), s); })));
        FAIL("a launch that failed was not noticed");
    } catch (const operator_error& e) {
        CHECK(e.op() == t.bad);
    }
    CHECK(test::can_capture());
    CHECK(test::runs_right(cuda::capture(t.p, t.values), t.values));
}

TEST_CASE("two threads capture at once") {
    if (!test::device_or_skip()) {
        return;
    }
    small first;
    small second;
    bool right[2] = {false, false};
    const auto many = [](small& t, bool& good) {
        good = true;
        for (int i = 0; i < 20; ++i) {
            const cuda::plan_graph captured = cuda::capture(t.p, t.values);
            good = good && test::read(captured).known && captured.native().size() == t.g.size();
        }
    };
    std::thread other{[&] { many(second, right[1]); }};
    many(first, right[0]);
    other.join();
    CHECK(right[0]);
    CHECK(right[1]);
}

TEST_CASE("the empty plan is the empty graph") {
    if (!test::device_or_skip()) {
        return;
    }
    const cuda::plan_graph captured = cuda::capture(plan{}, [](op_id, cudaStream_t) {});
    CHECK(captured.native().size() == 0);
    const cuda::stream s;
    captured.instantiate().launch(s);
    CHECK_NOTHROW(s.synchronize());
}
