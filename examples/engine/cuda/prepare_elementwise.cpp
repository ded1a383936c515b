#include <examples/engine/cuda/context.hpp>
#include <examples/engine/cuda/functions.hpp>

#include <array>
#include <limits>

namespace opara::engine::gpu {
namespace {

strides broadcast(const context& c, std::size_t i, const onnx::shape& target) {
    return broadcast_strides(c.in_dims(i), c.in_strides(i), target);
}

prepared one(const void* kernel, const walk& w, const auto& arguments) {
    return {{}, {step{kernel, blocks_for(w.over.count), block_threads, arguments}}};
}

// ---- one operand

prepared map(context& c, unary operation, float alpha = 0.0F, float beta = 0.0F, bool only_float = true) {
    if (only_float) {
        c.expect_input(0, onnx::element::f32);
    }
    const walk w = c.walk_over(c.out_dims(0), {c.out_strides(0), c.in_strides(0)});
    unary_arguments a{};
    a.over = w.over;
    a.y = w.at(0, c.out(0));
    a.x = w.at(1, c.in(0));
    a.operation = operation;
    a.alpha = alpha;
    a.beta = beta;
    return one(c.existing(unary_kernel(c.number_of(c.input(0))), c.input(0)), w, a);
}

prepared relu(context& c) { return map(c, unary::relu, 0.0F, 0.0F, false); }
prepared leaky_relu(context& c) { return map(c, unary::leaky_relu, c.real("alpha", 0.01)); }
prepared sigmoid(context& c) { return map(c, unary::sigmoid); }
prepared hyperbolic_tangent(context& c) { return map(c, unary::tanh); }
prepared square_root(context& c) { return map(c, unary::sqrt); }
prepared exponential(context& c) { return map(c, unary::exp); }
prepared logarithm(context& c) { return map(c, unary::log); }
prepared error_function(context& c) { return map(c, unary::erf); }
prepared absolute(context& c) { return map(c, unary::abs, 0.0F, 0.0F, false); }
prepared negative(context& c) { return map(c, unary::neg, 0.0F, 0.0F, false); }

prepared gelu(context& c) {
    const std::string how = c.text("approximate", "none");
    c.expect(how == "none" || how == "tanh", "attribute 'approximate' is neither 'none' nor 'tanh'");
    return map(c, how == "none" ? unary::gelu : unary::gelu_tanh);
}

// Since operator set 11 the bounds are optional inputs, before they were attributes.
prepared clip(context& c) {
    const walk w = c.walk_over(c.out_dims(0), {c.out_strides(0), c.in_strides(0)});
    unary_arguments a{};
    a.over = w.over;
    a.y = w.at(0, c.out(0));
    a.x = w.at(1, c.in(0));
    a.operation = unary::clip;
    a.alpha = c.real("min", -std::numeric_limits<double>::infinity());
    a.beta = c.real("max", std::numeric_limits<double>::infinity());
    a.low = c.has_input(1) ? c.in(1) : nullptr;
    a.high = c.has_input(2) ? c.in(2) : nullptr;
    return one(c.existing(unary_kernel(c.number_of(c.input(0))), c.input(0)), w, a);
}

prepared cast(context& c) {
    const walk w = c.walk_over(c.out_dims(0), {c.out_strides(0), c.in_strides(0)});
    cast_arguments a{};
    a.over = w.over;
    a.y = w.at(0, c.out(0));
    a.x = w.at(1, c.in(0));
    a.to = c.number_of(c.output(0));
    a.from = c.number_of(c.input(0));
    return one(cast_kernel(), w, a);
}

// ---- two operands

prepared zip(context& c, binary operation, const void* kernel) {
    const onnx::shape& dims = c.out_dims(0);
    c.expect_input(1, c.input(0).type);
    const walk w = c.walk_over(dims, {c.out_strides(0), broadcast(c, 0, dims), broadcast(c, 1, dims)});
    binary_arguments a{};
    a.over = w.over;
    a.y = w.at(0, c.out(0));
    a.a = w.at(1, c.in(0));
    a.b = w.at(2, c.in(1));
    a.operation = operation;
    a.op = narrow(c.op().value);
    a.fault = c.fault();
    return one(c.existing(kernel, c.input(0)), w, a);
}

prepared arithmetic(context& c, binary operation) { return zip(c, operation, binary_kernel(c.number_of(c.input(0)))); }
prepared comparison(context& c, binary operation) {
    return zip(c, operation, comparison_kernel(c.number_of(c.input(0))));
}

prepared add(context& c) { return arithmetic(c, binary::add); }
prepared subtract(context& c) { return arithmetic(c, binary::sub); }
prepared multiply(context& c) { return arithmetic(c, binary::mul); }
prepared divide(context& c) { return arithmetic(c, binary::div); }
prepared equal(context& c) { return comparison(c, binary::equal); }
prepared less(context& c) { return comparison(c, binary::less); }
prepared greater(context& c) { return comparison(c, binary::greater); }

prepared power(context& c) {
    c.expect_input(0, onnx::element::f32);
    return arithmetic(c, binary::pow);
}

prepared choose(context& c) {
    c.expect_input(0, onnx::element::boolean);
    c.expect_input(2, c.input(1).type);
    const onnx::shape& dims = c.out_dims(0);
    const walk w =
        c.walk_over(dims, {c.out_strides(0), broadcast(c, 0, dims), broadcast(c, 1, dims), broadcast(c, 2, dims)});
    choice_arguments a{};
    a.over = w.over;
    a.y = w.at(0, c.out(0));
    a.condition = w.at(1, c.in(0));
    a.a = w.at(2, c.in(1));
    a.b = w.at(3, c.in(2));
    const auto size = static_cast<unsigned>(c.size_of(c.output(0)));
    return one(c.existing(choice_kernel(size), c.output(0)), w, a);
}

// ---- any number of operands

prepared fold(context& c, binary operation) {
    c.expect(c.inputs() <= static_cast<std::size_t>(most_terms), "too many terms");
    const onnx::shape& dims = c.out_dims(0);
    std::vector<strides> steps{c.out_strides(0)};
    for (std::size_t i = 0; i < c.inputs(); ++i) {
        c.expect_input(i, c.output(0).type);
        steps.push_back(broadcast(c, i, dims));
    }
    const walk w = c.walk_over(dims, steps);
    fold_arguments a{};
    a.over = w.over;
    a.y = w.at(0, c.out(0));
    a.operation = operation;
    a.terms = narrow(static_cast<std::int64_t>(c.inputs()));
    for (std::size_t i = 0; i < c.inputs(); ++i) {
        a.x[i] = w.at(i + 1, c.in(i));
    }
    return one(c.existing(fold_kernel(c.number_of(c.output(0))), c.output(0)), w, a);
}

prepared sum(context& c) { return c.inputs() == 2 ? arithmetic(c, binary::add) : fold(c, binary::add); }
prepared minimum(context& c) { return c.inputs() == 2 ? arithmetic(c, binary::min) : fold(c, binary::min); }
prepared maximum(context& c) { return c.inputs() == 2 ? arithmetic(c, binary::max) : fold(c, binary::max); }

// ---- normalisations of single elements

prepared batch_normalization(context& c) {
    c.expect_input(0, onnx::element::f32);
    strides channel(c.out_dims(0).size(), 0);
    channel.at(1) = 1;
    const walk w = c.walk_over(c.out_dims(0), {c.out_strides(0), c.in_strides(0), channel});
    batch_normalization_arguments a{};
    a.over = w.over;
    a.y = w.at(0, c.out(0));
    a.x = w.at(1, c.in(0));
    std::copy(w.steps[2].begin(), w.steps[2].end(), a.channel_step);
    a.scale = c.reals(1);
    a.bias = c.reals(2);
    a.mean = c.reals(3);
    a.variance = c.reals(4);
    a.epsilon = c.real("epsilon", 1e-5);
    return one(batch_normalization_kernel(c.real_type()), w, a);
}

prepared local_response_normalization(context& c) {
    c.expect_input(0, onnx::element::f32);
    onnx::shape pixels = c.in_dims(0);
    const std::int64_t channels = std::exchange(pixels.at(1), 1);
    const walk w = c.walk_over(pixels, {c.out_strides(0), c.in_strides(0)});
    lrn_arguments a{};
    a.over = w.over;
    a.y = w.at(0, c.out(0));
    a.x = w.at(1, c.in(0));
    a.channels = narrow(channels);
    a.y_step = narrow(c.out_strides(0)[1]);
    a.x_step = narrow(c.in_strides(0)[1]);
    a.size = narrow(c.integer("size", 1));
    a.alpha = c.real("alpha", 1e-4) / static_cast<float>(a.size);
    a.beta = c.real("beta", 0.75);
    a.bias = c.real("bias", 1.0);
    return {{}, {step{lrn_kernel(c.real_type()), blocks_for(onnx::elements(c.in_dims(0))), block_threads, a}}};
}

constexpr std::array operators{
    registration{"", "Relu", layout_rule::follows, relu},
    registration{"", "LeakyRelu", layout_rule::follows, leaky_relu},
    registration{"", "Sigmoid", layout_rule::follows, sigmoid},
    registration{"", "Tanh", layout_rule::follows, hyperbolic_tangent},
    registration{"", "Sqrt", layout_rule::follows, square_root},
    registration{"", "Exp", layout_rule::follows, exponential},
    registration{"", "Log", layout_rule::follows, logarithm},
    registration{"", "Erf", layout_rule::follows, error_function},
    registration{"", "Gelu", layout_rule::follows, gelu},
    registration{"", "Abs", layout_rule::follows, absolute},
    registration{"", "Neg", layout_rule::follows, negative},
    registration{"", "Clip", layout_rule::follows, clip},
    registration{"", "Cast", layout_rule::follows, cast},
    registration{"", "Add", layout_rule::follows, add},
    registration{"", "Sub", layout_rule::follows, subtract},
    registration{"", "Mul", layout_rule::follows, multiply},
    registration{"", "Div", layout_rule::follows, divide},
    registration{"", "Pow", layout_rule::follows, power},
    registration{"", "Sum", layout_rule::follows, sum},
    registration{"", "Min", layout_rule::follows, minimum},
    registration{"", "Max", layout_rule::follows, maximum},
    registration{"", "Equal", layout_rule::follows, equal},
    registration{"", "Less", layout_rule::follows, less},
    registration{"", "Greater", layout_rule::follows, greater},
    registration{"", "Where", layout_rule::plain, choose},
    registration{"", "BatchNormalization", layout_rule::follows, batch_normalization},
    registration{"", "LRN", layout_rule::follows, local_response_normalization},
};

} // namespace

std::span<const registration> elementwise_operators() noexcept { return operators; }

} // namespace opara::engine::gpu
