#include <examples/zoo/normalisation.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>

namespace opara::zoo {

namespace {

std::optional<onnx::weight> scaled(const onnx::value& w, std::vector<double> factors) {
    if (w.type != onnx::element::f32 || !w.is_weight()) {
        return std::nullopt;
    }
    if (const auto* rule = std::get_if<onnx::uniform_fill>(&*w.data)) {
        return onnx::scaled_fill{.fill = *rule, .factors = std::move(factors)};
    }
    const auto* same = std::get_if<onnx::constant_fill>(&*w.data);
    if (same != nullptr && std::all_of(factors.begin(), factors.end(), [&](double f) { return f == factors[0]; })) {
        return onnx::constant_fill{same->number * factors[0]};
    }
    const auto* full = std::get_if<onnx::tensor>(&*w.data);
    if (full != nullptr || same != nullptr) {
        std::vector<float> numbers = full != nullptr
                                         ? full->as<float>()
                                         : std::vector<float>(static_cast<std::size_t>(onnx::elements(w.dims)),
                                                              static_cast<float>(same->number));
        const std::size_t block = numbers.size() / factors.size();
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            numbers[i] = static_cast<float>(static_cast<double>(numbers[i]) * factors[i / block]);
        }
        return onnx::tensor::of<float>(onnx::element::f32, w.dims, numbers);
    }
    return std::nullopt;
}

} // namespace

std::optional<channel_map> channel_map_of(const rewrite& r, op_id op) {
    if (!r.is(op, "BatchNormalization")) {
        return std::nullopt;
    }
    const onnx::node& n = r.net()[op];
    const auto scale = r.elements(n.inputs[1]);
    const auto shift = r.elements(n.inputs[2]);
    const auto mean = r.elements(n.inputs[3]);
    const auto variance = r.elements(n.inputs[4]);
    if (!scale || !shift || !mean || !variance) {
        return std::nullopt;
    }
    const double epsilon = n.attribute_or<double>("epsilon", 1e-5);
    channel_map map;
    for (std::size_t c = 0; c < scale->size(); ++c) {
        map.factors.push_back((*scale)[c] / std::sqrt((*variance)[c] + epsilon));
        map.summands.push_back((*shift)[c] - (*mean)[c] * map.factors[c]);
    }
    return map;
}

std::optional<folded> fold(const rewrite& r, const onnx::node& n, const channel_map& map, std::size_t first) {
    const onnx::value& w = r.net()[n.inputs[1]];
    const auto channels = static_cast<std::size_t>(w.dims[0]);
    std::vector<double> biases(channels, 0.0);
    if (n.inputs.size() > 2 && n.inputs[2] != onnx::no_value) {
        auto known = r.elements(n.inputs[2]);
        if (!known) {
            return std::nullopt;
        }
        biases = std::move(*known);
    }
    std::vector<double> factors;
    std::vector<float> sums;
    for (std::size_t c = 0; c < channels; ++c) {
        factors.push_back(map.factors[first + c]);
        sums.push_back(static_cast<float>(biases[c] * factors[c] + map.summands[first + c]));
        if (!std::isfinite(factors[c])) {
            return std::nullopt;
        }
    }
    auto weights = scaled(w, std::move(factors));
    return weights ? std::optional{folded{std::move(*weights), std::move(sums)}} : std::nullopt;
}

void apply(rewrite& r, onnx::node& n, folded f, const std::string& name) {
    const onnx::value& w = r.net()[n.inputs[1]];
    const onnx::shape channels{static_cast<std::int64_t>(f.biases.size())};
    n.inputs.resize(std::max<std::size_t>(n.inputs.size(), 3), onnx::no_value);
    n.inputs[1] = r.constant(name + ".folded_weight", w.type, w.dims, std::move(f.weights));
    n.inputs[2] = r.constant(name + ".folded_bias", onnx::element::f32, channels,
                             onnx::tensor::of<float>(onnx::element::f32, channels, f.biases));
}

void fold_through_concat(rewrite& r, op_id op) {
    const onnx::network& net = r.net();
    const auto map = channel_map_of(r, op);
    const auto concat = map ? r.producer(net[op].inputs[0]) : std::nullopt;
    if (!concat || !r.is(*concat, "Concat") || r.sole_reader(net[op].inputs[0]) != op) {
        return;
    }
    const auto rank = static_cast<std::int64_t>(net[net[op].inputs[0]].dims.size());
    const auto axis = net[*concat].attribute_or<std::int64_t>("axis", 0);
    if (axis != 1 && axis != 1 - rank) {
        return;
    }
    std::vector<std::pair<op_id, folded>> parts;
    std::size_t first = 0;
    for (const value_id part : net[*concat].inputs) {
        const auto convolution = r.producer(part);
        if (!convolution || !r.is(*convolution, "Conv") || r.sole_reader(part) != *concat) {
            return;
        }
        auto f = fold(r, net[*convolution], *map, first);
        if (!f) {
            return;
        }
        first += f->biases.size();
        parts.emplace_back(*convolution, std::move(*f));
    }
    for (auto& [convolution, f] : parts) {
        onnx::node fused = net[convolution];
        apply(r, fused, std::move(f), fused.name);
        fused.outputs.clear();
        r.rename(net[convolution].outputs[0], net[convolution].name + ".normalised");
        r.replace({}, convolution, std::move(fused));
    }
    onnx::node joined = net[*concat];
    joined.outputs.clear();
    r.replace({*concat}, op, std::move(joined));
}

} // namespace opara::zoo
