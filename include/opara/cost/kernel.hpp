/// @file
/// What one launch asks of a GPU.
#pragma once

#include <opara/core/config.hpp>

#include <cstdint>

namespace opara::inline OPARA_ABI {

/// What an operator is limited by.
enum class bound : std::uint8_t {
    compute, ///< arithmetic
    memory   ///< the movement of bytes
};

} // namespace opara::inline OPARA_ABI

namespace opara::inline OPARA_ABI::cost {

/// How an SM divides its memory between L1 cache and shared memory while a kernel is on it.
enum class memory_split : std::uint8_t {
    by_use, ///< the default: a large cache, unless the blocks ask for much shared memory
    shared  ///< a small cache (the preferred carve-out of 100 %), so that others with much shared memory may join
};

/// The footprint of one operator's launch. An operator that launches nothing (a view, a dropout at inference) has no
/// blocks and no duration. An operator of several kernels is described by their sum of times, bytes and FLOPs and the
/// largest of their launch shapes.
struct kernel {
    std::uint32_t blocks = 1;       ///< thread blocks of the grid; 0: nothing is launched
    std::uint32_t threads = 256;    ///< threads per block
    std::uint32_t registers = 32;   ///< registers per thread
    std::uint32_t shared_bytes = 0; ///< shared memory per block, static and dynamic
    double duration_us = 0.0;       ///< time alone on the device, without the cost of a graph node
    double dram_bytes = 0.0;        ///< bytes moved between the GPU and its memory
    double l2_bytes = 0.0;          ///< bytes moved between the SMs and the L2 cache, those of `dram_bytes` included
    double fp32_flops = 0.0;        ///< floating-point operations on the ordinary units (a multiply-add counts two)
    double tensor_flops = 0.0;      ///< floating-point operations on the tensor cores; one on TF32 inputs counts two
    memory_split split = memory_split::by_use; ///< what an SM becomes while a block is on it
    double in_flight_bytes = 0.0; ///< bytes that a block keeps on the way from memory; 0: 64 for each thread

    /// Whether the device sees it at all.
    [[nodiscard]] constexpr bool launches() const noexcept { return blocks != 0; }

    friend bool operator==(const kernel&, const kernel&) = default;
};

} // namespace opara::inline OPARA_ABI::cost
