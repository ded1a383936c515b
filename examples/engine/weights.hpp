/// @file
/// Makes the elements of a weight from the rule that describes them.
#pragma once

#include <opara/onnx/network.hpp>

#include <cstdint>

namespace opara::engine {

/// The `index`-th of the numbers in [0, 1) that belong to a seed: 24 bits of SplitMix64's output function (Steele, Lea
/// and Flood, OOPSLA 2014, figure 17) at the point that its counter would have reached. No state, so weights can be
/// made in any order and are the same on every machine.
[[nodiscard]] constexpr double uniform(std::uint64_t seed, std::uint64_t index) noexcept {
    std::uint64_t z = seed + (index + 1) * 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    z ^= z >> 31U;
    return static_cast<double>(z >> 40U) * 0x1p-24;
}

/// The elements of a weight.
/// @throws error  the value is no weight, the type is one that no rule makes (f16, bf16), or a tensor has not the type,
///         the shape or the number of bytes of its value; names the value
[[nodiscard]] onnx::tensor materialize(const onnx::value& value);

} // namespace opara::engine
