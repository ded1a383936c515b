#include <examples/engine/kernel.hpp>
#include <examples/engine/strided_loop.hpp>

#include <array>
#include <cmath>
#include <limits>

namespace opara::engine {
namespace {

// ---- what oneDNN has

primitive_call eltwise(context& c, dnnl::algorithm algorithm, float alpha = 0.0F, float beta = 0.0F) {
    const dnnl::memory source = c.in_memory(0);
    const dnnl::memory target = c.out_memory(0);
    const dnnl::eltwise_forward::desc wanted{dnnl::prop_kind::forward_inference, algorithm, target.get_desc(), alpha,
                                             beta};
    const dnnl::eltwise_forward::primitive_desc description{wanted, private_scratch(), c.engine()};
    return {c.engine(), description, {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, target}}};
}

// ---- what it lacks: an operation on every element, for any type and layout

template <class From, class To, class F>
kernel map(context& c, F operation) {
    c.expect_input(0, element_of<From>);
    c.expect_output(0, element_of<To>);
    const strided_loop<2> loop{c.out_dims(0), {c.out_strides(0), c.in_strides(0)}};
    return [loop, operation, y = reinterpret_cast<To*>(c.out_anyhow(0)),
            x = reinterpret_cast<const From*>(c.in_anyhow(0))] {
        const std::int64_t n = loop.row_extent();
        const std::int64_t to = loop.row_step(0);
        const std::int64_t from = loop.row_step(1);
        loop.for_each_row([&](const std::array<std::int64_t, 2>& at) {
            if (to == 1 && from == 1) { // the compiler vectorises this one
                for (std::int64_t k = 0; k < n; ++k) {
                    y[at[0] + k] = operation(x[at[1] + k]);
                }
            } else {
                for (std::int64_t k = 0; k < n; ++k) {
                    y[at[0] + k * to] = operation(x[at[1] + k * from]);
                }
            }
        });
    };
}

template <class F>
kernel map_float(context& c, F operation) {
    return map<float, float>(c, operation);
}

template <class F>
kernel map_number(context& c, F operation) {
    return with_type(c, c.input(0).type, [&]<class T>(std::type_identity<T>) { return map<T, T>(c, operation); });
}

// ---- the operators

// oneDNN's kernels take float in one layout for both sides; everything else goes through `map`.
bool suits_onednn(const context& c) {
    return c.input(0).type == onnx::element::f32 && c.in_strides(0) == c.out_strides(0);
}

kernel relu(context& c) {
    if (suits_onednn(c)) {
        return eltwise(c, dnnl::algorithm::eltwise_relu);
    }
    return map_number(c, []<class T>(T x) { return x > T{} ? x : T{}; });
}

kernel leaky_relu(context& c) {
    const auto slope = static_cast<float>(c.number("alpha", 0.01));
    return map_float(c, [slope](float x) { return x < 0.0F ? slope * x : x; });
}

kernel sigmoid(context& c) {
    if (suits_onednn(c)) {
        return eltwise(c, dnnl::algorithm::eltwise_logistic);
    }
    return map_float(c, [](float x) { return 1.0F / (1.0F + std::exp(-x)); });
}

kernel hyperbolic_tangent(context& c) {
    if (suits_onednn(c)) {
        return eltwise(c, dnnl::algorithm::eltwise_tanh);
    }
    return map_float(c, [](float x) { return std::tanh(x); });
}

kernel square_root(context& c) {
    if (suits_onednn(c)) {
        return eltwise(c, dnnl::algorithm::eltwise_sqrt);
    }
    return map_float(c, [](float x) { return std::sqrt(x); });
}

kernel exponential(context& c) {
    if (suits_onednn(c)) {
        return eltwise(c, dnnl::algorithm::eltwise_exp);
    }
    return map_float(c, [](float x) { return std::exp(x); });
}

// oneDNN's logarithm is off by several units in the last place of the largest result; the library's is not.
kernel logarithm(context& c) {
    return map_float(c, [](float x) { return std::log(x); });
}

kernel error_function(context& c) {
    return map_float(c, [](float x) { return std::erf(x); });
}

kernel gelu(context& c) {
    const std::string how = c.text("approximate", "none");
    c.expect(how == "none" || how == "tanh", "attribute 'approximate' is neither 'none' nor 'tanh'");
    if (suits_onednn(c)) {
        return eltwise(c, how == "none" ? dnnl::algorithm::eltwise_gelu_erf : dnnl::algorithm::eltwise_gelu_tanh);
    }
    if (how == "none") {
        return map_float(c, [](float x) { return 0.5F * x * (1.0F + std::erf(x * 0.70710678F)); });
    }
    return map_float(c,
                     [](float x) { return 0.5F * x * (1.0F + std::tanh(0.79788456F * (x + 0.044715F * x * x * x))); });
}

kernel absolute(context& c) {
    return map_number(c, []<class T>(T x) {
        if constexpr (std::is_signed_v<T>) {
            return x < T{} ? static_cast<T>(-x) : x;
        } else {
            return x;
        }
    });
}

kernel negative(context& c) {
    return map_number(c, []<class T>(T x) {
        if constexpr (std::is_same_v<T, bool>) {
            return x;
        } else {
            return static_cast<T>(-x);
        }
    });
}

// Since operator set 11 the bounds are optional inputs, before they were attributes.
kernel clip(context& c) {
    return with_type(c, c.input(0).type, [&]<class T>(std::type_identity<T>) -> kernel {
        if constexpr (std::is_same_v<T, bool>) {
            c.refuse("there is no kernel for elements of type bool");
        } else {
            T low = std::numeric_limits<T>::lowest();
            T high = std::numeric_limits<T>::max();
            if (c.node().find("min") != nullptr) {
                low = static_cast<T>(c.number("min", 0.0));
            }
            if (c.node().find("max") != nullptr) {
                high = static_cast<T>(c.number("max", 0.0));
            }
            const T* low_at = c.has_input(1) ? c.in<T>(1) : nullptr;
            const T* high_at = c.has_input(2) ? c.in<T>(2) : nullptr;
            const strided_loop<2> loop{c.out_dims(0), {c.out_strides(0), c.in_strides(0)}};
            return [=, y = reinterpret_cast<T*>(c.out_anyhow(0)), x = reinterpret_cast<const T*>(c.in_anyhow(0))] {
                const T least = low_at != nullptr ? *low_at : low;
                const T most = high_at != nullptr ? *high_at : high;
                loop.for_each_row([&](const std::array<std::int64_t, 2>& at) {
                    for (std::int64_t k = 0; k < loop.row_extent(); ++k) {
                        const T e = x[at[1] + k * loop.row_step(1)];
                        const T raised = e < least ? least : e; // the upper bound wins, as ONNX says
                        y[at[0] + k * loop.row_step(0)] = raised > most ? most : raised;
                    }
                });
            };
        }
    });
}

template <class To, class From>
To convert(From x) {
    if constexpr (std::is_same_v<To, bool>) {
        return x != From{};
    } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
        // A float beyond the integer's range has no result in C++ and none that ONNX would name; take the nearest.
        if (std::isnan(x)) {
            return To{};
        }
        if (x <= static_cast<From>(std::numeric_limits<To>::lowest())) {
            return std::numeric_limits<To>::lowest();
        }
        if (x >= static_cast<From>(std::numeric_limits<To>::max())) {
            return std::numeric_limits<To>::max();
        }
        return static_cast<To>(x);
    } else {
        return static_cast<To>(x);
    }
}

kernel cast(context& c) {
    return with_type(c, c.input(0).type, [&]<class From>(std::type_identity<From>) {
        return with_type(c, c.output(0).type, [&]<class To>(std::type_identity<To>) {
            return map<From, To>(c, [](From x) { return convert<To>(x); });
        });
    });
}

constexpr std::array kernels{
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
};

} // namespace

std::span<const registration> unary_kernels() noexcept { return kernels; }

} // namespace opara::engine
