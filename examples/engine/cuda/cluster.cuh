// Shared memory of the other blocks of a cluster, and writing into it.
#pragma once

#include <cstdint>

namespace opara::engine::gpu {

// Where a block's own shared memory begins.
__device__ inline unsigned base_of(const unsigned char* shared) {
    return static_cast<unsigned>(__cvta_generic_to_shared(shared));
}
// The same place in another block's.
__device__ inline unsigned in_block(unsigned own, int block) {
    unsigned there = 0;
    asm volatile("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(own), "r"(block));
    return there;
}

// The threads of all blocks of a cluster. Who arrives has written nothing that others read, and what it has read it has
// used: releasing as well would make it wait for the memory.
__device__ inline void arrive_in_cluster() { asm volatile("barrier.cluster.arrive.relaxed;" ::: "memory"); }
__device__ inline void await_cluster() { asm volatile("barrier.cluster.wait.acquire;" ::: "memory"); }

__device__ inline void write_here(unsigned to, float x) {
    asm volatile("st.shared.f32 [%0], %1;" ::"r"(to), "f"(x) : "memory");
}
__device__ inline void write_here(unsigned to, float2 x) {
    asm volatile("st.shared.v2.f32 [%0], {%1, %2};" ::"r"(to), "f"(x.x), "f"(x.y) : "memory");
}
__device__ inline void write_here(unsigned to, float4 x) {
    asm volatile("st.shared.v4.f32 [%0], {%1, %2, %3, %4};" ::"r"(to), "f"(x.x), "f"(x.y), "f"(x.z), "f"(x.w)
                 : "memory");
}
// Into any block of the cluster, whose barrier counts the bytes that have come. The writer does not wait.
__device__ inline void write_there(unsigned to, float x, unsigned barrier) {
    asm volatile("st.async.shared::cluster.mbarrier::complete_tx::bytes.f32 [%0], %1, [%2];" ::"r"(to), "f"(x),
                 "r"(barrier)
                 : "memory");
}
__device__ inline void write_there(unsigned to, float2 x, unsigned barrier) {
    asm volatile("st.async.shared::cluster.mbarrier::complete_tx::bytes.v2.f32 [%0], {%1, %2}, [%3];" ::"r"(to),
                 "f"(x.x), "f"(x.y), "r"(barrier)
                 : "memory");
}
__device__ inline void write_there(unsigned to, float4 x, unsigned barrier) {
    asm volatile("st.async.shared::cluster.mbarrier::complete_tx::bytes.v4.f32 [%0], {%1, %2, %3, %4}, [%5];" ::"r"(to),
                 "f"(x.x), "f"(x.y), "f"(x.z), "f"(x.w), "r"(barrier)
                 : "memory");
}

} // namespace opara::engine::gpu
