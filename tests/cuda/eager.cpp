#include <opara/cuda/eager.hpp>
#include <tests/cuda/support.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace opara;

TEST_CASE("every policy's plan computes what the graph says on streams") {
    if (!test::device_or_skip()) {
        return;
    }
    const cuda::stream s;
    for (const auto family : testing::all_graph_families) {
        CAPTURE(testing::name(family));
        const frozen_graph g = testing::random_graph(family, 60, 3, testing::numbering::shuffled);
        const test::dataflow values{g, 5, 0.1};
        for (const auto& entry : test::all_plans(g, 3)) {
            const auto& name = entry.first; // clang 14 captures no structured binding
            const auto& p = entry.second;
            CAPTURE(name);
            cuda::eager plan{p};
            for (int repetition = 0; repetition < 2; ++repetition) {
                values.forget();
                plan.run(values, s);
                CHECK(values.right());
            }
        }
    }
}

TEST_CASE("a lane whose launches differ in priority keeps its order") {
    if (!test::device_or_skip()) {
        return;
    }
    const cuda::stream s;
    const frozen_graph g = testing::random_graph(testing::graph_family::layered, 120, 9);
    const test::dataflow values{g, 6, 0.1};
    const testing::random_kernels cost{g.size(), 9};
    const plan p =
        test::with_priorities(scheduler{assign::earliest_finish{.lanes = 4}, order::critical_first{}}(g, cost), 2);
    cuda::eager with{p};
    cuda::eager without{p, cuda::node_priorities::ignored};
    CHECK(without.streams() == p.lanes());
    CHECK(with.streams() > p.lanes());
    for (cuda::eager* runner : {&with, &without}) {
        values.forget();
        runner->run(values, s);
        CHECK(values.right());
    }
}

TEST_CASE("the plan begins behind what the stream holds, and the stream goes on behind the plan") {
    if (!test::device_or_skip()) {
        return;
    }
    const cuda::helper_kernels kernels;
    const cuda::stream s;
    const frozen_graph g = testing::random_graph(testing::graph_family::antichain, 12, 1);
    const test::dataflow values{g, 1};
    cuda::eager runner{scheduler{assign::round_robin{}, order::topological{}}(g, testing::random_kernels{g.size(), 1})};
    values.forget();
    const test::buffer<std::uint64_t> early{std::vector<std::uint64_t>(g.size() * test::dataflow::width, 0)};
    kernels.spin(4'000'000, s); // about 2 ms
    cuda::check(cudaMemcpyAsync(early.get(), values.arguments(op_id{0}).values, early.bytes(), cudaMemcpyDeviceToDevice,
                                s.get()),
                "cudaMemcpyAsync");
    runner.run(
        [&](op_id v, cudaStream_t lane) {
            kernels.spin(400'000, lane);
            values(v, lane);
        },
        s);
    const test::buffer<std::uint64_t> late{g.size() * test::dataflow::width};
    cuda::check(
        cudaMemcpyAsync(late.get(), values.arguments(op_id{0}).values, late.bytes(), cudaMemcpyDeviceToDevice, s.get()),
        "cudaMemcpyAsync");
    s.synchronize();
    CHECK(values.right());
    CHECK(early.content() == std::vector<std::uint64_t>(g.size() * test::dataflow::width, 0xABABABABABABABABULL));
    const test::buffer<std::uint64_t> now{g.size() * test::dataflow::width};
    cuda::check(cudaMemcpy(now.get(), values.arguments(op_id{0}).values, now.bytes(), cudaMemcpyDeviceToDevice),
                "cudaMemcpy");
    CHECK(late.content() == now.content());
}

TEST_CASE("a failing operator is named, what was enqueued is joined, and the next run works") {
    if (!test::device_or_skip()) {
        return;
    }
    const cuda::stream s;
    const frozen_graph g = testing::random_graph(testing::graph_family::layered, 40, 4);
    const test::dataflow values{g, 4};
    values.forget(); // also what never runs is read
    cuda::eager runner{scheduler{assign::chain_cover{}, order::topological{}}(g, testing::random_kernels{g.size(), 4})};
    const op_id bad{25};
    try {
        runner.run(
            [&](op_id v, cudaStream_t lane) {
                if (v == bad) {
                    throw std::invalid_argument{"negative extent"};
                }
                values(v, lane);
            },
            s);
        FAIL("the failure was lost");
    } catch (const operator_error& e) {
        CHECK(e.op() == bad);
        CHECK(std::string{e.what()} == "operator 25 failed: negative extent");
        CHECK_THROWS_AS(std::rethrow_if_nested(e), std::invalid_argument);
    }
    try {
        runner.run(
            [&](op_id v, cudaStream_t lane) {
                if (v == bad) {
                    test::launch_wrong_shape(values.arguments(v), lane);
                } else {
                    values(v, lane);
                }
            },
            s);
        FAIL("a launch that failed was not noticed");
    } catch (const operator_error& e) {
        CHECK(e.op() == bad);
        CHECK(std::string{e.what()}.find("cudaErrorInvalid") != std::string::npos);
    }
    s.synchronize();
    values.forget();
    runner.run(values, s);
    CHECK(values.right());
}

TEST_CASE("a plan that waits for what is not recorded yet is refused") {
    if (!test::device_or_skip()) {
        return;
    }
    const command launch0{.lane = lane_id{0}, .op = op_id{0}};
    const command record0{.what = action::record, .lane = lane_id{0}, .op = op_id{0}, .event = event_id{0}};
    const command wait0{.what = action::wait, .lane = lane_id{1}, .op = op_id{1}, .event = event_id{0}};
    const command launch1{.lane = lane_id{1}, .op = op_id{1}};
    CHECK_NOTHROW((cuda::eager{plan{2, 2, 1, {launch0, record0, wait0, launch1}}}));
    CHECK_THROWS_AS((cuda::eager{plan{2, 2, 1, {wait0, launch1, launch0, record0}}}), invalid_plan);
    CHECK_THROWS_AS((cuda::eager{plan{2, 2, 1, {launch0, record0}}}), invalid_plan);
}
