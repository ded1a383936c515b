#include <examples/engine/kernel.hpp>

#include <array>

namespace opara::engine {
namespace {

// The tensor as [outer, n, inner], normalised along n. Before operator set 13 everything from the axis on counts as n.
onnx::shape as_three_axes(const context& c) {
    const onnx::shape& dims = c.in_dims(0);
    const bool flattens = c.node().opset < 13;
    const std::int64_t given = c.integer("axis", flattens ? 1 : -1);
    const std::size_t axis =
        flattens && given == static_cast<std::int64_t>(dims.size()) ? dims.size() : c.axis(given, dims.size());
    const auto first = dims.begin() + static_cast<std::ptrdiff_t>(axis);
    const auto last = flattens ? dims.end() : first + 1;
    return {onnx::elements(onnx::shape(dims.begin(), first)), onnx::elements(onnx::shape(first, last)),
            onnx::elements(onnx::shape(last, dims.end()))};
}

kernel normalize(context& c, dnnl::algorithm algorithm) {
    const dnnl::memory::desc tensor = describe(as_three_axes(c));
    const dnnl::memory source{tensor, c.engine(), const_cast<float*>(c.in<float>(0))};
    const dnnl::memory target{tensor, c.engine(), c.out<float>(0)};
    const dnnl::softmax_v2_forward::primitive_desc description{
        dnnl::softmax_v2_forward::desc{dnnl::prop_kind::forward_inference, algorithm, tensor, tensor, 1},
        private_scratch(), c.engine()};
    return primitive_call{c.engine(), description, {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, target}}};
}

kernel softmax(context& c) { return normalize(c, dnnl::algorithm::softmax_accurate); }
kernel log_softmax(context& c) { return normalize(c, dnnl::algorithm::softmax_log); }

constexpr std::array kernels{
    registration{"", "Softmax", layout_rule::plain, softmax},
    registration{"", "LogSoftmax", layout_rule::plain, log_softmax},
};

} // namespace

std::span<const registration> softmax_kernels() noexcept { return kernels; }

} // namespace opara::engine
