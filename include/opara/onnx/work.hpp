/// @file
/// FLOPs and bytes of the operators of a network.
#pragma once

#include <opara/cost/work.hpp>
#include <opara/onnx/network.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace opara::inline OPARA_ABI::onnx {

namespace detail {

// Floating-point operations an element of an elementwise function; a function of the mathematical library counts one.
inline double flops_of_function(std::string_view type) noexcept {
    struct entry {
        std::string_view type;
        double flops;
    };
    constexpr std::array table{
        entry{"Abs", 1},  entry{"Clip", 2},      entry{"Erf", 1},  entry{"Exp", 1},
        entry{"Gelu", 5}, entry{"LeakyRelu", 2}, entry{"Log", 1},  entry{"Neg", 1},
        entry{"Relu", 1}, entry{"Sigmoid", 4},   entry{"Sqrt", 1}, entry{"Tanh", 1},
    };
    const auto found = std::find_if(table.begin(), table.end(), [type](const entry& e) { return e.type == type; });
    return found == table.end() ? 0.0 : found->flops;
}

// The arithmetic of one operator by its definition. Fills `flops` and `matrix_flops`.
class arithmetic_of {
public:
    arithmetic_of(const network& net, const node& n) : net_{net}, n_{n}, out_{count(n.outputs, 0)} { run(); }

    double flops = 0.0;
    double matrix_flops = 0.0;
    double convolution_flops = 0.0;

private:
    [[nodiscard]] double count(const std::vector<value_id>& list, std::size_t i) const {
        return i < list.size() && list[i] != no_value ? static_cast<double>(elements(net_[list[i]].dims)) : 0.0;
    }
    [[nodiscard]] double in(std::size_t i) const { return count(n_.inputs, i); }
    [[nodiscard]] const shape& dims(std::size_t i) const { return net_[n_.inputs[i]].dims; }
    [[nodiscard]] bool is(std::string_view type) const noexcept { return n_.type == type; }
    [[nodiscard]] double last(std::size_t i) const { return static_cast<double>(dims(i).back()); }

    void product(double multiply_adds, bool matrix = true) {
        flops += 2.0 * multiply_adds;
        matrix_flops += matrix ? 2.0 * multiply_adds : 0.0;
    }
    // Bias and residual of a fused operator, then its activation.
    void epilogue() {
        flops += (in(2) > 0.0 ? out_ : 0.0) + (in(3) > 0.0 ? out_ : 0.0);
        flops += out_ * flops_of_function(n_.attribute_or<std::string>("activation", ""));
    }
    void run() {
        if (n_.domain == "opara") {
            fused();
        } else if (is("Conv")) {
            convolution();
            epilogue();
        } else if (is("Gemm")) {
            const bool flip = n_.attribute_or<std::int64_t>("transA", 0) != 0;
            product(out_ * static_cast<double>(dims(0)[flip ? 0 : 1]));
            flops += in(2) > 0.0 ? out_ : 0.0;
        } else if (is("MatMul")) {
            product(out_ * last(0));
        } else if (is("MaxPool") || is("AveragePool")) {
            double taps = 1.0;
            for (const std::int64_t k : n_.attribute_or<shape>("kernel_shape", {})) {
                taps *= static_cast<double>(k);
            }
            flops = out_ * taps;
        } else if (is("GlobalAveragePool") || is("GlobalMaxPool") || n_.type.starts_with("Reduce")) {
            flops = in(0);
        } else if (is("BatchNormalization")) {
            flops = 2.0 * out_; // with one factor and one summand a channel, made beforehand
        } else if (is("LRN")) {
            flops = out_ * (static_cast<double>(n_.attribute_or<std::int64_t>("size", 1)) + 4.0);
        } else if (is("Softmax") || is("LogSoftmax")) {
            flops = 5.0 * out_;
        } else if (is("LayerNormalization")) {
            flops = 7.0 * out_;
        } else if (is("RMSNormalization") || is("SimplifiedLayerNormalization")) {
            flops = 4.0 * out_;
        } else if (is("Add") || is("Sub") || is("Mul") || is("Div") || is("Pow") || is("Equal") || is("Less") ||
                   is("Greater")) {
            flops = out_;
        } else if (is("Sum") || is("Max") || is("Min")) {
            flops = out_ * static_cast<double>(n_.inputs.size() - 1);
        } else {
            flops = out_ * flops_of_function(n_.type);
        }
    }
    // One channel a group (depthwise) is no product of matrices.
    void convolution() {
        const shape& w = dims(1);
        product(out_ * static_cast<double>(elements(shape(w.begin() + 1, w.end()))), w[1] > 1);
        convolution_flops = matrix_flops;
    }
    void fused() {
        if (is("FusedConv")) {
            convolution();
            epilogue();
        } else if (is("Linear")) {
            product(out_ * last(0));
            epilogue();
            if (in(4) > 0.0) { // rows are normalised
                flops += in(0) * (n_.attribute_or<std::string>("mode", "rms") == "rms" ? 4.0 : 7.0);
            }
            flops += in(6) > 0.0 ? 4.0 * out_ : 0.0; // the residual is
        } else if (is("Attention")) {
            const shape rows(dims(0).begin(), dims(0).end() - 1);
            const double scores = static_cast<double>(elements(rows)) * static_cast<double>(dims(1)[rows.size() - 1]);
            product(scores * last(0));
            product(scores * last(2));
            flops += scores * (in(3) > 0.0 ? 7.0 : 6.0); // scale, bias, softmax
        } else if (is("AddNormalization")) {
            flops = in(0) * (n_.attribute_or<std::string>("mode", "layer") == "rms" ? 5.0 : 8.0);
        } else if (is("EmbeddingBag")) {
            flops = in(0) * last(1);
        } else if (is("FactorizationMachine")) {
            flops = 3.0 * in(0) + static_cast<double>(dims(0)[0]) * (3.0 * last(0) + 1.0);
        }
    }

