#include <examples/zoo/layers.hpp>
#include <examples/zoo/networks.hpp>

namespace opara::zoo {

namespace {

constexpr window row(std::int64_t taps) { return {.kernel = {1, taps}, .pads = {0, taps / 2}}; }
constexpr window column(std::int64_t taps) { return {.kernel = {taps, 1}, .pads = {taps / 2, 0}}; }

struct stage {
    std::int64_t channels;
    window shape;
};

// Convolutions one after another, each with normalisation and activation. `first` numbers them from `<name>_1` on.
value_id chain(layers& net, const std::string& name, value_id x, const std::vector<stage>& stages, int first = 1) {
    for (const stage& s : stages) {
        const std::string block = name + "_" + std::to_string(first++);
        x = net.convolution(block + ".conv", x, s.channels, s.shape);
        x = net.batch_norm(block + ".bn", x);
        x = net.relu(block + ".relu", x);
    }
    return x;
}

value_id pooled(layers& net, const std::string& name, value_id x, std::int64_t channels) {
    x = net.average_pool(name + "_pool", x, square(3, 1, 1), 1);
    return chain(net, name, x, {{channels, square(1)}});
}

// Figure 5 of the paper.
value_id block_a(layers& net, const std::string& name, value_id x, std::int64_t pool_channels) {
    const value_id b1 = chain(net, name + ".branch1x1", x, {{64, square(1)}});
    const value_id b5 = chain(net, name + ".branch5x5", x, {{48, square(1)}, {64, square(5, 1, 2)}});
    const value_id b3 =
        chain(net, name + ".branch3x3dbl", x, {{64, square(1)}, {96, square(3, 1, 1)}, {96, square(3, 1, 1)}});
    const value_id bp = pooled(net, name + ".branch_pool", x, pool_channels);
    return net.concat(name + ".concat", {b1, b5, b3, bp});
}

// Figure 10: halves the grid.
value_id block_b(layers& net, const std::string& name, value_id x) {
    const value_id b3 = chain(net, name + ".branch3x3", x, {{384, square(3, 2)}});
    const value_id bd =
        chain(net, name + ".branch3x3dbl", x, {{64, square(1)}, {96, square(3, 1, 1)}, {96, square(3, 2)}});
    const value_id bp = net.max_pool(name + ".branch_pool", x, square(3, 2));
    return net.concat(name + ".concat", {b3, bd, bp});
}

// Figure 6, n = 7.
value_id block_c(layers& net, const std::string& name, value_id x, std::int64_t c) {
    const value_id b1 = chain(net, name + ".branch1x1", x, {{192, square(1)}});
    const value_id b7 = chain(net, name + ".branch7x7", x, {{c, square(1)}, {c, row(7)}, {192, column(7)}});
    const value_id bd = chain(net, name + ".branch7x7dbl", x,
                              {{c, square(1)}, {c, column(7)}, {c, row(7)}, {c, column(7)}, {192, row(7)}});
    const value_id bp = pooled(net, name + ".branch_pool", x, 192);
    return net.concat(name + ".concat", {b1, b7, bd, bp});
}

// Halves the grid once more.
value_id block_d(layers& net, const std::string& name, value_id x) {
    const value_id b3 = chain(net, name + ".branch3x3", x, {{192, square(1)}, {320, square(3, 2)}});
    const value_id b7 =
        chain(net, name + ".branch7x7x3", x, {{192, square(1)}, {192, row(7)}, {192, column(7)}, {192, square(3, 2)}});
    const value_id bp = net.max_pool(name + ".branch_pool", x, square(3, 2));
    return net.concat(name + ".concat", {b3, b7, bp});
}

// A 1x3 and a 3x1 convolution side by side on the same input.
value_id spread(layers& net, const std::string& name, value_id x, int number) {
    const std::string block = name + "_" + std::to_string(number);
    const value_id a = chain(net, block + "a", x, {{384, row(3)}});
    const value_id b = chain(net, block + "b", x, {{384, column(3)}});
    return net.concat(block + ".concat", {a, b});
}

// Figure 7: branches that spread once more.
value_id block_e(layers& net, const std::string& name, value_id x) {
    const value_id b1 = chain(net, name + ".branch1x1", x, {{320, square(1)}});
    value_id b3 = chain(net, name + ".branch3x3", x, {{384, square(1)}});
    b3 = spread(net, name + ".branch3x3", b3, 2);
    value_id bd = chain(net, name + ".branch3x3dbl", x, {{448, square(1)}, {384, square(3, 1, 1)}});
    bd = spread(net, name + ".branch3x3dbl", bd, 3);
    const value_id bp = pooled(net, name + ".branch_pool", x, 192);
    return net.concat(name + ".concat", {b1, b3, bd, bp});
}

} // namespace

onnx::network inception_v3(const options& how) {
    layers net{"inception_v3"};
    value_id x = net.input("image", onnx::element::f32, {how.batch, 3, 299, 299});

    x = chain(net, "stem", x, {{32, square(3, 2)}, {32, square(3)}, {64, square(3, 1, 1)}});
    x = net.max_pool("maxpool1", x, square(3, 2));
    x = chain(net, "stem", x, {{80, square(1)}, {192, square(3)}}, 4);
    x = net.max_pool("maxpool2", x, square(3, 2));

    x = block_a(net, "mixed_5b", x, 32);
    x = block_a(net, "mixed_5c", x, 64);
    x = block_a(net, "mixed_5d", x, 64);
    x = block_b(net, "mixed_6a", x);
    x = block_c(net, "mixed_6b", x, 128);
    x = block_c(net, "mixed_6c", x, 160);
    x = block_c(net, "mixed_6d", x, 160);
    x = block_c(net, "mixed_6e", x, 192);
    x = block_d(net, "mixed_7a", x);
    x = block_e(net, "mixed_7b", x);
    x = block_e(net, "mixed_7c", x);

    x = net.global_pool("avgpool", x);
    x = net.dropout("dropout", x);
    x = net.flatten("flatten", x);
    net.output(net.classifier("fc", x, 1000));
    return std::move(net).finish();
}

} // namespace opara::zoo
