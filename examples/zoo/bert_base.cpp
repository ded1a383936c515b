#include <examples/zoo/layers.hpp>
#include <examples/zoo/networks.hpp>

namespace opara::zoo {

namespace {

constexpr std::int64_t vocabulary = 30522;
constexpr std::int64_t positions = 512;
constexpr std::int64_t hidden = 768;
constexpr std::int64_t heads = 12;
constexpr std::int64_t inner = 3072;
constexpr int depth = 12;

value_id layer_norm(layers& net, const std::string& name, value_id x) {
    const value_id scale = net.uniform(name + ".weight", {hidden}, 0.8, 1.2);
    const value_id shift = net.uniform(name + ".bias", {hidden}, -0.2, 0.2);
    return net.add("LayerNormalization", name, {x, scale, shift}, {{"axis", std::int64_t{-1}}, {"epsilon", 1e-12}});
}

} // namespace

onnx::network bert_base(const options& how) {
    if (how.tokens > positions) {
        throw error{"bert_base has " + std::to_string(positions) + " positions, not " + std::to_string(how.tokens)};
    }
    layers net{"bert_base"};
    const onnx::shape ids{how.batch, how.tokens};
    const value_id words = net.input("input_ids", onnx::element::i64, ids);
    const value_id types = net.input("token_type_ids", onnx::element::i64, ids);
    const value_id places = net.input("position_ids", onnx::element::i64, {1, how.tokens});

    const value_id word = net.lookup("embeddings.word", words, vocabulary, hidden, 0.5);
    const value_id type = net.lookup("embeddings.type", types, 2, hidden, 0.5);
    value_id x = net.sum("embeddings.word_and_type", word, type);
    x = net.sum("embeddings.sum", x, net.lookup("embeddings.position", places, positions, hidden, 0.5));
    x = layer_norm(net, "embeddings.norm", x);
    x = net.dropout("embeddings.dropout", x);

    for (int i = 0; i < depth; ++i) {
        const std::string layer = "layer" + std::to_string(i);
        const auto project = [&](const char* role) { // [batch, heads, tokens, hidden / heads]
            const std::string name = layer + ".attention." + role;
            value_id y = net.linear(name, x, hidden, layers::bias::some);
            y = net.reshape(name + ".view", y, {how.batch, how.tokens, heads, hidden / heads});
            return net.transpose(name + ".transpose", y, {0, 2, 1, 3});
        };
        const value_id query = project("query");
        const value_id key = project("key");
        const value_id value = project("value");
        value_id y = net.add("Attention", layer + ".attention", {query, key, value}, {}, "opara");
        y = net.transpose(layer + ".attention.transpose", y, {0, 2, 1, 3});
        y = net.reshape(layer + ".attention.reshape", y, {how.batch, how.tokens, hidden});
        y = net.linear(layer + ".attention.output", y, hidden, layers::bias::some);
        y = net.dropout(layer + ".attention.dropout", y);
        x = layer_norm(net, layer + ".attention.norm", net.sum(layer + ".attention.residual", y, x));

        y = net.linear(layer + ".intermediate", x, inner, layers::bias::some);
        y = net.add("Gelu", layer + ".gelu", {y});
        y = net.linear(layer + ".output", y, hidden, layers::bias::some);
        y = net.dropout(layer + ".dropout", y);
        x = layer_norm(net, layer + ".norm", net.sum(layer + ".residual", y, x));
    }
    net.output(x);

    const value_id zero = net.index("pooler.first", 0);
    x = net.add("Gather", "pooler.token", {x, zero}, {{"axis", std::int64_t{1}}});
    x = net.linear("pooler.dense", x, hidden, layers::bias::some);
    net.output(net.add("Tanh", "pooler.tanh", {x}));
    return std::move(net).finish();
}

} // namespace opara::zoo
