/// @file
/// Float tensors on their way to the device and back.
#pragma once

#include <examples/engine/cuda/arguments.hpp>
#include <examples/engine/cuda/precision.hpp>

#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

namespace opara::engine::gpu {

/// The type of real numbers.
[[nodiscard]] constexpr number real_of(precision p) noexcept {
    return p == precision::fp16 ? number::f16 : p == precision::bf16 ? number::bf16 : number::f32;
}

/// Bytes of a real number.
[[nodiscard]] constexpr std::size_t size_of_real(number real) noexcept { return real == number::f32 ? 4 : 2; }

/// One float as it lies on the device, in the lowest bits.
[[nodiscard]] constexpr std::uint32_t bits_of(number real, float x) noexcept {
    switch (real) {
    case number::f16: return to_fp16(x);
    case number::bf16: return to_bf16(x);
    default: return std::bit_cast<std::uint32_t>(x);
    }
}

/// Floats as they lie on the device.
[[nodiscard]] inline std::vector<std::byte> to_reals(number real, std::span<const std::byte> floats) {
    if (real == number::f32) {
        return {floats.begin(), floats.end()};
    }
    std::vector<std::byte> all(floats.size() / 2);
    for (std::size_t i = 0; i < floats.size() / sizeof(float); ++i) {
        float x = 0.0F;
        std::memcpy(&x, floats.data() + i * sizeof x, sizeof x);
        const auto bits = static_cast<std::uint16_t>(bits_of(real, x));
        std::memcpy(all.data() + i * sizeof bits, &bits, sizeof bits);
    }
    return all;
}

/// The floats that lie on the device so.
[[nodiscard]] inline std::vector<std::byte> from_reals(number real, std::span<const std::byte> reals) {
    if (real == number::f32) {
        return {reals.begin(), reals.end()};
    }
    std::vector<std::byte> all(reals.size() * 2);
    for (std::size_t i = 0; i < reals.size() / 2; ++i) {
        std::uint16_t bits = 0;
        std::memcpy(&bits, reals.data() + i * sizeof bits, sizeof bits);
        const float x = real == number::f16 ? from_fp16(bits) : from_bf16(bits);
        std::memcpy(all.data() + i * sizeof x, &x, sizeof x);
    }
    return all;
}

} // namespace opara::engine::gpu
