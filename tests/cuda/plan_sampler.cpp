#include <opara/cuda/plan_sampler.hpp>
#include <opara/search/evaluator.hpp>
#include <tests/cuda/support.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

using namespace opara;

namespace {

// Eight operators, one after another, all in one variant.
plan chain(std::uint32_t variant) {
    std::vector<command> commands;
    for (std::uint32_t v = 0; v < 8; ++v) {
        commands.push_back({.op = op_id{v}, .variant = variant_id{variant}});
    }
    return plan{8, 1, 0, std::move(commands)};
}

} // namespace

TEST_CASE("a plan sampler launches the variants that plans name, and measures plans in turn") {
    if (!test::device_or_skip()) {
        return;
    }
    const auto kernels = std::make_shared<cuda::helper_kernels>();
    std::size_t launched = 0;
    const auto launch = [&, kernels](const command& c, cudaStream_t s) {
        ++launched;
        kernels->spin(10'000 * (1 + c.variant.value), s);
    };
    for (const cuda::replay_kind what : {cuda::replay_kind::queued, cuda::replay_kind::alone}) {
        launched = 0;
        cuda::plan_sampler measure{launch, {.what = what, .most_replays = 5}};
        static_assert(search::sampler<decltype(measure)>);
        const plan plans[] = {chain(0), chain(1), chain(2)};
        const plan* const all[] = {&plans[0], &plans[1], &plans[2]};
        const auto samples = measure(all, 9);
        REQUIRE(samples.size() == 3);
        std::vector<double> us;
        for (const std::vector<double>& of_one : samples) {
            REQUIRE(of_one.size() == 9);
            us.push_back(cuda::median_of(of_one).median);
        }
        CHECK(us[0] > 8 * 10'000 / 4000.0); // no SM runs at 4 GHz
        CHECK(us[1] - us[0] > 0.9 * (us[0] - 20.0));
        CHECK(us[2] - us[1] == doctest::Approx(us[1] - us[0]).epsilon(0.1)); // equal steps of work
        CHECK(launched == 24);
        CHECK(measure.emitted() == 3);
        // Whoever asks again gets other instances.
        const plan* const twice[] = {&plans[2], &plans[2]};
        CHECK(measure(twice, 1).size() == 2);
        CHECK(measure.emitted() == 5);
    }
}

TEST_CASE("a plan sampler says which operator cannot be captured, and goes on with other plans") {
    if (!test::device_or_skip()) {
        return;
    }
    const auto kernels = std::make_shared<cuda::helper_kernels>();
    cuda::plan_sampler measure{[kernels](const command& c, cudaStream_t s) {
        if (c.variant.value == 1 && c.op.value == 3) {
            throw std::runtime_error{"no such variant"};
        }
        kernels->spin(1000, s);
    }};
    const plan good = chain(0);
    const plan bad = chain(1);
    const plan* const both[] = {&good, &bad};
    try {
        static_cast<void>(measure(both, 1));
        FAIL("nothing was thrown");
    } catch (const operator_error& e) {
        CHECK(e.op() == op_id{3});
    }
    const plan* const one[] = {&good};
    CHECK(measure(one, 4).front().size() == 4);
}
