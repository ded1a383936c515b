/// @file
/// The operators that this library knows, each with the rule that infers its outputs.
#pragma once

#include <opara/onnx/infer_constant.hpp>
#include <opara/onnx/infer_conv.hpp>
#include <opara/onnx/infer_elementwise.hpp>
#include <opara/onnx/infer_fused.hpp>
#include <opara/onnx/infer_index.hpp>
#include <opara/onnx/infer_matrix.hpp>
#include <opara/onnx/infer_shape.hpp>
#include <opara/onnx/inference.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace opara::inline OPARA_ABI::onnx {

/// The versions of ONNX's operator set that this library reads. Before 7, broadcasting meant something else.
inline constexpr std::int64_t oldest_opset = 7;
inline constexpr std::int64_t newest_opset = 23; ///< see `oldest_opset`
/// Stands for any number of inputs or outputs.
inline constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

/// What the library knows of one type of operator.
struct operator_rule {
    std::string_view domain;  ///< "" for ONNX's own, "opara" for fused ones
    std::string_view type;    ///< op_type
    std::int64_t since;       ///< the operator set that brought it (at least `oldest_opset`)
    std::size_t least_inputs; ///< inputs that must be given
    std::size_t most_inputs;  ///< or `any_number`
    std::size_t most_outputs; ///< or `any_number`
    /// Names of the attributes that it may have, separated by blanks; `name@10` since operator set 10, `name<11` before
    /// 11 (later it is an input).
    std::string_view attributes;
    void (*infer)(inference&); ///< finds types, shapes and contents of the outputs
};

