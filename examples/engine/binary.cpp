#include <examples/engine/kernel.hpp>
#include <examples/engine/strided_loop.hpp>

#include <array>
#include <cmath>
#include <type_traits>

namespace opara::engine {
namespace {

// ---- plain C++: any types, any layouts, any broadcasting

template <class A, class B, class To, class F>
kernel zip(context& c, std::size_t first, std::size_t second, F operation) {
    c.expect_input(first, element_of<A>);
    c.expect_input(second, element_of<B>);
    c.expect_output(0, element_of<To>);
    const onnx::shape& dims = c.out_dims(0);
    const strided_loop<3> loop{dims,
                               {c.out_strides(0), broadcast_strides(c.in_dims(first), c.in_strides(first), dims),
                                broadcast_strides(c.in_dims(second), c.in_strides(second), dims)}};
    return [loop, operation, y = reinterpret_cast<To*>(c.out_anyhow(0)),
            a = reinterpret_cast<const A*>(c.in_anyhow(first)), b = reinterpret_cast<const B*>(c.in_anyhow(second))] {
        const std::int64_t n = loop.row_extent();
        const std::int64_t to = loop.row_step(0);
        const std::int64_t by_a = loop.row_step(1);
        const std::int64_t by_b = loop.row_step(2);
        loop.for_each_row([&](const std::array<std::int64_t, 3>& at) {
            To* __restrict__ out = y + at[0];
            const A* left = a + at[1];
            const B* right = b + at[2];
            if (to == 1 && by_a == 1 && by_b == 1) { // these three the compiler vectorises
                for (std::int64_t k = 0; k < n; ++k) {
                    out[k] = operation(left[k], right[k]);
                }
            } else if (to == 1 && by_a == 1 && by_b == 0) {
                for (std::int64_t k = 0; k < n; ++k) {
                    out[k] = operation(left[k], *right);
                }
            } else if (to == 1 && by_a == 0 && by_b == 1) {
                for (std::int64_t k = 0; k < n; ++k) {
                    out[k] = operation(*left, right[k]);
                }
            } else {
                for (std::int64_t k = 0; k < n; ++k) {
                    out[k * to] = operation(left[k * by_a], right[k * by_b]);
                }
            }
        });
    };
}

template <class F>
kernel zip_numbers(context& c, F operation) {
    return with_type(c, c.input(0).type, [&]<class T>(std::type_identity<T>) -> kernel {
        if constexpr (std::is_same_v<T, bool>) {
            c.refuse("there is no kernel for elements of type bool");
        } else {
            return zip<T, T, T>(c, 0, 1, operation);
        }
    });
}

// ---- oneDNN: float, one shape, one layout

bool suits_onednn(const context& c) {
    for (std::size_t i = 0; i < c.inputs(); ++i) {
        if (c.input(i).type != onnx::element::f32 || c.in_dims(i) != c.out_dims(0) ||
            c.in_strides(i) != c.out_strides(0)) {
            return false;
        }
    }
    return true;
}

kernel binary(context& c, dnnl::algorithm algorithm) {
    const dnnl::memory left = c.in_memory(0);
    const dnnl::memory right = c.in_memory(1);
    const dnnl::memory target = c.out_memory(0);
    const dnnl::binary::desc wanted{algorithm, left.get_desc(), right.get_desc(), target.get_desc()};
    const dnnl::binary::primitive_desc description{wanted, private_scratch(), c.engine()};
    return primitive_call{
        c.engine(), description, {{DNNL_ARG_SRC_0, left}, {DNNL_ARG_SRC_1, right}, {DNNL_ARG_DST, target}}};
}

// ---- arithmetic. Integers wrap around, as they do everywhere but in C++.

template <class T, class F>
T wrapping(T a, T b, F operation) {
    if constexpr (std::is_integral_v<T>) {
        using wide = std::make_unsigned_t<std::common_type_t<T, std::int32_t>>;
        return static_cast<T>(operation(static_cast<wide>(a), static_cast<wide>(b)));
    } else {
        return operation(a, b);
    }
}

constexpr auto plus = []<class T>(T a, T b) { return wrapping(a, b, [](auto x, auto y) { return x + y; }); };
constexpr auto minus = []<class T>(T a, T b) { return wrapping(a, b, [](auto x, auto y) { return x - y; }); };
constexpr auto times = []<class T>(T a, T b) { return wrapping(a, b, [](auto x, auto y) { return x * y; }); };
constexpr auto smaller = []<class T>(T a, T b) { return b < a ? b : a; };
constexpr auto larger = []<class T>(T a, T b) { return a < b ? b : a; };

kernel add(context& c) { return suits_onednn(c) ? binary(c, dnnl::algorithm::binary_add) : zip_numbers(c, plus); }
kernel subtract(context& c) { return suits_onednn(c) ? binary(c, dnnl::algorithm::binary_sub) : zip_numbers(c, minus); }
kernel multiply(context& c) { return suits_onednn(c) ? binary(c, dnnl::algorithm::binary_mul) : zip_numbers(c, times); }

struct division {
    std::string who;
    op_id op;
    template <class T>
    T operator()(T a, T b) const {
        if constexpr (std::is_integral_v<T>) {
            if (b == T{}) {
                throw operator_error{who + ": an integer is divided by zero", op};
            }
            if constexpr (std::is_signed_v<T>) {
                if (b == T{-1}) { // the least integer has no opposite
                    return minus(T{}, a);
                }
            }
            return static_cast<T>(a / b);
        } else {
            return a / b;
        }
    }
};

kernel divide(context& c) {
    if (suits_onednn(c)) {
        return binary(c, dnnl::algorithm::binary_div);
    }
    return zip_numbers(c, division{c.who(), c.op()});
}

// The exponent that almost every Pow has is 2, for which std::pow is a hundred times too slow.
template <class Base>
kernel power_of(context& c) {
    return with_type(c, c.input(1).type, [&]<class Exponent>(std::type_identity<Exponent>) {
        return zip<Base, Exponent, Base>(c, 0, 1, [](Base a, Exponent b) {
            return b == static_cast<Exponent>(2) ? a * a : std::pow(a, static_cast<Base>(b));
        });
    });
}

kernel power(context& c) { return c.input(0).type == onnx::element::f64 ? power_of<double>(c) : power_of<float>(c); }

// ---- any number of inputs

template <class F>
kernel fold_inputs(context& c, F operation, dnnl::algorithm algorithm) {
    if (c.inputs() == 2) {
        return suits_onednn(c) ? binary(c, algorithm) : zip_numbers(c, operation);
    }
    // From the left, one input after another, always in the same order.
    return with_type(c, c.output(0).type, [&]<class T>(std::type_identity<T>) -> kernel {
        if constexpr (std::is_same_v<T, bool>) {
            c.refuse("there is no kernel for elements of type bool");
        } else {
            struct term {
                strided_loop<2> loop;
                const T* elements;
            };
            std::vector<term> terms;
            for (std::size_t i = 0; i < c.inputs(); ++i) {
                c.expect_input(i, element_of<T>);
                const onnx::shape& dims = c.out_dims(0);
                terms.push_back(
                    {strided_loop<2>{dims, {c.out_strides(0), broadcast_strides(c.in_dims(i), c.in_strides(i), dims)}},
                     reinterpret_cast<const T*>(c.in_anyhow(i))});
            }
            return [terms, operation, y = reinterpret_cast<T*>(c.out_anyhow(0))] {
                for (const term& t : terms) {
                    const bool first = &t == terms.data();
                    t.loop.for_each_row([&](const std::array<std::int64_t, 2>& at) {
                        for (std::int64_t k = 0; k < t.loop.row_extent(); ++k) {
                            T& e = y[at[0] + k * t.loop.row_step(0)];
                            const T x = t.elements[at[1] + k * t.loop.row_step(1)];
                            e = first ? x : operation(e, x);
                        }
                    });
                }
            };
        }
    });
}

kernel sum(context& c) { return fold_inputs(c, plus, dnnl::algorithm::binary_add); }
kernel minimum(context& c) { return fold_inputs(c, smaller, dnnl::algorithm::binary_min); }
kernel maximum(context& c) { return fold_inputs(c, larger, dnnl::algorithm::binary_max); }

// ---- comparison and choice

template <class F>
kernel compare(context& c, F operation) {
    return with_type(c, c.input(0).type,
                     [&]<class T>(std::type_identity<T>) { return zip<T, T, bool>(c, 0, 1, operation); });
}

kernel equal(context& c) {
    return compare(c, [](auto a, auto b) { return a == b; });
}
kernel less(context& c) {
    return compare(c, [](auto a, auto b) { return a < b; });
}
kernel greater(context& c) {
    return compare(c, [](auto a, auto b) { return a > b; });
}

kernel choose(context& c) {
    c.expect_input(0, onnx::element::boolean);
    c.expect_input(2, c.input(1).type);
    c.expect_output(0, c.input(1).type);
    return with_size(c.output(0).type, [&]<class T>(std::type_identity<T>) -> kernel {
        const onnx::shape& dims = c.out_dims(0);
        const strided_loop<4> loop{dims,
                                   {c.out_strides(0), broadcast_strides(c.in_dims(0), c.in_strides(0), dims),
                                    broadcast_strides(c.in_dims(1), c.in_strides(1), dims),
                                    broadcast_strides(c.in_dims(2), c.in_strides(2), dims)}};
        return
            [loop, y = reinterpret_cast<T*>(c.out_anyhow(0)), condition = reinterpret_cast<const bool*>(c.in_anyhow(0)),
             a = reinterpret_cast<const T*>(c.in_anyhow(1)), b = reinterpret_cast<const T*>(c.in_anyhow(2))] {
                loop.for_each_row([&](const std::array<std::int64_t, 4>& at) {
                    for (std::int64_t k = 0; k < loop.row_extent(); ++k) {
                        y[at[0] + k * loop.row_step(0)] = condition[at[1] + k * loop.row_step(1)]
                                                              ? a[at[2] + k * loop.row_step(2)]
                                                              : b[at[3] + k * loop.row_step(3)];
                    }
                });
            };
    });
}

constexpr std::array kernels{
    registration{"", "Add", layout_rule::follows, add},         registration{"", "Sub", layout_rule::follows, subtract},
    registration{"", "Mul", layout_rule::follows, multiply},    registration{"", "Div", layout_rule::follows, divide},
    registration{"", "Pow", layout_rule::follows, power},       registration{"", "Sum", layout_rule::follows, sum},
    registration{"", "Min", layout_rule::follows, minimum},     registration{"", "Max", layout_rule::follows, maximum},
    registration{"", "Equal", layout_rule::follows, equal},     registration{"", "Less", layout_rule::follows, less},
    registration{"", "Greater", layout_rule::follows, greater}, registration{"", "Where", layout_rule::plain, choose},
};

} // namespace

std::span<const registration> binary_kernels() noexcept { return kernels; }

} // namespace opara::engine
