// Products of a warpgroup on the tensor cores of Hopper with sums in float: four warps multiply 64 rows, which each of
// them holds 16 of in registers, with columns out of shared memory, and go on while the tensor cores work.
#pragma once

#include <examples/engine/cuda/element.cuh>

#include <cstdint>
#include <type_traits>

#ifdef __CUDA_ARCH_FEAT_SM90_ALL // compiled for sm_90a: what comes after Hopper has other instructions

namespace opara::engine::gpu {

// What follows reads and writes registers that were written before.
__device__ inline void open_products() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
// The products since the last call are one group.
__device__ inline void close_products() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
// Until all are done.
__device__ inline void await_products() { asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory"); }
// The same for sums that are used from here on: the compiler does not know that they come late, and would read them
// before.
template <int Columns>
__device__ inline void await_products(float (&sums)[Columns][4]) {
    await_products();
#    pragma unroll
    for (float(&four)[4] : sums) {
        asm volatile("" : "+f"(four[0]), "+f"(four[1]), "+f"(four[2]), "+f"(four[3])::"memory");
    }
}
// What this thread has seen arrive in shared memory is there for the tensor cores, too, after the next barrier.
__device__ inline void show_tensor_cores() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

// Columns of 128 bytes each, one after another, whose 16-byte pieces are permuted within blocks of eight columns
// (128-byte swizzle), from an address that is a multiple of 1024 and so many bytes into the first column.
__device__ inline std::uint64_t columns_at(unsigned first, unsigned bytes) {
    constexpr std::uint64_t swizzle_128 = std::uint64_t{1} << 62U;
    constexpr std::uint64_t eight_columns = std::uint64_t{1024 / 16} << 32U;
    constexpr std::uint64_t unused = std::uint64_t{1} << 16U;
    return swizzle_128 | eight_columns | unused | ((first + bytes) >> 4U & 0x3FFFU);
}

// c += a b for 32 bytes of the inner dimension. Of a and c a lane of a warp holds what it holds of its 16 rows in
// `multiply_add` of tensor_core.cuh. Not done before `await_products`, and until then nobody may touch a and c.
#    define OPARA_FOUR(c) "+f"((c)[0]), "+f"((c)[1]), "+f"((c)[2]), "+f"((c)[3])
#    define OPARA_YES "{.reg .pred yes; setp.ne.b32 yes, 1, 0; wgmma.mma_async.sync.aligned."
// Both operands as they are; halves are read along the inner dimension as floats always are.
#    define OPARA_BY_TYPE(multiply)                                                                                    \
        if constexpr (std::is_same_v<T, half>) {                                                                       \
            multiply("k16.f32.f16.f16", "1, 1, 0");                                                                    \
        } else if constexpr (std::is_same_v<T, bfloat>) {                                                              \
            multiply("k16.f32.bf16.bf16", "1, 1, 0");                                                                  \
        } else {                                                                                                       \
            static_assert(std::is_same_v<T, float>);                                                                   \
            multiply("k8.f32.tf32.tf32", "1, 1");                                                                      \
        }
template <class T>
__device__ inline void multiply_add(float (&c)[4][4], const std::uint32_t (&a)[4], std::uint64_t b) {
#    define OPARA_MULTIPLY(type, as_is)                                                                                \
        asm volatile(OPARA_YES "m64n32" type " {"                                                                      \
                               "%0, %1, %2, %3, %4, %5, %6, %7, "                                                      \
                               "%8, %9, %10, %11, %12, %13, %14, %15}, "                                               \
                               "{%16, %17, %18, %19}, %20, yes, " as_is ";}"                                           \
                     : OPARA_FOUR(c[0]), OPARA_FOUR(c[1]), OPARA_FOUR(c[2]), OPARA_FOUR(c[3])                          \
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b))
    OPARA_BY_TYPE(OPARA_MULTIPLY)
#    undef OPARA_MULTIPLY
}
template <class T>
__device__ inline void multiply_add(float (&c)[8][4], const std::uint32_t (&a)[4], std::uint64_t b) {
#    define OPARA_MULTIPLY(type, as_is)                                                                                \
        asm volatile(OPARA_YES "m64n64" type " {"                                                                      \
                               "%0, %1, %2, %3, %4, %5, %6, %7, "                                                      \
                               "%8, %9, %10, %11, %12, %13, %14, %15, "                                                \
                               "%16, %17, %18, %19, %20, %21, %22, %23, "                                              \
                               "%24, %25, %26, %27, %28, %29, %30, %31}, "                                             \
                               "{%32, %33, %34, %35}, %36, yes, " as_is ";}"                                           \
                     : OPARA_FOUR(c[0]), OPARA_FOUR(c[1]), OPARA_FOUR(c[2]), OPARA_FOUR(c[3]), OPARA_FOUR(c[4]),       \
                       OPARA_FOUR(c[5]), OPARA_FOUR(c[6]), OPARA_FOUR(c[7])                                            \
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b))
    OPARA_BY_TYPE(OPARA_MULTIPLY)
#    undef OPARA_MULTIPLY
}
template <class T>
__device__ inline void multiply_add(float (&c)[16][4], const std::uint32_t (&a)[4], std::uint64_t b) {
#    define OPARA_MULTIPLY(type, as_is)                                                                                \
        asm volatile(OPARA_YES "m64n128" type " {"                                                                     \
                               "%0, %1, %2, %3, %4, %5, %6, %7, "                                                      \
                               "%8, %9, %10, %11, %12, %13, %14, %15, "                                                \
                               "%16, %17, %18, %19, %20, %21, %22, %23, "                                              \
                               "%24, %25, %26, %27, %28, %29, %30, %31, "                                              \
                               "%32, %33, %34, %35, %36, %37, %38, %39, "                                              \
                               "%40, %41, %42, %43, %44, %45, %46, %47, "                                              \
                               "%48, %49, %50, %51, %52, %53, %54, %55, "                                              \
                               "%56, %57, %58, %59, %60, %61, %62, %63}, "                                             \
                               "{%64, %65, %66, %67}, %68, yes, " as_is ";}"                                           \
                     : OPARA_FOUR(c[0]), OPARA_FOUR(c[1]), OPARA_FOUR(c[2]), OPARA_FOUR(c[3]), OPARA_FOUR(c[4]),       \
                       OPARA_FOUR(c[5]), OPARA_FOUR(c[6]), OPARA_FOUR(c[7]), OPARA_FOUR(c[8]), OPARA_FOUR(c[9]),       \
                       OPARA_FOUR(c[10]), OPARA_FOUR(c[11]), OPARA_FOUR(c[12]), OPARA_FOUR(c[13]), OPARA_FOUR(c[14]),  \
                       OPARA_FOUR(c[15])                                                                               \
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b))
    OPARA_BY_TYPE(OPARA_MULTIPLY)
#    undef OPARA_MULTIPLY
}
#    undef OPARA_BY_TYPE
#    undef OPARA_YES
#    undef OPARA_FOUR

} // namespace opara::engine::gpu

#endif
