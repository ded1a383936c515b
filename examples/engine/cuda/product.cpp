#include <examples/engine/cuda/functions.hpp>
#include <examples/engine/cuda/product.hpp>
#include <examples/engine/cuda/rows.hpp>
#include <opara/core/error.hpp>
#include <opara/cuda/error.hpp>

#include <cuda.h>
#include <cuda_runtime_api.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace opara::engine::gpu {
namespace {

// Elements of the inner dimension in a stage, and in a piece of 16 bytes.
std::int64_t depth_of(const context& c) { return static_cast<std::int64_t>(128 / c.real_bytes()); }
std::int64_t piece_of(const context& c) { return static_cast<std::int64_t>(16 / c.real_bytes()); }

// To the nearest number that TF32 has, as the device rounds the other operand.
float rounded_to_tf32(float x) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &x, sizeof bits);
    if ((bits & 0x7F800000U) != 0x7F800000U) {
        bits = (bits + 0x1000U) & 0xFFFFE000U;
    }
    std::memcpy(&x, &bits, sizeof bits);
    return x;
}

// As a packed weight lies.
float as_packed(const context& c, float x) {
    switch (c.real_type()) {
    case number::f16: return from_fp16(to_fp16(x));
    case number::bf16: return from_bf16(to_bf16(x));
    default: return rounded_to_tf32(x);
    }
}

bool aligned(const void* p) { return reinterpret_cast<std::uintptr_t>(p) % 16 == 0; }

// Whether every row of the tensor's channels begins at a multiple of so many elements.
bool in_vectors(const image& i, const std::int32_t (&batch)[3], std::int64_t elements) {
    const auto fits = [&](std::int32_t x) { return x % elements == 0; };
    return aligned(i.elements) && i.channel_step == 1 && fits(i.batch_step) && fits(i.row_step) &&
           fits(i.column_step) && std::all_of(std::begin(batch), std::end(batch), fits);
}

// How the inner dimension is numbered: windows outside, or channels outside.
struct numbering {
    bool wide;             // channels 16 bytes at a time
    bool channels_outside; // in memory order where channels are planes
    std::int64_t channels; // padded
};

divisor divide_by(const context& c, std::int64_t by) {
    c.expect(by > 0 && by < 65536, "the inner dimension is too long");
    return {static_cast<std::uint32_t>(by),
            by == 1 ? 0U : static_cast<std::uint32_t>(((std::int64_t{1} << 32) + by - 1) / by)};
}

// The right operand as [columns][pitch].
const void* packed(context& c, std::size_t input, std::int64_t columns, std::int64_t pitch, const inner_dimension& d,
                   const numbering& n, const right_strides& lies) {
    const std::int64_t window = d.rows * d.columns;
    const std::int64_t channel_step = n.channels_outside ? window : 1;
    const std::int64_t tap_step = n.channels_outside ? 1 : n.channels;
    if (const std::optional<onnx::tensor> t = c.weight(input)) {
        c.expect_input(input, onnx::element::f32);
        const std::vector<float> w = t->as<float>();
        const std::vector<float> scale = d.scale ? c.weight(*d.scale)->as<float>() : std::vector<float>{};
        std::vector<float> all(static_cast<std::size_t>(columns * pitch), 0.0F);
        for (std::int64_t column = 0; column < columns; ++column) {
            for (std::int64_t k = 0; k < window; ++k) {
                for (std::int64_t channel = 0; channel < d.channels; ++channel) {
                    const auto from = column * lies.column + channel * lies.channel + k * lies.tap;
                    const auto to = column * pitch + channel * channel_step + k * tap_step;
                    const float x =
                        w[static_cast<std::size_t>(from)] * (d.scale ? scale[static_cast<std::size_t>(channel)] : 1.0F);
                    all[static_cast<std::size_t>(to)] = as_packed(c, x);
                }
            }
        }
        return c.real_constant(all);
    }
    // Computed: brought into that order whenever the operator runs. What lies between stays zero.
    std::byte* const room = c.scratch(static_cast<std::size_t>(columns * pitch) * c.real_bytes(), true);
    const walk w = c.walk_over({columns, window, d.channels},
                               {{pitch, tap_step, channel_step}, {lies.column, lies.tap, lies.channel}});
    copy_arguments<1> copy{};
    copy.parts = 1;
    copy.part[0] = {w.over, w.at(0, room), w.at(1, c.reals(input)), 0};
    c.first({copy_kernel(static_cast<unsigned>(c.real_bytes()), 1), blocks_for(w.over.count), block_threads, copy});
    return room;
}

