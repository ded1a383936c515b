// Pools, and convolutions of each channel on its own.
#include <examples/engine/cuda/device.cuh>
#include <examples/engine/cuda/functions.hpp>

#include <cfloat>

namespace opara::engine::gpu {
namespace {

// Channels that one thread works on, read and written together.
template <int V>
struct group;
template <>
struct group<1> {
    float x;
    __device__ float& operator[](int) { return x; }
};
template <>
struct alignas(8) group<2> {
    float x[2];
    __device__ float& operator[](int i) { return x[i]; }
};
template <>
struct alignas(16) group<4> {
    float x[4];
    __device__ float& operator[](int i) { return x[i]; }
};

template <int V>
__device__ inline group<V> read(const float* from) {
    return *reinterpret_cast<const group<V>*>(from);
}
template <int V>
__device__ inline void write(float* to, const group<V>& x) {
    *reinterpret_cast<group<V>*>(to) = x;
}

// A place of the window and the first of some channels.
struct place {
    std::int32_t batch, row, column, channel;
    bool exists;
};
template <int V, class Arguments>
__device__ inline place own_place(const Arguments& p) {
    auto i = static_cast<std::int32_t>(blockIdx.x * blockDim.x + threadIdx.x);
    const std::int32_t groups = p.channels / V;
    const std::int32_t channel = i % groups * V;
    i /= groups;
    const std::int32_t column = i % p.columns;
    i /= p.columns;
    const std::int32_t row = i % p.rows;
    i /= p.rows;
    return {i, row, column, channel, i < p.batch};
}

__device__ inline std::int64_t at(const image& i, std::int32_t batch, std::int32_t channel, std::int32_t row,
                                  std::int32_t column) {
    return static_cast<std::int64_t>(batch) * i.batch_step + static_cast<std::int64_t>(channel) * i.channel_step +
           row * i.row_step + column * i.column_step;
}

template <int V>
__global__ void pool(const __grid_constant__ pool_arguments p) {
    await_dependencies();
    const place o = own_place<V>(p);
    if (!o.exists) {
        return;
    }
    const std::int32_t top = o.row * p.window.stride[0] - p.window.pad[0];
    const std::int32_t left = o.column * p.window.stride[1] - p.window.pad[1];
    group<V> sum;
#pragma unroll
    for (int v = 0; v < V; ++v) {
        sum[v] = p.kind == pooling::max ? -FLT_MAX : 0.0F;
    }
    std::int32_t count = 0;
    std::int32_t padded = 0;
    for (std::int32_t r = 0; r < p.window.kernel[0]; ++r) {
        const std::int32_t y = top + r * p.window.dilation[0];
        for (std::int32_t c = 0; c < p.window.kernel[1]; ++c) {
            const std::int32_t x = left + c * p.window.dilation[1];
            padded += y < p.height + p.window.pad_end[0] && x < p.width + p.window.pad_end[1] ? 1 : 0;
            if (y < 0 || y >= p.height || x < 0 || x >= p.width) {
                continue;
            }
            ++count;
            group<V> e = read<V>(p.x.elements + at(p.x, o.batch, o.channel, y, x));
#pragma unroll
            for (int v = 0; v < V; ++v) {
                // A NaN stays.
                sum[v] = p.kind == pooling::max ? (e[v] > sum[v] || e[v] != e[v] ? e[v] : sum[v]) : sum[v] + e[v];
            }
        }
    }
    if (p.kind != pooling::max) {
        const auto divisor = static_cast<float>(p.kind == pooling::average ? count : padded);
#pragma unroll
        for (int v = 0; v < V; ++v) {
            sum[v] = sum[v] / divisor;
        }
    }
    write<V>(p.y.elements + at(p.y, o.batch, o.channel, o.row, o.column), sum);
}

template <int V>
__global__ void depthwise(const __grid_constant__ depthwise_arguments p) {
    await_dependencies();
    const place o = own_place<V>(p);
    if (!o.exists) {
        return;
    }
    const std::int32_t top = o.row * p.window.stride[0] - p.window.pad[0];
    const std::int32_t left = o.column * p.window.stride[1] - p.window.pad[1];
    group<V> sum;
#pragma unroll
    for (int v = 0; v < V; ++v) {
        sum[v] = p.bias == nullptr ? 0.0F : p.bias[o.channel + v];
    }
    for (std::int32_t r = 0; r < p.window.kernel[0]; ++r) {
        const std::int32_t y = top + r * p.window.dilation[0];
        if (y < 0 || y >= p.height) {
            continue;
        }
#pragma unroll 4
        for (std::int32_t c = 0; c < p.window.kernel[1]; ++c) {
            const std::int32_t x = left + c * p.window.dilation[1];
            if (x < 0 || x >= p.width) {
                continue;
            }
            group<V> e = read<V>(p.x.elements + at(p.x, o.batch, o.channel, y, x));
            group<V> w = read<V>(p.weight + (r * p.window.kernel[1] + c) * p.channels + o.channel);
#pragma unroll
            for (int v = 0; v < V; ++v) {
                sum[v] = fmaf(e[v], w[v], sum[v]);
            }
        }
    }
    if (p.residual.elements != nullptr) {
        group<V> more = read<V>(p.residual.elements + at(p.residual, o.batch, o.channel, o.row, o.column));
#pragma unroll
        for (int v = 0; v < V; ++v) {
            sum[v] += more[v];
        }
    }
#pragma unroll
    for (int v = 0; v < V; ++v) {
        sum[v] = finished(p.last, sum[v]);
    }
    write<V>(p.y.elements + at(p.y, o.batch, o.channel, o.row, o.column), sum);
}

template <class F>
const void* address(F* f) {
    return reinterpret_cast<const void*>(f);
}

} // namespace

const void* pool_kernel(int vector) {
    return vector == 4 ? address(&pool<4>) : vector == 2 ? address(&pool<2>) : address(&pool<1>);
}
const void* depthwise_kernel(int vector) {
    return vector == 4 ? address(&depthwise<4>) : vector == 2 ? address(&depthwise<2>) : address(&depthwise<1>);
}

} // namespace opara::engine::gpu
