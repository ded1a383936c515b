#include <examples/zoo/layers.hpp>
#include <opara/core/hash.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace opara::zoo {

namespace {

std::vector<onnx::attribute> attributes_of(const window& w) {
    std::vector<onnx::attribute> list{{"kernel_shape", onnx::shape{w.kernel[0], w.kernel[1]}},
                                      {"strides", onnx::shape{w.stride, w.stride}}};
    if (w.padding == border::same) {
        list.push_back({"auto_pad", std::string{"SAME_UPPER"}});
    } else {
        list.push_back({"pads", onnx::shape{w.pads[0], w.pads[1], w.pads[0], w.pads[1]}});
    }
    return list;
}

} // namespace

layers::layers(std::string network) : network_{std::move(network)}, builder_{network_} {}

const onnx::shape& layers::dims(value_id v) const { return builder_[v].dims; }

std::uint64_t layers::seed(std::string_view name) const { return stable_hash{}.add(network_).add(name).value(); }

double layers::moment(value_id v) const { return v.index() < moments_.size() ? moments_[v.index()] : 1.0; }

value_id layers::with_moment(value_id v, double moment) {
    moments_.resize(std::max(moments_.size(), v.index() + 1), 1.0);
    moments_[v.index()] = moment;
    return v;
}

value_id layers::input(std::string name, onnx::element type, onnx::shape dims) {
    return builder_.input(std::move(name), type, std::move(dims));
}

void layers::output(value_id v) { builder_.output(v); }

value_id layers::uniform(std::string name, onnx::shape dims, double low, double high) {
    const onnx::uniform_fill rule{.seed = seed(name), .low = low, .high = high};
    return with_moment(builder_.constant(std::move(name), onnx::element::f32, std::move(dims), rule),
                       (high * high + high * low + low * low) / 3.0);
}

value_id layers::fan_in(std::string name, onnx::shape dims, std::int64_t fan) {
    const double reach = std::sqrt(3.0 / static_cast<double>(fan));
    return uniform(std::move(name), std::move(dims), -reach, reach);
}

value_id layers::integers(std::string name, const std::vector<std::int64_t>& numbers) {
    return builder_.integers(std::move(name), numbers);
}

value_id layers::index(std::string name, std::int64_t number) {
    return builder_.constant(std::move(name), onnx::element::i64, {},
                             onnx::tensor::of<std::int64_t>(onnx::element::i64, {}, {&number, 1}));
}

value_id layers::scalar(std::string name, float number) { return floats(std::move(name), {}, {number}); }

value_id layers::floats(std::string name, onnx::shape dims, const std::vector<float>& numbers) {
    return builder_.constant(std::move(name), onnx::element::f32, dims,
                             onnx::tensor::of<float>(onnx::element::f32, dims, numbers));
}

value_id layers::add(std::string type, std::string name, std::vector<value_id> inputs,
                     std::vector<onnx::attribute> attributes, std::string domain) {
    const double passed = inputs.empty() ? 1.0 : moment(inputs.front());
    return with_moment(
        builder_.one(std::move(type), std::move(name), std::move(inputs), std::move(attributes), std::move(domain)),
        passed);
}

std::vector<value_id> layers::add_many(std::string type, std::string name, std::vector<value_id> inputs,
                                       std::vector<onnx::attribute> attributes, std::size_t outputs) {
    return builder_.add(std::move(type), std::move(name), std::move(inputs), std::move(attributes), outputs);
}

value_id layers::convolution(const std::string& name, value_id x, std::int64_t channels, const window& w,
                             std::int64_t groups) {
    const std::int64_t depth = dims(x)[1] / groups;
    const value_id weight =
        fan_in(name + ".weight", {channels, depth, w.kernel[0], w.kernel[1]}, depth * w.kernel[0] * w.kernel[1]);
    auto attributes = attributes_of(w);
    attributes.push_back({"group", groups});
    return add("Conv", name, {x, weight}, std::move(attributes));
}