// The left operand as rows of a matrix, a number of elements apart: where the window is one place, and the next row of
// an image, and the next image, begin where the one before ends.
std::optional<std::int64_t> pitch_of_matrix(const product_arguments& a, std::int64_t batch) {
    const auto ones = [](const std::int32_t(&list)[2]) { return list[0] == 1 && list[1] == 1; };
    const auto zeros = [](const std::int32_t(&list)[2]) { return list[0] == 0 && list[1] == 0; };
    const std::int64_t pitch = a.a.column_step;
    const std::int64_t row = pitch * a.width;
    const std::int64_t image = row * a.height;
    const bool dense =
        (a.height == 1 || a.a.row_step == row) && (a.m == std::int64_t{a.width} * a.height || a.a.batch_step == image);
    if (batch != 1 || !ones(a.window.kernel) || !ones(a.window.stride) || !zeros(a.window.pad) ||
        !zeros(a.window.pad_end) || !dense) {
        return std::nullopt;
    }
    return pitch;
}

// How the hardware fetches windows itself: so many channels in a box, and so many boxes a tap.
struct window_boxes {
    std::int64_t channels;
    std::int32_t steps;
};

// Channels are filled up to whole boxes, which is not worth it for few of them. Boxes of whole stages are quicker;
// those of half as many channels waste less, and half precision has them.
std::optional<window_boxes> window_boxes_of(const context& c, const product_arguments& a, const inner_dimension& inner,
                                            std::int64_t batch) {
    constexpr std::int32_t corner = 127; // of what a description can say
    bool fits = batch == 1;
    for (const int i : {0, 1}) {
        const std::int32_t reach = (a.window.kernel[i] - 1) * a.window.dilation[i];
        fits = fits && a.window.stride[i] <= 8 && a.window.pad[i] <= corner && reach <= corner &&
               a.window.pad_end[i] <= corner;
    }
    for (std::int64_t channels = depth_of(c); fits && channels >= 32; channels /= 2) {
        const std::int64_t steps = (inner.channels + channels - 1) / channels;
        if (3 * inner.channels >= 2 * steps * channels) {
            return window_boxes{channels, narrow(steps)};
        }
    }
    return std::nullopt;
}

// One of the driver's functions, which no library holds that we link with.
template <class Function>
Function* driver_function(const char* name) {
    void* function = nullptr;
    cudaDriverEntryPointQueryResult found{};
    cuda::check(cudaGetDriverEntryPointByVersion(name, &function, 12000, cudaEnableDefault, &found),
                "cudaGetDriverEntryPointByVersion");
    return reinterpret_cast<Function*>(function);
}

void check_description(CUresult code, const char* name) {
    if (code != CUDA_SUCCESS) {
        throw error{std::string{name} + " failed with code " + std::to_string(static_cast<int>(code))};
    }
}

CUtensorMapDataType described(const context& c) {
    switch (c.real_type()) {
    case number::f16: return CU_TENSOR_MAP_DATA_TYPE_FLOAT16;
    case number::bf16: return CU_TENSOR_MAP_DATA_TYPE_BFLOAT16;
    default: return CU_TENSOR_MAP_DATA_TYPE_FLOAT32;
    }
}

// How the hardware copies boxes of `box_rows` rows of 128 bytes out of a matrix.
CUtensorMap boxes_of(const context& c, const void* elements, std::int64_t inner, std::int64_t rows, std::int64_t pitch,
                     int box_rows) {
    static auto* const encode = driver_function<decltype(cuTensorMapEncodeTiled)>("cuTensorMapEncodeTiled");
    CUtensorMap map{};
    const cuuint64_t extents[] = {static_cast<cuuint64_t>(inner), static_cast<cuuint64_t>(rows)};
    const cuuint64_t steps[] = {static_cast<cuuint64_t>(pitch) * c.real_bytes()};
    const cuuint32_t box[] = {static_cast<cuuint32_t>(depth_of(c)), static_cast<cuuint32_t>(box_rows)};
    const cuuint32_t every[] = {1, 1};
    check_description(encode(&map, described(c), 2, const_cast<void*>(elements), extents, steps, box, every,
                             CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
                             CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE),
                      "cuTensorMapEncodeTiled");
    return map;
}

