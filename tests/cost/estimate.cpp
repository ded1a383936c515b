#include <opara/cost/devices.hpp>
#include <opara/cost/estimate.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace cost = opara::cost;
using opara::op_id;

namespace {

cost::work elementwise(double elements) {
    return {.flops = elements, .input_bytes = 4 * elements, .output_bytes = 4 * elements, .output_elements = elements};
}
// rows x inner times inner x columns.
cost::work product(double rows, double inner, double columns) {
    const double flops = 2 * rows * inner * columns;
    return {.flops = flops,
            .matrix_flops = flops,
            .input_bytes = 4 * rows * inner,
            .weight_bytes = 4 * inner * columns,
            .output_bytes = 4 * rows * columns,
            .output_elements = rows * columns};
}
cost::work convolution(double rows, double inner, double columns) {
    cost::work w = product(rows, inner, columns);
    w.convolution_flops = w.matrix_flops;
    return w;
}

constexpr const cost::device* all[] = {&cost::devices::rtx_2080_super, &cost::devices::a100_pcie_40gb,
                                       &cost::devices::h100, &cost::devices::h200};

} // namespace

TEST_CASE("what does nothing launches nothing") {
    CHECK(cost::estimate(cost::work{}, cost::devices::h200) == cost::kernel{.blocks = 0});
}

TEST_CASE("no estimate beats the roofs or the floor, and every one fits its device") {
    for (const cost::device* d : all) {
        CAPTURE(d->name);
        std::vector<cost::work> works;
        for (double size = 1; size < 1e9; size *= 7) {
            works.push_back(elementwise(size));
        }
        for (double rows = 1; rows < 20000; rows *= 9) {
            for (double inner = 16; inner < 20000; inner *= 6) {
                works.push_back(product(rows, inner, 768));
                works.push_back(convolution(rows, inner, 64));
                for (const double share : {0.4, 0.6, 0.9}) { // and arithmetic of another kind around it
                    works.push_back(convolution(rows, inner, 64));
                    works.back().flops = works.back().matrix_flops / share;
                    works.push_back(works.back());
                    works.back().convolution_flops *= share;
                }
            }
        }
        for (const cost::work& w : works) {
            const cost::kernel k = cost::estimate(w, *d, {.weights = 1.0, .activations = 1.0});
            CHECK(k.duration_us >= cost::roofline_of(w, *d).us());
            CHECK(k.duration_us >= d->kernels.floor_us);
            CHECK(k.blocks > 0);
            CHECK(cost::occupancy_of(k, *d).blocks_per_sm > 0);
            CHECK(k.fp32_flops / (d->fp32_tflops * 1e6) <= k.duration_us);
            CHECK(k.tensor_flops / (d->tensor_tflops * 1e6) <= k.duration_us);
        }
        for (const cost::work& small : {elementwise(1e4), product(64, 256, 64)}) {
            cost::work large = small;
            for (double* amount :
                 {&large.flops, &large.matrix_flops, &large.input_bytes, &large.output_bytes, &large.output_elements}) {
                *amount *= 100.0;
            }
            CHECK(cost::estimate(large, *d).duration_us > cost::estimate(small, *d).duration_us);
            CHECK(cost::estimate(large, *d).blocks > cost::estimate(small, *d).blocks);
        }
    }
}

TEST_CASE("convolutions go to tensor cores where these take 32-bit inputs, other products do not") {
    const cost::work conv = convolution(3136, 576, 192);
    CHECK(cost::estimate(conv, cost::devices::h200).tensor_flops > 0.0);
    CHECK(cost::estimate(conv, cost::devices::h200).fp32_flops == 0.0);
    CHECK(cost::estimate(conv, cost::devices::rtx_2080_super).tensor_flops == 0.0);
    CHECK(cost::estimate(conv, cost::devices::rtx_2080_super).fp32_flops == conv.flops);
    CHECK(cost::estimate(product(128, 768, 768), cost::devices::h200).tensor_flops == 0.0);
}

TEST_CASE("a deep product of few rows splits its inner dimension") {
    // 49 x 4608 x 64: one or two tiles of output would leave 130 SMs idle.
    CHECK(cost::estimate(convolution(49, 4608, 64), cost::devices::h200).blocks >= 8);
}

TEST_CASE("what fits L2 stays there from replay to replay") {
    const std::vector<cost::work> small(20, product(64, 256, 256));    // 5.2 MB of weights
    const std::vector<cost::work> large(200, product(64, 1024, 1024)); // 840 MB
    CHECK(cost::residency_of(small, cost::devices::h200).weights == 0.0);
    CHECK(cost::residency_of(large, cost::devices::h200).weights > 0.9);
    CHECK(cost::residency_of(small, cost::devices::rtx_2080_super).weights > 0.0); // 4 MB of L2
    CHECK(cost::residency_of({}, cost::devices::h200) == cost::residency{0.0, 0.0});
    const cost::table costs = cost::estimate(large, cost::devices::h200);
    CHECK(costs.kernel(op_id{0}).dram_bytes > 0.9 * large[0].weight_bytes);
    CHECK(cost::estimate(small, cost::devices::h200).kernel(op_id{0}).dram_bytes == 0.0);
}

TEST_CASE("work that is none names its operator") {
    cost::work odd = product(8, 8, 8);
    odd.output_elements = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_WITH_AS(static_cast<void>(cost::estimate(odd, cost::devices::h200)),
                         "an amount of work is nan; it must be finite and not negative", opara::error);
    std::vector<cost::work> works(3, elementwise(100));
    works[2].flops = std::numeric_limits<double>::quiet_NaN();
    try {
        static_cast<void>(cost::estimate(works, cost::devices::h200));
        FAIL("no error");
    } catch (const opara::cost_error& e) {
        CHECK(e.op() == op_id{2});
    }
}

TEST_CASE("a roofline model tells what is at the roof") {
    const std::vector<cost::work> works{elementwise(1e6), product(4096, 4096, 4096)};
    const cost::roofline_model m{works, cost::devices::h200};
    CHECK(m.duration_us(op_id{0}) == doctest::Approx(8e6 / 3.95e6));
    CHECK(m.bound(op_id{0}) == opara::bound::memory);
    CHECK(m.duration_us(op_id{1}) == doctest::Approx(2.0 * 4096 * 4096 * 4096 / 62e6));
    CHECK(m.bound(op_id{1}) == opara::bound::compute);
}
