#include <examples/drl/agents/diverged.hpp>
#include <examples/drl/agents/mlp.hpp>
#include <examples/drl/agents/normal.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace opara::examples::drl {

namespace {

template <class Number>
torch::Tensor copied(std::span<const Number> numbers, std::size_t width) {
    torch::Tensor t =
        torch::empty({static_cast<std::int64_t>(numbers.size() / width), static_cast<std::int64_t>(width)});
    std::transform(numbers.begin(), numbers.end(), t.data_ptr<float>(), [](Number x) { return static_cast<float>(x); });
    return t;
}

torch::Tensor applied(abstraction::activation function, const torch::Tensor& x) {
    switch (function) {
    case abstraction::activation::relu: return torch::relu(x);
    case abstraction::activation::sigmoid: return torch::sigmoid(x);
    case abstraction::activation::tanh: return torch::tanh(x);
    case abstraction::activation::identity: break;
    }
    return x;
}

} // namespace

std::span<float> numbers_of(const torch::Tensor& t) {
    return {t.data_ptr<float>(), static_cast<std::size_t>(t.numel())};
}
torch::Tensor rows_of(std::span<const float> numbers, std::size_t width) { return copied(numbers, width); }
torch::Tensor rows_of(std::span<const double> numbers, std::size_t width) { return copied(numbers, width); }

mlp::mlp(const perceptron_shape& shape, random_source& random) : shape_{shape} {
    // One thread: these networks are too small for more, and sums shall not depend on the machine.
    torch::set_num_threads(1);
    std::vector<std::size_t> widths{shape.inputs};
    widths.insert(widths.end(), shape.hidden.begin(), shape.hidden.end());
    widths.push_back(shape.outputs);
    for (std::size_t k = 0; k + 1 < widths.size(); ++k) {
        const auto rows = static_cast<std::int64_t>(widths[k + 1]);
        const auto columns = static_cast<std::int64_t>(widths[k]);
        const double bound = 1 / std::sqrt(static_cast<double>(columns));
        torch::Tensor weight = torch::empty({rows, columns});
        for (float& w : numbers_of(weight)) {
            w = static_cast<float>(shape.spread > 0 ? shape.spread * normal(random) : bound * (2 * random.unit() - 1));
        }
        torch::Tensor bias = torch::zeros({rows});
        for (float& b : numbers_of(bias)) {
            b = shape.spread > 0 ? 0.0F : static_cast<float>(bound * (2 * random.unit() - 1));
        }
        parameters_.push_back(weight.set_requires_grad(true));
        parameters_.push_back(bias.set_requires_grad(true));
    }
}

torch::Tensor mlp::operator()(torch::Tensor rows) const {
    for (std::size_t k = 0; k < parameters_.size(); k += 2) {
        const bool is_last = k + 2 == parameters_.size();
        rows =
            applied(is_last ? shape_.last : shape_.function, torch::linear(rows, parameters_[k], parameters_[k + 1]));
    }
    return rows;
}

void mlp::approach(const mlp& other, double part) {
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
        const std::span<float> mine = numbers_of(parameters_[k]);
        const std::span<float> theirs = numbers_of(other.parameters_[k]);
        for (std::size_t i = 0; i < mine.size(); ++i) {
            mine[i] = part >= 1 ? theirs[i] : mine[i] + static_cast<float>(part) * (theirs[i] - mine[i]);
        }
    }
}

abstraction::network mlp::network() const {
    std::vector<abstraction::layer> layers;
    for (std::size_t k = 0; k < parameters_.size(); k += 2) {
        const std::span<float> weight = numbers_of(parameters_[k]);
        const std::span<float> bias = numbers_of(parameters_[k + 1]);
        layers.push_back({.inputs = weight.size() / bias.size(),
                          .weight = {weight.begin(), weight.end()},
                          .bias = {bias.begin(), bias.end()},
                          .function = k + 2 == parameters_.size() ? shape_.last : shape_.function});
    }
    return abstraction::network{std::move(layers)};
}

adam::adam(std::vector<torch::Tensor> parameters, double rate, std::string of)
    : parameters_{std::move(parameters)}, rate_{rate}, of_{std::move(of)} {
    std::size_t count = 0;
    for (const torch::Tensor& t : parameters_) {
        count += static_cast<std::size_t>(t.numel());
    }
    mean_.resize(count);
    square_.resize(count);
}

void adam::descend(const torch::Tensor& loss, double largest) {
    require_finite(loss.item<double>(), "the loss of " + of_);
    std::vector<torch::Tensor> gradients = torch::autograd::grad({loss}, parameters_);
    double squares = 0;
    for (torch::Tensor& g : gradients) {
        g = g.contiguous();
        for (const float x : numbers_of(g)) {
            squares += static_cast<double>(x) * static_cast<double>(x);
        }
    }
    const double length = std::sqrt(squares);
    require_finite(length, "the length of the gradient of " + of_);
    const auto factor = static_cast<float>(largest > 0 && length > largest ? largest / length : 1.0);
    ++steps_;
    constexpr float keep_mean = 0.9F;
    constexpr float keep_square = 0.999F;
    const auto step = static_cast<double>(steps_);
    const auto rate = static_cast<float>(rate_ * std::sqrt(1 - std::pow(0.999, step)) / (1 - std::pow(0.9, step)));
    const auto least = static_cast<float>(1e-8 * std::sqrt(1 - std::pow(0.999, step)));
    std::size_t at = 0;
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
        const std::span<float> weight = numbers_of(parameters_[k]);
        const std::span<float> gradient = numbers_of(gradients[k]);
        for (std::size_t i = 0; i < weight.size(); ++i, ++at) {
            const float g = factor * gradient[i];
            mean_[at] = keep_mean * mean_[at] + (1 - keep_mean) * g;
            square_[at] = keep_square * square_[at] + (1 - keep_square) * g * g;
            weight[i] -= rate * mean_[at] / (std::sqrt(square_[at]) + least);
        }
        require_finite(weight, ("a weight of " + of_).c_str());
    }
    // A square that is infinite would let its weight stand still for ever.
    require_finite(square_, ("a mean square of the gradient of " + of_).c_str());
}

} // namespace opara::examples::drl
