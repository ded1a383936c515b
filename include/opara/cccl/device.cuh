/// @file
/// Loops on the device, and what the compiler must be told for them to compute what the host computes.
#pragma once

#include <opara/core/error.hpp>
#include <opara/cuda/error.hpp>

#include <algorithm>
#include <cstdint>

#if !defined(__CUDACC__)
#    error "opara::cccl is for nvcc: include it in .cu files only"
#endif
#if !defined(__CUDACC_RELAXED_CONSTEXPR__)
#    error "opara::cccl runs the library's constexpr functions on the device: compile with --expt-relaxed-constexpr"
#endif

namespace opara::inline OPARA_ABI::cccl::detail {

template <class F>
__global__ void call_for_each(std::uint64_t count, F f) {
    const std::uint64_t step = std::uint64_t{gridDim.x} * blockDim.x;
    for (std::uint64_t k = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; k < count; k += step) {
        f(k);
    }
}

// f(k) for k = 0, ..., count - 1 on the device, in any order, after all that was begun before. Everything here uses the
// default stream, so the host waits only where it reads.
template <class F>
void for_each_index(std::uint64_t count, const F& f, cuda::place where = cuda::place::here()) {
    if (count == 0) {
        return; // a launch of no block is an error
    }
    constexpr unsigned threads = 256;
    constexpr std::uint64_t most_blocks = 0x7FFFFFFF;
    const auto blocks = static_cast<unsigned>(std::min((count + threads - 1) / threads, most_blocks));
    call_for_each<<<blocks, threads>>>(count, f);
    cuda::check(cudaGetLastError(), "a kernel's launch", where);
}

// Shows whether the compiler fuses a product with a sum.
struct probe_contraction {
    double a, b, c;
    double* result;
    __device__ void operator()(std::uint64_t) const { *result = a * b + c; }
};

// The same cells as the host's, and intervals that lose no point, need products that are rounded before they are added.
// nvcc fuses them unless it is told not to, and has no macro to tell by.
// @throws error  it does
inline void require_no_contraction() {
    double* result = nullptr;
    cuda::check(cudaMalloc(&result, sizeof(double)), "cudaMalloc");
    double seen = 0;
    cudaError_t code = cudaSuccess;
    call_for_each<<<1, 1>>>(1, probe_contraction{1 + 0x1p-30, 1 - 0x1p-30, -1, result});
    code = cudaGetLastError();
    if (code == cudaSuccess) {
        code = cudaMemcpy(&seen, result, sizeof seen, cudaMemcpyDeviceToHost);
    }
    static_cast<void>(cudaFree(result));
    cuda::check(code, "the probe of the device's arithmetic");
    if (seen != 0) { // rounded, the product is 1
        throw error{"opara::cccl was compiled with fused multiply-add: give nvcc --fmad=false"};
    }
}

} // namespace opara::inline OPARA_ABI::cccl::detail
