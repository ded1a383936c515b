/// @file
/// Multilayer perceptrons out of operator graphs: trained controllers that come as ONNX files.
#pragma once

#include <opara/abstraction/network.hpp>
#include <opara/core/error.hpp>
#include <opara/onnx/inference.hpp>
#include <opara/onnx/network.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace opara::inline OPARA_ABI::onnx {

namespace detail {

// Walks the chain of operators from the input to the output and collects layers.
class perceptron_reader {
public:
    explicit perceptron_reader(const network& from) : from_{from} {}

    abstraction::network run() {
        const std::string graph = "graph '" + from_.name + "'";
        if (from_.inputs.size() != 1 || from_.outputs.size() != 1) {
            throw parse_error{"a controller must have one input and one output, this network has " +
                                  std::to_string(from_.inputs.size()) + " and " + std::to_string(from_.outputs.size()),
                              graph};
        }
        at_ = from_.inputs[0];
        width_ = static_cast<std::size_t>(elements(from_[at_].dims));
        if (from_[at_].type != element::f32 && from_[at_].type != element::f64) {
            throw parse_error{"it must be float or double", "input '" + from_[at_].name + "'"};
        }
        for (std::size_t k = 0; k < from_.graph.size(); ++k) {
            read(from_[op_id::from_index(k)]);
        }
        if (from_.outputs[0] != at_) {
            throw parse_error{"it is not what the last operator yields",
                              "output '" + from_[from_.outputs[0]].name + "'"};
        }
        if (layers_.empty()) {
            throw parse_error{"there is no layer in it", graph};
        }
        return abstraction::network{std::move(layers_)};
    }

private:
    using activation = abstraction::activation;

    void read(const node& n) {
        if (!n.domain.empty()) {
            refuse(n, "a multilayer perceptron has no such operator");
        }
        if (n.type == "Gemm") {
            gemm(n);
        } else if (n.type == "MatMul") {
            require_input(n, 0);
            product(n, n.inputs[1], false);
            lacks_bias_ = true;
        } else if (n.type == "Add") {
            add(n);
        } else if (n.type == "Mul") {
            scale(n);
        } else if (n.type == "Relu") {
            apply(n, activation::relu);
        } else if (n.type == "Tanh") {
            apply(n, activation::tanh);
        } else if (n.type == "Sigmoid") {
            apply(n, activation::sigmoid);
        } else if (n.type == "Identity" || n.type == "Flatten" || n.type == "Reshape" || n.type == "Squeeze" ||
                   n.type == "Unsqueeze" || n.type == "Dropout") {
            require_input(n, 0); // the same numbers in the same order
            if (n.type == "Dropout" && n.inputs.size() > 2 && n.inputs[2] != no_value) {
                refuse(n, "it may drop numbers: its input training_mode is given");
            }
        } else {
            refuse(n, "a multilayer perceptron has no such operator");
        }
        at_ = n.outputs[0];
    }

    [[noreturn]] static void refuse(const node& n, const std::string& why) { throw parse_error{why, describe(n)}; }

    // That operand i is what the operator before yielded.
    void require_input(const node& n, std::size_t i) const {
        if (n.inputs[i] != at_) {
            refuse(n, "it does not read '" + from_[at_].name + "' there: the operators form no chain");
        }
    }
    // The elements of a weight as doubles, which hold every float exactly.
    [[nodiscard]] std::vector<double> numbers(const node& n, value_id v) const {
        const value& w = from_[v];
        if (!w.is_weight()) {
            refuse(n, "its operand '" + w.name + "' is no weight");
        }
        std::vector<double> result;
        if (const auto* fill = std::get_if<constant_fill>(&*w.data)) {
            result.assign(static_cast<std::size_t>(elements(w.dims)), fill->number);
        } else if (const auto* full = std::get_if<tensor>(&*w.data); full != nullptr && w.type == element::f32) {
            const std::vector<float> single = full->as<float>();
            result.assign(single.begin(), single.end());
        } else if (full != nullptr && w.type == element::f64) {
            result = full->as<double>();
        } else {
            refuse(n, "its weight '" + w.name + "' is neither of float nor of double numbers");
        }
        if (!std::all_of(result.begin(), result.end(), [](double x) { return std::isfinite(x); })) {
            refuse(n, "its weight '" + w.name + "' has an element that is no number");
        }
        return result;
    }
    // One number an output, from a weight that is broadcast over them.
    [[nodiscard]] std::vector<double> one_each(const node& n, value_id v) const {
        std::vector<double> list = numbers(n, v);
        if (list.size() == 1) {
            list.resize(width_, list[0]);
        }
        if (list.size() != width_ || static_cast<std::size_t>(elements(from_[n.outputs[0]].dims)) != width_) {
            refuse(n, "its weight '" + from_[v].name + "' of shape " + describe(from_[v].dims) + " is not one of " +
                          std::to_string(width_) + " numbers");
        }
        return list;
    }

