/// @file
/// How many blocks of a kernel a device holds at once.
#pragma once

#include <opara/cost/device.hpp>
#include <opara/cost/kernel.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace opara::inline OPARA_ABI::cost {

/// What keeps an SM from holding one more block.
enum class occupancy_limit : std::uint8_t {
    slots,     ///< the number of resident blocks
    threads,   ///< the number of resident threads
    registers, ///< the register file
    shared     ///< shared memory
};

/// How a kernel that is alone fills a device.
struct occupancy {
    std::uint32_t blocks_per_sm = 0; ///< that fit one SM; 0: the kernel cannot be launched at all
    std::uint64_t resident = 0;      ///< blocks that fit the device
    double waves = 0.0; ///< the grid over `resident`; 0 where nothing is launched, infinity where nothing can be
    occupancy_limit limit = occupancy_limit::slots; ///< what stops at `blocks_per_sm`

    friend bool operator==(const occupancy&, const occupancy&) = default;
};

/// Registers that a block takes: each warp gets whole units of 256.
[[nodiscard]] constexpr std::uint64_t registers_of_block(const kernel& k) noexcept {
    const std::uint64_t warps = (std::uint64_t{k.threads} + 31) / 32;
    return warps * ((std::uint64_t{k.registers} * 32 + 255) / 256 * 256);
}

/// Shared memory that a block takes from its SM.
[[nodiscard]] constexpr std::uint64_t shared_of_block(const kernel& k, const device& d) noexcept {
    return std::uint64_t{k.shared_bytes} + d.shared_bytes_reserved;
}

/// Blocks per SM by threads (whole warps), registers, shared memory and slots, and what follows for the grid. O(1).
[[nodiscard]] constexpr occupancy occupancy_of(const kernel& k, const device& d) noexcept {
    occupancy result;
    const std::uint64_t threads = std::max<std::uint64_t>((std::uint64_t{k.threads} + 31) / 32 * 32, 32);
    std::uint64_t most = d.blocks_per_sm;
    const auto at_most = [&](std::uint64_t blocks, occupancy_limit limit) {
        if (blocks < most) {
            most = blocks;
            result.limit = limit;
        }
    };
    at_most(d.threads_per_sm / threads, occupancy_limit::threads);
    at_most(d.registers_per_sm / std::max<std::uint64_t>(registers_of_block(k), 1), occupancy_limit::registers);
    at_most(k.shared_bytes > d.shared_bytes_per_block
                ? 0
                : d.shared_bytes_per_sm / std::max<std::uint64_t>(shared_of_block(k, d), 1),
            occupancy_limit::shared);
    if (k.threads > 1024) {
        at_most(0, occupancy_limit::threads);
    }
    result.blocks_per_sm = static_cast<std::uint32_t>(most);
    result.resident = most * d.sms;
    if (k.blocks != 0) {
        result.waves = result.resident == 0 ? std::numeric_limits<double>::infinity()
                                            : static_cast<double>(k.blocks) / static_cast<double>(result.resident);
    }
    return result;
}

/// A kernel's demand for a device: its number of waves. 1 fills the device once, 0.1 leaves nine tenths to others;
/// infinite for a kernel that the device cannot launch, which policies that ask for demands refuse.
[[nodiscard]] constexpr double demand_of(const kernel& k, const device& d) noexcept { return occupancy_of(k, d).waves; }

} // namespace opara::inline OPARA_ABI::cost
