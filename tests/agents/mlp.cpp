#include <examples/drl/agents/mlp.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

using namespace opara::examples::drl;
using opara::abstraction::activation;

namespace {

mlp any_mlp(activation function, std::uint64_t seed = 1) {
    opara::random_source random{seed};
    return mlp{{4, {7, 5}, 3, function, activation::tanh}, random};
}

} // namespace

TEST_CASE("the network that is written is the one that was trained") {
    for (const activation function : {activation::relu, activation::sigmoid, activation::tanh}) {
        const mlp net = any_mlp(function);
        const opara::abstraction::network exact = net.network();
        CHECK(exact.layers().size() == 3);
        const std::vector<double> in{0.5, -1, 2, 0.25, -3, 0.125, 0, 1};
        std::vector<double> out(6);
        exact.evaluate(in, out);
        const torch::NoGradGuard nothing_to_derive;
        const torch::Tensor y = net(rows_of(std::span<const double>{in}, 4));
        for (std::size_t k = 0; k < out.size(); ++k) {
            CHECK(static_cast<double>(numbers_of(y)[k]) == doctest::Approx(out[k]).epsilon(1e-5));
        }
    }
}

TEST_CASE("Adam is libtorch's") {
    const mlp mine = any_mlp(activation::tanh);
    mlp theirs = any_mlp(activation::tanh, 2);
    theirs.approach(mine, 1);
    adam my_steps{mine.parameters(), 1e-2};
    torch::optim::Adam their_steps{theirs.parameters(), torch::optim::AdamOptions(1e-2)};
    opara::random_source random{5};
    for (int step = 0; step < 50; ++step) {
        std::vector<double> in(8);
        for (double& x : in) {
            x = 2 * random.unit() - 1;
        }
        const torch::Tensor rows = rows_of(std::span<const double>{in}, 4);
        my_steps.descend((mine(rows) - 0.5).square().mean());
        their_steps.zero_grad();
        (theirs(rows) - 0.5).square().mean().backward();
        their_steps.step();
    }
    for (std::size_t k = 0; k < mine.parameters().size(); ++k) {
        CHECK(torch::allclose(mine.parameters()[k], theirs.parameters()[k], 1e-4, 1e-5));
    }
}

TEST_CASE("long gradients are shortened") {
    const mlp net = any_mlp(activation::tanh);
    const torch::Tensor rows = torch::ones({1, 4});
    const std::vector<torch::Tensor> g = torch::autograd::grad({1000 * net(rows).sum()}, net.parameters());
    double squares = 0;
    for (const torch::Tensor& t : g) {
        squares += t.square().sum().item<double>();
    }
    REQUIRE(squares > 1);
    // Adam's first step does not depend on the gradient's length, so the second one tells.
    mlp same = any_mlp(activation::tanh);
    adam shortened{net.parameters(), 1e-2};
    adam scaled{same.parameters(), 1e-2};
    for (int k = 0; k < 2; ++k) {
        const double scale = k == 0 ? 1000 : 10;
        shortened.descend(scale * net(rows).sum(), 1e-3);
        const std::vector<torch::Tensor> now = torch::autograd::grad({same(rows).sum()}, same.parameters());
        double length = 0;
        for (const torch::Tensor& t : now) {
            length += t.square().sum().item<double>();
        }
        scaled.descend(1e-3 / std::sqrt(length) * same(rows).sum());
    }
    for (std::size_t k = 0; k < net.parameters().size(); ++k) {
        CHECK(torch::allclose(net.parameters()[k], same.parameters()[k], 1e-3, 1e-5));
    }
}

TEST_CASE("the first weights are by lot, and as wide as asked for") {
    opara::random_source random{3};
    const mlp wide{{100, {200}, 1, activation::tanh, activation::identity, 0.1}, random};
    const std::span<float> w = numbers_of(wide.parameters()[0]);
    double square = 0;
    for (const float x : w) {
        square += static_cast<double>(x * x);
    }
    CHECK(std::sqrt(square / static_cast<double>(w.size())) == doctest::Approx(0.1).epsilon(0.02));
    CHECK(numbers_of(wide.parameters()[1])[0] == 0);
    CHECK(any_mlp(activation::tanh).network() == any_mlp(activation::tanh).network());
    CHECK(any_mlp(activation::tanh).network() != any_mlp(activation::tanh, 2).network());
}
