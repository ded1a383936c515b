// Operators that add up: reductions, normalisations of rows, softmax, attention, the factorisation machine.
#include <examples/engine/cuda/device.cuh>
#include <examples/engine/cuda/functions.hpp>

#include <cmath>
#include <limits>

namespace opara::engine::gpu {
namespace {

template <class T>
__device__ inline T shuffled(T x, int distance) {
    return __shfl_xor_sync(0xFFFFFFFFU, x, distance);
}

// ---- reductions

template <class T>
struct accumulator {
    using type = T;
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
    wide sum = p.kind == reduction::max ? static_cast<wide>(least_number<T>()) : wide{};
    if (exists) {
        const operand* const both[2] = {&p.y, &stays};
        locate(p.results, both, result, at);
        const T* const from = static_cast<const T*>(p.x.elements) + at[1];
        for (std::uint32_t r = first; r < p.reduced.count; r += step) {
            std::int32_t offset[1];
            const operand* const one[1] = {&p.x};
            locate(p.reduced, one, r, offset);
            sum = joined(p.kind, sum, static_cast<wide>(from[offset[0]]));
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
        static_cast<T*>(p.y.elements)[at[0]] = static_cast<T>(sum);
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

__global__ void __launch_bounds__(256) normalize_row(const __grid_constant__ row_arguments p) {
    await_dependencies();
    __shared__ float room[8];
    const std::int64_t begin = static_cast<std::int64_t>(blockIdx.x) * p.length;
    const float* const x = p.x + begin;
    const float* const residual = p.residual == nullptr ? nullptr : p.residual + begin;
    const auto element = [&](int i) { return residual == nullptr ? x[i] : x[i] + residual[i]; };
    float mean = 0.0F;
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
    const float factor = 1.0F / sqrtf(block_sum(squares, room) / static_cast<float>(p.length) + p.epsilon);
    for (int i = static_cast<int>(threadIdx.x); i < p.length; i += 256) {
        const float e = element(i);
        if (p.sum != nullptr) {
            p.sum[begin + i] = e;
        }
        p.y[begin + i] = (e - mean) * factor * p.scale[i] + (p.bias == nullptr ? 0.0F : p.bias[i]);
    }
    if (threadIdx.x == 0) {
        if (p.means != nullptr) {
            p.means[blockIdx.x] = mean;
        }
        if (p.factors != nullptr) {
            p.factors[blockIdx.x] = factor;
        }
    }
}

__global__ void softmax(const __grid_constant__ softmax_arguments p) {
    await_dependencies();
    const auto line = static_cast<std::int32_t>((blockIdx.x * blockDim.x + threadIdx.x) / 32);
    const auto lane = static_cast<std::int32_t>(threadIdx.x % 32);
    if (line >= p.outer * p.inner) {
        return;
    }
    const std::int64_t begin = static_cast<std::int64_t>(line / p.inner) * p.length * p.inner + line % p.inner;
    const float* const x = p.x + begin;
    float most = -INFINITY;
    for (std::int32_t i = lane; i < p.length; i += 32) {
        most = fmaxf(most, x[static_cast<std::int64_t>(i) * p.inner]);
    }
    for (int distance = 16; distance != 0; distance /= 2) {
        most = fmaxf(most, shuffled(most, distance));
    }
    float sum = 0.0F;
    for (std::int32_t i = lane; i < p.length; i += 32) {
        sum += expf(x[static_cast<std::int64_t>(i) * p.inner] - most);
    }
    for (int distance = 16; distance != 0; distance /= 2) {
        sum += shuffled(sum, distance);
    }
    const float logarithm = logf(sum);
    for (std::int32_t i = lane; i < p.length; i += 32) {
        const float e = x[static_cast<std::int64_t>(i) * p.inner] - most;
        p.y[begin + static_cast<std::int64_t>(i) * p.inner] = p.logarithm != 0 ? e - logarithm : expf(e) / sum;
    }
}

// ---- attention: 4 warps take 2 queries each and go through the keys 32 at a time, each lane one of them, with the
// largest score and the sum so far. Rows of queries and keys are read 4 elements at a time, padded with zeros; those of
// keys begin 4 banks apart.

constexpr int attention_queries = 8;
constexpr int queries_of_warp = 2;

__host__ __device__ inline int padded_width(int width) { return (width + 3) / 4 * 4; }
__host__ __device__ inline int key_pitch(int width) {
    const int padded = padded_width(width);
    return padded % 8 == 0 ? padded + 4 : padded;
}

// Brings rows into shared memory, `pitch` apart, what lies between zero. Several loads are on the way before the first
// is stored: the compiler may not exchange them itself.
__device__ inline void bring(float* to, int pitch, const float* from, int rows, int width) {
    constexpr int threads = 128;
    constexpr int at_once = 8;
    const int first = static_cast<int>(threadIdx.x);
    if (width % 4 == 0) {
        const int quads = width / 4;
        for (int begin = first; begin < rows * quads; begin += threads * at_once) {
            float4 x[at_once];
#pragma unroll
            for (int u = 0; u < at_once; ++u) {
                const int i = begin + u * threads;
                if (i < rows * quads) {
                    x[u] = reinterpret_cast<const float4*>(from)[i];
                }
            }
#pragma unroll
            for (int u = 0; u < at_once; ++u) {
                const int i = begin + u * threads;
                if (i < rows * quads) {
                    const int row = i / quads;
                    *reinterpret_cast<float4*>(to + row * pitch + (i - row * quads) * 4) = x[u];
                }
            }
        }
        return;
    }
    const int padded = padded_width(width);
    for (int i = first; i < rows * padded; i += threads) {
        const int row = i / padded;
        const int d = i - row * padded;
        to[row * pitch + d] = d < width ? from[static_cast<std::int64_t>(row) * width + d] : 0.0F;
    }
}

__global__ void __launch_bounds__(128) attend(const __grid_constant__ attention_arguments p) {
    await_dependencies();
    extern __shared__ __align__(16) float shared[];
    const int width = p.width;
    const int padded = padded_width(width);
    const int pitch = key_pitch(width);
    const int columns = p.columns;
    float* const q = shared;                         // [8][padded]
    float* const k = q + attention_queries * padded; // [32][pitch]
    float* const v = k + 32 * pitch;                 // [32][value_pitch]
    const int value_pitch = padded_width(columns);
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int first = static_cast<int>(blockIdx.x) * attention_queries;
    const auto number = static_cast<std::int64_t>(blockIdx.y);
    const float* const q_of = p.q + number * p.queries * width;
    const float* const k_of = p.k + number * p.keys * width;
    const float* const v_of = p.v + number * p.keys * columns;
    const float* bias = p.bias;
    if (bias != nullptr) {
        auto rest = static_cast<std::int32_t>(blockIdx.y);
        for (int i = 2; i >= 0; --i) {
            bias += static_cast<std::int64_t>(rest % p.lead_extent[i]) * p.bias_lead[i];
            rest /= p.lead_extent[i];
        }
    }
    bring(q, padded, q_of + static_cast<std::int64_t>(first) * width, min(attention_queries, p.queries - first), width);
    float most[queries_of_warp];
    float total[queries_of_warp];
    float sums[queries_of_warp][most_attention_columns / 32];
#pragma unroll
    for (int i = 0; i < queries_of_warp; ++i) {
        most[i] = -INFINITY;
        total[i] = 0.0F;
#pragma unroll
        for (int c = 0; c < most_attention_columns / 32; ++c) {
            sums[i][c] = 0.0F;
        }
    }
    for (int begin = 0; begin < p.keys; begin += 32) {
        __syncthreads();
        const int count = min(32, p.keys - begin);
        bring(k, pitch, k_of + static_cast<std::int64_t>(begin) * width, count, width);
        bring(v, value_pitch, v_of + static_cast<std::int64_t>(begin) * columns, count, columns);
        __syncthreads();
        float score[queries_of_warp] = {};
        if (lane < count) {
            for (int d = 0; d < padded; d += 4) {
                const float4 e = *reinterpret_cast<const float4*>(k + lane * pitch + d);
#pragma unroll
                for (int i = 0; i < queries_of_warp; ++i) {
                    const float4 own = *reinterpret_cast<const float4*>(q + (warp * queries_of_warp + i) * padded + d);
                    score[i] = fmaf(own.x, e.x, fmaf(own.y, e.y, fmaf(own.z, e.z, fmaf(own.w, e.w, score[i]))));
                }
            }
        }
#pragma unroll
        for (int i = 0; i < queries_of_warp; ++i) {
            const int query = first + warp * queries_of_warp + i;
            float s = score[i] * p.scale;
            if (bias != nullptr && lane < count && query < p.queries) {
                s += bias[static_cast<std::int64_t>(query) * p.bias_query +
                          static_cast<std::int64_t>(begin + lane) * p.bias_key];
            }
            s = lane < count ? s : -INFINITY;
            float larger = s;
            for (int distance = 16; distance != 0; distance /= 2) {
                larger = fmaxf(larger, shuffled(larger, distance));
            }
            larger = fmaxf(larger, most[i]);
            const float shift = larger == -INFINITY ? 0.0F : larger; // a row that is masked so far
            const float shrink = expf(most[i] - shift);
            const float e = expf(s - shift);
            float sum = e;
            for (int distance = 16; distance != 0; distance /= 2) {
                sum += shuffled(sum, distance);
            }
            total[i] = total[i] * shrink + sum;
            most[i] = larger;
            score[i] = e;
#pragma unroll
            for (int c = 0; c < most_attention_columns / 32; ++c) {
                sums[i][c] *= shrink;
            }
        }
        for (int j = 0; j < count; ++j) {
            float e[queries_of_warp];
#pragma unroll
            for (int i = 0; i < queries_of_warp; ++i) {
                e[i] = __shfl_sync(0xFFFFFFFFU, score[i], j);
            }
#pragma unroll
            for (int c = 0; c < most_attention_columns / 32; ++c) {
                if (c * 32 < columns) {
                    const float x = c * 32 + lane < columns ? v[j * value_pitch + c * 32 + lane] : 0.0F;
#pragma unroll
                    for (int i = 0; i < queries_of_warp; ++i) {
                        sums[i][c] = fmaf(e[i], x, sums[i][c]);
                    }
                }
            }
        }
    }
#pragma unroll
    for (int i = 0; i < queries_of_warp; ++i) {
        const int query = first + warp * queries_of_warp + i;
        if (query < p.queries) {
#pragma unroll
            for (int c = 0; c < most_attention_columns / 32; ++c) {
                if (c * 32 + lane < columns) {
                    p.y[(number * p.queries + query) * columns + c * 32 + lane] = sums[i][c] / total[i];
                }
            }
        }
    }
}

// Half the sum over coordinates of (sum over fields)^2 - sum over fields of squares (Rendle, ICDM 2010, Lemma 3.1).
__global__ void __launch_bounds__(128) factorize(const __grid_constant__ factorization_arguments p) {
    await_dependencies();
    __shared__ double room[128];
    double total = 0.0;
    for (std::uint32_t j = threadIdx.x; j < p.width; j += 128) {
        double sum = 0.0;
        double squares = 0.0;
        for (std::uint32_t f = 0; f < p.fields; ++f) {
            const auto e = static_cast<double>(p.x[(blockIdx.x * p.fields + f) * p.width + j]);
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
        p.y[blockIdx.x] = static_cast<float>(0.5 * all);
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
    case number::i32: return across ? address(&reduce<std::int32_t, true>) : address(&reduce<std::int32_t, false>);
    case number::i64: return across ? address(&reduce<std::int64_t, true>) : address(&reduce<std::int64_t, false>);
    default: return nullptr;
    }
}
const void* row_kernel() { return address(&normalize_row); }
const void* softmax_kernel() { return address(&softmax); }
const void* attention_kernel() { return address(&attend); }
unsigned attention_shared_bytes(int width, int columns) {
    return static_cast<unsigned>(
        (attention_queries * padded_width(width) + 32 * key_pitch(width) + 32 * padded_width(columns)) * 4);
}
const void* factorization_kernel() { return address(&factorize); }

} // namespace opara::engine::gpu