// How it copies, for `box_rows` places of a window one after another, `box_channels` at one tap.
CUtensorMap windows_of(const context& c, const product_arguments& a, std::int64_t channels, std::int64_t box_channels,
                       int box_rows) {
    static auto* const encode = driver_function<decltype(cuTensorMapEncodeIm2col)>("cuTensorMapEncodeIm2col");
    CUtensorMap map{};
    const std::int64_t images = a.m / std::int64_t{a.places.by};
    const cuuint64_t extents[] = {static_cast<cuuint64_t>(channels), static_cast<cuuint64_t>(a.width),
                                  static_cast<cuuint64_t>(a.height), static_cast<cuuint64_t>(images)};
    // A step along an axis of one is never taken, but has to be one that can be.
    const auto step = [&](std::int32_t elements) {
        return static_cast<cuuint64_t>(elements == 0 ? a.a.column_step : elements) * c.real_bytes();
    };
    const cuuint64_t steps[] = {step(a.a.column_step), step(a.a.row_step), step(a.a.batch_step)};
    int first[2]; // where the first and the last window begin, from the image's corners; columns come first
    int last[2];
    for (const int i : {0, 1}) {
        const int axis = 1 - i;
        first[i] = -a.window.pad[axis];
        last[i] = a.window.pad_end[axis] - (a.window.kernel[axis] - 1) * a.window.dilation[axis];
    }
    const cuuint32_t every[] = {1, static_cast<cuuint32_t>(a.window.stride[1]),
                                static_cast<cuuint32_t>(a.window.stride[0]), 1};
    check_description(encode(&map, described(c), 4, a.a.elements, extents, steps, first, last,
                             static_cast<cuuint32_t>(box_channels), static_cast<cuuint32_t>(box_rows), every,
                             CU_TENSOR_MAP_INTERLEAVE_NONE,
                             box_channels == depth_of(c) ? CU_TENSOR_MAP_SWIZZLE_128B : CU_TENSOR_MAP_SWIZZLE_64B,
                             CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE),
                      "cuTensorMapEncodeIm2col");
    return map;
}

// A tile, and how many blocks share the inner dimension of one, with what that is thought to take.
struct choice {
    int tile;
    int split;
    double us;
    double area; // SMs that it holds, times how long
};

// What a choice takes on an idle Hopper, roughly: rounds of blocks, each a number of stages that the cache or the
// tensor cores limit. Only the order of the choices matters.
double estimate_us(const tile_shape& t, unsigned shared_bytes, std::int64_t tiles_needed, std::int64_t k_steps,
                   int split) {
    constexpr double sms = 132.0;
    const double bytes_per_us = t.bulk != bulk_copies::none ? 90e3 : 60e3; // into one SM
    const double efficiency = t.rows * t.columns >= 4096 ? 0.5 : (t.rows * t.columns >= 2048 ? 0.35 : 0.25);
    const double flops_per_us = 3.7e6 * efficiency;
    const double blocks = static_cast<double>(tiles_needed) * split;
    const double slots = std::min({std::floor(227.0 * 1024.0 / (shared_bytes + 1024.0)), 2048.0 / t.threads,
                                   std::floor(65536.0 / (t.threads * 112.0))});
    const double rounds = std::ceil(blocks / (sms * slots));
    const double together = std::min(slots, std::ceil(blocks / sms));
    const double stage_us =
        std::max({t.bulk != bulk_copies::none ? 0.08 : 0.12, together * (t.rows + t.columns) * 128.0 / bytes_per_us,
                  together * t.rows * t.columns * 64.0 / flops_per_us});
    const double stages = std::ceil(static_cast<double>(k_steps) / split);
    return 2.0 + (split > 1 ? 0.8 : 0.0) + rounds * (0.6 + stages * stage_us);
}

