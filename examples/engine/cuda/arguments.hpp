/// @file
/// What the device kernels are told: plain structures, passed by value, that host code fills in. Each kernel takes
/// exactly one.
#pragma once

#include <cuda.h>

#include <cstddef>
#include <cstdint>

namespace opara::engine::gpu {

/// Axes that are walked together, outermost first, those of extent 1 left out and neighbours merged.
inline constexpr int most_axes = 6;

/// An iteration space.
struct space {
    std::uint32_t count = 1; ///< its elements
    std::int32_t axes = 0;   ///< how many of `extent` count
    std::uint32_t extent[most_axes] = {};
};

/// A tensor in an iteration space.
struct operand {
    void* elements = nullptr;
    std::int32_t step[most_axes] = {}; ///< in elements
};

/// Types of elements, as the kernels know them. What a network calls float lies in memory as f32, f16 or bf16, by the
/// engine's precision, and is computed with as float; where a structure says "real", it has that type.
enum class number : std::int32_t { f32, f16, bf16, f64, i8, u8, i32, i64, boolean };

enum class unary : std::int32_t {
    relu,
    leaky_relu,
    sigmoid,
    tanh,
    exp,
    log,
    sqrt,
    erf,
    gelu,
    gelu_tanh,
    abs,
    neg,
    clip
};
enum class binary : std::int32_t { add, sub, mul, div, pow, min, max, equal, less, greater };

/// y = operation(x).
struct unary_arguments {
    space over;
    operand y;
    operand x;
    unary operation = unary::relu;
    float alpha = 0.0F;         ///< slope, or the lower bound
    float beta = 0.0F;          ///< the upper bound
    const void* low = nullptr;  ///< where the lower bound is, if an operator computes it
    const void* high = nullptr; ///< the upper one
};

/// y = to_type(x).
struct cast_arguments {
    space over;
    operand y;
    operand x;
    number to = number::f32;
    number from = number::f32;
};

/// y = operation(a, b).
struct binary_arguments {
    space over;
    operand y;
    operand a;
    operand b;
    binary operation = binary::add;
    std::int32_t op = 0;            ///< the operator, for `fault`
    std::uint32_t* fault = nullptr; ///< gets 1 + op where an integer is divided by zero
};

/// y = condition ? a : b.
struct choice_arguments {
    space over;
    operand y;
    operand condition;
    operand a;
    operand b;
};

/// y = x[0] operation x[1] operation ... from the left.
inline constexpr int most_terms = 40;
struct fold_arguments {
    space over;
    operand y;
    binary operation = binary::add;
    std::int32_t terms = 0;
    operand x[most_terms];
};

/// A copy from one place to another.
struct copy_part {
    space over;
    operand to;
    operand from;
    std::uint32_t first_block = 0; ///< of the grid that works on it
};
/// Up to `Most` copies at once.
template <int Most>
struct copy_arguments {
    std::int32_t parts = 0;
    copy_part part[static_cast<std::size_t>(Most)];
};
inline constexpr int many_parts = 40;

enum class padding : std::int32_t { constant, edge, reflect };

/// ONNX's Pad; negative pads cut.
struct pad_arguments {
    space over; ///< the output's axes, none merged
    operand y;
    operand x;
    std::int32_t extent[most_axes] = {}; ///< the input's
    std::int32_t before[most_axes] = {};
    padding mode = padding::constant;
    std::uint64_t bits = 0;       ///< what stands where nothing is read
    const void* number = nullptr; ///< where that is, if an operator computes it
};

/// y[i] = number.
struct fill_arguments {
    std::uint32_t count = 0;
    void* y = nullptr;
    std::uint64_t bits = 0;
};

/// y[i] = start + i * delta.
struct range_arguments {
    std::uint32_t count = 0;
    void* y = nullptr;
    const void* start = nullptr;
    const void* delta = nullptr;
};

/// What is applied to a result, last.
enum class activation : std::int32_t { none, relu, leaky_relu, sigmoid, tanh, gelu, gelu_tanh, clip };
struct finish {
    activation kind = activation::none;
    float alpha = 0.0F; ///< slope, or the lower bound
    float beta = 0.0F;  ///< the upper bound
};

/// An image in memory, real.
struct image {
    void* elements = nullptr;
    std::int32_t batch_step = 0;
    std::int32_t channel_step = 0;
    std::int32_t row_step = 0;
    std::int32_t column_step = 0;
};

/// A window over two spatial axes.
struct plane_window {
    std::int32_t kernel[2] = {1, 1};
    std::int32_t stride[2] = {1, 1};
    std::int32_t dilation[2] = {1, 1};
    std::int32_t pad[2] = {0, 0};     ///< before
    std::int32_t pad_end[2] = {0, 0}; ///< behind
};

/// Division by a number that never changes, of numbers below 2^16.
struct divisor {
    std::uint32_t by = 1;    ///< below 2^16
    std::uint32_t magic = 0; ///< 2^32 / by, rounded up; 0 for 1
};

/// Division by a number that never changes, of numbers below 2^31 (Granlund and Montgomery, PLDI 1994).
struct long_divisor {
    std::uint32_t by = 1;    ///< below 2^31
    std::uint32_t magic = 0; ///< 2^(32 + shift) / by, rounded up; 0 for 1
    std::int32_t shift = 0;  ///< of the product's upper half
};

/// How the inner dimension of a product is numbered: pieces of one element or of 16 bytes, each channels at a tap of a
/// window.
struct inner_numbering {
    divisor inside; ///< pieces of a tap, or taps of the window where channels are outside
    divisor row;    ///< taps in a row of the window
    std::int32_t channels = 1;
    std::int32_t channels_outside = 0; ///< in memory order where channels are planes
};

/// y = finish(alpha * a b^T + bias + beta * residual), with rows of `a` normalised where the kernel says so, and those
/// of the residual where their statistics are given. Rows of `a` are windows of an image, or rows of a matrix, which is
/// an image of one row; columns of the result are channels. Statistics of a row are its mean, or zero where only the
/// root mean square counts, and its reciprocal deviation.
struct product_arguments {
    std::int32_t m = 0;       ///< rows of the result: places of the window
    std::int32_t n = 0;       ///< columns of the result
    std::int32_t k_steps = 0; ///< of 128 bytes each
    std::int32_t pieces = 0;  ///< of one element or 16 bytes that exist
    long_divisor places;      ///< of the window in an image
    long_divisor columns;     ///< of them in a row
    std::int32_t height = 1;  ///< of the image
    std::int32_t width = 1;   ///< of the image
    image a;
    plane_window window;
    inner_numbering inner;
    const void* b = nullptr;   ///< [n][k_steps * 128 bytes], zero where there is nothing; or with steps of its own
    std::int32_t b_column = 0; ///< from column to column of the result
    std::int32_t b_inner = 1;  ///< along the inner dimension
    image y;
    const void* bias = nullptr; ///< [n]
    image residual;
    std::int32_t vector = 0; ///< y and residual can be accessed 4 elements at a time
    float alpha = 1.0F;
    float beta = 1.0F;
    float row_share = 0.0F;             ///< 1 / elements of a row that is normalised; 0: none is
    float epsilon = 0.0F;               ///< added to the variance, or the mean of their squares
    const float* column_sums = nullptr; ///< [n], of b as it lies, where rows lose their mean; null: they do not
    double* statistics = nullptr;       ///< [m][2], of the rows that are normalised; null: nobody wants them
    const double* residual_statistics = nullptr; ///< [m][2]; null: the residual is not normalised
    const void* residual_scale = nullptr;        ///< [n], of a residual that is
    const void* residual_shift = nullptr;        ///< [n], or null
    finish last;
    std::int32_t channel_steps = 0;           ///< boxes of channels at each tap where boxes are of windows; else 0
    std::int32_t split_bits = 0;              ///< 2^this blocks of a cluster share the inner dimension
    std::int32_t batch_extent[3] = {1, 1, 1}; ///< many products at once
    std::int32_t a_batch[3] = {};
    std::int32_t b_batch[3] = {};
    std::int32_t y_batch[3] = {};
    std::int32_t residual_batch[3] = {};
    std::int32_t bias_batch = 0; ///< along the last of these axes
};

/// The same where the hardware copies boxes into shared memory: of 128 bytes of the inner dimension and the rows of a
/// tile, 16-byte pieces permuted within eight rows. The right operand is a matrix in rows. The left one is, too, or it
/// is an image, of whose windows a box holds one tap and 128 or 64 bytes of channels; what is left of a tap's channels
/// is padded.
struct bulk_product_arguments {
    CUtensorMap left;
    CUtensorMap right;
    product_arguments product;
};

/// A convolution of each channel with a filter of its own.
struct depthwise_arguments {
    std::int32_t batch = 1;
    std::int32_t channels = 1;
    std::int32_t height = 1;
    std::int32_t width = 1;
    std::int32_t rows = 1;    ///< of the result
    std::int32_t columns = 1; ///< of the result
    plane_window window;
    image x;
    image y;
    image residual;
    const void* weight = nullptr; ///< [taps][channels]
    const void* bias = nullptr;
    finish last;
};

enum class pooling : std::int32_t { max, average, average_with_padding };

struct pool_arguments {
    std::int32_t batch = 1;
    std::int32_t channels = 1;
    std::int32_t height = 1;
    std::int32_t width = 1;
    std::int32_t rows = 1;
    std::int32_t columns = 1;
    plane_window window;
    image x;
    image y;
    pooling kind = pooling::max;
};

enum class reduction : std::int32_t { sum, mean, max };

/// y[o] = reduction over r of x[o, r].
struct reduce_arguments {
    space results;
    operand y;
    std::int32_t x_step[most_axes] = {}; ///< of x along the axes that stay
    space reduced;
    operand x; ///< steps along the axes that vanish
    reduction kind = reduction::sum;
};

/// Rows are normalised one by one.
struct row_arguments {
    std::int32_t rows = 0;
    std::int32_t length = 0;
    const void* x = nullptr; // all are real
    const void* residual = nullptr;
    const void* scale = nullptr;
    const void* bias = nullptr;
    void* y = nullptr;
    void* sum = nullptr;
    void* means = nullptr;
    void* factors = nullptr;       ///< 1 / deviation
    double* statistics = nullptr;  ///< [rows][2]: both, not real
    const double* known = nullptr; ///< the same, found before; null: they are found
    float epsilon = 0.0F;
    std::int32_t centered = 1;
};

/// y = softmax(x) along the middle of [outer, length, inner].
struct softmax_arguments {
    std::int32_t outer = 1;
    std::int32_t length = 1;
    std::int32_t inner = 1;
    const void* x = nullptr; ///< real
    void* y = nullptr;       ///< real
    std::int32_t logarithm = 0;
};

/// y = scale[c] (x - mean[c]) / sqrt(variance[c] + epsilon) + bias[c], c along one axis.
struct batch_normalization_arguments {
    space over; ///< no axis merged
    operand y;
    operand x;
    std::int32_t channel_step[most_axes] = {};
    const void* scale = nullptr; // all are real
    const void* bias = nullptr;
    const void* mean = nullptr;
    const void* variance = nullptr;
    float epsilon = 0.0F;
};

/// Local response normalisation across channels.
struct lrn_arguments {
    space over; ///< everything but the channels
    operand y;
    operand x;
    std::int32_t channels = 1;
    std::int32_t y_step = 1;
    std::int32_t x_step = 1;
    std::int32_t size = 1;
    float alpha = 0.0F;
    float beta = 0.0F;
    float bias = 0.0F;
};

/// Rows of matrices in the leading places of an attention, each row dense, real.
struct attention_rows {
    void* elements = nullptr;
    std::int32_t row = 0;      ///< from row to row
    std::int32_t lead[3] = {}; ///< along the leading axes
};

/// y = softmax(scale q k^T + bias) v for each of the leading places.
struct attention_arguments {
    std::int32_t count = 1; ///< leading places
    std::int32_t queries = 1;
    std::int32_t keys = 1;
    std::int32_t width = 1;   ///< of queries and keys
    std::int32_t columns = 1; ///< of values
    attention_rows q;
    attention_rows k;
    attention_rows v;
    attention_rows y;
    const void* bias = nullptr; ///< real
    float scale = 1.0F;
    std::int32_t lead_extent[3] = {1, 1, 1};
    std::int32_t bias_lead[3] = {};
    std::int32_t bias_query = 0;
    std::int32_t bias_key = 0;
};
inline constexpr int most_attention_columns = 256;

/// y[o, i, :] = table[o, index[i], :].
struct gather_arguments {
    std::uint32_t outer = 1;
    std::uint32_t count = 1; ///< of the indices
    std::uint32_t inner = 1; ///< elements of what is picked
    std::int64_t extent = 1;
    const void* table = nullptr;
    const void* indices = nullptr;
    std::int32_t wide = 1; ///< indices have 64 bits
    void* y = nullptr;
    std::int32_t op = 0;
    std::uint32_t* fault = nullptr; ///< gets 1 + op where an index does not exist
};

/// y[b, :] = sum or mean over n of table[index[b, n], :].
struct bag_arguments {
    std::uint32_t batch = 1;
    std::uint32_t count = 1;
    std::uint32_t width = 1;
    std::int64_t extent = 1;
    const void* table = nullptr; ///< real
    const void* indices = nullptr;
    std::int32_t wide = 1;
    std::int32_t mean = 0;
    void* y = nullptr; ///< real
    std::int32_t op = 0;
    std::uint32_t* fault = nullptr;
};

/// y[b, f, :] = table[offset[f] + index[b, f], :].
struct field_arguments {
    std::uint32_t batch = 1;
    std::uint32_t fields = 1;
    std::uint32_t width = 1;
    const void* table = nullptr; ///< real
    const void* indices = nullptr;
    const std::int64_t* offsets = nullptr; ///< fields + 1 of them
    std::int32_t wide = 1;
    void* y = nullptr; ///< real
    std::int32_t op = 0;
    std::uint32_t* fault = nullptr;
};

/// y[b] = half the sum over j of (sum over f of x[b, f, j])^2 - sum over f of x[b, f, j]^2.
struct factorization_arguments {
    std::uint32_t batch = 1;
    std::uint32_t fields = 1;
    std::uint32_t width = 1;
    const void* x = nullptr; ///< real
    void* y = nullptr;       ///< real
};

} // namespace opara::engine::gpu
