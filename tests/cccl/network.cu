#include <opara/abstraction/network.hpp>
#include <opara/cccl/network.cuh>
#include <opara/testing/random.hpp>
#include <tests/cccl/support.cuh>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

using namespace opara::abstraction;
namespace cccl = opara::cccl;
using opara::testing::random_source;

namespace {

network some_network(random_source& random, const std::vector<std::size_t>& widths, activation hidden) {
    std::vector<layer> layers;
    for (std::size_t k = 0; k + 1 < widths.size(); ++k) {
        layer l{widths[k], {}, {}, k + 2 == widths.size() ? activation::identity : hidden};
        for (std::size_t i = 0; i < widths[k] * widths[k + 1]; ++i) {
            l.weight.push_back(2 * random.unit() - 1);
        }
        for (std::size_t i = 0; i < widths[k + 1]; ++i) {
            l.bias.push_back(2 * random.unit() - 1);
        }
        layers.push_back(l);
    }
    return network{layers};
}

struct copy_numbers {
    const double* from;
    double* to;
    std::uint64_t count;
    std::uint64_t width;
    __device__ void operator()(std::uint64_t at) const { to[at % width * count + at / width] = from[at]; }
};

std::vector<double> outputs_on_device(const network& net, const std::vector<double>& in) {
    cccl::detail::network device{net};
    const std::uint64_t count = in.size() / net.inputs();
    const cccl::buffer<double> given{std::span<const double>{in}};
    cccl::detail::for_each_index(in.size(), copy_numbers{given.data(), device.inputs_for(count), count, net.inputs()});
    const double* const result = device.evaluate(count);
    std::vector<double> out(count * net.outputs());
    opara::cuda::check(cudaMemcpy(out.data(), result, out.size() * sizeof(double), cudaMemcpyDeviceToHost),
                       "cudaMemcpy");
    return out;
}

} // namespace

TEST_CASE("a perceptron's outputs are those of the host, bit by bit") {
    if (!test::device_or_skip()) {
        return;
    }
    random_source random{41};
    for (const activation hidden : {activation::identity, activation::relu, activation::tanh}) {
        for (const std::vector<std::size_t>& widths :
             std::vector<std::vector<std::size_t>>{{1, 1}, {4, 3}, {4, 20, 20, 1}, {8, 64, 64, 64, 2}, {12, 5, 7, 9}}) {
            const network net = some_network(random, widths, hidden);
            std::vector<double> in(net.inputs() * 1'000);
            for (double& x : in) {
                x = (2 * random.unit() - 1) * (random.chance(0.1) ? 1e3 : 3);
            }
            std::vector<double> expected(net.outputs() * 1'000);
            net.evaluate(in, expected);
            CHECK(outputs_on_device(net, in) == expected);
        }
    }
}

TEST_CASE("the hyperbolic tangent, alone and at its ends, has the host's bits") {
    if (!test::device_or_skip()) {
        return;
    }
    const network net{{layer{1, {1}, {0}, activation::tanh}}};
    std::vector<double> in{0.0, -0.0, 1e-300, 5e-324, 19.999, 20, 20.001, -1e300, 1e308};
    random_source random{42};
    for (int k = 0; k < 100'000; ++k) {
        in.push_back((2 * random.unit() - 1) * (random.chance(0.5) ? 25 : 1e-3));
    }
    std::vector<double> expected(in.size());
    net.evaluate(in, expected);
    CHECK(outputs_on_device(net, in) == expected);
}
