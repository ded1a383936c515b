/// @file
/// Memory on the device.
#pragma once

#include <opara/cuda/error.hpp>

#include <cuda_runtime_api.h>

#include <algorithm>
#include <cstddef>
#include <memory>

namespace opara::engine::gpu {

/// A piece of device memory with an owner.
class memory {
public:
    memory() = default;
    /// @throws cuda::cuda_error
    explicit memory(std::size_t bytes) : bytes_{bytes} {
        void* got = nullptr;
        cuda::check(cudaMalloc(&got, std::max<std::size_t>(bytes, 1)), "cudaMalloc");
        handle_.reset(static_cast<std::byte*>(got));
    }
    /// The same with something in it. @throws cuda::cuda_error
    memory(const void* content, std::size_t bytes) : memory{bytes} {
        if (bytes != 0) {
            cuda::check(cudaMemcpy(get(), content, bytes, cudaMemcpyHostToDevice), "cudaMemcpy");
        }
    }

    [[nodiscard]] std::byte* get() const noexcept { return handle_.get(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    struct free {
        void operator()(std::byte* p) const noexcept { static_cast<void>(cudaFree(p)); }
    };
    std::unique_ptr<std::byte, free> handle_;
    std::size_t bytes_ = 0;
};

} // namespace opara::engine::gpu
