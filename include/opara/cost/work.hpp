/// @file
/// What an operator has to do, whatever does it.
#pragma once

#include <opara/core/config.hpp>

namespace opara::inline OPARA_ABI::cost {

/// The arithmetic and the traffic of one operator, as its definition demands them: independent of any device.
struct work {
    double flops = 0.0;        ///< floating-point operations; a multiply-add counts two
    double matrix_flops = 0.0; ///< those of `flops` that a matrix unit (tensor core) can do
    /// Those of `matrix_flops` that are convolutions: frameworks run these on the tensor cores even where inputs have
    /// 32 bits (TF32), other products of matrices not.
    double convolution_flops = 0.0;
    double input_bytes = 0.0;     ///< activations read
    double weight_bytes = 0.0;    ///< weights read
    double output_bytes = 0.0;    ///< activations written; also the number of elements that are made, times their size
    double output_elements = 0.0; ///< elements written

    /// All bytes that go in or out once.
    [[nodiscard]] constexpr double bytes() const noexcept { return input_bytes + weight_bytes + output_bytes; }
    /// FLOPs per byte; 0 where nothing moves.
    [[nodiscard]] constexpr double intensity() const noexcept { return bytes() > 0.0 ? flops / bytes() : 0.0; }
    /// Whether it does anything at all: a view, or a dropout at inference, does not.
    [[nodiscard]] constexpr bool empty() const noexcept { return flops == 0.0 && bytes() == 0.0; }

    friend bool operator==(const work&, const work&) = default;
};

} // namespace opara::inline OPARA_ABI::cost
