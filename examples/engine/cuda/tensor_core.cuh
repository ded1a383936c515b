// Small products on the tensor cores, TF32 with sums in float.
#pragma once

#include <cstdint>

namespace opara::engine::gpu {

// The tensor core would cut what TF32 has no bits for; rounding keeps sums without bias.
__device__ inline void round_to_tf32(std::uint32_t& x) {
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(x) : "f"(__uint_as_float(x)));
}

// c += a b for a of 16 x 8 and b of 8 x 8. With g = lane / 4 and t = lane % 4 a lane holds of a the elements (g, t),
// (g + 8, t), (g, t + 4), (g + 8, t + 4), of b (t, g) and (t + 4, g), of c (g, 2t), (g, 2t + 1), (g + 8, 2t), (g + 8,
// 2t + 1).
__device__ inline void multiply_add(float (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

} // namespace opara::engine::gpu
