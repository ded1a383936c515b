// Operators that add up: reductions, normalisations of rows, softmax, the factorisation machine.
#include <examples/engine/cuda/device.cuh>
#include <examples/engine/cuda/element.cuh>
#include <examples/engine/cuda/functions.hpp>

#include <cmath>
#include <limits>

namespace opara::engine::gpu {
namespace {

// ---- reductions

template <class T>
struct accumulator {
    using type = computed<T>;
};
template <>
struct accumulator<float> {
    using type = double; // a long row of floats would lose digits
};

template <class T>
__device__ inline T least_number() {
    if constexpr (static_cast<T>(0.5F) != T{}) {
        return static_cast<T>(-INFINITY);
    } else {
        return static_cast<T>(T{1} << (sizeof(T) * 8 - 1));
    }
}

template <class T>
__device__ inline T joined(reduction kind, T a, T b) {
    return kind == reduction::max ? (a < b ? b : a) : a + b;
}

// Blocks of 32 x 8 threads. Across: neighbours in x take neighbouring results, those in y share the terms. Else all
// take the terms of one result.
template <class T, bool Across>
__global__ void __launch_bounds__(256) reduce(const __grid_constant__ reduce_arguments p) {
    await_dependencies();
    using wide = typename accumulator<T>::type;
    __shared__ wide part[256];
    const std::uint32_t x = threadIdx.x % 32;
    const std::uint32_t y = threadIdx.x / 32;
    const std::uint32_t result = Across ? blockIdx.x * 32 + x : blockIdx.x;
    const std::uint32_t first = Across ? y : threadIdx.x;
    const std::uint32_t step = Across ? 8 : 256;
    operand stays{};
    for (int a = 0; a < most_axes; ++a) {
        stays.step[a] = p.x_step[a];
    }
    std::int32_t at[2] = {0, 0};
    const bool exists = result < p.results.count;
    wide sum = p.kind == reduction::max ? static_cast<wide>(least_number<computed<T>>()) : wide{};
    if (exists) {
        const operand* const both[2] = {&p.y, &stays};
        locate(p.results, both, result, at);
        const T* const from = static_cast<const T*>(p.x.elements) + at[1];
#pragma unroll 4
        for (std::uint32_t r = first; r < p.reduced.count; r += step) {
            std::int32_t offset[1];
            const operand* const one[1] = {&p.x};
            locate(p.reduced, one, r, offset);
            sum = joined(p.kind, sum, static_cast<wide>(loaded(from[offset[0]])));
        }
    }
    part[threadIdx.x] = sum;
    __syncthreads();
    if constexpr (Across) {
        if (y != 0) {
            return;
        }
        for (int other = 1; other < 8; ++other) {
            sum = joined(p.kind, sum, part[other * 32 + static_cast<int>(x)]);
        }
    } else {
        for (unsigned half = 128; half != 0; half /= 2) {
            if (threadIdx.x < half) {
                part[threadIdx.x] = joined(p.kind, part[threadIdx.x], part[threadIdx.x + half]);
            }
            __syncthreads();
        }
        sum = part[0];
    }
    if (exists && (Across || threadIdx.x == 0)) {
        if (p.kind == reduction::mean) {
            sum = sum / static_cast<wide>(p.reduced.count);
        }
        static_cast<T*>(p.y.elements)[at[0]] = stored<T>(static_cast<computed<T>>(sum));
    }
}

// ---- rows

// The sum over a block of 256 threads, known to all.
__device__ inline float block_sum(float x, float (&room)[8]) {
    for (int distance = 16; distance != 0; distance /= 2) {
        x += shuffled(x, distance);
    }
    __syncthreads(); // the room may still be read
    if (threadIdx.x % 32 == 0) {
        room[threadIdx.x / 32] = x;
    }
    __syncthreads();
    float sum = 0.0F;
    for (const float part : room) {
        sum += part;
    }
    return sum;
}

template <class T>
__global__ void __launch_bounds__(256) normalize_row(const __grid_constant__ row_arguments p) {
    await_dependencies();
    __shared__ float room[8];
    const std::int64_t begin = static_cast<std::int64_t>(blockIdx.x) * p.length;
    const T* const x = static_cast<const T*>(p.x) + begin;
    const T* const residual = p.residual == nullptr ? nullptr : static_cast<const T*>(p.residual) + begin;
    const auto element = [&](int i) { return residual == nullptr ? loaded(x[i]) : loaded(x[i]) + loaded(residual[i]); };
    float mean = 0.0F;
    float factor = 0.0F;
    if (p.known != nullptr) {
        mean = static_cast<float>(p.known[2 * blockIdx.x]);
        factor = static_cast<float>(p.known[2 * blockIdx.x + 1]);
    } else {
        if (p.centered != 0) {
            float sum = 0.0F;
            for (int i = static_cast<int>(threadIdx.x); i < p.length; i += 256) {
                sum += element(i);
            }
            mean = block_sum(sum, room) / static_cast<float>(p.length);
        }
        float squares = 0.0F;
        for (int i = static_cast<int>(threadIdx.x); i < p.length; i += 256) {
            const float d = element(i) - mean;
            squares += d * d;
        }
        factor = 1.0F / sqrtf(block_sum(squares, room) / static_cast<float>(p.length) + p.epsilon);
    }
    for (int i = static_cast<int>(threadIdx.x); i < p.length; i += 256) {
        const float e = element(i);
        if (p.sum != nullptr) {
            static_cast<T*>(p.sum)[begin + i] = stored<T>(e);
        }
        static_cast<T*>(p.y)[begin + i] =
            stored<T>((e - mean) * factor * loaded(static_cast<const T*>(p.scale)[i]) +
                      (p.bias == nullptr ? 0.0F : loaded(static_cast<const T*>(p.bias)[i])));
    }
    if (threadIdx.x == 0) {
        if (p.means != nullptr) {
            static_cast<T*>(p.means)[blockIdx.x] = stored<T>(mean);
        }
        if (p.factors != nullptr) {
            static_cast<T*>(p.factors)[blockIdx.x] = stored<T>(factor);
        }
        if (p.statistics != nullptr) {
            p.statistics[2 * blockIdx.x] = static_cast<double>(mean);
            p.statistics[2 * blockIdx.x + 1] = static_cast<double>(factor);
        }
    }
}

// A row in the registers of one warp: all of it is on the way at once, and no thread waits for those of another warp.
template <class T, int Quads>
__global__ void __launch_bounds__(32) normalize_short_row(const __grid_constant__ row_arguments p) {
    await_dependencies();
    const auto lane = static_cast<int>(threadIdx.x);
    const std::int64_t begin = static_cast<std::int64_t>(blockIdx.x) * p.length;
    const auto four = [&](const void* list, std::int64_t offset, int q) {
        const int i = (q * 32 + lane) * 4;
        return fetched<4>(list != nullptr && i < p.length, static_cast<const T*>(list) + offset + i);
    };
    const auto sum_of = [](float x) {
        for (int distance = 16; distance != 0; distance /= 2) {
            x += shuffled(x, distance);
        }
        return x;
    };
    packet<T, 4> given[Quads];
    packet<T, 4> residuals[Quads];
    packet<T, 4> scales[Quads];
    packet<T, 4> biases[Quads];
#pragma unroll
    for (int q = 0; q < Quads; ++q) {
        given[q] = four(p.x, begin, q);
        residuals[q] = four(p.residual, begin, q);
        scales[q] = four(p.scale, 0, q);
        biases[q] = four(p.bias, 0, q);
    }
    float4 x[Quads];
    float sum = 0.0F;
#pragma unroll
    for (int q = 0; q < Quads; ++q) {
        x[q] = four_of(given[q]);
        const float4 residual = four_of(residuals[q]);
        x[q] = {x[q].x + residual.x, x[q].y + residual.y, x[q].z + residual.z, x[q].w + residual.w};
        sum += x[q].x + x[q].y + (x[q].z + x[q].w);
    }
    const auto length = static_cast<float>(p.length);
    const float mean = p.centered != 0 ? sum_of(sum) / length : 0.0F;
    float squares = 0.0F;
#pragma unroll
    for (int q = 0; q < Quads; ++q) {
        const float4 d{x[q].x - mean, x[q].y - mean, x[q].z - mean, x[q].w - mean};
        squares += (q * 32 + lane) * 4 < p.length ? d.x * d.x + d.y * d.y + (d.z * d.z + d.w * d.w) : 0.0F;
    }
    const float factor = 1.0F / sqrtf(sum_of(squares) / length + p.epsilon);
#pragma unroll
    for (int q = 0; q < Quads; ++q) {
        const int i = (q * 32 + lane) * 4;
        if (i >= p.length) {
            continue;
        }
        if (p.sum != nullptr) {
            store_four(static_cast<T*>(p.sum) + begin + i, x[q]);
        }
        const float4 scale = four_of(scales[q]);
        const float4 bias = four_of(biases[q]);
        store_four(static_cast<T*>(p.y) + begin + i,
                   {(x[q].x - mean) * factor * scale.x + bias.x, (x[q].y - mean) * factor * scale.y + bias.y,
                    (x[q].z - mean) * factor * scale.z + bias.z, (x[q].w - mean) * factor * scale.w + bias.w});
    }
    if (lane == 0) {
        if (p.means != nullptr) {
            static_cast<T*>(p.means)[blockIdx.x] = stored<T>(mean);
        }
        if (p.factors != nullptr) {
            static_cast<T*>(p.factors)[blockIdx.x] = stored<T>(factor);
        }
        if (p.statistics != nullptr) {
            p.statistics[2 * blockIdx.x] = static_cast<double>(mean);
            p.statistics[2 * blockIdx.x + 1] = static_cast<double>(factor);
        }
    }
}

template <class T>
__global__ void softmax(const __grid_constant__ softmax_arguments p) {
    await_dependencies();
    const auto line = static_cast<std::int32_t>((blockIdx.x * blockDim.x + threadIdx.x) / 32);
    const auto lane = static_cast<std::int32_t>(threadIdx.x % 32);
    if (line >= p.outer * p.inner) {
        return;
    }
    const std::int64_t begin = static_cast<std::int64_t>(line / p.inner) * p.length * p.inner + line % p.inner;
    const T* const x = static_cast<const T*>(p.x) + begin;
    const auto element = [&](std::int32_t i) { return loaded(x[static_cast<std::int64_t>(i) * p.inner]); };
    float most = -INFINITY;
    for (std::int32_t i = lane; i < p.length; i += 32) {
        most = fmaxf(most, element(i));
    }
    for (int distance = 16; distance != 0; distance /= 2) {
        most = fmaxf(most, shuffled(most, distance));
    }
    float sum = 0.0F;
    for (std::int32_t i = lane; i < p.length; i += 32) {
        sum += expf(element(i) - most);
    }
    for (int distance = 16; distance != 0; distance /= 2) {
        sum += shuffled(sum, distance);
    }
    const float logarithm = logf(sum);
    for (std::int32_t i = lane; i < p.length; i += 32) {
        const float e = element(i) - most;
        static_cast<T*>(p.y)[begin + static_cast<std::int64_t>(i) * p.inner] =
            stored<T>(p.logarithm != 0 ? e - logarithm : expf(e) / sum);
    }
}

// Half the sum over coordinates of (sum over fields)^2 - sum over fields of squares (Rendle, ICDM 2010, Lemma 3.1).
template <class T>
__global__ void __launch_bounds__(128) factorize(const __grid_constant__ factorization_arguments p) {
    await_dependencies();
    __shared__ double room[128];
    double total = 0.0;
    for (std::uint32_t j = threadIdx.x; j < p.width; j += 128) {
        double sum = 0.0;
        double squares = 0.0;
        for (std::uint32_t f = 0; f < p.fields; ++f) {
            const auto e =
                static_cast<double>(loaded(static_cast<const T*>(p.x)[(blockIdx.x * p.fields + f) * p.width + j]));
            sum += e;
            squares += e * e;
        }
        total += sum * sum - squares;
    }
    room[threadIdx.x] = total;
    __syncthreads();
    if (threadIdx.x == 0) {
        double all = 0.0;
        for (const double part : room) {
            all += part;
        }
        static_cast<T*>(p.y)[blockIdx.x] = stored<T>(static_cast<float>(0.5 * all));
    }
}

template <class F>
const void* address(F* f) {
    return reinterpret_cast<const void*>(f);
}

} // namespace

const void* reduce_kernel(number type, bool across) {
    switch (type) {
    case number::f32: return across ? address(&reduce<float, true>) : address(&reduce<float, false>);
    case number::f16: return across ? address(&reduce<half, true>) : address(&reduce<half, false>);
    case number::bf16: return across ? address(&reduce<bfloat, true>) : address(&reduce<bfloat, false>);
    case number::i32: return across ? address(&reduce<std::int32_t, true>) : address(&reduce<std::int32_t, false>);
    case number::i64: return across ? address(&reduce<std::int64_t, true>) : address(&reduce<std::int64_t, false>);
    default: return nullptr;
    }
}
const void* row_kernel(number real) {
    return by_real(real, [](auto x) { return address(&normalize_row<decltype(x)>); });
}
const void* short_row_kernel(number real, int length) {
    return by_real(real, [&](auto x) {
        using type = decltype(x);
        return length <= 512 ? address(&normalize_short_row<type, 4>) : address(&normalize_short_row<type, 8>);
    });
}
const void* softmax_kernel(number real) {
    return by_real(real, [](auto x) { return address(&softmax<decltype(x)>); });
}
const void* factorization_kernel(number real) {
    return by_real(real, [](auto x) { return address(&factorize<decltype(x)>); });
}

} // namespace opara::engine::gpu
