#include <examples/zoo/rewrite.hpp>
#include <examples/zoo/siblings.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace opara::zoo {

namespace {

using onnx::no_value;

value_id input_or_none(const onnx::node& n, std::size_t i) { return i < n.inputs.size() ? n.inputs[i] : no_value; }

bool is_convolution(const rewrite& r, op_id op) { return r.is(op, "Conv") || r.is(op, "FusedConv", "opara"); }

// How Concats read a value: none does, one takes it first, another way. What a Split cuts is as what one has joined.
enum class joining : std::uint8_t { none, first, other };

std::vector<joining> joinings_of(const onnx::network& net) {
    std::vector<joining> all(net.values.size(), joining::none);
    for (const onnx::node& n : net.graph.operators()) {
        if ((n.type != "Concat" && n.type != "Split") || !n.domain.empty()) {
            continue;
        }
        for (std::size_t i = 0; i < n.inputs.size(); ++i) {
            if (n.inputs[i] == no_value) {
                continue;
            }
            joining& how = all[n.inputs[i].index()];
            const bool alone =
                n.type == "Concat" && i == 0 && how == joining::none && n.attribute_or<std::int64_t>("axis", 0) == 1;
            how = alone ? joining::first : joining::other;
        }
    }
    return all;
}

// Whether a product can become a slice of a larger one.
bool can_merge(const rewrite& r, op_id op) {
    constexpr std::int64_t slice = 8; // 16 bytes in half precision
    const onnx::network& net = r.net();
    const onnx::node& n = net[op];
    const bool convolution = is_convolution(r, op);
    if (!convolution && !r.is(op, "Linear", "opara")) {
        return false;
    }
    const value_id bias = input_or_none(n, 2);
    return net[n.inputs[1]].is_weight() && net[n.inputs[1]].dims[0] % slice == 0 &&
           (bias == no_value || net[bias].is_weight()) && input_or_none(n, 3) == no_value &&
           n.attribute_or<std::int64_t>("group", 1) == 1;
}

// Whether two products that can merge, and read the same value, do the same but for the numbers of their weights.
bool are_siblings(const onnx::network& net, op_id a, op_id b) {
    const onnx::node& x = net[a];
    const onnx::node& y = net[b];
    const onnx::value& v = net[x.inputs[1]];
    const onnx::value& w = net[y.inputs[1]];
    for (std::size_t i = 4; i < std::max(x.inputs.size(), y.inputs.size()); ++i) { // behind weights, bias and residual
        if (input_or_none(x, i) != input_or_none(y, i)) {
            return false;
        }
    }
    return x.type == y.type && x.domain == y.domain && x.opset == y.opset && x.attributes == y.attributes &&
           v.type == w.type && std::equal(v.dims.begin() + 1, v.dims.end(), w.dims.begin() + 1, w.dims.end());
}

// Weights along the first axis, parts of parts taken apart.
class stack {
public:
    void add(const onnx::value& w) {
        first_ += w.dims[0];
        if (const auto* several = std::get_if<onnx::stacked_fill>(&*w.data)) {
            fill_.parts.insert(fill_.parts.end(), several->parts.begin(), several->parts.end());
            return;
        }
        std::visit(
            [&]<class T>(const T& data) {
                if constexpr (!std::is_same_v<T, onnx::stacked_fill>) {
                    fill_.parts.push_back({w.dims, data});
                }
            },
            *w.data);
    }
    void add_zeros(std::int64_t count) {
        first_ += count;
        fill_.parts.push_back({{count}, onnx::constant_fill{0.0}});
    }
    [[nodiscard]] std::int64_t first() const noexcept { return first_; } // extent
    [[nodiscard]] onnx::stacked_fill take() noexcept { return std::move(fill_); }

private:
    onnx::stacked_fill fill_;
    std::int64_t first_ = 0;
};

// Products that can be merged.
struct family {
    std::vector<op_id> members;
    std::optional<op_id>
        last; // a convolution whose result a Concat takes first: it is to lie behind those of the others

    [[nodiscard]] op_id first() const { return members.empty() ? *last : members.front(); }
};

void merge(rewrite& r, const family& found) {
    const onnx::network& net = r.net();
    std::vector<op_id> group = found.members;
    if (found.last) {
        group.push_back(*found.last);
    }
    onnx::node whole = net[group.front()];
    stack weights;
    stack biases;
    bool biased = false;
    onnx::shape sizes;
    onnx::node parts{.type = "Split", .opset = 13};
    for (const op_id op : group) {
        const onnx::node& n = net[op];
        const onnx::value& w = net[n.inputs[1]];
        sizes.push_back(w.dims[0]);
        weights.add(w);
        if (const value_id bias = input_or_none(n, 2); bias != no_value) {
            biased = true;
            biases.add(net[bias]);
        } else {
            biases.add_zeros(w.dims[0]);
        }
        parts.outputs.push_back(n.outputs[0]);
    }
    const auto constant = [&](const std::string& name, onnx::element type, onnx::shape dims, onnx::weight data) {
        return r.constant(whole.name + name, type, std::move(dims), std::move(data));
    };
    const onnx::element type = net[whole.inputs[1]].type;
    onnx::shape dims = net[whole.inputs[1]].dims;
    dims[0] = weights.first();
    whole.inputs[1] = constant(".merged_weight", type, std::move(dims), weights.take());
    if (biased) {
        whole.inputs.resize(std::max<std::size_t>(whole.inputs.size(), 3), no_value);
        whole.inputs[2] = constant(".merged_bias", type, {biases.first()}, biases.take());
    }
    const auto count = static_cast<std::int64_t>(sizes.size());
    const value_id slices = constant(".merged_slices", onnx::element::i64, {count},
                                     onnx::tensor::of<std::int64_t>(onnx::element::i64, {count}, sizes));
    const std::int64_t axis = is_convolution(r, group.front()) ? 1 : -1;
    whole.outputs = {r.result(whole.name + ".merged")};
    whole.name = r.name(whole.outputs[0]);
    parts.name = whole.name + ".split";
    parts.inputs = {whole.outputs[0], slices};
    parts.attributes = {{"axis", axis}};
    const op_id at = *std::min_element(group.begin(), group.end());
    r.replace(group, at, std::vector{std::move(whole), std::move(parts)});
}

} // namespace

onnx::network merge_siblings(const onnx::network& net, siblings which) {
    rewrite r{net};
    const std::vector<joining> joined = joinings_of(net);
    std::vector<std::vector<family>> groups(net.values.size()); // of the readers of each value
    for (std::size_t i = 0; i < net.graph.size(); ++i) {
        const op_id op = op_id::from_index(i);
        const bool convolution = is_convolution(r, op);
        if (!can_merge(r, op) || (convolution && which != siblings::all)) {
            continue;
        }
        const joining how = convolution ? joined[net[op].outputs[0].index()] : joining::none;
        if (how == joining::other) {
            continue;
        }
        auto& of_value = groups[net[op].inputs[0].index()];
        auto group = std::find_if(of_value.begin(), of_value.end(),
                                  [&](const family& g) { return are_siblings(net, g.first(), op); });
        if (group == of_value.end()) {
            group = of_value.insert(group, family{});
        }
        if (how == joining::none) {
            group->members.push_back(op);
        } else if (!group->last) {
            group->last = op;
        }
    }
    for (const auto& of_value : groups) {
        for (const family& group : of_value) {
            if (group.members.size() + (group.last ? 1 : 0) > 1) {
                merge(r, group);
            }
        }
    }
    return std::move(r).finish();
}

} // namespace opara::zoo
