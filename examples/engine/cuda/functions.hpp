/// @file
/// The device kernels as addresses that the CUDA runtime launches. What is defined here is compiled by nvcc.
#pragma once

#include <examples/engine/cuda/arguments.hpp>

#include <cstdint>

namespace opara::engine::gpu {

// Kernels of real numbers take the type: f32, f16 or bf16.

/// Threads of every kernel that says nothing else.
inline constexpr unsigned block_threads = 256;

[[nodiscard]] const void* unary_kernel(number type);      ///< unary_arguments; real, i32, i64; else null
[[nodiscard]] const void* cast_kernel();                  ///< cast_arguments
[[nodiscard]] const void* binary_kernel(number type);     ///< binary_arguments, arithmetic; real, i32, i64; else null
[[nodiscard]] const void* comparison_kernel(number type); ///< binary_arguments; real, i32, i64, boolean; else null
[[nodiscard]] const void* fold_kernel(number type);       ///< fold_arguments; real, i32, i64; else null
[[nodiscard]] const void* choice_kernel(unsigned bytes);  ///< choice_arguments; elements of 1, 2, 4 or 8 bytes
[[nodiscard]] const void* copy_kernel(unsigned bytes, int parts); ///< copy_arguments<parts>; parts: 1 or many_parts
[[nodiscard]] const void* pad_kernel(unsigned bytes);             ///< pad_arguments
[[nodiscard]] const void* fill_kernel(unsigned bytes);            ///< fill_arguments
[[nodiscard]] const void* range_kernel(number type);              ///< range_arguments; real, i32, i64; else null

/// Whether the hardware copies operands in boxes by itself.
enum class bulk_copies : std::int8_t {
    none,
    matrices,           ///< both are matrices
    windows,            ///< the left one lies in images, 128 bytes of channels in a box; the right one is a matrix
    half_windows,       ///< the same with 64 bytes of channels in a box; of half precision
    normalised,         ///< both are matrices, and rows of the left one are divided by their root mean square
    centred,            ///< both are matrices, rows of the left one lose their mean and are divided by their deviation
    normalised_residual ///< both are matrices, and rows of the residual are normalised
};

/// A tile of a matrix product, and how the operands are read.
struct tile_shape {
    int rows;         ///< of the result
    int columns;      ///< of the result
    int threads;      ///< of the block
    int stages;       ///< of 128 bytes of the inner dimension, in shared memory
    bool wide;        ///< the left operand is read 16 bytes at a time
    bool packed;      ///< the right operand is packed weights
    bulk_copies bulk; ///< how both are copied
};
inline constexpr int tiles = 48;
[[nodiscard]] const tile_shape& tile(int i);                  ///< i in [0, tiles), the same for all types
[[nodiscard]] const void* product_kernel(number real, int i); ///< product_arguments, or bulk_product_arguments; null
                                                              ///< where the type has no such tile
[[nodiscard]] unsigned product_shared_bytes(int i);           ///< dynamic shared memory

[[nodiscard]] const void* depthwise_kernel(number real, int vector); ///< depthwise_arguments; 1, 2 or 4 channels a
                                                                     ///< thread
[[nodiscard]] const void* pool_kernel(number real, int vector);      ///< pool_arguments; 1, 2 or 4 channels a thread
[[nodiscard]] const void* reduce_kernel(number type, bool across);   ///< reduce_arguments; across: neighbouring threads
                                                                     ///< take neighbouring results; 8 rows of 32
[[nodiscard]] const void* row_kernel(number real);                   ///< row_arguments, a block a row
/// row_arguments, a block of one warp a row; 4 elements at a time. @pre length is a multiple of 4 and not above this
inline constexpr int most_of_short_row = 1024;
[[nodiscard]] const void* short_row_kernel(number real, int length);
[[nodiscard]] const void* softmax_kernel(number real);             ///< softmax_arguments, a warp a row
[[nodiscard]] const void* batch_normalization_kernel(number real); ///< batch_normalization_arguments
[[nodiscard]] const void* lrn_kernel(number real);                 ///< lrn_arguments

/// How rows of some width are attended to.
struct attention_launch {
    const void* function;  ///< attention_arguments, a block for some queries of each leading place
    int queries;           ///< of a block
    unsigned threads;      ///< of a block
    unsigned shared_bytes; ///< dynamic shared memory
    bool strided;          ///< rows of queries, keys and values may lie apart
};
/// On the tensor cores where queries and values are rows of 32 or of 64, which must begin at multiples of 16 bytes.
[[nodiscard]] attention_launch attention_kernel(number real, int width, int columns);
[[nodiscard]] const void* gather_kernel(unsigned bytes);     ///< gather_arguments
[[nodiscard]] const void* bag_kernel(number real);           ///< bag_arguments
[[nodiscard]] const void* field_kernel(number real);         ///< field_arguments
[[nodiscard]] const void* factorization_kernel(number real); ///< factorization_arguments, a block of 128 a line

} // namespace opara::engine::gpu
