/// @file
/// CUB's algorithms with the memory that they need.
#pragma once

#include <opara/cccl/buffer.cuh>
#include <opara/cccl/device.cuh>

#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_reduce.cuh>
#include <cub/device/device_scan.cuh>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace opara::inline OPARA_ABI::cccl::detail {

// Memory that one algorithm after another uses, so that it is allocated a few times only.
class workspace {
public:
    // out[k] is the sum of in[0], ..., in[k - 1]. In place if both are the same.
    template <class In, class Out>
    void exclusive_sum(In in, Out out, std::uint64_t count) {
        run([&](void* memory, std::size_t& bytes) {
            return cub::DeviceScan::ExclusiveSum(memory, bytes, in, out, static_cast<std::int64_t>(count));
        });
    }
    // The sum as a number on the host. Waits for the device.
    template <class In>
    [[nodiscard]] std::uint64_t sum(In in, std::uint64_t count) {
        number_.reset(1);
        run([&](void* memory, std::size_t& bytes) {
            return cub::DeviceReduce::Sum(memory, bytes, in, number_.data(), static_cast<std::int64_t>(count));
        });
        return number_.at(0);
    }
    // Sorts pairs by their keys, which are below `end`; equal keys keep their order. The content of both goes to and
    // fro.
    void sort_pairs(buffer<std::uint32_t>& keys, buffer<std::uint32_t>& values, std::uint64_t end) {
        buffer<std::uint32_t> other_keys{keys.size()};
        buffer<std::uint32_t> other_values{values.size()};
        cub::DoubleBuffer<std::uint32_t> k{keys.data(), other_keys.data()};
        cub::DoubleBuffer<std::uint32_t> v{values.data(), other_values.data()};
        run([&](void* memory, std::size_t& bytes) {
            return cub::DeviceRadixSort::SortPairs(memory, bytes, k, v, static_cast<std::int64_t>(keys.size()), 0,
                                                   std::max(1, static_cast<int>(std::bit_width(end))));
        });
        if (k.Current() != keys.data()) {
            std::swap(keys, other_keys);
        }
        if (v.Current() != values.data()) {
            std::swap(values, other_values);
        }
    }

private:
    template <class Algorithm>
    void run(Algorithm algorithm) {
        std::size_t bytes = 0;
        cuda::check(algorithm(nullptr, bytes), "an algorithm of CUB");
        memory_.reset(std::max<std::size_t>(bytes, 1)); // null would ask for the size once more
        cuda::check(algorithm(memory_.data(), bytes), "an algorithm of CUB");
    }

    buffer<std::byte> memory_;
    buffer<std::uint64_t> number_;
};

// The row in which an element lies: row k has the elements from ends[k] to ends[k + 1] - 1, and some rows may be empty.
[[nodiscard]] __device__ inline std::uint64_t row_of(const std::uint64_t* ends, std::uint64_t rows, std::uint64_t at) {
    std::uint64_t first = 0; // a row that begins at the element or before it
    for (std::uint64_t behind = rows; behind - first > 1;) {
        const std::uint64_t middle = first + (behind - first) / 2;
        (ends[middle] <= at ? first : behind) = middle;
    }
    return first;
}

} // namespace opara::inline OPARA_ABI::cccl::detail
