// What all device code shares.
#pragma once

#include <examples/engine/cuda/arguments.hpp>

#include <cstdint>

namespace opara::engine::gpu {

// Lets what depends on this kernel be launched, and waits for what it depends on: without programmatic edges both do
// nothing. Every thread of every kernel calls it before it touches what other operators write or read.
__device__ inline void await_dependencies() {
    asm volatile("griddepcontrol.wait;" ::: "memory");
    asm volatile("griddepcontrol.launch_dependents;");
}

// What another lane of the warp has.
template <class T>
__device__ inline T shuffled(T x, int distance) {
    return __shfl_xor_sync(0xFFFFFFFFU, x, distance);
}

// Where the `i`-th element of a space lies in operands.
template <int N>
__device__ inline void locate(const space& over, const operand* const (&operands)[N], std::uint32_t i,
                              std::int32_t (&at)[N]) {
#pragma unroll
    for (int t = 0; t < N; ++t) {
        at[t] = 0;
    }
#pragma unroll
    for (int a = most_axes - 1; a >= 0; --a) {
        if (a < over.axes) {
            const std::uint32_t rest = a == 0 ? 0 : i / over.extent[a];
            const auto place = static_cast<std::int32_t>(i - rest * over.extent[a]);
#pragma unroll
            for (int t = 0; t < N; ++t) {
                at[t] += place * operands[t]->step[a];
            }
            i = rest;
        }
    }
}

__device__ inline float gelu_of(float x) { return 0.5F * x * (1.0F + erff(x * 0.70710678F)); }
__device__ inline float gelu_tanh_of(float x) {
    return 0.5F * x * (1.0F + tanhf(0.79788456F * (x + 0.044715F * x * x * x)));
}
__device__ inline float sigmoid_of(float x) { return 1.0F / (1.0F + expf(-x)); }

__device__ inline float finished(const finish& f, float x) {
    switch (f.kind) {
    case activation::none: return x;
    case activation::relu: return x > 0.0F ? x : (x != x ? x : 0.0F);
    case activation::leaky_relu: return x < 0.0F ? f.alpha * x : x;
    case activation::sigmoid: return sigmoid_of(x);
    case activation::tanh: return tanhf(x);
    case activation::gelu: return gelu_of(x);
    case activation::gelu_tanh: return gelu_tanh_of(x);
    case activation::clip: {
        const float raised = x < f.alpha ? f.alpha : x;
        return raised > f.beta ? f.beta : raised;
    }
    }
    return x;
}

} // namespace opara::engine::gpu
