// Where the rows and the inner dimension of a product lie in its tensors.
#pragma once

#include <examples/engine/cuda/arguments.hpp>

#include <cstdint>

namespace opara::engine::gpu {

__device__ inline std::uint32_t quotient(std::uint32_t n, const divisor& d) {
    return d.magic == 0 ? n : __umulhi(n, d.magic);
}

__device__ inline int quotient(int n, const long_divisor& d) {
    return d.magic == 0 ? n : static_cast<int>(__umulhi(static_cast<std::uint32_t>(n), d.magic) >> d.shift);
}

// Where a piece of the inner dimension lies, from the first tap of the window.
struct tap {
    std::int32_t offset;
    std::int32_t row;
    std::int32_t column;
    std::int32_t bytes; // that exist; the others are zero
};

// @param T  of the elements
template <class T>
__device__ inline tap tap_of(const product_arguments& p, int piece, int elements) {
    const auto number = static_cast<std::uint32_t>(piece);
    const std::uint32_t outside = quotient(number, p.inner.inside);
    const std::uint32_t inside = number - outside * p.inner.inside.by;
    const std::uint32_t place = p.inner.channels_outside != 0 ? inside : outside;
    const auto channel = static_cast<std::int32_t>(
        p.inner.channels_outside != 0 ? outside : inside * static_cast<std::uint32_t>(elements));
    const std::uint32_t r = quotient(place, p.inner.row);
    const auto row = static_cast<std::int32_t>(r) * p.window.dilation[0];
    const auto column = static_cast<std::int32_t>(place - r * p.inner.row.by) * p.window.dilation[1];
    return {row * p.a.row_step + column * p.a.column_step + channel * p.a.channel_step, row, column,
            piece < p.pieces ? min(elements, p.inner.channels - channel) * static_cast<int>(sizeof(T)) : 0};
}

// Which place of the window in which image a row is.
struct spot {
    int number;
    int row;
    int column;
};

__device__ inline spot spot_of(const product_arguments& p, int m) {
    const int number = quotient(m, p.places);
    const int rest = m - number * static_cast<int>(p.places.by);
    const int row = quotient(rest, p.columns);
    return {number, row, rest - row * static_cast<int>(p.columns.by)};
}

template <class T>
struct place_in {
    const T* first;   // what tap 0 reads
    std::int32_t row; // of the image
    std::int32_t column;
};

template <class T>
__device__ inline place_in<T> place_of(const product_arguments& p, int m, const T* a) {
    if (m >= p.m) {
        return {a, INT32_MIN / 2, 0}; // outside of every image
    }
    const auto [number, row, column] = spot_of(p, m);
    const int y = row * p.window.stride[0] - p.window.pad[0];
    const int x = column * p.window.stride[1] - p.window.pad[1];
    return {a + number * p.a.batch_step + y * p.a.row_step + x * p.a.column_step, y, x};
}

// Where one of many products begins in each tensor.
struct product_offsets {
    std::int64_t a = 0;
    std::int64_t b = 0;
    std::int64_t y = 0;
    std::int64_t residual = 0;
    std::int64_t bias = 0;
};

__device__ inline product_offsets offsets_of(const product_arguments& p) {
    product_offsets o;
    int batch = static_cast<int>(blockIdx.z) >> p.split_bits;
#pragma unroll
    for (int i = 2; i >= 0 && static_cast<int>(gridDim.z) != 1 << p.split_bits; --i) {
        const int rest = batch / p.batch_extent[i];
        const int at = batch - rest * p.batch_extent[i];
        o.a += static_cast<std::int64_t>(at) * p.a_batch[i];
        o.b += static_cast<std::int64_t>(at) * p.b_batch[i];
        o.y += static_cast<std::int64_t>(at) * p.y_batch[i];
        o.residual += static_cast<std::int64_t>(at) * p.residual_batch[i];
        o.bias += i == 2 ? static_cast<std::int64_t>(at) * p.bias_batch : 0;
        batch = rest;
    }
    return o;
}

} // namespace opara::engine::gpu
