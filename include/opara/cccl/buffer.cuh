/// @file
/// Arrays in device memory.
#pragma once

#include <opara/cccl/error.cuh>
#include <opara/cuda/error.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cccl {

/// An array in device memory that grows at its end. Move-only: a copy of it would be a copy of gigabytes.
/// @tparam T  trivially copyable
template <class T>
    requires std::is_trivially_copyable_v<T>
class buffer {
public:
    /// Empty.
    buffer() = default;
    /// So many elements, with any content. @throws memory_error  the device has no room
    explicit buffer(std::size_t size) { resize(size); }
    /// A copy of what lies in host memory. @throws memory_error  the device has no room
    explicit buffer(std::span<const T> content) : buffer{content.size()} {
        copy(data_, content.data(), content.size(), cudaMemcpyHostToDevice);
    }
    /// Takes over the memory; the other one is empty then.
    buffer(buffer&& other) noexcept { swap(other); }
    /// Takes over the memory; the other one is empty then.
    buffer& operator=(buffer&& other) noexcept {
        buffer old{std::move(*this)};
        swap(other);
        return *this;
    }
    ~buffer() { static_cast<void>(cudaFree(data_)); }

    [[nodiscard]] T* data() noexcept { return data_; }                ///< in device memory
    [[nodiscard]] const T* data() const noexcept { return data_; }    ///< in device memory
    [[nodiscard]] std::size_t size() const noexcept { return size_; } ///< in elements
    /// How many elements fit without a new allocation.
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

    /// Keeps the first elements; new ones have any content. Where it must allocate it takes half as much again, if the
    /// device has that. @throws memory_error  the device has no room; the buffer is as before
    void resize(std::size_t size) {
        if (size > capacity_) {
            grow(size);
        }
        size_ = size;
    }
    /// Like `resize`, but the content is lost, so that old and new memory need not exist at once.
    /// @throws memory_error  the device has no room; the buffer is empty then
    void reset(std::size_t size) {
        if (size > capacity_) {
            const std::size_t generous = more_than(size);
            *this = buffer{};
            allocate(generous, size);
        }
        size_ = size;
    }
    /// Every byte gets this value.
    void fill_bytes(unsigned char value) {
        if (size_ != 0) {
            cuda::check(cudaMemsetAsync(data_, value, size_ * sizeof(T)), "cudaMemsetAsync");
        }
    }

    /// A copy in host memory. Waits for the device.
    [[nodiscard]] std::vector<T> download() const {
        std::vector<T> content(size_);
        copy(content.data(), data_, size_, cudaMemcpyDeviceToHost);
        return content;
    }
    /// One element. Waits for the device. @pre i < size()
    [[nodiscard]] T at(std::size_t i) const {
        OPARA_ASSERT(i < size_);
        T value;
        copy(&value, data_ + i, 1, cudaMemcpyDeviceToHost);
        return value;
    }

private:
    static void copy(T* to, const T* from, std::size_t count, cudaMemcpyKind kind) {
        if (count != 0) {
            cuda::check(cudaMemcpy(to, from, count * sizeof(T), kind), "cudaMemcpy");
        }
    }
    void grow(std::size_t size) {
        buffer larger;
        larger.allocate(more_than(size), size);
        copy(larger.data_, data_, size_, cudaMemcpyDeviceToDevice);
        larger.size_ = size_;
        swap(larger);
    }
    // So that many small steps need few allocations.
    [[nodiscard]] std::size_t more_than(std::size_t size) const noexcept {
        return std::max(size, capacity_ + capacity_ / 2);
    }
    void allocate(std::size_t wanted, std::size_t needed) {
        if (!try_allocate(wanted) && !try_allocate(needed)) {
            std::size_t available = 0;
            std::size_t total = 0;
            static_cast<void>(cudaMemGetInfo(&available, &total));
            throw memory_error{needed > most ? std::numeric_limits<std::size_t>::max() : needed * sizeof(T), available};
        }
    }
    // Whether there was room; an error of another kind is thrown.
    [[nodiscard]] bool try_allocate(std::size_t capacity) {
        if (capacity > most) {
            return false;
        }
        const cudaError_t code = cudaMalloc(&data_, capacity * sizeof(T));
        if (code == cudaErrorMemoryAllocation) {
            static_cast<void>(cudaGetLastError()); // it is reported here, and must not be met by somebody else
            data_ = nullptr;
            return false;
        }
        cuda::check(code, "cudaMalloc");
        capacity_ = capacity;
        return true;
    }
    void swap(buffer& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }

    static constexpr std::size_t most = std::numeric_limits<std::size_t>::max() / sizeof(T);

    T* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

} // namespace opara::inline OPARA_ABI::cccl
