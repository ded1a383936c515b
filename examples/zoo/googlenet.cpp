#include <examples/zoo/layers.hpp>
#include <examples/zoo/networks.hpp>

namespace opara::zoo {

namespace {

// Convolution without bias, normalisation, activation: what the paper's "convolution" is once batch normalisation
// exists.
value_id conv_block(layers& net, const std::string& name, value_id x, std::int64_t channels, const window& w) {
    x = net.convolution(name + ".conv", x, channels, w);
    x = net.batch_norm(name + ".bn", x);
    return net.relu(name + ".relu", x);
}

// Channels of the branches of an inception block, in the order of the paper's Table 1.
struct widths {
    std::int64_t one, reduce_three, three, reduce_five, five, pool;
};

// The third branch is the paper's 5x5. It is a 3x3 here, as in the networks that people run (torchvision's, ported from
// TensorFlow's slim): the published parameter and operation counts are of this one.
value_id inception(layers& net, const std::string& name, value_id x, const widths& w) {
    const value_id branch1 = conv_block(net, name + ".branch1", x, w.one, square(1));

    value_id branch2 = conv_block(net, name + ".branch2.0", x, w.reduce_three, square(1));
    branch2 = conv_block(net, name + ".branch2.1", branch2, w.three, square(3, 1, 1));

    value_id branch3 = conv_block(net, name + ".branch3.0", x, w.reduce_five, square(1));
    branch3 = conv_block(net, name + ".branch3.1", branch3, w.five, square(3, 1, 1));

    value_id branch4 = net.max_pool(name + ".branch4.0", x, square(3, 1, 1), rounding::up);
    branch4 = conv_block(net, name + ".branch4.1", branch4, w.pool, square(1));

    return net.concat(name + ".concat", {branch1, branch2, branch3, branch4});
}

} // namespace

onnx::network googlenet(const options& how) {
    layers net{"googlenet"};
    value_id x = net.input("image", onnx::element::f32, {how.batch, 3, 224, 224});

    x = conv_block(net, "conv1", x, 64, square(7, 2, 3));
    x = net.max_pool("maxpool1", x, square(3, 2), rounding::up);
    x = conv_block(net, "conv2", x, 64, square(1));
    x = conv_block(net, "conv3", x, 192, square(3, 1, 1));
    x = net.max_pool("maxpool2", x, square(3, 2), rounding::up);

    x = inception(net, "inception3a", x, {64, 96, 128, 16, 32, 32});
    x = inception(net, "inception3b", x, {128, 128, 192, 32, 96, 64});
    x = net.max_pool("maxpool3", x, square(3, 2), rounding::up);

    x = inception(net, "inception4a", x, {192, 96, 208, 16, 48, 64});
    x = inception(net, "inception4b", x, {160, 112, 224, 24, 64, 64});
    x = inception(net, "inception4c", x, {128, 128, 256, 24, 64, 64});
    x = inception(net, "inception4d", x, {112, 144, 288, 32, 64, 64});
    x = inception(net, "inception4e", x, {256, 160, 320, 32, 128, 128});
    x = net.max_pool("maxpool4", x, square(2, 2), rounding::up);

    x = inception(net, "inception5a", x, {256, 160, 320, 32, 128, 128});
    x = inception(net, "inception5b", x, {384, 192, 384, 48, 128, 128});

    x = net.global_pool("avgpool", x);
    x = net.flatten("flatten", x);
    x = net.dropout("dropout", x);
    net.output(net.classifier("fc", x, 1000));
    return std::move(net).finish();
}

} // namespace opara::zoo
