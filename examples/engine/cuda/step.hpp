/// @file
/// A launch that is ready to go.
#pragma once

#include <opara/cuda/error.hpp>

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

namespace opara::engine::gpu {

/// A kernel with its grid and its one argument. A regular value.
class step {
public:
    /// @param function  a kernel that takes an `Arguments` by value
    template <class Arguments>
        requires std::is_trivially_copyable_v<Arguments>
    step(const void* function, dim3 grid, unsigned threads, const Arguments& arguments, unsigned shared_bytes = 0,
         unsigned cluster = 1, double read_bytes = 0.0)
        : function_{function},
          grid_{grid},
          threads_{threads},
          shared_bytes_{shared_bytes},
          cluster_{cluster},
          read_bytes_{read_bytes},
          arguments_(sizeof arguments) {
        std::memcpy(arguments_.data(), &arguments, sizeof arguments);
    }

    [[nodiscard]] dim3 grid() const noexcept { return grid_; }                     ///< blocks
    [[nodiscard]] unsigned threads() const noexcept { return threads_; }           ///< of a block
    [[nodiscard]] unsigned shared_bytes() const noexcept { return shared_bytes_; } ///< dynamic
    [[nodiscard]] unsigned cluster() const noexcept { return cluster_; }           ///< blocks of one, along z
    [[nodiscard]] double read_bytes() const noexcept { return read_bytes_; }  ///< by all blocks together; 0: unknown
    [[nodiscard]] const void* function() const noexcept { return function_; } ///< the kernel

    /// Launches it. @throws cuda::cuda_error
    void enqueue(cudaStream_t s) const {
        cudaLaunchAttribute attribute{};
        attribute.id = cudaLaunchAttributeClusterDimension;
        attribute.val.clusterDim.x = 1;
        attribute.val.clusterDim.y = 1;
        attribute.val.clusterDim.z = cluster_;
        cudaLaunchConfig_t how{};
        how.gridDim = grid_;
        how.blockDim = dim3{threads_};
        how.dynamicSmemBytes = shared_bytes_;
        how.stream = s;
        how.attrs = &attribute;
        how.numAttrs = cluster_ == 1 ? 0 : 1;
        void* parameters[] = {const_cast<std::byte*>(arguments_.data())}; // the runtime copies what it points to
        cuda::check(cudaLaunchKernelExC(&how, function_, parameters), "cudaLaunchKernelExC");
    }

    /// The same as parameters of a graph's node. They point into this object and into `room`; the cluster is no part of
    /// them.
    [[nodiscard]] cudaKernelNodeParams node(void* (&room)[1]) const {
        room[0] = const_cast<std::byte*>(arguments_.data());
        cudaKernelNodeParams how{};
        how.func = const_cast<void*>(function_);
        how.gridDim = grid_;
        how.blockDim = dim3{threads_};
        how.sharedMemBytes = shared_bytes_;
        how.kernelParams = room;
        return how;
    }

private:
    const void* function_;
    dim3 grid_;
    unsigned threads_;
    unsigned shared_bytes_;
    unsigned cluster_;
    double read_bytes_;
    std::vector<std::byte> arguments_; // new aligns it for anything that a kernel takes
};

} // namespace opara::engine::gpu
