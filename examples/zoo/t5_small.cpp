#include <examples/zoo/layers.hpp>
#include <examples/zoo/networks.hpp>

#include <algorithm>
#include <cmath>

namespace opara::zoo {

namespace {

constexpr std::int64_t vocabulary = 32128;
constexpr std::int64_t model = 512;
constexpr std::int64_t heads = 8;
constexpr std::int64_t head = 64;
constexpr std::int64_t inner = 2048;
constexpr std::int64_t buckets = 32;
constexpr std::int64_t farthest = 128; // distance from which on all are one bucket
constexpr int depth = 6;               // of either stack

// Six operators, as frameworks without a kernel of their own for it run it.
value_id rms_norm(layers& net, const std::string& name, value_id x) {
    const value_id square = net.add("Pow", name + ".square", {x, net.scalar(name + ".two", 2.0F)});
    const value_id mean = net.add("ReduceMean", name + ".mean", {square}, {{"axes", onnx::shape{-1}}});
    const value_id shifted = net.add("Add", name + ".shift", {mean, net.scalar(name + ".epsilon", 1e-6F)});
    const value_id root = net.add("Sqrt", name + ".root", {shifted});
    const value_id unit = net.add("Div", name + ".unit", {x, root});
    return net.add("Mul", name, {unit, net.uniform(name + ".weight", {model}, 0.8, 1.2)});
}

// [batch, tokens, heads * head] to [batch, heads, tokens, head]. The gain of the queries stands for the division by
// sqrt(head) that T5 leaves out: it starts from smaller weights instead.
value_id project(layers& net, const std::string& name, value_id x, double gain = 1.0) {
    const std::int64_t batch = net.dims(x)[0];
    const std::int64_t tokens = net.dims(x)[1];
    value_id y = net.linear(name, x, heads * head, layers::bias::none, gain);
    y = net.reshape(name + ".view", y, {batch, tokens, heads, head});
    return net.transpose(name + ".transpose", y, {0, 2, 1, 3});
}

// Attention in single operators. `bias` makes what is added to the scores, or nothing; it is called when they exist,
// since that is when the first layer of a stack computes it.
template <class Bias>
value_id attention(layers& net, const std::string& name, value_id x, value_id context, Bias bias) {
    const value_id query = project(net, name + ".query", x, 0.125);
    const value_id key = project(net, name + ".key", context);
    const value_id value = project(net, name + ".value", context);
    const value_id turned = net.transpose(name + ".key.turned", key, {0, 1, 3, 2});
    value_id scores = net.add("MatMul", name + ".scores", {query, turned});
    if (const value_id b = bias(); b != onnx::no_value) {
        scores = net.sum(name + ".biased", scores, b);
    }
    value_id y = net.add("Softmax", name + ".softmax", {scores}, {{"axis", std::int64_t{-1}}});
    y = net.dropout(name + ".softmax.dropout", y);
    y = net.add("MatMul", name + ".mixed", {y, value});
    y = net.transpose(name + ".mixed.transpose", y, {0, 2, 1, 3});
    y = net.reshape(name + ".mixed.view", y, net.dims(x));
    return net.linear(name + ".out", y, model, layers::bias::none);
}

value_id with_residual(layers& net, const std::string& name, value_id x, value_id y) {
    return net.sum(name + ".residual", x, net.dropout(name + ".dropout", y));
}

value_id feed_forward(layers& net, const std::string& name, value_id x) {
    value_id y = rms_norm(net, name + ".norm", x);
    y = net.linear(name + ".in", y, inner, layers::bias::none);
    y = net.relu(name + ".relu", y);
    y = net.dropout(name + ".relu.dropout", y);
    y = net.linear(name + ".out", y, model, layers::bias::none);
    return with_residual(net, name, x, y);
}

// One number for each head and each bucket of distances, as [1, heads, queries, keys].
value_id position_bias(layers& net, const std::string& name, value_id bucket) {
    value_id b = net.lookup(name, bucket, buckets, heads, 1.0);
    b = net.transpose(name + ".transpose", b, {2, 0, 1});
    return net.add("Unsqueeze", name + ".unsqueeze", {b, net.integers(name + ".axes", {0})});
}

value_id causal_mask(layers& net, std::int64_t tokens) {
    std::vector<float> numbers;
    for (std::int64_t query = 0; query < tokens; ++query) {
        for (std::int64_t key = 0; key < tokens; ++key) {
            numbers.push_back(key <= query ? 0.0F : -1e9F);
        }
    }
    return net.floats("decoder.mask", {1, 1, tokens, tokens}, std::move(numbers));
}

} // namespace

std::vector<std::int64_t> relative_buckets(std::int64_t queries, std::int64_t keys, reading direction) {
    const std::int64_t mine = direction == reading::both_ways ? buckets / 2 : buckets; // for each side
    const std::int64_t exact = mine / 2; // nearer than that every distance has its own, then they widen
    std::vector<std::int64_t> result;
    result.reserve(static_cast<std::size_t>(queries * keys));
    for (std::int64_t query = 0; query < queries; ++query) {
        for (std::int64_t key = 0; key < keys; ++key) {
            const std::int64_t ahead = key - query;
            const std::int64_t base = direction == reading::both_ways && ahead > 0 ? mine : 0;
            const std::int64_t distance =
                direction == reading::both_ways ? std::abs(ahead) : std::max<std::int64_t>(-ahead, 0);
            std::int64_t bucket = distance;
            if (distance >= exact) {
                const double decades = std::log(static_cast<double>(distance) / static_cast<double>(exact)) /
                                       std::log(static_cast<double>(farthest) / static_cast<double>(exact));
                bucket =
                    std::min(exact + static_cast<std::int64_t>(decades * static_cast<double>(mine - exact)), mine - 1);
            }
            result.push_back(base + bucket);
        }
    }
    return result;
}

onnx::network t5_small(const options& how) {
    layers net{"t5_small"};
    const std::int64_t from = how.tokens;
    const std::int64_t to = how.decoder_tokens;
    const value_id input_ids = net.input("input_ids", onnx::element::i64, {how.batch, from});
    const value_id decoder_ids = net.input("decoder_input_ids", onnx::element::i64, {how.batch, to});
    const value_id encoder_buckets = net.input("encoder_buckets", onnx::element::i64, {from, from});
    const value_id decoder_buckets = net.input("decoder_buckets", onnx::element::i64, {to, to});
    const value_id table = net.fan_in("shared.weight", {vocabulary, model}, 1);
    const auto embed = [&](const std::string& name, value_id ids) {
        const value_id x = net.add("Gather", name + ".embedding", {table, ids}, {{"axis", std::int64_t{0}}});
        return net.dropout(name + ".embedding.dropout", x);
    };

    value_id x = embed("encoder", input_ids);
    value_id bias = onnx::no_value;
    for (int i = 0; i < depth; ++i) {
        const std::string layer = "encoder.layer" + std::to_string(i);
        const value_id normed = rms_norm(net, layer + ".self.norm", x);
        const value_id y = attention(net, layer + ".self", normed, normed, [&] {
            if (bias == onnx::no_value) {
                bias = position_bias(net, "encoder.bias", encoder_buckets);
            }
            return bias;
        });
        x = with_residual(net, layer + ".self", x, y);
        x = feed_forward(net, layer + ".ff", x);
    }
    x = rms_norm(net, "encoder.norm", x);
    const value_id encoded = net.dropout("encoder.dropout", x);

    x = embed("decoder", decoder_ids);
    bias = onnx::no_value;
    for (int i = 0; i < depth; ++i) {
        const std::string layer = "decoder.layer" + std::to_string(i);
        value_id normed = rms_norm(net, layer + ".self.norm", x);
        value_id y = attention(net, layer + ".self", normed, normed, [&] {
            if (bias == onnx::no_value) {
                const value_id b = position_bias(net, "decoder.bias", decoder_buckets);
                bias = net.sum("decoder.bias.masked", b, causal_mask(net, to));
            }
            return bias;
        });
        x = with_residual(net, layer + ".self", x, y);
        normed = rms_norm(net, layer + ".cross.norm", x);
        y = attention(net, layer + ".cross", normed, encoded, [] { return onnx::no_value; });
        x = with_residual(net, layer + ".cross", x, y);
        x = feed_forward(net, layer + ".ff", x);
    }
    x = rms_norm(net, "decoder.norm", x);
    x = net.dropout("decoder.dropout", x);

    // The table of the embeddings once more, hence the scale.
    x = net.product("decoder.scaled", x, net.scalar("decoder.scale", 1.0F / std::sqrt(static_cast<float>(model))));
    net.output(net.add("Linear", "logits", {x, table}, {}, "opara"));
    return std::move(net).finish();
}

} // namespace opara::zoo
