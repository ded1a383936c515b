#include <examples/zoo/layers.hpp>
#include <examples/zoo/networks.hpp>

namespace opara::zoo {

namespace {

// Every padding but the first convolution's is TensorFlow's SAME, which ONNX leaves to the convolutions and the pools.

// The activation comes first: cells add their branches before any activation.
value_id fitted(layers& net, const std::string& name, value_id x, std::int64_t channels) {
    x = net.relu(name + ".relu", x);
    x = net.convolution(name + ".conv", x, channels, square(1));
    return net.batch_norm(name + ".bn", x);
}

// Activation, depthwise and pointwise convolution, normalisation: twice, the stride only in the first.
value_id separable(layers& net, const std::string& name, value_id x, std::int64_t channels, std::int64_t kernel,
                   std::int64_t stride) {
    for (const int round : {1, 2}) {
        const std::string part = name + "." + std::to_string(round);
        const std::int64_t depth = net.dims(x)[1];
        x = net.relu(part + ".relu", x);
        x = net.convolution(part + ".depthwise", x, depth, same(kernel, round == 1 ? stride : 1), depth);
        x = net.convolution(part + ".pointwise", x, channels, square(1));
        x = net.batch_norm(part + ".bn", x);
    }
    return x;
}

// Halves the grid without losing every second pixel: two samplings, one shifted by a pixel, side by side.
value_id halved(layers& net, const std::string& name, value_id x, std::int64_t channels) {
    x = net.relu(name + ".relu", x);
    value_id even = net.average_pool(name + ".path_1.avgpool", x, square(1, 2), 0);
    even = net.convolution(name + ".path_1.conv", even, channels / 2, square(1));
    // Cuts the first row and column and adds zeros at the end: negative pads cut.
    value_id odd =
        net.add("Pad", name + ".path_2.pad", {x, net.integers(name + ".path_2.pad.pads", {0, 0, -1, -1, 0, 0, 1, 1})});
    odd = net.average_pool(name + ".path_2.avgpool", odd, square(1, 2), 0);
    odd = net.convolution(name + ".path_2.conv", odd, channels / 2, square(1));
    return net.batch_norm(name + ".bn", net.concat(name + ".concat", {even, odd}));
}

// The five combinations of a normal cell (Figure 4, left). `right` is the current cell's input, `left` the one before.
value_id normal(layers& net, const std::string& name, value_id left, value_id right, std::int64_t channels) {
    const auto sep = [&](const char* part, value_id x, std::int64_t kernel) {
        return separable(net, name + part, x, channels, kernel, 1);
    };
    const auto pool = [&](const char* part, value_id x) { return net.average_pool(name + part, x, same(3), 0); };

    value_id l = sep(".comb0.left", right, 5);
    value_id r = sep(".comb0.right", left, 3);
    const value_id comb0 = net.sum(name + ".comb0", l, r);
    l = sep(".comb1.left", left, 5);
    r = sep(".comb1.right", left, 3);
    const value_id comb1 = net.sum(name + ".comb1", l, r);
    l = pool(".comb2.left", right);
    const value_id comb2 = net.sum(name + ".comb2", l, left);
    l = pool(".comb3.left", left);
    r = pool(".comb3.right", left); // the search found the same pool twice, and frameworks compute it twice
    const value_id comb3 = net.sum(name + ".comb3", l, r);
    l = sep(".comb4.left", right, 3);
    const value_id comb4 = net.sum(name + ".comb4", l, right);
    return net.concat(name + ".concat", {left, comb0, comb1, comb2, comb3, comb4});
}

// The five combinations of a reduction cell (Figure 4, right). In the first stem the second input is not fitted to the
// channels beforehand: its separable convolutions change them.
value_id reduction(layers& net, const std::string& name, value_id left, value_id right, std::int64_t channels) {
    const auto sep = [&](const char* part, value_id x, std::int64_t kernel, std::int64_t stride) {
        return separable(net, name + part, x, channels, kernel, stride);
    };

    value_id l = sep(".comb0.left", left, 5, 2);
    value_id r = sep(".comb0.right", right, 7, 2);
    const value_id comb0 = net.sum(name + ".comb0", l, r);
    l = net.max_pool(name + ".comb1.left", left, same(3, 2));
    r = sep(".comb1.right", right, 7, 2);
    const value_id comb1 = net.sum(name + ".comb1", l, r);
    l = net.average_pool(name + ".comb2.left", left, same(3, 2), 0);
    r = sep(".comb2.right", right, 5, 2);
    const value_id comb2 = net.sum(name + ".comb2", l, r);
    r = net.average_pool(name + ".comb3.right", comb0, same(3), 0);
    const value_id comb3 = net.sum(name + ".comb3", r, comb1);
    l = sep(".comb4.left", comb0, 3, 1);
    r = net.max_pool(name + ".comb4.right", left, same(3, 2));
    const value_id comb4 = net.sum(name + ".comb4", l, r);
    return net.concat(name + ".concat", {comb1, comb2, comb3, comb4});
}

} // namespace

onnx::network nasnet_large(const options& how) {
    constexpr std::int64_t channels = 4032 / 24; // of the first normal cells
    layers net{"nasnet_large"};
    value_id x = net.input("image", onnx::element::f32, {how.batch, 3, 331, 331});

    x = net.convolution("conv0.conv", x, 96, square(3, 2));
    const value_id conv0 = net.batch_norm("conv0.bn", x);

    value_id fit = fitted(net, "stem0.fit", conv0, channels / 4);
    const value_id stem0 = reduction(net, "stem0", fit, conv0, channels / 4);
    fit = fitted(net, "stem1.fit", stem0, channels / 2);
    const value_id stem1 = reduction(net, "stem1", fit, halved(net, "stem1.halve", conv0, channels / 2), channels / 2);

    // The first cell behind a reduction meets a second input that is still twice as large. It halves that one.
    value_id before = stem0;
    value_id now = stem1;
    int number = 0;
    const auto first = [&](std::int64_t c) {
        const std::string name = "cell" + std::to_string(number++);
        const value_id left = halved(net, name + ".halve", before, c);
        const value_id right = fitted(net, name + ".fit", now, c);
        before = now;
        now = normal(net, name, left, right, c);
    };
    const auto next = [&](std::int64_t c) {
        const std::string name = "cell" + std::to_string(number++);
        const value_id left = fitted(net, name + ".fit_before", before, c);
        const value_id right = fitted(net, name + ".fit", now, c);
        before = now;
        now = normal(net, name, left, right, c);
    };
    // The cell behind sees what came before the reduction's own predecessor, so `before` stays.
    const auto reduce = [&](const std::string& name, std::int64_t c) {
        const value_id right = fitted(net, name + ".fit_before", before, c);
        const value_id left = fitted(net, name + ".fit", now, c);
        now = reduction(net, name, left, right, c);
    };

    for (std::int64_t c = channels; c <= 4 * channels; c *= 2) {
        if (c > channels) {
            reduce("reduction" + std::to_string(c / channels / 2 - 1), c);
        }
        first(c);
        for (int i = 0; i < 5; ++i) {
            next(c);
        }
    }

    x = net.relu("relu", now);
    x = net.global_pool("avgpool", x);
    x = net.flatten("flatten", x);
    net.output(net.classifier("fc", x, 1000));
    return std::move(net).finish();
}

} // namespace opara::zoo