// @param bulk  how the hardware can copy these operands, in how many steps of the inner dimension
std::vector<choice> choices(const product_arguments& a, std::int64_t batch, bool wide, bool packs, bulk_copies bulk,
                            std::int32_t bulk_steps) {
    std::vector<choice> all;
    const bool boxes_only = a.row_share != 0.0F || a.residual_statistics != nullptr; // the others normalise nothing
    for (int i = 0; i < tiles; ++i) {
        const tile_shape& t = tile(i);
        if (t.packed != packs || t.wide != (packs && wide) ||
            (t.bulk != bulk && (t.bulk != bulk_copies::none || boxes_only))) {
            continue;
        }
        const std::int32_t k_steps = t.bulk != bulk_copies::none ? bulk_steps : a.k_steps;
        const std::int64_t needed = ((a.m + t.rows - 1) / t.rows) * ((a.n + t.columns - 1) / t.columns) * batch;
        for (const int split : {1, 2, 4, 8}) {
            if (split <= k_steps) {
                const double us = estimate_us(t, product_shared_bytes(i), needed, k_steps, split);
                const double share =
                    std::max(t.threads / 2048.0, (product_shared_bytes(i) + 1024.0) / (228.0 * 1024.0));
                all.push_back({i, split, us, us * static_cast<double>(needed * split) * share});
            }
        }
    }
    std::stable_sort(all.begin(), all.end(), [](const choice& x, const choice& y) { return x.us < y.us; });
    // Those that are quick alone, and of the others those that leave most of the device to whatever runs beside them.
    constexpr std::size_t quick = 16;
    constexpr std::size_t sparing = 6;
    if (all.size() > quick) {
        std::stable_sort(all.begin() + quick, all.end(),
                         [](const choice& x, const choice& y) { return x.area < y.area; });
        all.resize(std::min(all.size(), quick + sparing));
    }
    return all;
}

} // namespace

long_divisor divide_rows_by(std::int64_t by) {
    if (by <= 1) {
        return {};
    }
    const auto divisor = static_cast<std::uint32_t>(narrow(by));
    const auto bits = static_cast<int>(std::bit_width(divisor - 1));
    const auto magic = ((std::uint64_t{1} << (31 + bits)) + divisor - 1) / divisor;
    return {divisor, static_cast<std::uint32_t>(magic), bits - 1};
}

