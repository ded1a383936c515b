/// @file
/// The kernels of the CUDA tests, seen from C++.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace opara::test {

/// What one operator computes: element i of its value from its number and element i + 1 of each predecessor's value.
/// All pointers are to device memory.
struct combine_arguments {
    std::uint64_t* values;             ///< `width` elements for each operator
    const std::uint32_t* predecessors; ///< of this operator
    std::uint32_t count;               ///< how many
    std::uint32_t op;                  ///< its number
    std::uint32_t width;               ///< elements of a value
    std::uint32_t delay;               ///< cycles that pass before the first read, and again before the first write
};

/// Launches it.
void launch_combine(const combine_arguments& arguments, unsigned blocks, cudaStream_t s);
/// Launches it as a kernel of no parameters' meaning: with a shape that no device accepts.
void launch_wrong_shape(const combine_arguments& arguments, cudaStream_t s);
/// The kernel, which takes a `combine_arguments`. It triggers its dependents at once and waits for what it depends on,
/// where the device can.
void* combine_kernel();

/// The same on the host.
constexpr std::uint64_t combine_start(std::uint32_t op, std::uint32_t element) { return op * 7919ULL + element + 1; }
constexpr std::uint64_t combine_step(std::uint64_t sum, std::uint64_t value) { return sum * 1'000'003ULL + value; }

} // namespace opara::test
