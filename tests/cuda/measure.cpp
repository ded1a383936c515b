#include <opara/cuda/measure.hpp>
#include <tests/cuda/support.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace opara;

TEST_CASE("a graph of longer kernels takes longer, by as much") {
    if (!test::device_or_skip()) {
        return;
    }
    const auto kernels = std::make_shared<cuda::helper_kernels>();
    std::vector<command> commands;
    for (std::uint32_t v = 0; v < 8; ++v) {
        commands.push_back({.lane = lane_id{0}, .op = op_id{v}});
    }
    const plan p{8, 1, 0, commands};
    const auto chain = [&](std::uint64_t cycles) {
        return cuda::capture_nodes(p, [&, cycles](op_id, cudaStream_t s) { kernels->spin(cycles, s); });
    };
    const cuda::plan_graph g10 = chain(10'000);
    const cuda::plan_graph g20 = chain(20'000);
    const cuda::plan_graph g30 = chain(30'000);
    const cuda::graph_exec x10 = g10.instantiate();
    const cuda::graph_exec x20 = g20.instantiate();
    const cuda::graph_exec x30 = g30.instantiate();
    const cuda::graph_exec* const all[] = {&x10, &x20, &x30};
    const std::vector<cuda::replay_times> t = cuda::measure(all);
    REQUIRE(t.size() == 3);
    CHECK(t[0].period_samples.size() == 15);
    for (const cuda::replay_times& one : t) {
        CHECK(one.period.low <= one.period.median);
        CHECK(one.period.median <= one.period.high);
        CHECK(one.period.median > 0.0);
        CHECK(one.latency.median > 0.0);
    }
    // Equal steps of work are equal steps of time; 5 % for a clock that changes.
    const double first = t[1].period.median - t[0].period.median;
    const double second = t[2].period.median - t[1].period.median;
    CHECK(first > 8 * 10'000 / 4000.0); // no SM runs at 4 GHz
    CHECK(second == doctest::Approx(first).epsilon(0.05));
    const double alone = t[2].latency.median - t[1].latency.median;
    CHECK(alone == doctest::Approx(second).epsilon(0.05));
    const cuda::estimate ratio = cuda::paired_ratio(t[2].period_samples, t[0].period_samples);
    CHECK(ratio.low > 2.0);
    CHECK(ratio.high < 3.0);
}

TEST_CASE("operators are profiled one by one") {
    if (!test::device_or_skip()) {
        return;
    }
    const cuda::helper_kernels kernels;
    const plan p{3,
                 2,
                 0,
                 {{.lane = lane_id{0}, .op = op_id{0}},
                  {.lane = lane_id{1}, .op = op_id{1}},
                  {.lane = lane_id{0}, .op = op_id{2}}}};
    const std::vector<cuda::estimate> found = cuda::profile(p, [&](op_id v, cudaStream_t s) {
        if (v.value != 1) {
            kernels.spin(v.value == 0 ? 20'000 : 40'000, s);
        }
    });
    REQUIRE(found.size() == 3);
    CHECK(found[1].samples == 0); // it enqueues nothing
    CHECK(found[0].samples == 15);
    CHECK(found[0].median > 20'000 / 4000.0);
    CHECK(found[2].median / found[0].median == doctest::Approx(2.0).epsilon(0.05));
}