    void gemm(const node& n) {
        require_input(n, 0);
        if (n.attribute_or("alpha", 1.0) != 1.0 || n.attribute_or("beta", 1.0) != 1.0 ||
            n.attribute_or("transA", std::int64_t{0}) != 0) {
            refuse(n, "in a multilayer perceptron alpha and beta are 1, and transA is 0");
        }
        product(n, n.inputs[1], n.attribute_or("transB", std::int64_t{0}) != 0);
        if (n.inputs.size() > 2 && n.inputs[2] != no_value) {
            layers_.back().bias = one_each(n, n.inputs[2]);
        }
    }
    // A new layer: the row of inputs times a matrix of a row an input, or an output if `rows_are_outputs`.
    void product(const node& n, value_id matrix, bool rows_are_outputs) {
        const shape& dims = from_[matrix].dims;
        const std::vector<double> w = numbers(n, matrix);
        if (dims.size() != 2 || w.empty()) {
            refuse(n, "its weight '" + from_[matrix].name + "' of shape " + describe(dims) + " is no matrix");
        }
        const auto rows = static_cast<std::size_t>(dims[0]);
        const auto columns = static_cast<std::size_t>(dims[1]);
        const std::size_t inputs = rows_are_outputs ? columns : rows;
        const std::size_t outputs = rows_are_outputs ? rows : columns;
        if (inputs != width_) {
            refuse(n, "it takes rows of " + std::to_string(inputs) + " numbers, and there are " +
                          std::to_string(width_) + " in all: a controller reads one row (set the batch to 1)");
        }
        abstraction::layer l{inputs, w, std::vector<double>(outputs, 0.0), activation::identity};
        for (std::size_t o = 0; !rows_are_outputs && o < outputs; ++o) {
            for (std::size_t i = 0; i < inputs; ++i) {
                l.weight[o * inputs + i] = w[i * outputs + o];
            }
        }
        layers_.push_back(std::move(l));
        width_ = outputs;
        is_open_ = true;
        lacks_bias_ = false;
    }
    // The other operand of a sum or product with a weight. @throws parse_error  neither is what came before
    [[nodiscard]] value_id other_operand(const node& n) const {
        const std::size_t mine = n.inputs[0] == at_ ? 0 : 1;
        require_input(n, mine);
        return n.inputs[1 - mine];
    }
    void add(const node& n) {
        const value_id bias = other_operand(n);
        if (!lacks_bias_) {
            refuse(n, "a sum must follow a MatMul, whose bias it adds");
        }
        layers_.back().bias = one_each(n, bias);
        lacks_bias_ = false;
    }
    // A diagonal layer: 0 + factor * x, and 0 * y for the others, is the product itself.
    void scale(const node& n) {
        const std::vector<double> factors = one_each(n, other_operand(n));
        abstraction::layer l{width_, std::vector<double>(width_ * width_, 0.0), std::vector<double>(width_, 0.0),
                             activation::identity};
        for (std::size_t i = 0; i < width_; ++i) {
            l.weight[i * width_ + i] = factors[i];
        }
        layers_.push_back(std::move(l));
        is_open_ = true;
        lacks_bias_ = false;
    }
    void apply(const node& n, activation function) {
        require_input(n, 0);
        if (!is_open_) {
            refuse(n, "an activation must follow a Gemm, MatMul, Add or Mul");
        }
        layers_.back().function = function;
        is_open_ = false;
        lacks_bias_ = false;
    }

    const network& from_;
    value_id at_ = no_value;  // what the last operator yielded
    std::size_t width_ = 0;   // how many numbers that are
    bool is_open_ = false;    // the last layer has no activation yet
    bool lacks_bias_ = false; // and no bias
    std::vector<abstraction::layer> layers_;
};

} // namespace detail

/// The multilayer perceptron that a network is: a chain of Gemm, MatMul and Add, Relu, Tanh, Sigmoid, products with
/// constants, and operators that change no number (Identity, Flatten, Reshape, Squeeze, Unsqueeze, Dropout).
///
/// Weights are taken as they are stored, widened to double, in which the perceptron computes; sums begin with the bias.
/// So a file in single precision gives exactly the perceptron that the same weights give as JSON, and outputs that
/// differ from a single-precision runtime's by that one's rounding errors.
///
/// @code
/// opara::abstraction::network mlp = perceptron_of(read("controller.onnx"));
/// @endcode
/// @throws parse_error  there are several inputs or outputs, an operator is of another kind or reads something else
///         than the one before yields, more than one row is fed, or a weight is NaN, infinite or of another type; names
///         the node and the reason
/// Complexity: O(weights).
[[nodiscard]] inline abstraction::network perceptron_of(const network& net) {
    return detail::perceptron_reader{net}.run();
}

} // namespace opara::inline OPARA_ABI::onnx
