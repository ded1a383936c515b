// Pools, and convolutions of each channel on its own.
#include <examples/engine/cuda/device.cuh>
#include <examples/engine/cuda/element.cuh>
#include <examples/engine/cuda/functions.hpp>

#include <cfloat>

namespace opara::engine::gpu {
namespace {

// Channels that one thread works on, read and written together.
template <int V>
struct group {
    float x[V];
    __device__ float& operator[](int i) { return x[i]; }
};

template <int V, class T>
__device__ inline group<V> read(const T* from) {
    group<V> g;
    load(g.x, from);
    return g;
}
template <int V, class T>
__device__ inline void write(T* to, const group<V>& g) {
    store(to, g.x);
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

template <class T, int V>
__global__ void pool(const __grid_constant__ pool_arguments p) {
    constexpr int at_once = 9;
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
    const std::int32_t taps = p.window.kernel[0] * p.window.kernel[1];
    std::int32_t r = 0;
    std::int32_t c = 0;
    for (std::int32_t first = 0; first < taps; first += at_once) {
        // A window of 3 x 3 is on its way at once.
        packet<T, V> e[at_once];
        bool exists[at_once];
#pragma unroll
        for (int t = 0; t < at_once; ++t) {
            const std::int32_t y = top + r * p.window.dilation[0];
            const std::int32_t x = left + c * p.window.dilation[1];
            const bool is_tap = first + t < taps;
            padded += is_tap && y < p.height + p.window.pad_end[0] && x < p.width + p.window.pad_end[1] ? 1 : 0;
            exists[t] = is_tap && y >= 0 && y < p.height && x >= 0 && x < p.width;
            e[t] = fetched<V>(exists[t], static_cast<const T*>(p.x.elements) + at(p.x, o.batch, o.channel, y, x));
            if (++c == p.window.kernel[1]) {
                c = 0;
                ++r;
            }
        }
#pragma unroll
        for (int t = 0; t < at_once; ++t) {
            count += exists[t] ? 1 : 0;
#pragma unroll
            for (int v = 0; v < V; ++v) {
                const float x = loaded(e[t].x[v]);
                // A NaN stays.
                const float joined = p.kind == pooling::max ? (x > sum[v] || x != x ? x : sum[v]) : sum[v] + x;
                sum[v] = exists[t] ? joined : sum[v];
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
    write<V>(static_cast<T*>(p.y.elements) + at(p.y, o.batch, o.channel, o.row, o.column), sum);
}

template <class T, int V>
__global__ void depthwise(const __grid_constant__ depthwise_arguments p) {
    constexpr int at_once = 4; // of a row of the window
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
        sum[v] = p.bias == nullptr ? 0.0F : loaded(static_cast<const T*>(p.bias)[o.channel + v]);
    }
    for (std::int32_t r = 0; r < p.window.kernel[0]; ++r) {
        const std::int32_t y = top + r * p.window.dilation[0];
        if (y < 0 || y >= p.height) {
            continue;
        }
        for (std::int32_t first = 0; first < p.window.kernel[1]; first += at_once) {
            packet<T, V> e[at_once];
            packet<T, V> w[at_once];
            bool exists[at_once];
#pragma unroll
            for (int t = 0; t < at_once; ++t) {
                const std::int32_t c = first + t;
                const std::int32_t x = left + c * p.window.dilation[1];
                exists[t] = c < p.window.kernel[1] && x >= 0 && x < p.width;
                e[t] = fetched<V>(exists[t], static_cast<const T*>(p.x.elements) + at(p.x, o.batch, o.channel, y, x));
                w[t] = fetched<V>(exists[t], static_cast<const T*>(p.weight) +
                                                 (r * p.window.kernel[1] + c) * p.channels + o.channel);
            }
#pragma unroll
            for (int t = 0; t < at_once; ++t) {
#pragma unroll
                for (int v = 0; v < V; ++v) {
                    sum[v] = exists[t] ? fmaf(loaded(e[t].x[v]), loaded(w[t].x[v]), sum[v]) : sum[v];
                }
            }
        }
    }
    if (p.residual.elements != nullptr) {
        group<V> more =
            read<V>(static_cast<const T*>(p.residual.elements) + at(p.residual, o.batch, o.channel, o.row, o.column));
#pragma unroll
        for (int v = 0; v < V; ++v) {
            sum[v] += more[v];
        }
    }
#pragma unroll
    for (int v = 0; v < V; ++v) {
        sum[v] = finished(p.last, sum[v]);
    }
    write<V>(static_cast<T*>(p.y.elements) + at(p.y, o.batch, o.channel, o.row, o.column), sum);
}

template <class F>
const void* address(F* f) {
    return reinterpret_cast<const void*>(f);
}

} // namespace

const void* pool_kernel(number real, int vector) {
    return by_real(real, [&](auto x) {
        using type = decltype(x);
        return vector == 4 ? address(&pool<type, 4>) : vector == 2 ? address(&pool<type, 2>) : address(&pool<type, 1>);
    });
}
const void* depthwise_kernel(number real, int vector) {
    return by_real(real, [&](auto x) {
        using type = decltype(x);
        return vector == 4   ? address(&depthwise<type, 4>)
               : vector == 2 ? address(&depthwise<type, 2>)
                             : address(&depthwise<type, 1>);
    });
}

} // namespace opara::engine::gpu
