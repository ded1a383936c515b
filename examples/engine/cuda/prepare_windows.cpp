#include <examples/engine/cuda/functions.hpp>
#include <examples/engine/cuda/product.hpp>
#include <opara/onnx/window.hpp>

#include <array>

namespace opara::engine::gpu {
namespace {

// A window over one axis is one over two, of which the first has extent 1.
plane_window plane(const onnx::window& w) {
    plane_window p{};
    const std::size_t axes = w.kernel.size();
    for (std::size_t i = 0; i < axes; ++i) {
        const std::size_t to = 2 - axes + i;
        p.kernel[to] = narrow(w.kernel[i]);
        p.stride[to] = narrow(w.strides[i]);
        p.dilation[to] = narrow(w.dilations[i]);
        p.pad[to] = narrow(w.pads_begin[i]);
        p.pad_end[to] = narrow(w.pads_end[i]);
    }
    return p;
}

std::int32_t height(const onnx::shape& dims) { return dims.size() == 4 ? narrow(dims[2]) : 1; }

// How many channels a thread may read and write at once.
int channels_at_once(std::int64_t channels, std::size_t size, std::initializer_list<const image*> images) {
    int most = channels % 4 == 0 ? 4 : channels % 2 == 0 ? 2 : 1;
    for (const image* i : images) {
        if (i->elements == nullptr) {
            continue;
        }
        while (most > 1 &&
               (i->channel_step != 1 || i->batch_step % most != 0 || i->row_step % most != 0 ||
                i->column_step % most != 0 ||
                reinterpret_cast<std::uintptr_t>(i->elements) % (static_cast<std::uintptr_t>(most) * size) != 0)) {
            most /= 2;
        }
    }
    return most;
}

// ---- convolutions

prepared depthwise(context& c, const onnx::window& window) {
    const onnx::shape& x = c.in_dims(0);
    const onnx::shape& y = c.out_dims(0);
    const std::int64_t channels = x[1];
    const std::int64_t taps = onnx::elements(c.in_dims(1)) / channels;
    depthwise_arguments a{};
    a.batch = narrow(x[0]);
    a.channels = narrow(channels);
    a.height = height(x);
    a.width = narrow(x.back());
    a.rows = height(y);
    a.columns = narrow(y.back());
    a.window = plane(window);
    a.x = c.in_image(0);
    a.y = c.out_image(0);
    a.bias = c.has_input(2) ? c.reals(2) : nullptr;
    if (c.has_input(3)) {
        a.residual = c.in_image(3);
    }
    a.last = c.activation_of();
    if (const auto t = c.weight(1)) {
        c.expect_input(1, onnx::element::f32);
        const std::vector<float> w = t->as<float>();
        std::vector<float> turned(w.size());
        for (std::int64_t channel = 0; channel < channels; ++channel) {
            for (std::int64_t k = 0; k < taps; ++k) {
                turned[static_cast<std::size_t>(k * channels + channel)] =
                    w[static_cast<std::size_t>(channel * taps + k)];
            }
        }
        a.weight = c.real_constant(turned);
    } else {
        std::byte* const turned = c.scratch(static_cast<std::size_t>(taps * channels) * c.real_bytes());
        const walk w = c.walk_over({taps, channels}, {{channels, 1}, {1, taps}});
        copy_arguments<1> copy{};
        copy.parts = 1;
        copy.part[0] = {w.over, w.at(0, turned), w.at(1, c.reals(1)), 0};
        c.first({copy_kernel(static_cast<unsigned>(c.real_bytes()), 1), blocks_for(w.over.count), block_threads, copy});
        a.weight = turned;
    }
    const int vector = channels_at_once(channels, c.real_bytes(), {&a.x, &a.y, &a.residual});
    const std::int64_t threads = onnx::elements(y) / vector;
    return {{}, {step{depthwise_kernel(c.real_type(), vector), blocks_for(threads), block_threads, a}}};
}

prepared convolution(context& c) {
    const onnx::shape& x = c.in_dims(0);
    const onnx::shape& w = c.in_dims(1);
    const onnx::shape& y = c.out_dims(0);
    const onnx::window window = onnx::window_of(c.node(), x, onnx::shape(w.begin() + 2, w.end()));
    const std::int64_t groups = c.integer("group", 1);
    const image source = c.in_image(0); // refuses what has no kernel
    if (groups == x[1] && groups == y[1] && groups != 1) {
        return depthwise(c, window);
    }
    product_arguments a{};
    a.window = plane(window);
    a.height = height(x);
    a.width = narrow(x.back());
    const std::int64_t places = onnx::elements(onnx::shape(y.begin() + 2, y.end()));
    a.columns = divide_rows_by(y.back());
    a.places = divide_rows_by(places);
    a.m = narrow(y[0] * places);
    a.n = narrow(y[1] / groups);
    a.a = source;
    a.y = c.out_image(0);
    a.bias = c.has_input(2) ? c.reals(2) : nullptr;
    if (c.has_input(3)) {
        a.residual = c.in_image(3);
    }
    a.last = c.activation_of();
    const inner_dimension inner{.channels = w[1], .rows = a.window.kernel[0], .columns = a.window.kernel[1]};
    const std::int64_t taps = inner.rows * inner.columns;
    if (groups != 1) {
        a.batch_extent[2] = narrow(groups);
        a.a_batch[2] = narrow(w[1] * a.a.channel_step);
        a.y_batch[2] = narrow(std::int64_t{a.n} * a.y.channel_step);
        a.residual_batch[2] = narrow(std::int64_t{a.n} * a.residual.channel_step);
        a.b_batch[2] = 1; // each group has weights of its own
        a.bias_batch = a.n;
    }
    return multiply(c, a, inner, 1, {.column = w[1] * taps, .channel = taps, .tap = 1}, true);
}

// ---- pools

prepared pool(context& c, pooling kind) {
    c.expect(!c.has_output(1), "the kernel does not yield indices");
    const onnx::shape& x = c.in_dims(0);
    const onnx::shape& y = c.out_dims(0);
    pool_arguments a{};
    a.x = c.in_image(0);
    a.y = c.out_image(0);
    a.batch = narrow(x[0]);
    a.channels = narrow(x[1]);
    a.height = height(x);
    a.width = narrow(x.back());
    a.rows = height(y);
    a.columns = narrow(y.back());
    a.window = plane(onnx::window_of(c.node(), x));
    a.kind = kind;
    const int vector = channels_at_once(x[1], c.real_bytes(), {&a.x, &a.y});
    return {{}, {step{pool_kernel(c.real_type(), vector), blocks_for(onnx::elements(y) / vector), block_threads, a}}};
}

prepared max_pool(context& c) { return pool(c, pooling::max); }
prepared average_pool(context& c) {
    return pool(c, c.integer("count_include_pad", 0) != 0 ? pooling::average_with_padding : pooling::average);
}

constexpr std::array operators{
    registration{"", "Conv", layout_rule::leads, convolution},
    registration{"opara", "FusedConv", layout_rule::leads, convolution},
    registration{"", "MaxPool", layout_rule::follows, max_pool},
    registration{"", "AveragePool", layout_rule::follows, average_pool},
};

} // namespace

std::span<const registration> window_operators() noexcept { return operators; }

} // namespace opara::engine::gpu
