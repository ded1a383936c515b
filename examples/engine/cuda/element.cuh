// Numbers as they lie in memory, and as they are computed with: the two types of half precision as float, all others as
// they are.
#pragma once

#include <examples/engine/cuda/arguments.hpp>

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

namespace opara::engine::gpu {

using half = __half;
using bfloat = __nv_bfloat16;

template <class T>
struct arithmetic {
    using type = T;
};
template <>
struct arithmetic<half> {
    using type = float;
};
template <>
struct arithmetic<bfloat> {
    using type = float;
};
template <class T>
using computed = typename arithmetic<T>::type;

template <class T>
__device__ inline T loaded(T x) {
    return x;
}
__device__ inline float loaded(half x) { return __half2float(x); }
__device__ inline float loaded(bfloat x) { return __bfloat162float(x); }

// To the nearest, even where two are; beyond the largest number of half precision, infinity.
template <class T>
__device__ inline T stored(computed<T> x) {
    return x;
}
template <>
__device__ inline half stored<half>(float x) {
    return __float2half_rn(x);
}
template <>
__device__ inline bfloat stored<bfloat>(float x) {
    return __float2bfloat16_rn(x);
}

// Elements that are read and written together.
template <class T, int N>
struct alignas(N * sizeof(T)) packet {
    T x[N];
};

// Registers of so many bytes.
template <int Bytes>
struct words;
template <>
struct words<2> {
    using type = std::uint16_t;
};
template <>
struct words<4> {
    using type = std::uint32_t;
};
template <>
struct words<8> {
    using type = uint2;
};
template <>
struct words<16> {
    using type = uint4;
};

// As they lie, or zero: nothing is computed before they are there, so many can be on their way at once. In whole words,
// because taking these apart is computing, too.
template <int N, class T>
__device__ inline packet<T, N> fetched(bool exists, const T* from) {
    using word = typename words<N* static_cast<int>(sizeof(T))>::type;
    word lying{};
    if (exists) {
        lying = *reinterpret_cast<const word*>(from);
    }
    packet<T, N> all;
    memcpy(&all, &lying, sizeof all);
    return all;
}

// Real numbers side by side, the first where so many are aligned.
template <int N, class T>
__device__ inline void load(float (&x)[N], const T* from) {
    const auto all = *reinterpret_cast<const packet<T, N>*>(from);
#pragma unroll
    for (int i = 0; i < N; ++i) {
        x[i] = loaded(all.x[i]);
    }
}
template <int N, class T>
__device__ inline void store(T* to, const float (&x)[N]) {
    packet<T, N> all;
#pragma unroll
    for (int i = 0; i < N; ++i) {
        all.x[i] = stored<T>(x[i]);
    }
    *reinterpret_cast<packet<T, N>*>(to) = all;
}

template <class T>
__device__ inline float4 load_four(const T* from) {
    float x[4];
    load(x, from);
    return {x[0], x[1], x[2], x[3]};
}
template <>
__device__ inline float4 load_four<float>(const float* from) {
    return *reinterpret_cast<const float4*>(from);
}
template <class T>
__device__ inline float4 four_of(const packet<T, 4>& p) {
    return {loaded(p.x[0]), loaded(p.x[1]), loaded(p.x[2]), loaded(p.x[3])};
}
template <class T>
__device__ inline void store_four(T* to, const float4& x) {
    const float all[4] = {x.x, x.y, x.z, x.w};
    store(to, all);
}
template <>
__device__ inline void store_four<float>(float* to, const float4& x) {
    *reinterpret_cast<float4*>(to) = x;
}

// The address of one of three kernels, by the type of real numbers.
template <class Choose>
const void* by_real(number real, Choose choose) {
    switch (real) {
    case number::f32: return choose(float{});
    case number::f16: return choose(half{});
    case number::bf16: return choose(bfloat{});
    default: return nullptr;
    }
}

} // namespace opara::engine::gpu
