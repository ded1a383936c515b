// Stages of a product's operands in shared memory: rows of 32 elements, 128 bytes, whose 16-byte pieces are permuted so
// that neither copies nor fragments meet bank conflicts.
#pragma once

#include <cstdint>

namespace opara::engine::gpu {

constexpr int stage_depth = 32; // elements of the inner dimension
constexpr int row_bytes = stage_depth * 4;

__device__ inline void copy_16(unsigned to, const void* from, int bytes) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}
__device__ inline void copy_4(unsigned to, const void* from, int bytes) {
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
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

} // namespace opara::engine::gpu