/// All rules, ordered by domain and type.
[[nodiscard]] inline std::span<const operator_rule> operator_rules() noexcept {
    namespace d = detail;
    constexpr std::size_t any = any_number;
    static constexpr std::array rules{
        operator_rule{"", "Abs", 7, 1, 1, 1, "", &d::absolute},
        operator_rule{"", "Add", 7, 2, 2, 1, "", &d::nary<'+'>},
        operator_rule{"", "AveragePool", 7, 1, 1, 1,
                      "auto_pad ceil_mode@10 count_include_pad dilations@19 kernel_shape pads strides", &d::pool},
        operator_rule{"", "BatchNormalization", 7, 5, 5, 5, "epsilon momentum spatial<9 training_mode@14",
                      &d::batch_normalization},
        operator_rule{"", "Cast", 7, 1, 1, 1, "saturate@19 to", &d::cast},
        operator_rule{"", "Clip", 7, 1, 3, 1, "max<11 min<11", &d::clip},
        operator_rule{"", "Concat", 7, 1, any, 1, "axis", &d::concat},
        operator_rule{"", "Constant", 7, 0, 0, 1, "value value_float@12 value_floats@12 value_int@12 value_ints@12",
                      &d::constant},
        operator_rule{"", "ConstantOfShape", 9, 1, 1, 1, "value", &d::constant_of_shape},
        operator_rule{"", "Conv", 7, 2, 3, 1, "auto_pad dilations group kernel_shape pads strides", &d::conv},
        operator_rule{"", "Div", 7, 2, 2, 1, "", &d::nary<'/'>},
        operator_rule{"", "Dropout", 7, 1, 3, 2, "ratio<12 seed@12", &d::dropout},
        operator_rule{"", "Equal", 7, 2, 2, 1, "", &d::compare<'='>},
        operator_rule{"", "Erf", 9, 1, 1, 1, "", &d::real_function},
        operator_rule{"", "Exp", 7, 1, 1, 1, "", &d::real_function},
        operator_rule{"", "Expand", 8, 2, 2, 1, "", &d::expand},
        operator_rule{"", "Flatten", 7, 1, 1, 1, "axis", &d::flatten},
        operator_rule{"", "Gather", 7, 2, 2, 1, "axis", &d::gather},
        operator_rule{"", "Gelu", 20, 1, 1, 1, "approximate", &d::real_function},
        operator_rule{"", "Gemm", 7, 2, 3, 1, "alpha beta transA transB", &d::gemm},
        operator_rule{"", "GlobalAveragePool", 7, 1, 1, 1, "", &d::global_pool},
        operator_rule{"", "GlobalMaxPool", 7, 1, 1, 1, "", &d::global_pool},
        operator_rule{"", "Greater", 7, 2, 2, 1, "", &d::compare<'>'>},
        operator_rule{"", "Identity", 7, 1, 1, 1, "", &d::identity},
        operator_rule{"", "LRN", 7, 1, 1, 1, "alpha beta bias size", &d::lrn},
        operator_rule{"", "LayerNormalization", 17, 2, 3, 3, "axis epsilon stash_type", &d::row_normalization},
        operator_rule{"", "LeakyRelu", 7, 1, 1, 1, "alpha", &d::real_function},
        operator_rule{"", "Less", 7, 2, 2, 1, "", &d::compare<'<'>},
        operator_rule{"", "Log", 7, 1, 1, 1, "", &d::real_function},
        operator_rule{"", "LogSoftmax", 7, 1, 1, 1, "axis", &d::softmax},
        operator_rule{"", "MatMul", 7, 2, 2, 1, "", &d::matmul},
        operator_rule{"", "Max", 7, 1, any, 1, "", &d::nary<'>'>},
        operator_rule{"", "MaxPool", 7, 1, 1, 2,
                      "auto_pad ceil_mode@10 dilations@10 kernel_shape pads storage_order@8 strides", &d::pool},
        operator_rule{"", "Min", 7, 1, any, 1, "", &d::nary<'<'>},
        operator_rule{"", "Mul", 7, 2, 2, 1, "", &d::nary<'*'>},
        operator_rule{"", "Neg", 7, 1, 1, 1, "", &d::negate},
        operator_rule{"", "Pad", 7, 1, 4, 1, "mode pads<11 value<11", &d::pad},
        operator_rule{"", "Pow", 7, 2, 2, 1, "", &d::power},
        operator_rule{"", "RMSNormalization", 23, 2, 2, 1, "axis epsilon stash_type", &d::row_normalization},
        operator_rule{"", "Range", 11, 3, 3, 1, "", &d::range},
        operator_rule{"", "ReduceMax", 7, 1, 2, 1, "axes keepdims noop_with_empty_axes@18", &d::reduce},
        operator_rule{"", "ReduceMean", 7, 1, 2, 1, "axes keepdims noop_with_empty_axes@18", &d::reduce},
        operator_rule{"", "ReduceSum", 7, 1, 2, 1, "axes keepdims noop_with_empty_axes@13", &d::reduce},
        operator_rule{"", "Relu", 7, 1, 1, 1, "", &d::unary},
        operator_rule{"", "Reshape", 7, 2, 2, 1, "allowzero@14", &d::reshape},
        operator_rule{"", "Shape", 7, 1, 1, 1, "end@15 start@15", &d::shape_of},
        operator_rule{"", "Sigmoid", 7, 1, 1, 1, "", &d::real_function},
        operator_rule{"", "SimplifiedLayerNormalization", 7, 2, 2, 2, "axis epsilon stash_type", &d::row_normalization},
        operator_rule{"", "Slice", 7, 1, 5, 1, "axes<10 ends<10 starts<10", &d::slice},
        operator_rule{"", "Softmax", 7, 1, 1, 1, "axis", &d::softmax},
        operator_rule{"", "Split", 7, 1, 2, any, "axis num_outputs@18 split<13", &d::split},
        operator_rule{"", "Sqrt", 7, 1, 1, 1, "", &d::real_function},
        operator_rule{"", "Squeeze", 7, 1, 2, 1, "axes", &d::squeeze},
        operator_rule{"", "Sub", 7, 2, 2, 1, "", &d::nary<'-'>},
        operator_rule{"", "Sum", 7, 1, any, 1, "", &d::nary<'+'>},
        operator_rule{"", "Tanh", 7, 1, 1, 1, "", &d::real_function},
        operator_rule{"", "Transpose", 7, 1, 1, 1, "perm", &d::transpose},
        operator_rule{"", "Unsqueeze", 7, 1, 2, 1, "axes", &d::unsqueeze},
        operator_rule{"", "Where", 9, 3, 3, 1, "", &d::where},
        operator_rule{"opara", "AddNormalization", 1, 3, 4, 2, "epsilon mode", &d::add_normalization},
        operator_rule{"opara", "Attention", 1, 3, 4, 1, "scale", &d::attention},
        operator_rule{"opara", "EmbeddingBag", 1, 2, 2, 1, "mode", &d::embedding_bag},
        operator_rule{"opara", "FactorizationMachine", 1, 1, 1, 1, "", &d::factorization_machine},
        operator_rule{"opara", "FieldEmbedding", 1, 2, 2, 1, "offsets", &d::field_embedding},
        operator_rule{"opara", "FusedConv", 1, 2, 4, 1,
                      "activation alpha approximate auto_pad dilations group kernel_shape max min pads strides",
                      &d::fused_conv},
        operator_rule{"opara", "Linear", 1, 2, 9, 2, "activation alpha approximate epsilon max min mode", &d::linear},
    };
    return rules;
}

