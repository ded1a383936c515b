#include <examples/engine/kernel.hpp>
#include <examples/engine/row_normalization.hpp>
#include <examples/engine/strided_loop.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace opara::engine {
namespace {

kernel batch_normalization(context& c) {
    const dnnl::memory source = c.in_memory(0);
    const dnnl::memory target = c.out_memory(0);
    const dnnl::batch_normalization_forward::desc wanted{
        dnnl::prop_kind::forward_inference, source.get_desc(), static_cast<float>(c.number("epsilon", 1e-5)),
        dnnl::normalization_flags::use_global_stats | dnnl::normalization_flags::use_scale |
            dnnl::normalization_flags::use_shift};
    const dnnl::batch_normalization_forward::primitive_desc description{wanted, private_scratch(), c.engine()};
    const dnnl::memory::desc channels = describe(c.in_dims(1));
    return primitive_call{c.engine(),
                          description,
                          {{DNNL_ARG_SRC, source},
                           {DNNL_ARG_SCALE, c.parameter(1, channels, channels)},
                           {DNNL_ARG_SHIFT, c.parameter(2, channels, channels)},
                           {DNNL_ARG_MEAN, c.parameter(3, channels, channels)},
                           {DNNL_ARG_VARIANCE, c.parameter(4, channels, channels)},
                           {DNNL_ARG_DST, target}}};
}

// oneDNN's window is symmetric; ONNX's reaches one channel further up than down where its size is even.
kernel lopsided_response_normalization(context& c, std::int64_t size) {
    onnx::shape pixels = c.in_dims(0);
    const std::int64_t channels = std::exchange(pixels[1], 1);
    const float alpha = static_cast<float>(c.number("alpha", 1e-4) / static_cast<double>(size));
    const float beta = static_cast<float>(c.number("beta", 0.75));
    const float bias = static_cast<float>(c.number("bias", 1.0));
    c.expect_input(0, onnx::element::f32);
    return [=, loop = strided_loop<2>{pixels, {c.out_strides(0), c.in_strides(0)}}, to = c.out_strides(0)[1],
            from = c.in_strides(0)[1], x = reinterpret_cast<const float*>(c.in_anyhow(0)),
            y = reinterpret_cast<float*>(c.out_anyhow(0))] {
        loop.for_each_row([&](const std::array<std::int64_t, 2>& at) {
            for (std::int64_t p = 0; p < loop.row_extent(); ++p) {
                const float* pixel = x + at[1] + p * loop.row_step(1);
                float* result = y + at[0] + p * loop.row_step(0);
                for (std::int64_t k = 0; k < channels; ++k) {
                    const std::int64_t last = std::min(k + size / 2, channels - 1);
                    float sum = 0.0F;
                    for (std::int64_t j = std::max<std::int64_t>(k - (size - 1) / 2, 0); j <= last; ++j) {
                        sum += pixel[j * from] * pixel[j * from];
                    }
                    result[k * to] = pixel[k * from] / std::pow(bias + alpha * sum, beta);
                }
            }
        });
    };
}

kernel local_response_normalization(context& c) {
    const std::int64_t size = c.integer("size", 1);
    if (size % 2 == 0) {
        return lopsided_response_normalization(c, size);
    }
    const dnnl::memory source = c.in_memory(0);
    const dnnl::memory target = c.out_memory(0);
    const dnnl::lrn_forward::desc wanted{dnnl::prop_kind::forward_inference,
                                         dnnl::algorithm::lrn_across_channels,
                                         source.get_desc(),
                                         size,
                                         static_cast<float>(c.number("alpha", 1e-4)),
                                         static_cast<float>(c.number("beta", 0.75)),
                                         static_cast<float>(c.number("bias", 1.0))};
    const dnnl::lrn_forward::primitive_desc description{wanted, private_scratch(), c.engine()};
    return primitive_call{c.engine(), description, {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, target}}};
}

// ---- rows: everything from an axis on is normalised together

