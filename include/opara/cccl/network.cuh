/// @file
/// Perceptrons on the device, bit for bit as on the host.
#pragma once

#include <opara/abstraction/network.hpp>
#include <opara/abstraction/tanh.hpp>
#include <opara/cccl/buffer.cuh>
#include <opara/cccl/device.cuh>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cccl::detail {

// Outputs that one thread computes at once, so that an input that was read serves so many sums.
inline constexpr std::size_t outputs_a_thread = 8;

// A layer in device memory. Its weights are stored input by input, the outputs filled up with zeros to whole tiles.
struct layer_view {
    const double* weight; // inputs x padded
    const double* bias;   // padded
    std::uint64_t inputs;
    std::uint64_t outputs;
    std::uint64_t padded;
    abstraction::activation function;
};

[[nodiscard]] __device__ inline double activated(double x, abstraction::activation function) {
    switch (function) {
    case abstraction::activation::relu: return abstraction::detail::rectified(x);
    case abstraction::activation::tanh: {
        double y;
        abstraction::detail::tanh_of_each<1>(&x, &y);
        return y;
    }
    case abstraction::activation::sigmoid: {
        double y;
        abstraction::detail::sigmoid_of_each<1>(&x, &y);
        return y;
    }
    default: return x;
    }
}

// A tile of a layer's outputs for one evaluation. Number i of evaluation k lies at [i * count + k], so that
// neighbouring threads read neighbouring numbers; the last layer writes an evaluation's outputs side by side instead. A
// sum goes through the inputs in order, beginning with the bias, as on the host.
struct apply_layer {
    layer_view layer;
    const double* in;
    double* out;
    std::uint64_t count;
    bool is_last;

    __device__ void operator()(std::uint64_t at) const {
        const std::uint64_t k = at % count;
        const std::uint64_t tile = at / count * outputs_a_thread;
        double sum[outputs_a_thread];
        for (std::size_t j = 0; j < outputs_a_thread; ++j) {
            sum[j] = layer.bias[tile + j];
        }
        for (std::uint64_t i = 0; i < layer.inputs; ++i) {
            const double x = in[i * count + k];
            // Two weights a load: a tile begins at a multiple of its 64 bytes.
            const auto* const row = reinterpret_cast<const double2*>(layer.weight + i * layer.padded + tile);
            for (std::size_t j = 0; j < outputs_a_thread / 2; ++j) {
                const double2 w = row[j];
                sum[2 * j] += w.x * x;
                sum[2 * j + 1] += w.y * x;
            }
        }
        for (std::size_t j = 0; j < outputs_a_thread && tile + j < layer.outputs; ++j) {
            const std::uint64_t place = is_last ? k * layer.outputs + tile + j : (tile + j) * count + k;
            out[place] = activated(sum[j], layer.function);
        }
    }
};

// Owns the weights on the device.
class network {
public:
    explicit network(const abstraction::network& net) : inputs_{net.inputs()}, outputs_{net.outputs()} {
        std::vector<double> numbers;
        for (const abstraction::layer& l : net.layers()) {
            const std::size_t padded = (l.bias.size() + outputs_a_thread - 1) / outputs_a_thread * outputs_a_thread;
            layers_.push_back({nullptr, nullptr, l.inputs, l.bias.size(), padded, l.function});
            for (std::size_t i = 0; i < l.inputs; ++i) {
                for (std::size_t o = 0; o < padded; ++o) {
                    numbers.push_back(o < l.bias.size() ? l.weight[o * l.inputs + i] : 0.0);
                }
            }
            numbers.insert(numbers.end(), l.bias.begin(), l.bias.end());
            numbers.resize(numbers.size() + padded - l.bias.size());
            widest_ = std::max({widest_, l.inputs, l.bias.size()});
        }
        numbers_ = buffer<double>{std::span<const double>{numbers}};
        const double* next = numbers_.data();
        for (layer_view& l : layers_) {
            l.weight = next;
            l.bias = next + l.inputs * l.padded;
            next += (l.inputs + 1) * l.padded;
        }
    }

    [[nodiscard]] std::size_t inputs() const noexcept { return inputs_; }
    [[nodiscard]] std::size_t outputs() const noexcept { return outputs_; }

    // Where the inputs of `count` evaluations go: number i of evaluation k at [i * count + k].
    [[nodiscard]] double* inputs_for(std::uint64_t count) {
        here_.reset(widest_ * count);
        there_.reset(widest_ * count);
        return here_.data();
    }
    // Evaluates what lies there; outputs o of evaluation k at [k * outputs() + o] of the result.
    [[nodiscard]] const double* evaluate(std::uint64_t count) {
        for (std::size_t k = 0; k < layers_.size(); ++k) {
            for_each_index(count * (layers_[k].padded / outputs_a_thread),
                           apply_layer{layers_[k], here_.data(), there_.data(), count, k + 1 == layers_.size()});
            std::swap(here_, there_);
        }
        return here_.data();
    }

private:
    std::size_t inputs_;
    std::size_t outputs_;
    std::size_t widest_ = 0;
    std::vector<layer_view> layers_;
    buffer<double> numbers_;
    buffer<double> here_;
    buffer<double> there_;
};

} // namespace opara::inline OPARA_ABI::cccl::detail
