/// @file
/// Multilayer perceptrons, evaluated in batches.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/sigmoid.hpp>
#include <opara/abstraction/tanh.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// What a layer does with its sums.
enum class activation : unsigned char {
    identity, ///< x
    relu,     ///< max(x, 0)
    sigmoid,  ///< 1 / (1 + e^-x)
    tanh,     ///< tanh x
};

namespace detail {
// max(x, 0), and NaN for NaN.
[[nodiscard]] constexpr double rectified(double x) noexcept { return x > 0 || x != x ? x : 0; }
} // namespace detail

/// One fully connected layer: y = function(weight x + bias).
struct layer {
    std::size_t inputs = 0;                     ///< numbers that go in
    std::vector<double> weight;                 ///< one row of `inputs` numbers an output
    std::vector<double> bias;                   ///< one number an output
    activation function = activation::identity; ///< applied to each sum

    friend bool operator==(const layer&, const layer&) = default;
};

/// A multilayer perceptron in double arithmetic.
///
/// What it computes for an input does not depend on the other inputs of the batch. Sums go through the inputs in order,
/// beginning with the bias. The hyperbolic tangent and the sigmoid are the library's own, right to 3 units in the last
/// place and the same with every C library.
class network {
public:
    /// From its layers, first to last.
    /// @throws controller_error  there is none, sizes do not fit together, or a weight is NaN or infinite
    explicit network(std::vector<layer> layers) : layers_{std::move(layers)} {
        if (layers_.empty()) {
            throw controller_error{"a network without layers"};
        }
        for (std::size_t k = 0; k < layers_.size(); ++k) {
            const layer& l = layers_[k];
            const std::string name = "layer " + std::to_string(k) + " of a network ";
            if (l.inputs == 0 || l.bias.empty() || l.weight.size() != l.inputs * l.bias.size()) {
                throw controller_error{name + "has " + std::to_string(l.weight.size()) + " weights for " +
                                       std::to_string(l.inputs) + " inputs and " + std::to_string(l.bias.size()) +
                                       " outputs"};
            }
            if (k != 0 && l.inputs != layers_[k - 1].bias.size()) {
                throw controller_error{name + "takes " + std::to_string(l.inputs) +
                                       " numbers, but the one before gives " +
                                       std::to_string(layers_[k - 1].bias.size())};
            }
            const auto is_number = [](double x) { return std::isfinite(x); };
            if (!std::all_of(l.weight.begin(), l.weight.end(), is_number) ||
                !std::all_of(l.bias.begin(), l.bias.end(), is_number)) {
                throw controller_error{name + "has a weight that is no number"};
            }
            widest_ = std::max({widest_, l.inputs, l.bias.size()});
        }
    }

    [[nodiscard]] std::size_t inputs() const noexcept { return layers_.front().inputs; }      ///< numbers in
    [[nodiscard]] std::size_t outputs() const noexcept { return layers_.back().bias.size(); } ///< numbers out
    [[nodiscard]] const std::vector<layer>& layers() const noexcept { return layers_; }       ///< first to last

    /// Evaluates a batch: `in` holds the inputs of one evaluation after another, `out` gets the outputs likewise.
    /// @pre in.size() / inputs() == out.size() / outputs(), both without remainder
    /// Complexity: O(evaluations * weights). Safe to call from several threads.
    void evaluate(std::span<const double> in, std::span<double> out) const {
        OPARA_ASSERT(in.size() % inputs() == 0 && out.size() % outputs() == 0);
        OPARA_ASSERT(in.size() / inputs() == out.size() / outputs());
        std::vector<double> here(widest_ * most_lanes);
        std::vector<double> next(here.size());
        const std::size_t count = in.size() / inputs();
        for (std::size_t first = 0; first < count;) {
            const std::size_t done = std::min(most_lanes, count - first);
            const std::span<const double> from = in.subspan(first * inputs(), done * inputs());
            const std::span<double> to = out.subspan(first * outputs(), done * outputs());
            if (done > few_lanes) {
                evaluate_lanes<most_lanes>(from, to, done, here, next);
            } else {
                evaluate_lanes<few_lanes>(from, to, done, here, next);
            }
            first += done;
        }
    }

    friend bool operator==(const network&, const network&) = default;

private:
    // So many evaluations go through a layer side by side, at most: their sums are independent, so the compiler
    // vectorises them. Reach tubes ask about few new cells at once, and 4 cost half of what 8 do.
    static constexpr std::size_t most_lanes = 8;
    static constexpr std::size_t few_lanes = 4;

    template <std::size_t lanes>
    void evaluate_lanes(std::span<const double> in, std::span<double> out, std::size_t used, std::vector<double>& here,
                        std::vector<double>& next) const {
        for (std::size_t i = 0; i < inputs(); ++i) {
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                here[i * lanes + lane] = lane < used ? in[lane * inputs() + i] : 0.0;
            }
        }
        for (const layer& l : layers_) {
            apply<lanes>(l, here, next);
            std::swap(here, next);
        }
        for (std::size_t lane = 0; lane < used; ++lane) {
            for (std::size_t o = 0; o < outputs(); ++o) {
                out[lane * outputs() + o] = here[o * lanes + lane];
            }
        }
    }

    template <std::size_t lanes>
    static void apply(const layer& l, const std::vector<double>& in, std::vector<double>& out) {
        for (std::size_t o = 0; o < l.bias.size(); ++o) {
            double sum[lanes];
            std::fill(sum, sum + lanes, l.bias[o]);
            const double* const row = l.weight.data() + o * l.inputs;
            for (std::size_t i = 0; i < l.inputs; ++i) {
                const double* const x = in.data() + i * lanes;
                for (std::size_t lane = 0; lane < lanes; ++lane) {
                    sum[lane] += row[i] * x[lane];
                }
            }
            std::copy(sum, sum + lanes, out.data() + o * lanes);
        }
        // Over all sums of the layer, most_lanes at once: the room for them is a multiple of that.
        const std::size_t count = l.bias.size() * lanes;
        for (double* y = out.data(); y < out.data() + count; y += most_lanes) {
            switch (l.function) {
            case activation::identity: return;
            case activation::relu: std::transform(y, y + most_lanes, y, detail::rectified); break;
            case activation::sigmoid: detail::sigmoid_of_each<most_lanes>(y, y); break;
            case activation::tanh: detail::tanh_of_each<most_lanes>(y, y); break;
            }
        }
    }

    std::vector<layer> layers_;
    std::size_t widest_ = 0;
};

} // namespace opara::inline OPARA_ABI::abstraction