value_id layers::batch_norm(const std::string& name, value_id x) {
    const onnx::shape per_channel{dims(x)[1]};
    const double met = moment(x);
    const value_id scale = uniform(name + ".weight", per_channel, 0.8, 1.2);
    const value_id shift = uniform(name + ".bias", per_channel, -0.2, 0.2);
    const double reach = 0.1 * std::sqrt(met);
    const value_id mean = uniform(name + ".running_mean", per_channel, -reach, reach);
    const value_id variance = uniform(name + ".running_var", per_channel, 0.75 * met, 1.25 * met);
    return with_moment(add("BatchNormalization", name, {x, scale, shift, mean, variance}, {{"epsilon", 1e-3}}), 1.0);
}

value_id layers::relu(const std::string& name, value_id x) {
    return with_moment(add("Relu", name, {x}), 0.5 * moment(x));
}

value_id layers::max_pool(const std::string& name, value_id x, const window& w, rounding r) {
    auto attributes = attributes_of(w);
    attributes.push_back({"ceil_mode", std::int64_t{r == rounding::up ? 1 : 0}});
    return with_moment(add("MaxPool", name, {x}, std::move(attributes)), 1.5 * moment(x));
}

value_id layers::average_pool(const std::string& name, value_id x, const window& w, std::int64_t padded) {
    auto attributes = attributes_of(w);
    attributes.push_back({"count_include_pad", padded});
    return add("AveragePool", name, {x}, std::move(attributes));
}

value_id layers::global_pool(const std::string& name, value_id x) { return add("GlobalAveragePool", name, {x}); }

value_id layers::flatten(const std::string& name, value_id x) {
    return add("Flatten", name, {x}, {{"axis", std::int64_t{1}}});
}

value_id layers::dropout(const std::string& name, value_id x) { return add("Dropout", name, {x}); }

value_id layers::concat(const std::string& name, std::vector<value_id> xs, std::int64_t axis) {
    double total = 0.0;
    for (const value_id x : xs) {
        total += moment(x);
    }
    const double mean = total / static_cast<double>(xs.size());
    return with_moment(add("Concat", name, std::move(xs), {{"axis", axis}}), mean);
}

value_id layers::sum(const std::string& name, value_id a, value_id b) {
    const double total = moment(a) + moment(b);
    return with_moment(add("Add", name, {a, b}), total);
}

value_id layers::product(const std::string& name, value_id a, value_id b) {
    const double both = moment(a) * moment(b);
    return with_moment(add("Mul", name, {a, b}), both);
}

value_id layers::classifier(const std::string& name, value_id x, std::int64_t classes) {
    const std::int64_t features = dims(x)[1];
    const value_id weight = fan_in(name + ".weight", {classes, features}, features);
    const value_id offset = uniform(name + ".bias", {classes}, -0.1, 0.1);
    return add("Gemm", name, {x, weight, offset}, {{"transB", std::int64_t{1}}});
}

value_id layers::reshape(const std::string& name, value_id x, onnx::shape dims) {
    return add("Reshape", name, {x, integers(name + ".shape", dims)});
}

value_id layers::transpose(const std::string& name, value_id x, onnx::shape permutation) {
    return add("Transpose", name, {x}, {{"perm", std::move(permutation)}});
}

value_id layers::lookup(const std::string& name, value_id indices, std::int64_t rows, std::int64_t width,
                        double reach) {
    const value_id table = uniform(name + ".weight", {rows, width}, -reach, reach);
    return add("Gather", name, {table, indices}, {{"axis", std::int64_t{0}}});
}

value_id layers::linear(const std::string& name, value_id x, std::int64_t features, bias b, double gain) {
    const std::int64_t depth = dims(x).back();
    const double reach = gain * std::sqrt(3.0 / static_cast<double>(depth));
    std::vector<value_id> inputs{x, uniform(name + ".weight", {features, depth}, -reach, reach)};
    if (b == bias::some) {
        inputs.push_back(uniform(name + ".bias", {features}, -0.1, 0.1));
    }
    const double made = gain * gain * moment(x);
    return with_moment(add("Linear", name, std::move(inputs), {}, "opara"), made);
}

onnx::network layers::finish() && { return std::move(builder_).finish(); }

} // namespace opara::zoo
