// Copies of boxes into shared memory by the hardware, and the barriers that tell when they have arrived.
#pragma once

#include <cuda.h>

#include <cstdint>

namespace opara::engine::gpu {

// One arrival a round. Followed by a barrier of the block before another thread waits.
__device__ inline void make_arrival(unsigned barrier) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(barrier) : "memory");
}
__device__ inline void show_arrivals() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }
// Arrives, and makes the round last until so many bytes have, too.
__device__ inline void expect_bytes(unsigned barrier, unsigned bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}
// Until a round, even or odd, is over.
__device__ inline void await_bytes(unsigned barrier, unsigned odd) {
    asm volatile("{\n"
                 ".reg .pred over;\n"
                 "again:\n"
                 "mbarrier.try_wait.parity.shared::cta.b64 over, [%0], %1;\n"
                 "@!over bra again;\n"
                 "}" ::"r"(barrier),
                 "r"(odd)
                 : "memory");
}

// The box of a matrix whose first element has these coordinates; zero where the matrix has ended.
__device__ inline void copy_box(unsigned to, const CUtensorMap& matrix, int inner, int row, unsigned barrier) {
    asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3}], "
                 "[%4];" ::"r"(to),
                 "l"(reinterpret_cast<std::uint64_t>(&matrix)), "r"(inner), "r"(row), "r"(barrier)
                 : "memory");
}
// Channels at one tap of as many places of a window as the description says, one after another along rows, down, and
// through images; zero outside of them. `x`, `y`: where in its image the first place's first tap lies.
__device__ inline void copy_window(unsigned to, const CUtensorMap& images, int channel, int x, int y, int image,
                                   int tap_x, int tap_y, unsigned barrier) {
    asm volatile("cp.async.bulk.tensor.4d.shared::cluster.global.im2col.mbarrier::complete_tx::bytes [%0], "
                 "[%1, {%2, %3, %4, %5}], [%6], {%7, %8};" ::"r"(to),
                 "l"(reinterpret_cast<std::uint64_t>(&images)), "r"(channel), "r"(x), "r"(y), "r"(image), "r"(barrier),
                 "h"(static_cast<unsigned short>(tap_x)), "h"(static_cast<unsigned short>(tap_y))
                 : "memory");
}
__device__ inline void fetch_description(const CUtensorMap& matrix) {
    asm volatile("prefetch.tensormap [%0];" ::"l"(reinterpret_cast<std::uint64_t>(&matrix)) : "memory");
}

} // namespace opara::engine::gpu
