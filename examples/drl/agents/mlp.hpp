/// @file
/// Multilayer perceptrons that learn, with libtorch. Only for the .cpp files of the agents: libtorch's headers cost
/// many seconds a file.
#pragma once

#include <examples/drl/agents/shape.hpp>
#include <opara/core/random.hpp>

#include <torch/torch.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace opara::examples::drl {

/// The numbers of a tensor of contiguous floats.
std::span<float> numbers_of(const torch::Tensor& t);
/// Rows of numbers as a tensor of `width` columns, which has a copy of them.
torch::Tensor rows_of(std::span<const float> numbers, std::size_t width);
/// The same from doubles.
torch::Tensor rows_of(std::span<const double> numbers, std::size_t width);

/// A perceptron whose weights libtorch can derive by.
class mlp {
public:
    /// With weights by lot, and biases of 0 (by lot, too, where the spread is 0).
    mlp(const perceptron_shape& shape, random_source& random);

    /// The outputs for rows of inputs.
    [[nodiscard]] torch::Tensor operator()(torch::Tensor rows) const;
    /// Weights and biases, layer by layer.
    [[nodiscard]] const std::vector<torch::Tensor>& parameters() const noexcept { return parameters_; }
    /// Moves the weights a part of the way to another network's of the same shape; 1: all the way.
    void approach(const mlp& other, double part);
    /// The same perceptron in double arithmetic.
    [[nodiscard]] abstraction::network network() const;

    /// For checkpoints.
    template <class Archive>
    void transfer(Archive& a) {
        for (const torch::Tensor& t : parameters_) {
            a.numbers(numbers_of(t));
        }
    }

private:
    perceptron_shape shape_;
    std::vector<torch::Tensor> parameters_;
};

/// Adam (Kingma and Ba, ICLR 2015) as plain loops: for networks as small as these, libtorch's own spends far more time
/// on dispatch than on arithmetic, and its state is harder to write into a checkpoint.
class adam {
public:
    /// For these parameters, with this learning rate.
    /// @param of  whose they are, for messages
    adam(std::vector<torch::Tensor> parameters, double rate, std::string of = "the network");

    /// A step against the gradient of a loss, which is a number.
    /// @param largest  a gradient that is longer is shortened to this length; 0: none is
    /// @throws diverged  the loss, its gradient, a weight that comes of it or what is remembered of it is not finite
    void descend(const torch::Tensor& loss, double largest = 0);

    /// For checkpoints.
    template <class Archive>
    void transfer(Archive& a) {
        a.value(steps_);
        a.numbers(std::span<float>{mean_});
        a.numbers(std::span<float>{square_});
    }

private:
    std::vector<torch::Tensor> parameters_;
    double rate_;
    std::string of_;
    std::uint64_t steps_ = 0;
    std::vector<float> mean_;   // of the gradient
    std::vector<float> square_; // of its square
};

} // namespace opara::examples::drl
