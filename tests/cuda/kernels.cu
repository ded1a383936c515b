#include "kernels.hpp"

namespace opara::test {
namespace {

__device__ void pass_time(std::uint32_t cycles) {
    const long long begin = clock64();
    while (clock64() - begin < cycles) {
    }
}

__global__ void combine(combine_arguments a) {
#if __CUDA_ARCH__ >= 900
    cudaTriggerProgrammaticLaunchCompletion(); // as early as can be, so that a dependent that does not wait is caught
    cudaGridDependencySynchronize();
#endif
    pass_time(a.delay);
    for (std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x; i < a.width; i += gridDim.x * blockDim.x) {
        std::uint64_t sum = a.op * 7919ULL + i + 1;
        for (std::uint32_t k = 0; k < a.count; ++k) {
            sum = sum * 1'000'003ULL + a.values[a.predecessors[k] * a.width + (i + 1) % a.width];
        }
        pass_time(a.delay);
        a.values[a.op * a.width + i] = sum;
    }
}

} // namespace

void launch_combine(const combine_arguments& arguments, unsigned blocks, cudaStream_t s) {
    combine<<<blocks, 32, 0, s>>>(arguments);
}

void launch_wrong_shape(const combine_arguments& arguments, cudaStream_t s) { combine<<<1, 4096, 0, s>>>(arguments); }

void* combine_kernel() { return reinterpret_cast<void*>(&combine); }

} // namespace opara::test
