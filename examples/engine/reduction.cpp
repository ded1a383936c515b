#include <examples/engine/kernel.hpp>
#include <examples/engine/strided_loop.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>

namespace opara::engine {
namespace {

// Which axes vanish; for each of the input's.
std::vector<bool> reduced_axes(const context& c) {
    const std::size_t rank = c.in_dims(0).size();
    const std::vector<std::int64_t> axes =
        c.has_input(1) ? c.integers(1) : c.node().attribute_or<std::vector<std::int64_t>>("axes", {});
    if (axes.empty()) {
        return std::vector<bool>(rank, c.integer("noop_with_empty_axes", 0) == 0);
    }
    std::vector<bool> gone(rank, false);
    for (const std::int64_t a : axes) {
        gone[c.axis(a, rank)] = true;
    }
    return gone;
}

// Walks input and output together: the output stands still (stride 0) along the axes that vanish.
strided_loop<2> reduction_loop(const context& c, const std::vector<bool>& gone) {
    onnx::shape kept = c.in_dims(0);
    for (std::size_t k = 0; k < kept.size(); ++k) {
        kept[k] = gone[k] ? 1 : kept[k];
    }
    return {c.in_dims(0), {broadcast_strides(kept, plain_strides(kept), c.in_dims(0)), c.in_strides(0)}};
}

// Sums in a fixed order, with eight independent additions in flight. Floats are summed as doubles: a long row of them
// would lose digits.
template <class T>
T sum_of(const T* x, std::int64_t n, std::int64_t step) {
    using wide = std::conditional_t<std::is_same_v<T, float>, double, T>;
    constexpr std::int64_t lanes = 8;
    std::array<wide, lanes> partial{};
    std::int64_t k = 0;
    for (; k + lanes <= n; k += lanes) {
        for (std::int64_t j = 0; j < lanes; ++j) {
            partial[static_cast<std::size_t>(j)] += static_cast<wide>(x[(k + j) * step]);
        }
    }
    wide total{};
    for (; k < n; ++k) {
        total += static_cast<wide>(x[k * step]);
    }
    for (const wide p : partial) {
        total += p;
    }
    return static_cast<T>(total);
}

template <class T>
void add_rows(const strided_loop<2>& loop, const T* x, T* y) {
    loop.for_each_row([&](const std::array<std::int64_t, 2>& at) {
        if (loop.row_step(0) == 0) {
            y[at[0]] += sum_of(x + at[1], loop.row_extent(), loop.row_step(1));
            return;
        }
        for (std::int64_t k = 0; k < loop.row_extent(); ++k) {
            y[at[0] + k * loop.row_step(0)] += x[at[1] + k * loop.row_step(1)];
        }
    });
}

// Only types that add without surprise: narrower integers would overflow.
template <class F>
kernel with_number(const context& c, F&& f) {
    switch (c.input(0).type) {
    case onnx::element::f32: return f(std::type_identity<float>{});
    case onnx::element::f64: return f(std::type_identity<double>{});
    case onnx::element::i32: return f(std::type_identity<std::int32_t>{});
    case onnx::element::i64: return f(std::type_identity<std::int64_t>{});
    default: c.refuse("there is no kernel for elements of type " + std::string{onnx::name_of(c.input(0).type)});
    }
}

enum class after : std::uint8_t { nothing, division };

kernel add_up(context& c, after then) {
    return with_number(c, [&]<class T>(std::type_identity<T>) -> kernel {
        const std::vector<bool> gone = reduced_axes(c);
        const std::int64_t results = onnx::elements(c.out_dims(0));
        const std::int64_t terms = onnx::elements(c.in_dims(0)) / results; // results: none would have no kernel
        c.expect(then == after::nothing || terms != 0 || !std::is_integral_v<T>, "a mean of no integers");
        return [=, loop = reduction_loop(c, gone), x = reinterpret_cast<const T*>(c.in_anyhow(0)), y = c.out<T>(0)] {
            std::fill_n(y, results, T{});
            add_rows(loop, x, y);
            if (then == after::division) {
                for (std::int64_t k = 0; k < results; ++k) {
                    y[k] /= static_cast<T>(terms);
                }
            }
        };
    });
}

kernel reduce_sum(context& c) { return add_up(c, after::nothing); }
kernel reduce_mean(context& c) { return add_up(c, after::division); }

kernel reduce_max(context& c) {
    return with_number(c, [&]<class T>(std::type_identity<T>) -> kernel {
        const std::vector<bool> gone = reduced_axes(c);
        // The largest of no number, as ONNX has it.
        const T least =
            std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
        return [least, loop = reduction_loop(c, gone), results = onnx::elements(c.out_dims(0)),
                x = reinterpret_cast<const T*>(c.in_anyhow(0)), y = c.out<T>(0)] {
            std::fill_n(y, results, least);
            loop.for_each_row([&](const std::array<std::int64_t, 2>& at) {
                for (std::int64_t k = 0; k < loop.row_extent(); ++k) {
                    T& e = y[at[0] + k * loop.row_step(0)];
                    e = std::max(e, x[at[1] + k * loop.row_step(1)]);
                }
            });
        };
    });
}

constexpr std::array kernels{
    registration{"", "ReduceSum", layout_rule::plain, reduce_sum},
    registration{"", "ReduceMean", layout_rule::plain, reduce_mean},
    registration{"", "ReduceMax", layout_rule::plain, reduce_max},
};

} // namespace

std::span<const registration> reduction_kernels() noexcept { return kernels; }

} // namespace opara::engine
