// What a product finds out about the rows that it normalises, on their way through its registers, and what it makes of
// them: of a row x with mean m and reciprocal deviation r, and weights w, the product r (x - m) w^T.
//
// Sums are of differences from a number near the mean, so that neither the variance nor, in TF32, the product loses
// digits where the mean is large beside the deviation. Half precision is multiplied as it lies, exactly, and the mean's
// share r m w^T taken off in float.
#pragma once

#include <examples/engine/cuda/arguments.hpp>
#include <examples/engine/cuda/element.cuh>

#include <cstdint>
#include <type_traits>

namespace opara::engine::gpu {

template <class T>
__device__ inline const T* row_of(const product_arguments& p, int row) {
    return static_cast<const T*>(p.a.elements) + static_cast<std::int64_t>(row) * p.a.column_step;
}

// A number near the mean of a row, for all blocks the same: the mean of its first 16 bytes, which are aligned, but for
// the largest and the smallest number, because one that stands out must not decide. Exactly the mean where all are
// equal.
template <class T>
__device__ inline float shift_of(const T* row) {
    constexpr int numbers = 16 / static_cast<int>(sizeof(T));
    float x[numbers];
    load(x, row);
    float sum = x[0];
    float least = x[0];
    float most = x[0];
#pragma unroll
    for (int i = 1; i < numbers; ++i) {
        sum += x[i];
        least = fminf(least, x[i]);
        most = fmaxf(most, x[i]);
    }
    return (sum - least - most) / static_cast<float>(numbers - 2);
}

// Whether a product multiplies with differences from the shift: where operands are rounded.
template <class T>
inline constexpr bool multiplies_differences = std::is_same_v<T, float>;

// Adds the differences, and their squares, of a piece of the left operand to sums of rows g, g + 8, g, g + 8 (see
// `multiply_add`), and makes it the differences where they are multiplied.
template <class T>
__device__ inline void add_differences(float (&sums)[4], float (&squares)[4], const float (&shifts)[2],
                                       std::uint32_t (&a)[4]) {
    constexpr int numbers = 4 / static_cast<int>(sizeof(T));
#pragma unroll
    for (int e = 0; e < 4; ++e) {
        packet<T, numbers> lying;
        memcpy(&lying, &a[e], sizeof lying);
#pragma unroll
        for (int i = 0; i < numbers; ++i) {
            const float x = loaded(lying.x[i]) - shifts[e % 2];
            sums[e] += x;
            squares[e] = fmaf(x, x, squares[e]);
            if constexpr (multiplies_differences<T>) {
                a[e] = __float_as_uint(x);
            }
        }
    }
}

// In shared memory, so many of these: the sum over a row's squares, and its sum.
template <int Moments>
__device__ inline float2 moments_at(const float* from) {
    if constexpr (Moments == 2) {
        return *reinterpret_cast<const float2*>(from);
    } else {
        return {Moments == 1 ? *from : 0.0F, 0.0F};
    }
}

// Of a row that is normalised. The mean in two parts: where it is large, one float would lose what the variance kept.
struct row_statistics {
    float shift;
    float above;
    float factor; // the reciprocal deviation
};
__device__ inline void store_statistics(const product_arguments& p, int m, const row_statistics& s) {
    *reinterpret_cast<double2*>(p.statistics + 2 * std::int64_t{m}) = {
        static_cast<double>(s.shift) + static_cast<double>(s.above), static_cast<double>(s.factor)};
}

// @param moments  of the whole row
template <class Tile>
__device__ inline row_statistics statistics_of(const product_arguments& p, float2 moments, float shift) {
    if constexpr (Tile::centres) {
        const float above = moments.y * p.row_share;
        const float variance = fmaxf(fmaf(-above, above, moments.x * p.row_share), 0.0F);
        return {shift, above, rsqrtf(variance + p.epsilon)};
    } else {
        return {0.0F, 0.0F, rsqrtf(moments.x * p.row_share + p.epsilon)};
    }
}

// Normalises four columns of a row's product.
// @param weight_sums  over each of these columns of the right operand
template <class T, class Tile>
__device__ inline void normalise_row(const row_statistics& by, const float4& weight_sums, float (&values)[4]) {
    if constexpr (Tile::centres) {
        const float centre = multiplies_differences<T> ? by.above : by.shift + by.above;
        values[0] = fmaf(-centre, weight_sums.x, values[0]);
        values[1] = fmaf(-centre, weight_sums.y, values[1]);
        values[2] = fmaf(-centre, weight_sums.z, values[2]);
        values[3] = fmaf(-centre, weight_sums.w, values[3]);
    }
#pragma unroll
    for (float& x : values) {
        x *= by.factor;
    }
}

// Of one number for each of so many columns, those of four columns, or zero where there are none any more.
template <class T>
__device__ inline float4 load_columns(const T* from, int first, int columns, bool in_vectors) {
    if (in_vectors) {
        return load_four(from + first);
    }
    const auto at = [&](int i) { return first + i < columns ? loaded(from[first + i]) : 0.0F; };
    return {at(0), at(1), at(2), at(3)};
}

__device__ inline double2 residual_statistics_of(const product_arguments& p, int m) {
    return *reinterpret_cast<const double2*>(p.residual_statistics + 2 * std::int64_t{m});
}

// A thread's columns of what a normalised residual is multiplied with, and of what is added.
struct residual_columns {
    float4 scale;
    float4 shift;
};
template <class T>
__device__ inline residual_columns residual_columns_of(const product_arguments& p, int n) {
    const auto columns_of = [&](const void* from) {
        return load_columns(static_cast<const T*>(from), n, p.n, p.vector != 0);
    };
    return {columns_of(p.residual_scale),
            p.residual_shift == nullptr ? float4{0.0F, 0.0F, 0.0F, 0.0F} : columns_of(p.residual_shift)};
}
__device__ inline void normalise_residual(float (&x)[4], const double2& statistics, const residual_columns& by) {
    const auto mean = static_cast<float>(statistics.x);
    const auto factor = static_cast<float>(statistics.y);
    x[0] = fmaf((x[0] - mean) * factor, by.scale.x, by.shift.x);
    x[1] = fmaf((x[1] - mean) * factor, by.scale.y, by.shift.y);
    x[2] = fmaf((x[2] - mean) * factor, by.scale.z, by.shift.z);
    x[3] = fmaf((x[3] - mean) * factor, by.scale.w, by.shift.w);
}

} // namespace opara::engine::gpu
