/// @file
/// How real numbers lie on the device.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>

namespace opara::engine {

/// How the float tensors of a network lie in device memory, and what the tensor cores multiply. Sums are floats always.
enum class precision : std::uint8_t {
    tf32, ///< as floats; convolutions and matrix products round them to TF32, 10 bits behind the leading one
    fp16, ///< IEEE binary16: 10 bits behind the leading one, up to 65504
    bf16  ///< 7 bits behind the leading one, up to 3.4e38
};

/// The name of a precision.
[[nodiscard]] constexpr std::string_view name_of(precision p) noexcept {
    return p == precision::fp16 ? "fp16" : p == precision::bf16 ? "bf16" : "tf32";
}

/// The precision of a name; nothing where there is none.
[[nodiscard]] constexpr std::optional<precision> precision_named(std::string_view name) noexcept {
    for (const precision p : {precision::tf32, precision::fp16, precision::bf16}) {
        if (name == name_of(p)) {
            return p;
        }
    }
    return std::nullopt;
}

namespace gpu {

/// The nearest number of binary16, the even one of two. Numbers beyond 65504 become that: a mask of -1e9 stays a
/// number. Infinities and NaN stay what they are.
[[nodiscard]] constexpr std::uint16_t to_fp16(float x) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const auto sign = static_cast<std::uint16_t>(bits >> 16U & 0x8000U);
    const std::uint32_t size = bits & 0x7FFFFFFFU;
    const auto with_sign = [&](std::uint32_t rest) { return static_cast<std::uint16_t>(sign | rest); };
    if (size >= 0x7F800000U) {
        return with_sign(size == 0x7F800000U ? 0x7C00U : 0x7E00U);
    }
    if (size >= 0x477FE000U) { // 65504
        return with_sign(0x7BFFU);
    }
    // Drops the lowest bits of a number, to the nearest.
    const auto without = [](std::uint32_t number, std::uint32_t count) {
        return (number + (1U << (count - 1U)) - 1U + (number >> count & 1U)) >> count;
    };
    if (size >= 0x38800000U) { // 2^-14
        return with_sign(without(size - 0x38000000U, 13U));
    }
    if (size < 0x33000000U) { // 2^-25: less than half of the smallest
        return sign;
    }
    const std::uint32_t exponent = size >> 23U; // the number is mantissa 2^(exponent - 150), a unit is 2^-24
    return with_sign(without((size & 0x7FFFFFU) | 0x800000U, 126U - exponent));
}

/// What a number of binary16 is.
[[nodiscard]] constexpr float from_fp16(std::uint16_t x) noexcept {
    const std::uint32_t sign = std::uint32_t{x & 0x8000U} << 16U;
    const std::uint32_t exponent = x >> 10U & 0x1FU;
    const std::uint32_t mantissa = x & 0x3FFU;
    if (exponent == 0) {
        const float size = static_cast<float>(mantissa) * 0x1p-24F;
        return sign != 0 ? -size : size;
    }
    return std::bit_cast<float>(sign | (exponent == 31 ? 0x7F800000U : (exponent + 112U) << 23U) | mantissa << 13U);
}

/// The nearest number of bf16, the even one of two; beyond the largest, the largest. Infinities and NaN stay.
[[nodiscard]] constexpr std::uint16_t to_bf16(float x) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t size = bits & 0x7FFFFFFFU;
    if (size > 0x7F800000U) {
        return static_cast<std::uint16_t>(bits >> 16U | 0x40U);
    }
    if (size != 0x7F800000U && size >= 0x7F7F0000U) {
        return static_cast<std::uint16_t>((bits >> 16U & 0x8000U) | 0x7F7FU);
    }
    return static_cast<std::uint16_t>((bits + 0x7FFFU + (bits >> 16U & 1U)) >> 16U);
}

/// What a number of bf16 is.
[[nodiscard]] constexpr float from_bf16(std::uint16_t x) noexcept {
    return std::bit_cast<float>(std::uint32_t{x} << 16U);
}

} // namespace gpu
} // namespace opara::engine
