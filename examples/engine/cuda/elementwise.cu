// Operators that compute each element from those at the same place.
#include <examples/engine/cuda/device.cuh>
#include <examples/engine/cuda/element.cuh>
#include <examples/engine/cuda/functions.hpp>

namespace opara::engine::gpu {
namespace {

__device__ inline std::uint32_t own_index() { return blockIdx.x * blockDim.x + threadIdx.x; }

// What is computed with, and how bounds lie.
template <class T, class Stored>
__device__ inline T applied(const unary_arguments& p, T x) {
    switch (p.operation) {
    case unary::relu: return x > T{} ? x : (x != x ? x : T{});
    case unary::abs: return x < T{} ? static_cast<T>(-x) : x;
    case unary::neg: return static_cast<T>(-x);
    case unary::clip: {
        T least = p.low != nullptr ? loaded(*static_cast<const Stored*>(p.low)) : x;
        T most = p.high != nullptr ? loaded(*static_cast<const Stored*>(p.high)) : x;
        if (p.low == nullptr && static_cast<float>(x) < p.alpha) {
            least = static_cast<T>(p.alpha);
        }
        const T raised = x < least ? least : x; // the upper bound wins, as ONNX says
        if (p.high == nullptr) {
            most = static_cast<float>(raised) > p.beta ? static_cast<T>(p.beta) : raised;
        }
        return raised > most ? most : raised;
    }
    default: break;
    }
    if constexpr (sizeof(T) == 4 && static_cast<T>(0.5F) != T{}) {
        switch (p.operation) {
        case unary::leaky_relu: return x < 0.0F ? p.alpha * x : x;
        case unary::sigmoid: return sigmoid_of(x);
        case unary::tanh: return tanhf(x);
        case unary::exp: return expf(x);
        case unary::log: return logf(x);
        case unary::sqrt: return sqrtf(x);
        case unary::erf: return erff(x);
        case unary::gelu: return gelu_of(x);
        case unary::gelu_tanh: return gelu_tanh_of(x);
        default: break;
        }
    }
    return x;
}

template <class T>
__global__ void unary_all(const __grid_constant__ unary_arguments p) {
    await_dependencies();
    const std::uint32_t i = own_index();
    if (i >= p.over.count) {
        return;
    }
    std::int32_t at[2];
    const operand* const both[2] = {&p.y, &p.x};
    locate(p.over, both, i, at);
    static_cast<T*>(p.y.elements)[at[0]] =
        stored<T>(applied<computed<T>, T>(p, loaded(static_cast<const T*>(p.x.elements)[at[1]])));
}

// ---- conversion

template <class To, class From>
__device__ inline To clamped(From x) {
    // A float beyond the integer's range has no result that ONNX would name; the nearest is what conversion yields
    // here, but for types that it goes through.
    if constexpr (sizeof(To) == 1) {
        constexpr auto least = static_cast<From>(static_cast<To>(-1) < To{} ? -128 : 0);
        constexpr auto most = static_cast<From>(static_cast<To>(-1) < To{} ? 127 : 255);
        return x != x ? To{} : static_cast<To>(x < least ? least : (x > most ? most : x));
    } else {
        return x != x ? To{} : static_cast<To>(x);
    }
}

template <class From>
__device__ inline void store_as(number to, void* y, std::int32_t at, From x) {
    constexpr bool from_float = static_cast<From>(0.5F) != From{};
    const auto integer = [&](auto zero) {
        using To = decltype(zero);
        if constexpr (from_float) {
            return clamped<To>(x);
        } else {
            return static_cast<To>(x);
        }
    };
    switch (to) {
    case number::f32: static_cast<float*>(y)[at] = static_cast<float>(x); break;
    case number::f16: static_cast<half*>(y)[at] = stored<half>(static_cast<float>(x)); break;
    case number::bf16: static_cast<bfloat*>(y)[at] = stored<bfloat>(static_cast<float>(x)); break;
    case number::f64: static_cast<double*>(y)[at] = static_cast<double>(x); break;
    case number::i8: static_cast<std::int8_t*>(y)[at] = integer(std::int8_t{}); break;
    case number::u8: static_cast<std::uint8_t*>(y)[at] = integer(std::uint8_t{}); break;
    case number::i32: static_cast<std::int32_t*>(y)[at] = integer(std::int32_t{}); break;
    case number::i64: static_cast<std::int64_t*>(y)[at] = integer(std::int64_t{}); break;
    case number::boolean: static_cast<bool*>(y)[at] = x != From{}; break;
    }
}

__global__ void cast(const __grid_constant__ cast_arguments p) {
    await_dependencies();
    const std::uint32_t i = own_index();
    if (i >= p.over.count) {
        return;
    }
    std::int32_t at[2];
    const operand* const both[2] = {&p.y, &p.x};
    locate(p.over, both, i, at);
    const void* const x = p.x.elements;
    switch (p.from) {
    case number::f32: store_as(p.to, p.y.elements, at[0], static_cast<const float*>(x)[at[1]]); break;
    case number::f16: store_as(p.to, p.y.elements, at[0], loaded(static_cast<const half*>(x)[at[1]])); break;
    case number::bf16: store_as(p.to, p.y.elements, at[0], loaded(static_cast<const bfloat*>(x)[at[1]])); break;
    case number::f64: store_as(p.to, p.y.elements, at[0], static_cast<const double*>(x)[at[1]]); break;
    case number::i8: store_as(p.to, p.y.elements, at[0], static_cast<const std::int8_t*>(x)[at[1]]); break;
    case number::u8: store_as(p.to, p.y.elements, at[0], static_cast<const std::uint8_t*>(x)[at[1]]); break;
    case number::i32: store_as(p.to, p.y.elements, at[0], static_cast<const std::int32_t*>(x)[at[1]]); break;
    case number::i64: store_as(p.to, p.y.elements, at[0], static_cast<const std::int64_t*>(x)[at[1]]); break;
    case number::boolean:
        store_as(p.to, p.y.elements, at[0], static_cast<std::int32_t>(static_cast<const bool*>(x)[at[1]]));
        break;
    }
}

// ---- two operands

// Integers wrap around, as they do everywhere but in C++.
template <class T>
struct wrapping {
    using type = T;
};
template <>
struct wrapping<std::int32_t> {
    using type = std::uint32_t;
};
template <>
struct wrapping<std::int64_t> {
    using type = std::uint64_t;
};

template <class T>
__device__ inline T combined(binary operation, T a, T b, std::int32_t op, std::uint32_t* fault) {
    using wide = typename wrapping<T>::type;
    constexpr bool is_float = static_cast<T>(0.5F) != T{};
    switch (operation) {
    case binary::add: return static_cast<T>(static_cast<wide>(a) + static_cast<wide>(b));
    case binary::sub: return static_cast<T>(static_cast<wide>(a) - static_cast<wide>(b));
    case binary::mul: return static_cast<T>(static_cast<wide>(a) * static_cast<wide>(b));
    case binary::min: return b < a ? b : a;
    case binary::max: return a < b ? b : a;
    case binary::div:
        if constexpr (is_float) {
            return a / b;
        } else {
            if (b == T{}) {
                if (fault != nullptr) {
                    atomicCAS(fault, 0U, static_cast<std::uint32_t>(op) + 1U);
                }
                return T{};
            }
            return b == static_cast<T>(-1) ? static_cast<T>(wide{} - static_cast<wide>(a)) : a / b;
        }
    case binary::pow:
        if constexpr (is_float) {
            return b == T{2} ? a * a : powf(a, b);
        }
        break;
    default: break;
    }
    return a;
}

template <class T>
__global__ void binary_all(const __grid_constant__ binary_arguments p) {
    await_dependencies();
    const std::uint32_t i = own_index();
    if (i >= p.over.count) {
        return;
    }
    std::int32_t at[3];
    const operand* const all[3] = {&p.y, &p.a, &p.b};
    locate(p.over, all, i, at);
    static_cast<T*>(p.y.elements)[at[0]] =
        stored<T>(combined(p.operation, loaded(static_cast<const T*>(p.a.elements)[at[1]]),
                           loaded(static_cast<const T*>(p.b.elements)[at[2]]), p.op, p.fault));
}

template <class T>
__global__ void compare(const __grid_constant__ binary_arguments p) {
    await_dependencies();
    const std::uint32_t i = own_index();
    if (i >= p.over.count) {
        return;
    }
    std::int32_t at[3];
    const operand* const all[3] = {&p.y, &p.a, &p.b};
    locate(p.over, all, i, at);
    const computed<T> a = loaded(static_cast<const T*>(p.a.elements)[at[1]]);
    const computed<T> b = loaded(static_cast<const T*>(p.b.elements)[at[2]]);
    static_cast<bool*>(p.y.elements)[at[0]] =
        p.operation == binary::equal ? a == b : (p.operation == binary::less ? a < b : a > b);
}

template <class T>
__global__ void fold(const __grid_constant__ fold_arguments p) {
    await_dependencies();
    const std::uint32_t i = own_index();
    if (i >= p.over.count) {
        return;
    }
    std::int32_t at[1];
    computed<T> result{};
    for (std::int32_t t = 0; t < p.terms; ++t) {
        const operand* const one[1] = {&p.x[t]};
        locate(p.over, one, i, at);
        const computed<T> x = loaded(static_cast<const T*>(p.x[t].elements)[at[0]]);
        result = t == 0 ? x : combined(p.operation, result, x, 0, nullptr);
    }
    const operand* const one[1] = {&p.y};
    locate(p.over, one, i, at);
    static_cast<T*>(p.y.elements)[at[0]] = stored<T>(result);
}

template <class T>
__global__ void choose(const __grid_constant__ choice_arguments p) {
    await_dependencies();
    const std::uint32_t i = own_index();
    if (i >= p.over.count) {
        return;
    }
    std::int32_t at[4];
    const operand* const all[4] = {&p.y, &p.condition, &p.a, &p.b};
    locate(p.over, all, i, at);
    static_cast<T*>(p.y.elements)[at[0]] = static_cast<const bool*>(p.condition.elements)[at[1]]
                                               ? static_cast<const T*>(p.a.elements)[at[2]]
                                               : static_cast<const T*>(p.b.elements)[at[3]];
}

template <class T>
__global__ void batch_normalization(const __grid_constant__ batch_normalization_arguments p) {
    await_dependencies();
    const std::uint32_t i = own_index();
    if (i >= p.over.count) {
        return;
    }
    operand channel{};
    for (int a = 0; a < most_axes; ++a) {
        channel.step[a] = p.channel_step[a];
    }
    std::int32_t at[3];
    const operand* const all[3] = {&p.y, &p.x, &channel};
    locate(p.over, all, i, at);
    const auto of_channel = [&](const void* list) { return loaded(static_cast<const T*>(list)[at[2]]); };
    const float factor = of_channel(p.scale) * rsqrtf(of_channel(p.variance) + p.epsilon);
    static_cast<T*>(p.y.elements)[at[0]] = stored<T>(
        (loaded(static_cast<const T*>(p.x.elements)[at[1]]) - of_channel(p.mean)) * factor + of_channel(p.bias));
}

template <class T>
__global__ void lrn(const __grid_constant__ lrn_arguments p) {
    await_dependencies();
    const std::uint32_t i = own_index();
    if (i >= p.over.count * static_cast<std::uint32_t>(p.channels)) {
        return;
    }
    const auto channel = static_cast<std::int32_t>(i % static_cast<std::uint32_t>(p.channels));
    std::int32_t at[2];
    const operand* const both[2] = {&p.y, &p.x};
    locate(p.over, both, i / static_cast<std::uint32_t>(p.channels), at);
    const T* const pixel = static_cast<const T*>(p.x.elements) + at[1];
    const std::int32_t first = max(channel - (p.size - 1) / 2, 0);
    const std::int32_t last = min(channel + p.size / 2, p.channels - 1);
    float sum = 0.0F;
    for (std::int32_t c = first; c <= last; ++c) {
        const float x = loaded(pixel[c * p.x_step]);
        sum += x * x;
    }
    static_cast<T*>(p.y.elements)[at[0] + channel * p.y_step] =
        stored<T>(loaded(pixel[channel * p.x_step]) / powf(p.bias + p.alpha * sum, p.beta));
}

template <class F>
const void* address(F* f) {
    return reinterpret_cast<const void*>(f);
}

} // namespace

const void* unary_kernel(number type) {
    switch (type) {
    case number::f32: return address(&unary_all<float>);
    case number::f16: return address(&unary_all<half>);
    case number::bf16: return address(&unary_all<bfloat>);
    case number::i32: return address(&unary_all<std::int32_t>);
    case number::i64: return address(&unary_all<std::int64_t>);
    default: return nullptr;
    }
}
const void* cast_kernel() { return address(&cast); }
const void* binary_kernel(number type) {
    switch (type) {
    case number::f32: return address(&binary_all<float>);
    case number::f16: return address(&binary_all<half>);
    case number::bf16: return address(&binary_all<bfloat>);
    case number::i32: return address(&binary_all<std::int32_t>);
    case number::i64: return address(&binary_all<std::int64_t>);
    default: return nullptr;
    }
}
const void* comparison_kernel(number type) {
    switch (type) {
    case number::f32: return address(&compare<float>);
    case number::f16: return address(&compare<half>);
    case number::bf16: return address(&compare<bfloat>);
    case number::i32: return address(&compare<std::int32_t>);
    case number::i64: return address(&compare<std::int64_t>);
    case number::boolean: return address(&compare<std::uint8_t>);
    default: return nullptr;
    }
}
const void* fold_kernel(number type) {
    switch (type) {
    case number::f32: return address(&fold<float>);
    case number::f16: return address(&fold<half>);
    case number::bf16: return address(&fold<bfloat>);
    case number::i32: return address(&fold<std::int32_t>);
    case number::i64: return address(&fold<std::int64_t>);
    default: return nullptr;
    }
}
const void* choice_kernel(unsigned bytes) {
    switch (bytes) {
    case 1: return address(&choose<std::uint8_t>);
    case 2: return address(&choose<std::uint16_t>);
    case 4: return address(&choose<std::uint32_t>);
    case 8: return address(&choose<std::uint64_t>);
    default: return nullptr;
    }
}
const void* batch_normalization_kernel(number real) {
    return by_real(real, [](auto x) { return address(&batch_normalization<decltype(x)>); });
}
const void* lrn_kernel(number real) {
    return by_real(real, [](auto x) { return address(&lrn<decltype(x)>); });
}

} // namespace opara::engine::gpu