prepared multiply(context& c, product_arguments a, const inner_dimension& inner, std::size_t right,
                  const right_strides& lies, bool packs) {
    const std::int64_t depth = depth_of(c);
    const std::int64_t at_once = piece_of(c);
    const bool wide = packs && in_vectors(a.a, a.a_batch, at_once);
    numbering n{wide, !wide && a.a.channel_step != 1 && inner.rows * inner.columns != 1, inner.channels};
    if (wide) {
        n.channels = (inner.channels + at_once - 1) / at_once * at_once;
    }
    const std::int64_t window = inner.rows * inner.columns;
    const std::int64_t pieces = window * (wide ? n.channels / at_once : n.channels);
    a.pieces = narrow(pieces);
    a.k_steps = narrow((pieces * (wide ? at_once : 1) + depth - 1) / depth);
    static_cast<void>(divide_by(c, std::int64_t{a.k_steps} * (wide ? 8 : depth))); // the largest number that is divided
    a.inner = {.inside = divide_by(c, n.channels_outside ? window : pieces / window),
               .row = divide_by(c, inner.columns),
               .channels = narrow(inner.channels),
               .channels_outside = n.channels_outside ? 1 : 0};
    std::int64_t batch = 1;
    for (const std::int32_t extent : a.batch_extent) {
        batch *= extent;
    }
    if (packs) {
        const std::int64_t pitch = a.k_steps * depth;
        const std::int64_t columns = std::int64_t{a.n} * (a.bias_batch != 0 || a.b_batch[2] != 0 ? batch : 1);
        a.b = packed(c, right, columns, pitch, inner, n, lies);
        a.b_column = narrow(pitch);
        a.b_inner = 1;
        a.b_batch[2] = columns == a.n ? 0 : narrow(pitch * a.n);
    } else {
        a.b = c.reals(right);
        a.b_column = narrow(lies.column);
        a.b_inner = narrow(lies.channel);
    }
    a.vector = a.n % 4 == 0 && in_vectors(a.y, a.y_batch, 4) && (a.bias == nullptr || aligned(a.bias)) &&
                       a.bias_batch % 4 == 0 && aligned(a.residual_scale) && aligned(a.residual_shift) &&
                       (a.residual.elements == nullptr || in_vectors(a.residual, a.residual_batch, 4))
                   ? 1
                   : 0;
    // What the hardware copies in boxes: a matrix as it is numbered above, or windows.
    const std::optional<std::int64_t> pitch = wide ? pitch_of_matrix(a, batch) : std::nullopt;
    product_arguments boxed = a;
    std::optional<window_boxes> windows;
    if (wide && !pitch && c.input(right).is_weight()) {
        windows = window_boxes_of(c, a, inner, batch);
    }
    if (windows) {
        const std::int64_t filled_channels = windows->steps * windows->channels;
        boxed.channel_steps = windows->steps;
        boxed.k_steps = narrow((window * filled_channels + depth - 1) / depth);
        if (inner.channels % windows->channels != 0) {
            const std::int64_t filled = boxed.k_steps * depth;
            boxed.b = packed(c, right, a.n, filled, inner, {true, false, filled_channels}, lies);
            boxed.b_column = narrow(filled);
        }
    }
    const bulk_copies bulk = a.residual_statistics != nullptr ? bulk_copies::normalised_residual
                             : a.column_sums != nullptr       ? bulk_copies::centred
                             : a.row_share != 0.0F            ? bulk_copies::normalised
                             : pitch                          ? bulk_copies::matrices
                             : !windows                       ? bulk_copies::none
                             : windows->channels == depth     ? bulk_copies::windows
                                                              : bulk_copies::half_windows;
    prepared made;
    for (const choice& chosen : choices(a, batch, wide, packs, bulk, boxed.k_steps)) {
        const tile_shape& t = tile(chosen.tile);
        const dim3 grid{static_cast<unsigned>((a.m + t.rows - 1) / t.rows),
                        static_cast<unsigned>((a.n + t.columns - 1) / t.columns),
                        static_cast<unsigned>(batch * chosen.split)};
        a.split_bits = boxed.split_bits = std::countr_zero(static_cast<unsigned>(chosen.split));
        // Every tile reads its rows and its columns of both operands whole, whoever else reads them.
        const double read_bytes = static_cast<double>(grid.x) * grid.y * static_cast<double>(batch) *
                                  (t.bulk != bulk_copies::none ? boxed.k_steps : a.k_steps) * 128.0 *
                                  (t.rows + t.columns);
        const auto add = [&](const auto& arguments) {
            made.last.emplace_back(product_kernel(c.real_type(), chosen.tile), grid, static_cast<unsigned>(t.threads),
                                   arguments, product_shared_bytes(chosen.tile), static_cast<unsigned>(chosen.split),
                                   read_bytes);
        };
        if (t.bulk != bulk_copies::none) {
            const CUtensorMap left = pitch ? boxes_of(c, a.a.elements, inner.channels, a.m, *pitch, t.rows)
                                           : windows_of(c, a, inner.channels, windows->channels, t.rows);
            add(bulk_product_arguments{
                left, boxes_of(c, boxed.b, std::int64_t{boxed.k_steps} * depth, a.n, boxed.b_column, t.columns),
                boxed});
        } else {
            add(a);
        }
    }
    return made;
}

