#include <opara/cuda/early_launch.hpp>
#include <tests/cuda/support.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>
#include <vector>

using namespace opara;

TEST_CASE("both moments of early launch are tried on the plan's own kernels") {
    if (!test::device_or_skip()) {
        return;
    }
    const frozen_graph g = testing::random_graph(testing::graph_family::layered, 30, 3);
    const test::dataflow values{g, 3};
    const plan p = scheduler{assign::chain_cover{}, order::critical_first{}}(g, testing::random_kernels{g.size(), 3});
    std::vector<std::size_t> launched(g.size());
    const auto launch = [&](const command& c, cudaStream_t s) {
        ++launched[c.op.index()];
        values(c.op, s);
    };
    const cuda::early_launch better = cuda::faster_early_launch(p, launch, {});
    CHECK((better == cuda::early_launch::when_triggered || better == cuda::early_launch::when_started));
    CHECK(launched == std::vector<std::size_t>(g.size(), 2));

    const auto fails = [](const command&, cudaStream_t) { throw std::runtime_error{"no kernel"}; };
    CHECK_THROWS_AS(static_cast<void>(cuda::faster_early_launch(p, fails, {})), std::runtime_error);
    CHECK_THROWS_AS(static_cast<void>(cuda::faster_early_launch(p, launch, {.programmatic = {true}})),
                    std::invalid_argument);
}