/// The rule for an operator, or null where the library does not know it. O(log rules).
[[nodiscard]] inline const operator_rule* find_rule(std::string_view domain, std::string_view type) noexcept {
    const auto rules = operator_rules();
    const auto before = [](const operator_rule& r, const std::pair<std::string_view, std::string_view>& key) {
        return r.domain != key.first ? r.domain < key.first : r.type < key.second;
    };
    const auto found = std::lower_bound(rules.begin(), rules.end(), std::pair{domain, type}, before);
    return found != rules.end() && found->domain == domain && found->type == type ? &*found : nullptr;
}

namespace detail {
// Whether operators of that kind have the attribute in that version of their operator set.
inline bool may_have(const operator_rule& rule, std::string_view name, std::int64_t opset) {
    for (std::string_view rest = rule.attributes; !rest.empty();) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        const std::string_view word = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const std::size_t mark = std::min(word.find_first_of("@<"), word.size());
        if (word.substr(0, mark) != name) {
            continue;
        }
        std::int64_t version = 0;
        for (const char digit : word.substr(std::min(mark + 1, word.size()))) {
            version = 10 * version + (digit - '0');
        }
        return mark == word.size() || (word[mark] == '@' ? opset >= version : opset < version);
    }
    return false;
}
} // namespace detail

/// Infers the outputs of an operator.
/// @param n  the operator, all but its outputs set
/// @param values  the values that its inputs number
/// @param outputs  how many outputs are asked for
/// @throws parse_error  names the node and the reason: the type is unknown, the number of inputs or outputs is wrong,
///         an attribute is unknown or has the wrong type, or types or shapes do not fit
[[nodiscard]] inline inference infer(const node& n, std::span<const value> values, std::size_t outputs) {
    inference at{n, values, outputs};
    const operator_rule* rule = find_rule(n.domain, n.type);
    if (rule == nullptr) {
        at.fail("the operator is not supported");
    }
    if (n.opset < rule->since) {
        at.fail("the operator exists since version " + std::to_string(rule->since) + " of its operator set, not in " +
                std::to_string(n.opset));
    }
    if (n.inputs.size() > rule->most_inputs || n.inputs.size() < rule->least_inputs) {
        at.fail("it has " + std::to_string(n.inputs.size()) + " inputs");
    }
    const bool variadic = rule->most_inputs == any_number;
    for (std::size_t i = 0; i < (variadic ? n.inputs.size() : rule->least_inputs); ++i) {
        static_cast<void>(at.in(i));
    }
    if (outputs == 0 || outputs > rule->most_outputs) {
        at.fail("it has " + std::to_string(outputs) + " outputs");
    }
    for (std::size_t i = 0; i < n.attributes.size(); ++i) {
        const std::string& name = n.attributes[i].name;
        if (!detail::may_have(*rule, name, n.opset)) {
            at.fail("attribute '" + name + "' is not supported in version " + std::to_string(n.opset) +
                    " of the operator set");
        }
        for (std::size_t k = 0; k < i; ++k) {
            if (n.attributes[k].name == name) {
                at.fail("attribute '" + name + "' is there twice");
            }
        }
    }
    rule->infer(at);
    return at;
}

} // namespace opara::inline OPARA_ABI::onnx
