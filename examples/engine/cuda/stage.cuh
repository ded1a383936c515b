// Stages of a product's operands in shared memory: rows of 128 bytes, whose 16-byte pieces are permuted so
// that neither copies nor fragments meet bank conflicts.
#pragma once

#include <cstdint>

namespace opara::engine::gpu {

constexpr int row_bytes = 128;
template <class T>
constexpr int stage_depth = row_bytes / static_cast<int>(sizeof(T)); // elements of the inner dimension
constexpr int stage_products = row_bytes / 32;                       // that the tensor cores make of a stage

__device__ inline void copy_16(unsigned to, const void* from, int bytes) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}
__device__ inline void copy_4(unsigned to, const void* from, int bytes) {
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}
// Two elements that need not be neighbours, or zero: no copy of the hardware is so small.
template <class T>
__device__ inline void copy_two(unsigned to, const T* first, bool first_exists, const T* second, bool second_exists) {
    static_assert(sizeof(T) == 2);
    const auto* const a = reinterpret_cast<const std::uint16_t*>(first);
    const auto* const b = reinterpret_cast<const std::uint16_t*>(second);
    const std::uint32_t both =
        (first_exists ? std::uint32_t{*a} : 0U) | (second_exists ? std::uint32_t{*b} << 16U : 0U);
    asm volatile("st.shared.u32 [%0], %1;" ::"r"(to), "r"(both) : "memory");
}
__device__ inline void commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int Pending>
__device__ inline void wait_copies() {
    asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
}

__device__ inline void load_matrices(std::uint32_t (&r)[4], unsigned from) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(from));
}

// Where a 16-byte piece of a row lies in a stage.
__device__ inline unsigned piece_at(int row, int piece) {
    return static_cast<unsigned>(row * row_bytes + ((piece ^ (row & 7)) << 4));
}

// The same where rows come in two halves, each of its own box: all rows' first 64 bytes, then their second ones.
__device__ inline unsigned piece_of_half_at(int rows, int row, int piece) {
    return static_cast<unsigned>((piece / 4 * rows + row) * (row_bytes / 2) + ((piece % 4 ^ (row >> 1 & 3)) << 4));
}

} // namespace opara::engine::gpu
