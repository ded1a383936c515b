// Small products on the tensor cores with sums in float: of floats in TF32, and of half precision.
#pragma once

#include <examples/engine/cuda/element.cuh>

#include <cstdint>
#include <type_traits>

namespace opara::engine::gpu {

// The tensor core would cut what TF32 has no bits for; rounding keeps sums without bias.
__device__ inline void round_to_tf32(std::uint32_t& x) {
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(x) : "f"(__uint_as_float(x)));
}

// 32 bits of an operand as the tensor cores want them: half precision is used as it lies.
template <class T>
__device__ inline void make_operand(std::uint32_t& x) {
    if constexpr (std::is_same_v<T, float>) {
        round_to_tf32(x);
    }
}

// c += a b for 32 bytes of the inner dimension: a of 16 x 8 floats or 16 x 16 halves, b of as many x 8. With g = lane /
// 4 and t = lane % 4 a lane holds of a, in pieces of 32 bits, (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4), of b (t,
// g) and (t + 4, g), of c the floats (g, 2t), (g, 2t + 1), (g + 8, 2t), (g + 8, 2t + 1).
template <class T>
__device__ inline void multiply_add(float (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
#define OPARA_MMA(type)                                                                                                \
    asm("mma.sync.aligned." type " {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"                    \
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])                                                               \
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1))
    if constexpr (std::is_same_v<T, half>) {
        OPARA_MMA("m16n8k16.row.col.f32.f16.f16.f32");
    } else if constexpr (std::is_same_v<T, bfloat>) {
        OPARA_MMA("m16n8k16.row.col.f32.bf16.bf16.f32");
    } else {
        static_assert(std::is_same_v<T, float>);
        OPARA_MMA("m16n8k8.row.col.f32.tf32.tf32.f32");
    }
#undef OPARA_MMA
}

// Adds the squares of such a piece of `a`, before it is made an operand, to sums of rows g, g + 8, g, g + 8: four,
// because each addition waits for the one before.
template <class T>
__device__ inline void add_squares(float (&sums)[4], const std::uint32_t (&a)[4]) {
    constexpr int numbers = 4 / static_cast<int>(sizeof(T));
#pragma unroll
    for (int e = 0; e < 4; ++e) {
        packet<T, numbers> lying;
        memcpy(&lying, &a[e], sizeof lying);
#pragma unroll
        for (int i = 0; i < numbers; ++i) {
            const float x = loaded(lying.x[i]);
            sums[e] = fmaf(x, x, sums[e]);
        }
    }
}

// The sum over the four lanes that hold a row.
__device__ inline float sum_over_quad(float x) {
    x += __shfl_xor_sync(0xFFFFFFFFU, x, 1);
    return x + __shfl_xor_sync(0xFFFFFFFFU, x, 2);
}

} // namespace opara::engine::gpu