namespace {

// ---- products of matrices

// A row-major matrix as an image of one row.
image matrix(const void* elements, std::int64_t row_step, std::int64_t column_step) {
    return {const_cast<void*>(elements), 0, narrow(column_step), 0, narrow(row_step)};
}

product_arguments product_of(std::int64_t rows, std::int64_t columns) {
    product_arguments a{};
    a.m = narrow(rows);
    a.n = narrow(columns);
    a.places = divide_rows_by(a.m);
    a.columns = a.places;
    a.width = a.m;
    return a;
}

// A product of no terms.
prepared zeros(context& c) {
    fill_arguments a{};
    a.count = static_cast<std::uint32_t>(narrow(onnx::elements(c.out_dims(0))));
    a.y = c.out_reals(0);
    return {{}, {step{fill_kernel(static_cast<unsigned>(c.real_bytes())), blocks_for(a.count), block_threads, a}}};
}

prepared matmul(context& c) {
    onnx::shape a = c.in_dims(0);
    onnx::shape b = c.in_dims(1);
    if (a.size() == 1) {
        a.insert(a.begin(), 1);
    }
    if (b.size() == 1) {
        b.push_back(1);
    }
    std::int64_t rows = a[a.size() - 2];
    const std::int64_t inner = a.back();
    const std::int64_t columns = b.back();
    if (inner == 0) {
        return zeros(c);
    }
    const onnx::shape lead_a(a.begin(), a.end() - 2);
    const onnx::shape lead_b(b.begin(), b.end() - 2);
    if (onnx::elements(lead_b) == 1) { // one matrix on the right: all rows on the left are multiplied at once
        rows *= onnx::elements(lead_a);
        product_arguments p = product_of(rows, columns);
        p.a = matrix(c.reals(0), inner, 1);
        p.y = matrix(c.out_reals(0), columns, 1);
        return multiply(c, p, {.channels = inner}, 1, {.column = 1, .channel = columns}, c.input(1).is_weight());
    }
    product_arguments p = product_of(rows, columns);
    p.a = matrix(c.reals(0), inner, 1);
    p.y = matrix(c.out_reals(0), columns, 1);
    // The axes in front, with the matrices as elements.
    const onnx::shape& y = c.out_dims(0);
    const std::size_t given = (c.in_dims(0).size() == 1 ? 1U : 0U) + (c.in_dims(1).size() == 1 ? 1U : 0U);
    const onnx::shape lead(y.begin(), y.end() - static_cast<std::ptrdiff_t>(2 - given));
    const walk w = c.walk_over(lead, {plain_strides(lead), broadcast_strides(lead_a, plain_strides(lead_a), lead),
                                      broadcast_strides(lead_b, plain_strides(lead_b), lead)});
    c.expect(w.over.axes <= 3, "there are too many axes that cannot be merged");
    for (std::int32_t i = 0; i < w.over.axes; ++i) {
        const auto from = static_cast<std::size_t>(i);
        const std::int32_t to = 3 - w.over.axes + i;
        p.batch_extent[to] = static_cast<std::int32_t>(w.over.extent[i]);
        p.y_batch[to] = narrow(w.steps[0][from] * rows * columns);
        p.a_batch[to] = narrow(w.steps[1][from] * rows * inner);
        p.b_batch[to] = narrow(w.steps[2][from] * inner * columns);
    }
    return multiply(c, p, {.channels = inner}, 1, {.column = 1, .channel = columns}, false);
}

prepared gemm(context& c) {
    const bool flip_a = c.integer("transA", 0) != 0;
    const bool flip_b = c.integer("transB", 0) != 0;
    const std::int64_t rows = c.out_dims(0)[0];
    const std::int64_t columns = c.out_dims(0)[1];
    const std::int64_t inner = c.in_dims(0)[flip_a ? 0 : 1];
    c.expect(inner != 0, "there is no kernel for rows without elements");
    product_arguments p = product_of(rows, columns);
    p.a = flip_a ? matrix(c.reals(0), 1, rows) : matrix(c.reals(0), inner, 1);
    p.y = matrix(c.out_reals(0), columns, 1);
    p.alpha = c.real("alpha", 1.0);
    p.beta = c.real("beta", 1.0);
    if (c.has_input(2)) {
        const onnx::shape& dims = c.in_dims(2);
        const strides steps = broadcast_strides(dims, plain_strides(dims), c.out_dims(0));
        p.residual = matrix(c.reals(2), steps[0], steps[1]);
    }
    const right_strides lies =
        flip_b ? right_strides{.column = inner, .channel = 1} : right_strides{.column = 1, .channel = columns};
    return multiply(c, p, {.channels = inner}, 1, lies, c.input(1).is_weight());
}

// Whether both operands of a product are copied in boxes.
bool comes_in_boxes(const context& c, const product_arguments& p) {
    return c.input(1).is_weight() && in_vectors(p.a, p.a_batch, piece_of(c));
}

// Whether the product itself can normalise its rows. Their mean it finds only in whole stages, because what the
// hardware fills up with is zero, and not the row's shift.
bool normalises_rows(const context& c, const product_arguments& p, std::int64_t length, bool centred) {
    const bool shifts_weights =
        !c.has_input(5) || (c.input(5).is_weight() && (!c.has_input(2) || c.input(2).is_weight()));
    return comes_in_boxes(c, p) && c.input(4).is_weight() && shifts_weights && (!centred || length % depth_of(c) == 0);
}

// With rows x, their mean m and reciprocal deviation r, scale s and shift t:
// (r (x - m) s + t) w^T + bias = r (x - m) (s w)^T + (t w^T + bias).
void fold_normalisation(context& c, product_arguments& p, std::int64_t length, bool centred) {
    const auto numbers = [&](std::size_t i, std::int64_t count, float otherwise) {
        return c.has_input(i) ? c.weight(i)->as<float>()
                              : std::vector<float>(static_cast<std::size_t>(count), otherwise);
    };
    const std::vector<float> w = numbers(1, 0, 0.0F);
    const std::vector<float> scale = numbers(4, 0, 0.0F);
    if (centred) {
        std::vector<float> sums;
        for (auto row = w.begin(); row != w.end(); row += length) {
            sums.push_back(static_cast<float>(
                std::inner_product(row, row + length, scale.begin(), 0.0, std::plus<>{},
                                   [&](float x, float s) { return static_cast<double>(as_packed(c, x * s)); })));
        }
        p.column_sums = c.constant(std::span<const float>{sums});
    }
    if (c.has_input(5)) {
        const std::vector<float> shift = c.weight(5)->as<float>();
        std::vector<float> bias = numbers(2, p.n, 0.0F);
        auto row = w.begin();
        for (float& x : bias) {
            x = static_cast<float>(std::inner_product(row, row + length, shift.begin(), static_cast<double>(x)));
            row += length;
        }
        p.bias = c.real_constant(bias);
    }
}

// Has the residual normalised before the product.
void normalise_residual_first(context& c, product_arguments& p) {
    row_arguments rows{};
    rows.rows = p.m;
    rows.length = p.n;
    rows.x = p.residual.elements;
    rows.scale = p.residual_scale;
    rows.bias = p.residual_shift;
    rows.y = c.scratch(static_cast<std::size_t>(p.m) * static_cast<std::size_t>(p.n) * c.real_bytes());
    rows.known = p.residual_statistics;
    c.first(normalise_rows(c, rows));
    p.residual = matrix(rows.y, p.n, 1);
    p.residual_statistics = nullptr;
}

// Has the rows normalised before the product.
void normalise_first(context& c, product_arguments& p, std::int64_t length, bool centred) {
    row_arguments rows{};
    rows.rows = p.m;
    rows.length = narrow(length);
    rows.x = c.reals(0);
    rows.scale = c.reals(4);
    rows.bias = c.has_input(5) ? c.reals(5) : nullptr;
    rows.y = c.scratch(static_cast<std::size_t>(p.m * length) * c.real_bytes());
    rows.statistics = p.statistics;
    rows.epsilon = p.epsilon;
    rows.centered = centred ? 1 : 0;
    c.first(normalise_rows(c, rows));
    p.a = matrix(rows.y, length, 1);
}

prepared linear(context& c) {
    const std::int64_t inner = c.in_dims(0).back();
    const std::int64_t columns = c.in_dims(1)[0];
    c.expect(inner != 0, "there is no kernel for rows without elements");
    product_arguments p = product_of(onnx::elements(c.out_dims(0)) / columns, columns);
    const dense_rows x = c.rows(0);
    p.a = matrix(x.elements, x.pitch, 1);
    p.y = matrix(c.out_reals(0), columns, 1);
    p.bias = c.has_input(2) ? c.reals(2) : nullptr;
    if (c.has_input(3)) {
        p.residual = matrix(c.reals(3), columns, 1);
    }
    if (c.has_input(6)) {
        p.residual_statistics = reinterpret_cast<const double*>(c.in_plain(6));
        p.residual_scale = c.reals(7);
        p.residual_shift = c.has_input(8) ? c.reals(8) : nullptr;
    }
    p.last = c.activation_of();
    inner_dimension over{.channels = inner};
    if (c.has_input(4)) {
        const bool centred = c.text("mode", "rms") == "layer";
        p.epsilon = c.real("epsilon", 1e-5);
        p.statistics = c.has_output(1) ? reinterpret_cast<double*>(c.out(1)) : nullptr;
        if (normalises_rows(c, p, inner, centred)) {
            over.scale = 4;
            p.row_share = 1.0F / static_cast<float>(inner);
            fold_normalisation(c, p, inner, centred);
        } else {
            normalise_first(c, p, inner, centred);
        }
    }
    if (c.has_input(6) && (!comes_in_boxes(c, p) || p.row_share != 0.0F)) { // no tile normalises both
        normalise_residual_first(c, p);
    }
    return multiply(c, p, over, 1, {.column = inner, .channel = 1}, c.input(1).is_weight());
}

constexpr std::array operators{
    registration{"", "MatMul", layout_rule::plain, matmul},
    registration{"", "Gemm", layout_rule::plain, gemm},
    registration{"opara", "Linear", layout_rule::plain, linear},
};

} // namespace

std::span<const registration> product_operators() noexcept { return operators; }

} // namespace opara::engine::gpu