// The tensor as a matrix of such rows.
onnx::shape rows(const context& c) {
    const onnx::shape& dims = c.in_dims(0);
    const auto split = dims.begin() + static_cast<std::ptrdiff_t>(c.axis("axis", -1, dims.size()));
    return {onnx::elements(onnx::shape(dims.begin(), split)), onnx::elements(onnx::shape(split, dims.end()))};
}

const float* row_parameter(context& c, std::size_t i, std::int64_t length) {
    if (!c.has_input(i)) {
        return nullptr;
    }
    c.expect(onnx::elements(c.in_dims(i)) == length, "scale and bias must have as many elements as a row");
    return c.in<float>(i);
}

float* wanted(context& c, std::size_t output) { return c.has_output(output) ? c.out<float>(output) : nullptr; }

kernel layer_normalization(context& c) {
    const onnx::shape matrix = rows(c);
    const auto epsilon = static_cast<float>(c.number("epsilon", 1e-5));
    const float* scale = row_parameter(c, 1, matrix[1]);
    const float* bias = row_parameter(c, 2, matrix[1]);
    if (c.has_output(1) ||
        c.has_output(2)) { // oneDNN has the variance where ONNX wants what the row is multiplied with
        return row_normalization{centering::mean, epsilon, matrix[0],       matrix[1], c.in<float>(0), nullptr,
                                 scale,           bias,    c.out<float>(0), nullptr,   wanted(c, 1),   wanted(c, 2)};
    }
    const auto memory = [&](const dnnl::memory::desc& d, const float* elements) {
        return dnnl::memory{d, c.engine(), const_cast<float*>(elements)};
    };
    const dnnl::memory::desc tensor = describe(matrix);
    const dnnl::memory::desc row = describe({matrix[1]});
    std::vector<std::pair<int, dnnl::memory>> arguments{{DNNL_ARG_SRC, memory(tensor, c.in<float>(0))},
                                                        {DNNL_ARG_DST, memory(tensor, c.out<float>(0))},
                                                        {DNNL_ARG_SCALE, memory(row, scale)}};
    auto flags = dnnl::normalization_flags::use_scale;
    if (bias != nullptr) {
        flags |= dnnl::normalization_flags::use_shift;
        arguments.emplace_back(DNNL_ARG_SHIFT, memory(row, bias));
    }
    const dnnl::layer_normalization_forward::desc desc{dnnl::prop_kind::forward_inference, tensor, epsilon, flags};
    const dnnl::layer_normalization_forward::primitive_desc description{desc, private_scratch(), c.engine()};
    return primitive_call{c.engine(), description, std::move(arguments)};
}

kernel rms_normalization(context& c) {
    const onnx::shape matrix = rows(c);
    return row_normalization{centering::none,
                             static_cast<float>(c.number("epsilon", 1e-5)),
                             matrix[0],
                             matrix[1],
                             c.in<float>(0),
                             nullptr,
                             row_parameter(c, 1, matrix[1]),
                             nullptr,
                             c.out<float>(0),
                             nullptr,
                             nullptr,
                             wanted(c, 1)};
}

kernel add_normalization(context& c) {
    const onnx::shape matrix = rows(c);
    return row_normalization{c.text("mode", "layer") == "layer" ? centering::mean : centering::none,
                             static_cast<float>(c.number("epsilon", 1e-5)),
                             matrix[0],
                             matrix[1],
                             c.in<float>(0),
                             c.in<float>(1),
                             row_parameter(c, 2, matrix[1]),
                             row_parameter(c, 3, matrix[1]),
                             c.out<float>(0),
                             wanted(c, 1),
                             nullptr,
                             nullptr};
}

constexpr std::array kernels{
    registration{"", "BatchNormalization", layout_rule::follows, batch_normalization},
    registration{"", "LRN", layout_rule::follows, local_response_normalization},
    registration{"", "LayerNormalization", layout_rule::plain, layer_normalization},
    registration{"", "RMSNormalization", layout_rule::plain, rms_normalization},
    registration{"", "SimplifiedLayerNormalization", layout_rule::plain, rms_normalization},
    registration{"opara", "AddNormalization", layout_rule::plain, add_normalization},
};

} // namespace

std::span<const registration> normalization_kernels() noexcept { return kernels; }

} // namespace opara::engine
