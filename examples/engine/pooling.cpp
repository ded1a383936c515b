#include <examples/engine/kernel.hpp>
#include <opara/onnx/window.hpp>

#include <algorithm>
#include <array>

namespace opara::engine {
namespace {

// Padding at the end with which oneDNN, which always rounds down, counts as many windows as ONNX does with ceil_mode.
dnnl::memory::dims pads_end(const onnx::window& window, const onnx::shape& input) {
    dnnl::memory::dims result = window.pads_end;
    for (std::size_t k = 0; k < result.size(); ++k) {
        const std::int64_t reach = (window.kernel[k] - 1) * window.dilations[k] + 1;
        const std::int64_t needed =
            (window.output[k] - 1) * window.strides[k] + reach - input[k + 2] - window.pads_begin[k];
        result[k] = std::max(result[k], needed);
    }
    return result;
}

kernel pool(context& c, dnnl::algorithm algorithm, const onnx::window& window) {
    c.expect(!c.has_output(1), "the kernel does not yield indices");
    const dnnl::memory source = c.in_memory(0);
    const dnnl::memory target = c.out_memory(0);
    dnnl::memory::dims gaps = window.dilations; // oneDNN counts the gap between taps
    for (auto& d : gaps) {
        --d;
    }
    const dnnl::memory::dims behind = pads_end(window, c.in_dims(0));
    // With ceil_mode a window may reach beyond the padding; what lies there counts in no average.
    c.expect(algorithm != dnnl::algorithm::pooling_avg_include_padding || behind == window.pads_end,
             "the kernel does not combine ceil_mode with count_include_pad where a window leaves the padding");
    const dnnl::pooling_v2_forward::desc wanted{dnnl::prop_kind::forward_inference,
                                                algorithm,
                                                source.get_desc(),
                                                target.get_desc(),
                                                window.strides,
                                                window.kernel,
                                                gaps,
                                                window.pads_begin,
                                                behind};
    const dnnl::pooling_v2_forward::primitive_desc description{wanted, private_scratch(), c.engine()};
    return primitive_call{c.engine(), description, {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, target}}};
}

kernel max_pool(context& c) { return pool(c, dnnl::algorithm::pooling_max, onnx::window_of(c.node(), c.in_dims(0))); }

kernel average_pool(context& c) {
    const bool padding_counts = c.integer("count_include_pad", 0) != 0;
    return pool(
        c, padding_counts ? dnnl::algorithm::pooling_avg_include_padding : dnnl::algorithm::pooling_avg_exclude_padding,
        onnx::window_of(c.node(), c.in_dims(0)));
}

// One window as large as the image.
onnx::window whole(const context& c) {
    const onnx::shape space(c.in_dims(0).begin() + 2, c.in_dims(0).end());
    const onnx::shape ones(space.size(), 1);
    const onnx::shape zeros(space.size(), 0);
    return {
        .kernel = space, .strides = ones, .dilations = ones, .pads_begin = zeros, .pads_end = zeros, .output = ones};
}

kernel global_average_pool(context& c) { return pool(c, dnnl::algorithm::pooling_avg_exclude_padding, whole(c)); }

kernel global_max_pool(context& c) { return pool(c, dnnl::algorithm::pooling_max, whole(c)); }

constexpr std::array kernels{
    registration{"", "MaxPool", layout_rule::follows, max_pool},
    registration{"", "AveragePool", layout_rule::follows, average_pool},
    registration{"", "GlobalAveragePool", layout_rule::follows, global_average_pool},
    registration{"", "GlobalMaxPool", layout_rule::follows, global_max_pool},
};

} // namespace

std::span<const registration> pooling_kernels() noexcept { return kernels; }

} // namespace opara::engine
