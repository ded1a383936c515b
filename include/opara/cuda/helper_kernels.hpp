/// @file
/// The few kernels that the library itself needs, without a device compiler.
#pragma once

#include <opara/cuda/error.hpp>
#include <opara/cuda/stream.hpp>

#include <cstdint>

namespace opara::inline OPARA_ABI::cuda {

/// An empty kernel, for roots, sinks and relays of graphs, and a kernel that only passes time, for measurements. They
/// are PTX text that the driver compiles, so that this header needs no nvcc. What was launched or put into a graph must
/// not outlive this object: `plan_graph` and what it instantiates share it. Not copyable.
class helper_kernels {
public:
    /// Loads the kernels into the current device. @throws cuda_error
    explicit helper_kernels(place where = place::here()) {
        check(cudaLibraryLoadData(&library_, ptx, nullptr, nullptr, 0, nullptr, nullptr, 0), "cudaLibraryLoadData",
              where);
        try {
            check(cudaLibraryGetKernel(&empty_, library_, "opara_empty"), "cudaLibraryGetKernel", where);
            check(cudaLibraryGetKernel(&spin_, library_, "opara_spin"), "cudaLibraryGetKernel", where);
        } catch (...) {
            static_cast<void>(cudaLibraryUnload(library_));
            throw;
        }
    }
    helper_kernels(const helper_kernels&) = delete;
    helper_kernels& operator=(const helper_kernels&) = delete;
    ~helper_kernels() {
        if (cudaLibraryUnload(library_) != cudaSuccess) {
            static_cast<void>(cudaGetLastError());
        }
    }

    /// The empty kernel, for `cudaKernelNodeParams::func`: no parameters.
    [[nodiscard]] void* empty() const noexcept { return static_cast<void*>(empty_); }

    /// Enqueues a kernel that passes time on each of its blocks.
    /// @param cycles  of the SM's clock, a little more than 1000 a microsecond to 2000, depending on the device
    /// @param blocks  its blocks, of one warp each
    /// @throws cuda_error
    void spin(std::uint64_t cycles, stream_ref s, unsigned blocks = 1, place where = place::here()) const {
        void* parameters[] = {&cycles};
        check(cudaLaunchKernel(static_cast<const void*>(spin_), dim3{blocks}, dim3{32}, parameters, 0, s.get()),
              "cudaLaunchKernel", where);
    }

private:
    static constexpr const char* ptx = R"(
.version 7.8
.target sm_75
.address_size 64
.visible .entry opara_empty() { ret; }
.visible .entry opara_spin(.param .u64 cycles) {
    .reg .u64 %begin, %now, %passed, %wanted;
    .reg .pred %early;
    ld.param.u64 %wanted, [cycles];
    mov.u64 %begin, %clock64;
again:
    mov.u64 %now, %clock64;
    sub.u64 %passed, %now, %begin;
    setp.lt.u64 %early, %passed, %wanted;
    @%early bra again;
    ret;
}
)";

    cudaLibrary_t library_ = nullptr;
    cudaKernel_t empty_ = nullptr;
    cudaKernel_t spin_ = nullptr;
};

} // namespace opara::inline OPARA_ABI::cuda
