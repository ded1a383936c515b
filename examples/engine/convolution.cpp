#include <examples/engine/activation.hpp>
#include <examples/engine/kernel.hpp>
#include <opara/onnx/window.hpp>

#include <array>

namespace opara::engine {
namespace {

// ONNX counts a dilation from tap to tap, oneDNN the gap between them.
dnnl::memory::dims gaps(const onnx::shape& dilations) {
    dnnl::memory::dims result = dilations;
    for (auto& d : result) {
        --d;
    }
    return result;
}

// What FusedConv does to the result: the residual is put where the result goes, and the convolution adds to it.
dnnl::primitive_attr fused(const context& c) {
    dnnl::primitive_attr attributes = private_scratch();
    dnnl::post_ops after;
    if (c.has_input(3)) {
        after.append_sum();
    }
    append_activation(c, after);
    attributes.set_post_ops(after);
    return attributes;
}

kernel convolution(context& c) {
    const onnx::shape& w = c.in_dims(1);
    const onnx::window window = onnx::window_of(c.node(), c.in_dims(0), onnx::shape(w.begin() + 2, w.end()));
    const std::int64_t groups = c.integer("group", 1);
    onnx::shape grouped = w; // oneDNN numbers the groups along an axis of their own
    if (groups != 1) {
        grouped[0] /= groups;
        grouped.insert(grouped.begin(), groups);
    }
    const dnnl::memory target = c.out_memory(0);
    // From one layout to another oneDNN convolves a hundred times slower than it reorders.
    const bool last = !is_plain(c.out_dims(0), c.out_strides(0));
    const dnnl::memory source =
        c.in_memory(0, last ? channels_last_strides(c.in_dims(0)) : plain_strides(c.in_dims(0)));
    const bool biased = c.has_input(2);
    const dnnl::memory::desc bias = biased ? describe(c.in_dims(2)) : dnnl::memory::desc{};
    const dnnl::convolution_forward::desc wanted{dnnl::prop_kind::forward_inference,
                                                 dnnl::algorithm::convolution_direct,
                                                 source.get_desc(),
                                                 describe_any(grouped),
                                                 bias,
                                                 target.get_desc(),
                                                 window.strides,
                                                 gaps(window.dilations),
                                                 window.pads_begin,
                                                 window.pads_end};
    const dnnl::convolution_forward::primitive_desc description{wanted, fused(c), c.engine()};
    std::vector<std::pair<int, dnnl::memory>> arguments{
        {DNNL_ARG_SRC, source},
        {DNNL_ARG_WEIGHTS, c.parameter(1, describe(grouped), description.weights_desc())},
        {DNNL_ARG_DST, target}};
    if (biased) {
        arguments.emplace_back(DNNL_ARG_BIAS, c.parameter(2, bias, bias));
    }
    const primitive_call call{c.engine(), description, std::move(arguments)};
    if (!c.has_input(3)) {
        return call;
    }
    return [call, residual = reorder_call(c.engine(), c.in_memory(3), target)] {
        residual();
        call();
    };
}

constexpr std::array kernels{
    registration{"", "Conv", layout_rule::leads, convolution},
    registration{"opara", "FusedConv", layout_rule::leads, convolution},
};

} // namespace

std::span<const registration> convolution_kernels() noexcept { return kernels; }

} // namespace opara::engine