    const network& net_;
    const node& n_;
    double out_;
};

} // namespace detail

/// Whether the operator hands on what it got, in another shape or under another name: it moves and computes nothing.
[[nodiscard]] inline bool is_view(const node& n) noexcept {
    constexpr std::array<std::string_view, 7> types{"Dropout", "Flatten", "Identity", "Reshape",
                                                    "Shape",   "Squeeze", "Unsqueeze"};
    const bool one_output =
        std::count(n.outputs.begin(), n.outputs.end(), no_value) + 1 >= static_cast<std::ptrdiff_t>(n.outputs.size());
    return n.domain.empty() && one_output && std::find(types.begin(), types.end(), n.type) != types.end();
}

/// What the definition of an operator demands: arithmetic, and each byte in and out once.
///
/// A multiply-add counts two, a comparison and a function of the mathematical library one. An operator that picks
/// (Gather, Slice, Split, an embedding) reads what it picks, not the whole. Views do nothing.
/// @pre `op` is an operator of the network
[[nodiscard]] inline cost::work work_of(const network& net, op_id op) {
    const node& n = net[op];
    cost::work w;
    if (is_view(n)) {
        return w;
    }
    const detail::arithmetic_of arithmetic{net, n};
    w.flops = arithmetic.flops;
    w.matrix_flops = arithmetic.matrix_flops;
    w.convolution_flops = arithmetic.convolution_flops;
    for (const value_id v : n.outputs) {
        if (v != no_value) {
            w.output_bytes += static_cast<double>(net[v].bytes());
            w.output_elements += static_cast<double>(elements(net[v].dims));
        }
    }
    const bool bag = n.type == "EmbeddingBag";
    const bool embeds = bag || n.type == "FieldEmbedding";
    const bool cuts = n.type == "Gather" || n.type == "Slice" || n.type == "Split";
    std::unordered_set<std::uint32_t> read; // a tensor that is read twice is moved once
    for (std::size_t i = 0; i < n.inputs.size(); ++i) {
        const value_id v = n.inputs[i];
        if (v == no_value || !read.insert(v.value).second) {
            continue;
        }
        double bytes = static_cast<double>(net[v].bytes());
        if ((cuts && i == 0) || (embeds && i == 1)) {
            const double rows = bag ? static_cast<double>(net[n.inputs[0]].dims[1]) : 1.0;
            bytes = w.output_bytes * rows;
        }
        (net[v].is_weight() ? w.weight_bytes : w.input_bytes) += bytes;
    }
    return w;
}

/// The work of every operator, by number.
[[nodiscard]] inline std::vector<cost::work> works_of(const network& net) {
    std::vector<cost::work> works;
    works.reserve(net.graph.size());
    for (std::size_t i = 0; i < net.graph.size(); ++i) {
        works.push_back(work_of(net, op_id::from_index(i)));
    }
    return works;
}

} // namespace opara::inline OPARA_ABI::onnx
