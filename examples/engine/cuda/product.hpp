/// @file
/// Matrix products and convolutions: packing of weights, choice of tiles.
#pragma once

#include <examples/engine/cuda/context.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace opara::engine::gpu {

/// The inner dimension of a product: channels under a window. A matrix has a window of one tap.
struct inner_dimension {
    std::int64_t channels = 1;
    std::int64_t rows = 1;                           ///< of the window
    std::int64_t columns = 1;                        ///< of the window
    std::optional<std::size_t> scale = std::nullopt; ///< the input, a weight, of factors of the channels
};

/// Where the right operand's element for a column, a channel and a tap of the window lies.
struct right_strides {
    std::int64_t column = 0;
    std::int64_t channel = 0;
    std::int64_t tap = 0;
};

/// @return the division by `by`, at least 1, of numbers below 2^31
/// @throws operator_error  `by` has more than 31 bits
[[nodiscard]] long_divisor divide_rows_by(std::int64_t by);

/// Completes the arguments of a product, packs its right operand if it is a weight, and chooses tiles.
/// @param a  everything but pieces, inner, k_steps, b..., vector, split_bits. With a `row_share`, or
/// without one but with `residual_statistics`, it is a matrix in boxes; with `column_sums` in whole stages
/// @param inner  the inner dimension
/// @param right  the input of the operator that is the right operand
/// @param lies  how it lies
/// @param packs  whether its elements are brought into the kernel's own order first: weights always are
[[nodiscard]] prepared multiply(context& c, product_arguments a, const inner_dimension& inner, std::size_t right,
                                const right_strides& lies, bool packs);

} // namespace opara::engine::gpu
