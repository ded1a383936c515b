#include <opara/cost/classify.hpp>
#include <opara/cost/devices.hpp>

#include <doctest/doctest.h>

namespace cost = opara::cost;

TEST_CASE("the ridge point parts compute from memory") {
    const cost::device& d = cost::devices::h200;
    const double ridge = cost::ridge_point(d);
    CHECK(ridge == doctest::Approx(62e12 / 3.95e12));
    const double bytes = 1e6;
    CHECK(cost::classify(cost::kernel{.dram_bytes = bytes, .fp32_flops = ridge * bytes * 1.01}, d) ==
          opara::bound::compute);
    CHECK(cost::classify(cost::kernel{.dram_bytes = bytes, .fp32_flops = ridge * bytes * 0.99}, d) ==
          opara::bound::memory);
    // Tensor cores move the ridge, L2 has one of its own.
    CHECK(cost::classify(cost::kernel{.dram_bytes = bytes, .tensor_flops = ridge * bytes}, d) == opara::bound::memory);
    CHECK(cost::classify(cost::kernel{.l2_bytes = 1e9, .fp32_flops = 1e9}, d) == opara::bound::memory);
    CHECK(cost::classify(cost::kernel{}, d) == opara::bound::compute);
}

TEST_CASE("work is classified before a kernel is chosen") {
    const cost::work relu{.flops = 1e6, .input_bytes = 4e6, .output_bytes = 4e6, .output_elements = 1e6};
    const cost::work gemm{
        .flops = 2e9, .matrix_flops = 2e9, .input_bytes = 4e6, .weight_bytes = 4e6, .output_bytes = 4e6};
    for (const cost::device* d : {&cost::devices::h200, &cost::devices::rtx_2080_super}) {
        CHECK(cost::classify(relu, *d) == opara::bound::memory);
        CHECK(cost::classify(gemm, *d) == opara::bound::compute);
    }
}
